"""The two engines a warehouse runs on: one DuckDB file, or PostgreSQL by URL."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import sqlalchemy as sa
from sqlalchemy.schema import SetColumnComment, SetTableComment

from expectations.staging import DUCKDB_SAFE, IN_MEMORY
from warehouse.installation.durable import replace_durably
from warehouse.installation.faults import log_no_rows
from warehouse.installation.settings import Misconfigured, Settings

WRITER_LOCK = 632_2020  # the key of PostgreSQL's advisory lock: one writer at a time
ATTACHED, QUOTE = "kept", "'"
LARGE_ROWS = 2048  # of a group: the fewest that DuckDB takes
WRONG_URL = "NASTAVNIK_WAREHOUSE_URL: ожидается адрес postgresql://… или duckdb:///…"
PROGRAM_LOCK = 632_2021  # the same for a whole run: what a run leaves between its transactions is its own


def open_engine(url: str, *, read_only: bool = False) -> sa.Engine:
    """Return an engine that never puts parameters into error texts, nor rows into logs.

    Connections stay open until it is disposed of. A DuckDB file opened `read_only` may be read by many processes.
    """
    log_no_rows()
    if url.startswith("duckdb:"):
        arguments = {"config": DUCKDB_SAFE, "read_only": read_only}
        return sa.create_engine(url, hide_parameters=True, poolclass=sa.QueuePool, connect_args=arguments)
    if url.startswith("postgresql"):
        engine = sa.create_engine(sa.make_url(url).set(drivername="postgresql+psycopg"), hide_parameters=True)
        sa.event.listen(engine, "connect", _quieten)
        sa.event.listen(engine, "connect", _commit_in_earnest)
        return engine
    raise Misconfigured(WRONG_URL)


def open_file_of_large_rows(file: Path, *, read_only: bool = False) -> sa.Engine:
    """Open a DuckDB file whose rows take kilobytes, in small groups; everything else is as with `open_engine`.

    DuckDB puts groups of rows together whenever it writes them to the file, in memory, and up to their whole size: that
    would be half a gigabyte. The size can be given to a file that is attached alone, here to an empty database.
    """
    log_no_rows()
    attach = f"ATTACH IF NOT EXISTS '{str(file).replace(QUOTE, QUOTE * 2)}' AS {ATTACHED} (ROW_GROUP_SIZE {LARGE_ROWS}"
    outside = "enable_external_access"  # forbidden once the file is there

    def connect(driver: Any, _: Any) -> None:
        duck = driver._ConnectionWrapper__c
        duck.execute(f"{attach}, READ_ONLY)" if read_only else f"{attach})")
        duck.execute(f"USE {ATTACHED}")
        duck.execute(f"SET GLOBAL {outside} = {DUCKDB_SAFE[outside]}")

    arguments = {"config": {name: value for name, value in DUCKDB_SAFE.items() if name != outside} | IN_MEMORY}
    shared = f":memory:{hashlib.sha256(str(file).encode()).hexdigest()[:16]}"  # by all connections of this process
    engine = sa.create_engine(
        f"duckdb:///{shared}", hide_parameters=True, poolclass=sa.QueuePool, connect_args=arguments
    )
    sa.event.listen(engine, "connect", connect)
    return engine


def make_file(url: str) -> None:
    """Make the empty file of a DuckDB URL where there is none, whole or not at all.

    DuckDB writes a new file in place, in pieces, and never opens one again that was cut short before the last.
    """
    try:
        database = sa.make_url(url).database
    except (sa.exc.ArgumentError, ValueError):
        raise Misconfigured(WRONG_URL) from None
    if not url.startswith("duckdb:") or not database or (path := Path(database)).exists():
        return
    partial = path.with_name(f".{path.name}.part")
    partial.unlink(missing_ok=True)
    duckdb.connect(str(partial), config=DUCKDB_SAFE).close()
    replace_durably(partial, path)


def _quieten(driver: Any, _: Any) -> None:
    """Ask the server to log no values of this session, as far as its role may ask (since PostgreSQL 15)."""
    allowed = "has_parameter_privilege(name, 'SET')" if driver.info.server_version >= 150_000 else "false"
    driver.execute(
        "SELECT set_config(name, setting, false) FROM (VALUES ('log_parameter_max_length_on_error', '0', true), "
        "('log_parameter_max_length', '0', false), ('log_error_verbosity', 'terse', false)) AS s(name, setting, free) "
        f"WHERE free OR {allowed}"
    )
    driver.commit()


def _commit_in_earnest(driver: Any, _: Any) -> None:
    """Have a commit on the server's disk when it is answered: after it the inbox is emptied. Stricter levels stay."""
    driver.execute(
        "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
    )
    driver.commit()


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


def give_back(engine: sa.Engine) -> None:
    """Have DuckDB give back the pages of its file that it holds in memory; it keeps whatever it wrote else.

    A lower limit makes it drop them at once. PostgreSQL's are the server's.
    """
    if engine.dialect.name != "duckdb":
        return
    with engine.connect() as connection:
        with contextlib.suppress(duckdb.OutOfMemoryException):  # some are in use
            raw(connection).execute("SET memory_limit = '1MB'")
        raw(connection).execute("RESET memory_limit")


@contextlib.contextmanager
def alone(settings: Settings, engine: sa.Engine) -> Iterator[None]:
    """Hold a server's warehouse against other programs that write, on whatever machine; they wait.

    The lock is the session's: the server lets it go when the program ends, however that happens.
    """
    if settings.embedded:
        yield
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.select(sa.func.pg_advisory_lock(PROGRAM_LOCK)))
        try:
            yield
        finally:
            connection.execute(sa.select(sa.func.pg_advisory_unlock(PROGRAM_LOCK)))


@contextlib.contextmanager
def writing(settings: Settings, engine: sa.Engine) -> Iterator[sa.Connection]:
    """Open one transaction as the only writer; roll it back on any error."""
    with engine.begin() as connection:
        if not settings.embedded:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(WRITER_LOCK)))
        yield connection
