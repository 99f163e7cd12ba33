"""Bulk loading of Arrow rows, by the engine's own way, inside the caller's transaction."""

from __future__ import annotations

import io
import warnings
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.csv as pacsv
import sqlalchemy as sa

from warehouse.installation.engine import raw


def bulk_insert(connection: sa.Connection, table: sa.Table, rows: pa.Table) -> None:
    """Append rows; their columns are matched by name, absent ones stay NULL."""
    if rows.num_rows == 0:
        return
    names = [column.name for column in table.columns if column.name in rows.column_names]
    rows = rows.select(names)
    if connection.dialect.name == "duckdb":
        _scan(connection, table, rows)
    else:
        _copy(connection, table, rows)


def insert_rows(connection: sa.Connection, table: sa.Table, rows: list[dict[str, object]]) -> None:
    """Append rows given as dictionaries; moments are brought to UTC as the tables keep them."""
    if rows:
        names = dict.fromkeys(name for row in rows for name in row)  # Arrow alone would take the first row's for all
        bulk_insert(connection, table, pa.table({name: [_stored(row.get(name)) for row in rows] for name in names}))


def _stored(value: object) -> object:
    return value.astimezone(UTC).replace(tzinfo=None) if isinstance(value, datetime) else value


def _quoted(names: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _scan(connection: sa.Connection, table: sa.Table, rows: pa.Table) -> None:
    names = _quoted(rows.column_names)
    duck = raw(connection)
    duck.register("incoming_rows", rows)
    try:
        duck.execute(
            f'INSERT INTO "{table.schema}"."{table.name}" ({names}) SELECT {names} FROM incoming_rows'
        ).fetchall()
    finally:
        duck.unregister("incoming_rows")


def _copy(connection: sa.Connection, table: sa.Table, rows: pa.Table) -> None:
    """COPY as CSV: Arrow writes NULL as nothing and every text in quotes, just as PostgreSQL tells them apart."""
    buffer, rows = io.BytesIO(), _bytes_in_digits(rows)
    pacsv.write_csv(rows, buffer, pacsv.WriteOptions(include_header=False))
    statement = f'COPY "{table.schema}"."{table.name}" ({_quoted(rows.column_names)}) FROM STDIN (FORMAT csv)'
    with raw(connection).cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(buffer.getvalue())


def _bytes_in_digits(rows: pa.Table) -> pa.Table:
    """Spell bytes as PostgreSQL reads them, \\x0102; Arrow has no function that does."""
    for place, field in enumerate(rows.schema):
        if pa.types.is_binary(field.type):
            digits = [None if value is None else f"\\x{value.hex()}" for value in rows[field.name].to_pylist()]
            rows = rows.set_column(place, field.name, pa.array(digits, pa.string()))
    return rows


def fetch(
    connection: sa.Connection, statement: sa.Select | sa.CompoundSelect, schema: pa.Schema | None = None
) -> pa.Table:
    """Run a query and return its rows as Arrow, cast to `schema` where one is given."""
    if connection.dialect.name == "duckdb":
        table = _duckdb_arrow(connection, statement)
    else:
        result = connection.execute(statement)
        names = list(result.keys())
        columns = list(zip(*result.fetchall(), strict=True)) or [()] * len(names)
        table = _in_utc(pa.table({name: list(values) for name, values in zip(names, columns, strict=True)}))
    return table.cast(schema) if schema is not None and table.num_rows else (schema.empty_table() if schema else table)


def _in_utc(table: pa.Table) -> pa.Table:
    """Bring moments to what DuckDB's Arrow gives: UTC without a zone, as the tables keep them."""
    fields = [f.with_type(pa.timestamp("us")) if pa.types.is_timestamp(f.type) else f for f in table.schema]
    return table.cast(pa.schema(fields))


def _duckdb_arrow(connection: sa.Connection, statement: sa.Select | sa.CompoundSelect) -> pa.Table:
    """Let DuckDB hand over Arrow. `sql` would plan every statement twice; to copy the rows once more costs less."""
    compiled = statement.compile(dialect=connection.dialect, compile_kwargs={"render_postcompile": True})
    values = [_stored(compiled.params[name]) for name in compiled.positiontup or ()]
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Arrow output on a DB-API result makes an extra copy")
        return raw(connection).execute(str(compiled), values).to_arrow_table()
