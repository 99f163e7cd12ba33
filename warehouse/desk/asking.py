"""One question put to an engine so that it can only read, and its rows as Arrow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import duckdb
import pyarrow as pa
import sqlalchemy as sa

from warehouse.access.roles import ANALYST
from warehouse.installation.engine import raw

READING = {duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN}
FOUND_AT_ONCE = (duckdb.BinderException, duckdb.CatalogException)
ANY_DECIMAL = pa.decimal128(38, 2)  # where no value tells how long it is
# What PostgreSQL's types are in Arrow, by OID; any other is told as text.
OF_POSTGRES: dict[int, pa.DataType | None] = {
    16: pa.bool_(), 20: pa.int64(), 21: pa.int16(), 23: pa.int32(), 700: pa.float32(), 701: pa.float64(),
    1082: pa.date32(), 1114: pa.timestamp("us"), 1184: pa.timestamp("us", "UTC"), 1700: None,
}  # fmt: skip


class NotReading(Exception):
    """Something else than one statement that reads."""


def asked(connection: sa.Connection, sql: str, seconds: float, *, coded: bool = False) -> pa.Table:
    """Return the rows of one statement that reads; whatever it may have done otherwise is rolled back.

    With `coded`, DuckDB words its errors as JSON, from which a code and a place can be taken.
    """
    if connection.dialect.name == "duckdb":
        with _errors_in_json(raw(connection), coded) as duck:
            return _of_duckdb(duck, sql, seconds)
    session = raw(connection)
    try:
        return _of_postgres(session, sql, seconds)
    finally:
        if not session.closed:
            session.rollback()


@contextmanager
def _errors_in_json(duck: Any, coded: bool) -> Iterator[Any]:
    if coded:
        duck.execute("SET errors_as_json = true")
    try:
        yield duck
    finally:
        duck.execute("RESET errors_as_json")


def _of_duckdb(duck: Any, sql: str, seconds: float) -> pa.Table:
    """The file is opened to be read; statements that would make a temporary table or set an option are refused too."""
    statements = duck.extract_statements(sql)
    if len(statements) != 1 or statements[0].type not in READING:
        raise NotReading
    # Signals come to this thread, which DuckDB would hold for as long as it likes.
    with ThreadPoolExecutor(1) as worker:
        work = worker.submit(_rows, duck, statements[0])
        try:
            wait([work], seconds)
        finally:
            while not work.done():  # late, or Ctrl+C
                duck.interrupt()
                wait([work], 0.1)
        return work.result()


def _rows(duck: Any, statement: duckdb.Statement) -> pa.Table:
    try:
        return duck.sql(statement).to_arrow_table()
    except FOUND_AT_ONCE:
        duck.execute(statement)  # `sql` words its errors without a place; nothing ran, and this fails as soon
        raise


def _of_postgres(session: Any, sql: str, seconds: float) -> pa.Table:
    """One statement in a transaction of an analyst that can no more be made to write once anything was read in it.

    A prepared statement is always a single one. What it sets, a role too, goes with the transaction.
    """
    with session.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")
        cursor.execute(f"SET LOCAL ROLE {ANALYST}")
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(int(seconds * 1000))])
        cursor.execute(sql, prepare=True)
        if cursor.description is None:
            raise NotReading
        kinds = [(one.name, one.type_code) for one in cursor.description]
        rows: Sequence[Sequence[object]] = list(zip(*cursor.fetchall(), strict=True)) or [()] * len(kinds)
    columns = [_column(values, oid) for values, (_, oid) in zip(rows, kinds, strict=True)]
    return pa.Table.from_arrays(columns, names=[name for name, _ in kinds])


def _column(values: Sequence[object], oid: int) -> pa.Array:
    if oid not in OF_POSTGRES:
        return pa.array([None if one is None else _spelled(one) for one in values], pa.string())
    made = pa.array(values, OF_POSTGRES[oid])
    return made.cast(ANY_DECIMAL) if pa.types.is_null(made.type) else made


def _spelled(value: object) -> str:
    return value if isinstance(value, str) else str(value) if isinstance(value, UUID) else repr(value)
