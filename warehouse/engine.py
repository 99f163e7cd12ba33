"""The two engines a warehouse runs on: one DuckDB file, or PostgreSQL by URL."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.pool import NullPool
from sqlalchemy.schema import SetColumnComment, SetTableComment

from expectations.staging import DUCKDB_SAFE
from warehouse.settings import Misconfigured, Settings

WRITER_LOCK = 632_2020  # the key of PostgreSQL's advisory lock: one writer at a time


def open_engine(url: str) -> sa.Engine:
    """Return an engine that never puts parameters into error texts."""
    if url.startswith("duckdb:"):
        return sa.create_engine(url, hide_parameters=True, poolclass=NullPool, connect_args={"config": DUCKDB_SAFE})
    if url.startswith("postgresql"):
        full = sa.make_url(url).set(drivername="postgresql+psycopg")
        return sa.create_engine(full, hide_parameters=True, poolclass=NullPool)
    raise Misconfigured("NASTAVNIK_WAREHOUSE_URL: ожидается адрес postgresql://… или duckdb:///…")


def raw(connection: sa.Connection) -> Any:
    """Return the driver's own connection: duckdb.DuckDBPyConnection or psycopg.Connection."""
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name != "duckdb":
        return driver
    duck = driver._ConnectionWrapper__c
    duck.complete()  # DuckDB takes no other work while an earlier result is not read to its end
    return duck


def create_schema(connection: sa.Connection, metadata: sa.MetaData) -> None:
    """Create what is missing of a metadata's schemas, tables and comments."""
    schemas = {table.schema for table in metadata.tables.values() if table.schema}
    existing = set(sa.inspect(connection).get_schema_names())
    for schema in sorted(schemas):
        if not any(name.split(".")[-1].strip('"') == schema for name in existing):
            connection.execute(sa.schema.CreateSchema(schema, if_not_exists=True))
    metadata.create_all(connection, checkfirst=True)


def comment(connection: sa.Connection, metadata: sa.MetaData) -> None:
    """Write the comments of every table and column (DuckDB's dialect leaves them out of CREATE TABLE)."""
    for table in metadata.tables.values():
        connection.execute(SetTableComment(table))
        for column in table.columns:
            connection.execute(SetColumnComment(column))


@contextlib.contextmanager
def writing(settings: Settings, engine: sa.Engine) -> Iterator[sa.Connection]:
    """Open one transaction as the only writer; roll it back on any error."""
    with engine.begin() as connection:
        if not settings.embedded:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(WRITER_LOCK)))
        yield connection
