"""What is left of deliveries whose received bytes were destroyed: all that their judgement gave, sealed.

`remains/<delivery>` is a zip: the delivery's rows of the lake, its lines of ledger, findings and counts, and the
vault's rows of those who were not erased. A rebuild puts it in place instead of reading and judging again.
It holds once the journal says that the bytes are destroyed; until then it is not looked at.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa

from expectations.form import FORM
from expectations.sealing import StorageKeys, seal, unseal
from warehouse.installation.durable import write_durably
from warehouse.installation.settings import Misconfigured
from warehouse.storage.lake import parquet_of, rows_of, write_lake
from warehouse.storage.loading import bulk_insert, fetch
from warehouse.storage.vault import Vault, keep_identities, read_vault
from warehouse.tables.tables import destructions, table

NAME_LETTERS = 16  # of a delivery
LEDGER = "deliveries"
OTHERS = ("findings", "fingerprints", "sheet_counts")  # of the warehouse; facts are taken from the lake
_ARCHIVE_TIME = (2020, 9, 1, 0, 0, 0)


@dataclass(frozen=True)
class Left:
    """All that one delivery left: facts as they lie in the lake, other tables by name, the vault's rows by sheet."""

    facts: dict[str, bytes]  # Parquet by table
    tables: dict[str, pa.Table]
    vault: dict[str, pa.Table] = field(repr=False)

    @property
    def line(self) -> dict[str, object]:
        """The delivery's line of the ledger."""
        (line,) = self.tables[LEDGER].to_pylist()
        return line

    def rows(self, name: str) -> pa.Table | None:
        """Return the rows of a table of facts; None where there are none."""
        return pq.ParquetFile(io.BytesIO(self.facts[name])).read() if name in self.facts else None


@dataclass(frozen=True)
class Remains:
    """The folder of remains, and the keys that open them."""

    folder: Path
    keys: StorageKeys = field(repr=False)

    def path(self, delivery: str) -> Path:
        return self.folder / delivery

    def paths(self) -> Iterator[Path]:
        """Yield every file that is kept."""
        return (path for path in self.folder.glob("*") if len(path.name) == NAME_LETTERS)

    def has(self, delivery: str) -> bool:
        return self.path(delivery).exists()

    def read(self, delivery: str) -> Left:
        """Return what a delivery left; raise Misconfigured where it is lost, Damaged where it is not what was kept."""
        try:
            sealed = self.path(delivery).read_bytes()
        except FileNotFoundError:
            raise Misconfigured(
                f"Нет файла remains/{delivery}: полученный файл этой сдачи уничтожен, а что от неё осталось — там. "
                "Верните его из резервной копии."
            ) from None
        return _unpacked(unseal(sealed, bound(delivery), self.keys))

    def write(self, delivery: str, left: Left) -> None:
        """Keep what a delivery leaves, forced to the disk, in place of what was kept of it."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_durably(self.path(delivery), seal(_packed(left), bound(delivery), self.keys))


def gather(connection: sa.Connection, lake: Path, vault: Vault, delivery: str) -> Left:
    """Collect what the judgement of a delivery left; raise Misconfigured where its part of the lake is lost."""
    files = table("lake_files")
    statement = sa.select(files.c.name, files.c.path, files.c.sha256).where(files.c.delivery == delivery)
    facts = {}
    for name, path, sha256 in connection.execute(statement.order_by(files.c.name)):
        rows = rows_of(lake, path, sha256, delivery)
        if rows is None:
            raise Misconfigured(f"Файла озера {path} нет, или он изменён. Сначала выполните nastavnik rebuild.")
        facts[name] = parquet_of(rows)[0].to_pybytes()
    tables = {name: _of_delivery(connection, name, delivery) for name in (LEDGER, *OTHERS)}
    return Left(facts, tables, vault_of_deliveries(vault, [delivery]))


def vault_of_deliveries(vault: Vault, deliveries: Collection[str]) -> dict[str, pa.Table]:
    """Return all that the vault holds of some deliveries, by sheet."""
    return {
        sheet.name: read_vault(vault, sheet.name, [column.name for column in sheet.personal], deliveries)
        for sheet in FORM.sheets
        if sheet.personal
    }


def destroyed(connection: sa.Connection, hashes: Collection[str] | None = None) -> set[str]:
    """Return the hashes, among some or of all, whose bytes the journal says are destroyed."""
    gone = destructions()
    statement = sa.select(gone.c.sha256).where(gone.c.kind == "received").distinct()
    if hashes is not None:
        statement = statement.where(gone.c.sha256.in_(hashes))
    return set(connection.execute(statement).scalars())


def put_back(connection: sa.Connection, lake: Path, vault: Vault, lefts: dict[str, Left]) -> None:
    """Store what deliveries left as if they had been judged now: warehouse, lake, vault."""
    forget_and_keep(vault, lefts)
    for delivery, left in lefts.items():
        facts = {name: rows for name in left.facts if (rows := left.rows(name)) is not None}
        files = write_lake(lake, facts, {delivery: left.line["as_of"]})  # type: ignore[dict-item]
        for name, rows in (facts | left.tables | {"lake_files": files}).items():
            bulk_insert(connection, table(name), rows)


def forget_and_keep(vault: Vault, lefts: dict[str, Left]) -> None:
    """Make the vault hold of deliveries just what they left."""
    sheets = {name for left in lefts.values() for name in left.vault}
    tables = {
        name: pa.concat_tables(
            [left.vault[name] for left in lefts.values() if name in left.vault], promote_options="default"
        )
        for name in sorted(sheets)
    }
    keep_identities(vault, tables, list(lefts))


def _of_delivery(connection: sa.Connection, name: str, delivery: str) -> pa.Table:
    rows = table(name)
    return fetch(connection, sa.select(rows).where(rows.c.delivery == delivery).order_by(*rows.c))


def bound(delivery: str) -> bytes:
    """Return what a sealed file is authenticated as."""
    return b"remains:" + delivery.encode()


def _packed(left: Left) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, parquet in left.facts.items():
            archive.writestr(zipfile.ZipInfo(f"facts/{name}", _ARCHIVE_TIME), parquet)
        for folder, tables in (("tables", left.tables), ("vault", left.vault)):
            for name, rows in tables.items():
                entry = zipfile.ZipInfo(f"{folder}/{name}", _ARCHIVE_TIME)
                archive.writestr(entry, _stream(rows), zipfile.ZIP_DEFLATED)
    return content.getvalue()


def _stream(rows: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, rows.schema) as writer:
        writer.write_table(rows)
    return bytes(sink.getvalue())


def _unpacked(content: bytes) -> Left:
    parts: dict[str, dict[str, bytes]] = {"facts": {}, "tables": {}, "vault": {}}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            folder, _, own = name.partition("/")
            parts[folder][own] = archive.read(name)
    tables, vault = (
        {name: pa.ipc.open_stream(stream).read_all() for name, stream in parts[folder].items()}
        for folder in ("tables", "vault")
    )
    return Left(parts["facts"], tables, vault)
