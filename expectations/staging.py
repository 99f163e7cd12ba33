"""The staged batch: deliveries as read, in one in-memory DuckDB, with all that rules compare them to."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb
import duckdb_engine
import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.dialects import registry
from sqlalchemy.pool import StaticPool

from expectations.arrow import COUNTS, PLACES, PROBLEMS, staged_schema
from expectations.form import FORM
from expectations.judged import HEADERS, JUDGED_VIEWS
from expectations.structure import Form
from expectations.text import fold_institution

_NUMBERS = itertools.count(1)

# DuckDB 2.0.1 takes two different joins over one view for the same and gives wrong rows, silently
# (tests/warehouse/test_engine.py shows it); nothing is fetched from outside or installed by itself.
DUCKDB_SAFE = {
    "disabled_optimizers": "common_subplan",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "enable_external_access": "false",  # no statement reads or writes a file: only the database itself is one
}

# A database in memory spills to `.tmp` of the current folder, in clear: people's cells have no business there.
IN_MEMORY = {"temp_directory": ""}

DELIVERIES = pa.schema([
    ("delivery", pa.string()),
    ("folder", pa.string()),
    ("received_on", pa.date32()),  # in the zone of the deadlines
    ("content_hash", pa.string()),
    ("name_folded", pa.string()),
])  # fmt: skip
FINDINGS = pa.schema([
    ("delivery", pa.string()),
    ("sheet", pa.string()),  # title, null for the whole file
    ("row", pa.int32()),
    ("letter", pa.string()),
    ("column", pa.string()),  # name of the form's column
    ("rule", pa.string()),
    ("severity", pa.string()),
    ("detail", pa.string()),
])  # fmt: skip

CONTEXT = {
    "register": pa.schema([
        ("code", pa.string()), ("kind", pa.string()), ("level", pa.string()), ("names", pa.list_(pa.string())),
        ("valid_from", pa.date32()), ("valid_to", pa.date32()),
    ]),
    "calendar": pa.schema([("as_of", pa.date32()), ("due_on", pa.date32())]),
    "plans": pa.schema([("institution_code", pa.string()), ("school_year", pa.string()), ("planned", pa.int64())]),
    "milestones": pa.schema([("code", pa.string()), ("due_on", pa.date32())]),
    "past": pa.schema([
        ("institution_code", pa.string()), ("as_of", pa.date32()), ("enrolled", pa.int64()), ("involved", pa.int64()),
    ]),
}  # fmt: skip


class StagingDialect(duckdb_engine.Dialect):
    """DuckDB without explicit transactions.

    GX reads a result after its connection was given back, and a rollback there would empty it.
    """

    supports_statement_cache = False

    def do_begin(self, dbapi_connection: Any) -> None: ...

    def do_rollback(self, dbapi_connection: Any) -> None: ...

    def do_commit(self, dbapi_connection: Any) -> None: ...


registry.register("duckdb.staging", __name__, "StagingDialect")


@dataclass(frozen=True)
class Staged:
    """One delivery of a batch, as read."""

    delivery: str
    folder: str
    received_on: date
    sheets: dict[str, pa.Table]
    problems: pa.Table
    places: pa.Table
    counts: pa.Table
    content_hash: str


class Staging:
    """An in-memory database that GX and our own statements see alike; close it to forget the people in it.

    `threads` are those it may use, by default as many as there are cores.
    """

    def __init__(self, form: Form = FORM, threads: int | None = None) -> None:
        self.form = form
        self.url = f"duckdb+staging:///:memory:staging{next(_NUMBERS)}"
        self.engine = sa.create_engine(self.url, poolclass=StaticPool, hide_parameters=True)
        self._raw = self.engine.raw_connection()
        connection: Any = self._raw.driver_connection
        limits = {"threads": str(threads)} if threads else {}
        for name, value in (IN_MEMORY | limits | DUCKDB_SAFE).items():  # the last of them forbids to set any other
            connection.execute(f"SET GLOBAL {name} = '{value}'")
        self.sql: duckdb.DuckDBPyConnection = connection._ConnectionWrapper__c.cursor()

    def __enter__(self) -> Staging:
        return self

    def __exit__(self, *_: object) -> None:
        self.sql.close()
        self._raw.close()
        self.engine.dispose()

    def run(self, statement: str) -> list[tuple]:
        """Execute a statement and read it to its end: DuckDB takes no other work before that."""
        return self.sql.execute(statement).fetchall()

    def put(self, name: str, table: pa.Table) -> None:
        """Make `name` hold the rows of an Arrow table."""
        self.sql.register("_incoming", table)
        self.run(f'CREATE OR REPLACE TABLE "{name}" AS SELECT * FROM _incoming')
        self.sql.unregister("_incoming")

    def fetch(self, statement: str) -> pa.Table:
        return self.sql.sql(statement).to_arrow_table()

    def load(self, batch: Iterable[Staged], context: dict[str, pa.Table]) -> None:
        """Stage a batch and what it is compared to (`CONTEXT`: register, calendar, plans, milestones, past)."""
        batch = list(batch)
        for name, schema in CONTEXT.items():
            self.put(name, context[name].cast(schema))
        self.put("deliveries", pa.Table.from_pylist(list(map(_header, batch)), schema=DELIVERIES))
        for sheet in self.form.sheets:
            self.put(f"staged_{sheet.name}", _stack(batch, _sheet_of(sheet.name), staged_schema(sheet)))
        self.put("problems", _stack(batch, lambda d: d.problems, PROBLEMS))
        self.put("places", _stack(batch, lambda d: d.places, PLACES))
        self.put("counts", _stack(batch, lambda d: d.counts, COUNTS))
        self.put("findings", FINDINGS.empty_table())
        self.run("CREATE OR REPLACE TABLE quarantined (delivery VARCHAR, sheet VARCHAR, row INTEGER)")
        for name, statement in HEADERS.items():
            self.run(f"CREATE OR REPLACE TABLE {name} AS {statement}")
        for name, statement in JUDGED_VIEWS.items():
            self.run(f"CREATE OR REPLACE VIEW {name} AS {statement}")


def _header(one: Staged) -> dict[str, object]:
    names = one.sheets["organisation"].column("institution_name").to_pylist()
    return {
        "delivery": one.delivery,
        "folder": one.folder,
        "received_on": one.received_on,
        "content_hash": one.content_hash,
        "name_folded": fold_institution(names[0]) if names and names[0] else None,
    }


def _sheet_of(name: str) -> Callable[[Staged], pa.Table]:
    return lambda one: one.sheets[name]


def _stack(batch: list[Staged], of: Callable[[Staged], pa.Table], schema: pa.Schema) -> pa.Table:
    """Put one table of every delivery under another, with the delivery's id; empty ones cost nothing."""
    tables = [(one.delivery, table) for one in batch if (table := of(one)).num_rows]
    if not tables:
        return schema.insert(0, pa.field("delivery", pa.string())).empty_table()
    lengths = [table.num_rows for _, table in tables]
    ids = pa.array([delivery for delivery, _ in tables], pa.string()).take(
        pa.array([i for i, length in enumerate(lengths) for _ in range(length)], pa.int32())
    )
    stacked = pa.concat_tables([_as(schema, table) for _, table in tables])
    # In one piece: DuckDB takes in hundreds of small ones ten times as slowly.
    return stacked.combine_chunks().add_column(0, "delivery", ids)


def _as(schema: pa.Schema, table: pa.Table) -> pa.Table:
    """Cast where a cast is needed: one of what has the schema already costs as much as a real one."""
    return table if table.schema.equals(schema, check_metadata=False) else table.cast(schema)
