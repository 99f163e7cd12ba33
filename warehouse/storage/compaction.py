"""Stores written anew, so that nothing deleted stays in their free pages."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from warehouse.installation.durable import replace_durably
from warehouse.installation.engine import comment, create_schema, open_engine
from warehouse.installation.home import Home
from warehouse.schema.version import KEPT_APART, WAREHOUSE, Store, note_head
from warehouse.storage.loading import bulk_insert, fetch
from warehouse.storage.vault import vault_file
from warehouse.tables.tables import tables_of, vault_of
from warehouse.tables.views import create_views


class NotCopied(Exception):
    """A store's copy has other tables or numbers of rows than the store: the store stays as it was."""


def compact(home: Home) -> None:
    """Write warehouse and vault anew; needs `opened(…, write=True)`. The server's tables are rewritten by VACUUM."""
    if not home.settings.embedded:
        _vacuum(home.engine, tables_of(), vault_of())
        return
    file = sa.make_url(home.settings.warehouse_url).database
    assert file is not None
    _copy(home.engine, Path(file), tables_of(), WAREHOUSE)
    _copy(home.vault.engine, vault_file(home.settings), vault_of(), KEPT_APART)


def compact_vault(home: Home) -> None:
    """Write the vault alone anew; needs `opened(…, write=True)`."""
    if home.settings.embedded:
        _copy(home.vault.engine, vault_file(home.settings), vault_of(), KEPT_APART)
    else:
        _vacuum(home.engine, vault_of())


def _vacuum(engine: sa.Engine, *stores: sa.MetaData) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in (table for store in stores for table in store.tables.values()):
            connection.execute(sa.text(f'VACUUM (FULL) "{table.schema}"."{table.name}"'))


def _copy(engine: sa.Engine, file: Path, metadata: sa.MetaData, store: Store) -> None:
    """Put a fresh file with the same rows in a DuckDB file's place; every other connection to it must be closed."""
    fresh = file.with_name(f"{file.name}.fresh")
    for litter in (fresh, _log(fresh)):
        litter.unlink(missing_ok=True)
    copy = open_engine(f"duckdb:///{fresh}")
    with engine.connect() as source, copy.begin() as target:
        create_schema(target, metadata)
        note_head(target, store)
        if store is WAREHOUSE:
            create_views(target)
        comment(target, metadata)
        for table in metadata.tables.values():
            bulk_insert(target, table, fetch(source, sa.select(table)))
    with engine.connect() as source, copy.connect() as target:
        if _contents(source) != _contents(target):
            raise NotCopied
    _close_whole(copy, fresh)
    with engine.connect() as source:
        source.execute(sa.text("CHECKPOINT"))
    engine.dispose()
    replace_durably(fresh, file)
    _log(file).unlink(missing_ok=True)


def _close_whole(engine: sa.Engine, file: Path) -> None:
    """Close a DuckDB file that holds all its rows: on a full disk closing leaves them in its log, and says nothing."""
    with engine.connect() as connection:
        connection.execute(sa.text("CHECKPOINT"))
    engine.dispose()
    if _log(file).exists():
        raise NotCopied


def _contents(connection: sa.Connection) -> dict[str, int]:
    """Count the rows of every table that the engine knows, by name."""
    inspector = sa.inspect(connection)
    names = [
        f'"{schema}"."{name}"'
        for schema in ("journal", "mentoring", "personal")
        for name in inspector.get_table_names(schema=schema)
    ]
    return {name: connection.execute(sa.text(f"SELECT count(*) FROM {name}")).scalar_one() for name in sorted(names)}


def _log(file: Path) -> Path:
    return file.with_name(f"{file.name}.wal")
