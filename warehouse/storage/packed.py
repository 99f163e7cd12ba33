"""The packed lake: the tables that indicators are counted from, each as a few sorted Parquet files.

    <table>/as_of=2024-12-31/*.parquet    rows of deliveries of one date, in the order they became known
    <table>/*.parquet                     what belongs to no date: ledger, register, decisions

The lake that intake writes has a file a batch, table and date, as deliveries came; these are sorted and few.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from pathlib import Path

import duckdb
import sqlalchemy as sa

from expectations.form import FORM
from expectations.staging import DUCKDB_SAFE, IN_MEMORY
from warehouse.installation.engine import raw
from warehouse.tables.tables import JOURNAL, MENTORING, decisions, tables_of

FACTS = (*(sheet.name for sheet in FORM.sheets), "participations")
# Of a table of these, only the deliveries in force for a date say anything of that date's figures. Enrolment that was
# last told, and whose name is whose, are of all dates.
OF_ONE_DATE = ("participations", "pairs", "surveys", "documents", "events", "partners", "practices")
# Counted from by nobody: the work of the program, and what was told to senders.
LEFT_OUT = ("pending_receipts", "lake_files", "findings", "sheet_counts", "decided_people", "releases")
OF_SENDERS = {"deliveries": "institution_code", "institutions": "code", "plans": "institution_code"}
NEW_LEDGER = f"{MENTORING}.new_deliveries"
MEMORY = "1500MB"  # of DuckDB's own; what it does not count itself fits beside it into 2 GB
ROW_GROUP = 122_880  # rows: one thread's share of DuckDB's work
COMPRESSION = "zstd"


def packed_tables() -> list[sa.Table]:
    """Return the tables of a packed lake."""
    counted = [one for one in tables_of().tables.values() if one.schema == MENTORING and one.name not in LEFT_OUT]
    return [decisions(), *counted]


class Packed:
    """A packed lake open for reading: its files stand as the warehouse's own tables; nothing else can be reached."""

    def __init__(self, folder: Path, connection: sa.Connection) -> None:
        self.connection, self.folder = connection, folder

    def show(self, day: date | None = None) -> None:
        """Show the whole lake; with a day, of what only deliveries in force tell, the rows of that reporting date."""
        for one in packed_tables():
            within = f"as_of={day}" if day and one.name in OF_ONE_DATE else ""
            rows = _rows(one, files_of(self.folder, one, within), self.connection.dialect)
            raw(self.connection).execute(f'CREATE OR REPLACE VIEW "{one.schema}"."{one.name}" AS {rows}')

    def show_since(self, files: Collection[str], kept: Mapping[str, str]) -> None:
        """Show of facts the rows of some files alone; of ledger, register and plans those of the senders in them.

        `kept` names the tables that have the rows of the latter (`OF_SENDERS`) in earlier files. `NEW_LEDGER` has the
        ledger's rows of these files.
        """
        dialect, run = self.connection.dialect, raw(self.connection).execute

        def new(one: sa.Table) -> list[str]:
            return sorted(str(self.folder / name) for name in files if name.startswith(f"{one.name}/"))

        ledger = tables_of().tables[f"{MENTORING}.deliveries"]
        run(f"CREATE OR REPLACE TABLE {NEW_LEDGER} AS {_rows(ledger, new(ledger), dialect)}")
        for name, code in OF_SENDERS.items():  # kept: they are asked again and again
            mine = f"FROM {kept[name]} WHERE {of_senders(kept[name], code)}"
            more = f" UNION ALL FROM {NEW_LEDGER}" if name == ledger.name else ""
            run(f"CREATE OR REPLACE TABLE {MENTORING}.{name} AS {mine}{more}")
        for one in packed_tables():
            if one.name not in OF_SENDERS:
                told = new(one) if one.name in FACTS else files_of(self.folder, one)
                run(f'CREATE OR REPLACE VIEW "{one.schema}"."{one.name}" AS {_rows(one, told, dialect)}')


def of_senders(kept: str, code: str) -> str:
    """Return the condition of rows of a table of the senders in `NEW_LEDGER`; their other columns are read alone."""
    return f"rowid IN (SELECT rowid FROM {kept} WHERE {code} IN (SELECT institution_code FROM {NEW_LEDGER}))"


@contextlib.contextmanager
def packed(
    folder: Path, memory: str = MEMORY, threads: int | None = None, beside: Mapping[str, Path] | None = None,
    *, shown: bool = True,
) -> Iterator[Packed]:  # fmt: skip
    """Open a packed lake, the whole of it `shown`; DuckDB files `beside` it are attached under their names."""
    engine = sa.create_engine("duckdb:///:memory:", hide_parameters=True, poolclass=sa.StaticPool)
    try:
        with engine.connect() as connection:
            for schema in (JOURNAL, MENTORING):
                raw(connection).execute(f"CREATE SCHEMA {schema}")
            for name, file in (beside or {}).items():
                raw(connection).execute(f"ATTACH {_literal(str(file))} AS {name}")
            lake = Packed(folder, connection)
            for name, value in (_settings(folder, memory) | ({"threads": threads} if threads else {})).items():
                raw(connection).execute(f"SET GLOBAL {name} = {value!r}")
            if shown:
                lake.show()
            yield lake
    finally:
        engine.dispose()


def files_of(folder: Path, one: sa.Table, within: str = "") -> list[str]:
    """Return the files of a table, or those of them within one of its folders."""
    return sorted(str(path) for path in (folder / one.name / within).rglob("*.parquet"))


def _rows(one: sa.Table, files: list[str], dialect: sa.Dialect) -> str:
    """The rows of a table's files under its own types; none where it has no file."""
    names = ", ".join(_literal(name) for name in files)
    source = f"FROM read_parquet([{names}], hive_partitioning = false)" if files else "WHERE FALSE"
    columns = ", ".join(
        f"CAST({_quoted(c.name) if files else 'NULL'} AS {c.type.compile(dialect)}) AS {_quoted(c.name)}" for c in one.c
    )
    return f"SELECT {columns} {source}"


def write_packed(duck: duckdb.DuckDBPyConnection, path: Path, columns: sa.Table, rows: str) -> None:
    """Write the rows of a statement as one file of a table, NULL where a column is not told of.

    Tokens are written as 16 bytes: not every engine knows Parquet's own type for them.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    told = {name for name, *_ in duck.execute(f"DESCRIBE {rows}").fetchall()}
    listed = ", ".join(f"{_written(c, told)} AS {_quoted(c.name)}" for c in columns.c)
    options = f"FORMAT parquet, COMPRESSION {COMPRESSION}, ROW_GROUP_SIZE {ROW_GROUP}"
    duck.execute(f"COPY (SELECT {listed} FROM ({rows})) TO {_literal(str(path))} ({options})")


def _written(column: sa.Column, told: set[str]) -> str:
    value = _quoted(column.name) if column.name in told else "NULL"
    typed = f"CAST({value} AS {column.type.compile(_DIALECT)})"
    return f"CAST({typed} AS BLOB)" if isinstance(column.type, sa.Uuid) else typed


def _quoted(name: str) -> str:
    return f'"{name}"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


_DIALECT = sa.create_engine("duckdb:///:memory:").dialect


def writing(folder: Path) -> duckdb.DuckDBPyConnection:
    """Open a database in memory to write a packed lake with; it reaches that one folder."""
    duck = duckdb.connect(config=DUCKDB_SAFE | {"enable_external_access": "true"})
    for name, value in _settings(folder, MEMORY).items():
        duck.execute(f"SET GLOBAL {name} = {value!r}")
    return duck


def _settings(folder: Path, memory: str) -> dict[str, object]:
    """What holds for a connection over a lake; the last of them forbids to set any other."""
    reaching = {"memory_limit": memory, "preserve_insertion_order": "false", "allowed_directories": [str(folder)]}
    return {**IN_MEMORY, **reaching, **DUCKDB_SAFE}
