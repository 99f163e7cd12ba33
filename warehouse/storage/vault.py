"""The vault: personal columns, apart from the warehouse in a file or schema of their own, sealed.

A row of `personal.sealed` holds all personal rows of one sheet of one delivery, as an Arrow stream, compressed, sealed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import sqlalchemy as sa

from expectations.arrow import personal_schema
from expectations.form import FORM
from expectations.sealing import StorageKeys, seal, unseal
from warehouse.installation.engine import comment, create_schema, make_file, open_engine, open_file_of_large_rows
from warehouse.installation.settings import Settings
from warehouse.schema.version import KEPT_APART, note_head
from warehouse.storage.lake import by_delivery
from warehouse.storage.loading import bulk_insert, fetch
from warehouse.tables.tables import VAULT, vault_of

_LENGTH_BYTES = 4  # of the stream before compression
_SEALED = pa.schema([
    ("delivery", pa.string()), ("sheet", pa.string()), ("rows", pa.int32()), ("sealed", pa.binary()),
])  # fmt: skip


@dataclass(frozen=True)
class Vault:
    """An open vault; every row is read and written through the functions of this module."""

    engine: sa.Engine
    keys: StorageKeys = field(repr=False)


def sealed_rows() -> sa.Table:
    """Return the vault's one table."""
    return vault_of().tables[f"{VAULT}.sealed"]


def vault_file(settings: Settings) -> Path:
    """Return the file of an embedded installation's vault."""
    return settings.home / "vault.duckdb"


def open_vault(settings: Settings, keys: StorageKeys, *, read_only: bool = False) -> Vault:
    """Open the vault: a DuckDB file of its own, or the server's schema `personal`."""
    if not settings.embedded:
        return Vault(open_engine(settings.warehouse_url), keys)
    return Vault(open_file_of_large_rows(vault_file(settings), read_only=read_only), keys)


def may_read(vault: Vault) -> bool:
    """Tell whether this account of the server may read what the vault holds; on an embedded one everybody may."""
    if vault.engine.dialect.name == "duckdb":
        return True
    kept = f"{VAULT}.{sealed_rows().name}"
    statement = sa.case(
        (sa.func.has_schema_privilege(VAULT, "USAGE"), sa.func.has_column_privilege(kept, "sealed", "SELECT")),
        else_=sa.false(),
    )
    with vault.engine.connect() as connection:
        return bool(connection.execute(sa.select(statement)).scalar())


def may_destroy(vault: Vault) -> bool:
    """Tell whether this account may both read the vault and forget what it holds."""
    if vault.engine.dialect.name == "duckdb":
        return True
    kept = f"{VAULT}.{sealed_rows().name}"
    statement = sa.case(
        (sa.func.has_schema_privilege(VAULT, "USAGE"), sa.func.has_table_privilege(kept, "DELETE")), else_=sa.false()
    )
    with vault.engine.connect() as connection:
        return bool(connection.execute(sa.select(statement)).scalar()) and may_read(vault)


def make_vault(settings: Settings, keys: StorageKeys) -> None:
    """Create what is missing of the vault, readable by its owner alone."""
    if settings.embedded:
        make_file(f"duckdb:///{vault_file(settings)}")
    engine = open_vault(settings, keys).engine
    with engine.begin() as connection:
        create_schema(connection, vault_of())
        comment(connection, vault_of())
        note_head(connection, KEPT_APART)
    engine.dispose()
    if settings.embedded:
        vault_file(settings).chmod(0o600)


def keep_identities(vault: Vault, tables: dict[str, pa.Table], deliveries: Collection[str]) -> None:
    """Store the personal rows of deliveries by sheet, in place of all that was kept of them."""
    sealed = [
        {"delivery": delivery, "sheet": sheet, "rows": rows.num_rows, "sealed": _seal(delivery, sheet, rows, vault)}
        for sheet, table in tables.items()
        for delivery, rows in by_delivery(table.sort_by([("delivery", "ascending"), ("row", "ascending")]))
    ]
    with vault.engine.begin() as connection:
        _forget(connection, deliveries)
        bulk_insert(connection, sealed_rows(), pa.Table.from_pylist(sealed, _SEALED))


def read_vault(vault: Vault, sheet: str, columns: Iterable[str], deliveries: Collection[str] | None = None) -> pa.Table:
    """Return `delivery`, `row` and wanted personal columns of a sheet, of some deliveries or of all, in their order."""
    wanted = personal_schema(FORM.by_name[sheet])
    wanted = pa.schema([wanted.field(name) for name in ("delivery", "row", *columns)])
    kept = sealed_rows()
    statement = sa.select(kept.c.delivery, kept.c.sealed).where(kept.c.sheet == sheet).order_by(kept.c.delivery)
    if deliveries is not None:
        statement = statement.where(kept.c.delivery.in_(deliveries))
    with vault.engine.connect() as connection:
        found = fetch(connection, statement, pa.schema([_SEALED.field("delivery"), _SEALED.field("sealed")]))
    pairs = zip(found["delivery"].to_pylist(), found["sealed"].to_pylist(), strict=True)
    parts = [_unseal(delivery, sheet, sealed, vault, wanted) for delivery, sealed in pairs]
    return pa.concat_tables([wanted.empty_table(), *parts]).combine_chunks()


def forget_deliveries(vault: Vault, deliveries: Collection[str]) -> None:
    """Forget all that is kept of some deliveries' people."""
    with vault.engine.begin() as connection:
        _forget(connection, deliveries)


def forget_strays(vault: Vault, accepted: set[str]) -> None:
    """Forget the people of deliveries that were interrupted before the ledger named them, and never came again."""
    with vault.engine.connect() as connection:
        kept = set(connection.execute(sa.select(sealed_rows().c.delivery).distinct()).scalars())
    if strays := kept - accepted:
        forget_deliveries(vault, strays)


def _forget(connection: sa.Connection, deliveries: Collection[str]) -> None:
    connection.execute(sealed_rows().delete().where(sealed_rows().c.delivery.in_(deliveries)))


def _seal(delivery: str, sheet: str, rows: pa.Table, vault: Vault) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, rows.schema) as writer:
        writer.write_table(rows)
    stream = sink.getvalue()
    packed = pa.Codec("zstd").compress(stream, asbytes=True)
    return seal(stream.size.to_bytes(_LENGTH_BYTES, "big") + packed, _bound(delivery, sheet), vault.keys)


def _unseal(delivery: str, sheet: str, sealed: bytes, vault: Vault, wanted: pa.Schema) -> pa.Table:
    """Open one sheet of one delivery; a column that the form did not have then is empty."""
    content = unseal(sealed, _bound(delivery, sheet), vault.keys)
    length = int.from_bytes(content[:_LENGTH_BYTES], "big")
    rows = pa.ipc.open_stream(pa.Codec("zstd").decompress(content[_LENGTH_BYTES:], length)).read_all()
    columns = [
        rows[field.name].cast(field.type) if field.name in rows.column_names else pa.nulls(rows.num_rows, field.type)
        for field in wanted
    ]
    return pa.Table.from_arrays(columns, schema=wanted)


def _bound(delivery: str, sheet: str) -> bytes:
    return f"vault:{delivery}:{sheet}".encode()
