"""The vault: personal columns, apart from the warehouse in a file or schema of their own."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import sqlalchemy as sa

from warehouse.engine import comment, create_schema, open_engine
from warehouse.loading import bulk_insert
from warehouse.settings import Settings
from warehouse.tables import VAULT, vault_of


def open_vault(settings: Settings, *, read_only: bool = False) -> sa.Engine:
    """Return the vault's own engine: a DuckDB file of its own, or the server's schema `personal`."""
    if not settings.embedded:
        return open_engine(settings.warehouse_url)
    return open_engine(f"duckdb:///{_file(settings)}", read_only=read_only)


def make_vault(settings: Settings) -> None:
    """Create what is missing of the vault, readable by its owner alone."""
    engine = open_vault(settings)
    with engine.begin() as connection:
        create_schema(connection, vault_of())
        comment(connection, vault_of())
    engine.dispose()
    if settings.embedded:
        _file(settings).chmod(0o600)


def _file(settings: Settings) -> Path:
    return settings.home / "vault.duckdb"


def keep_identities(engine: sa.Engine, tables: dict[str, pa.Table], deliveries: list[str]) -> None:
    """Store the personal rows of deliveries, in place of what an interrupted attempt left of them."""
    with engine.begin() as connection:
        for name, rows in tables.items():
            kept = vault_of().tables[f"{VAULT}.{name}"]
            connection.execute(kept.delete().where(kept.c.delivery.in_(deliveries)))
            bulk_insert(connection, kept, rows)


def forget_strays(engine: sa.Engine, accepted: set[str]) -> None:
    """Forget the people of deliveries that were interrupted before the ledger named them, and never came again.

    Every delivery kept has its one row of «Организация» here, in the same transaction as all its other rows.
    """
    headers = vault_of().tables[f"{VAULT}.organisation"]
    with engine.begin() as connection:
        strays = set(connection.execute(sa.select(headers.c.delivery)).scalars()) - accepted
        for kept in vault_of().tables.values() if strays else ():
            connection.execute(kept.delete().where(kept.c.delivery.in_(strays)))
