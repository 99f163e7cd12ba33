"""A backup brought back into an empty home: what was kept is put in place, everything else is rebuilt from it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from warehouse.access.keyring import keyring_path, open_keyring
from warehouse.access.keys import key_id, read_master
from warehouse.copies.backup import telling
from warehouse.copies.belonging import Known, known_to
from warehouse.copies.folder import CopiesFolder, Snapshot
from warehouse.copies.journal import Tables, cut, entries_in, opened_table, write_journal
from warehouse.copies.verifying import require_whole
from warehouse.ingestion.rebuild import RebuildSummary, rebuild
from warehouse.installation.durable import write_durably
from warehouse.installation.engine import alone, make_file, open_engine, writing
from warehouse.installation.home import Home, forget_made, has_journal, locked, opened
from warehouse.installation.settings import Misconfigured, Settings, Source
from warehouse.installation.unfinished import RESTORE, begin, end, unfinished
from warehouse.proof.manifest import MANIFEST
from warehouse.schema.migrating import migrate
from warehouse.schema.version import HEAD, KEPT_APART, WAREHOUSE, Store
from warehouse.storage.vault import vault_file
from warehouse.tables.tables import table

FREE = ("inbox", "run")  # what an empty home may hold, beside the key


@dataclass(frozen=True)
class Restored:
    """What a restore brought back; releases that the rebuild counts otherwise than they were released."""

    snapshot: Snapshot
    rebuilt: RebuildSummary
    differing: list[str]
    other_settings: dict[str, str]  # as they were, where they are others now


def restore(
    settings: Settings,
    copies: CopiesFolder,
    at: datetime,
    name: str | None = None,
    until: int | datetime | None = None,
    on_progress: Callable[[int, int], None] = lambda done, of: None,
) -> Restored:
    """Restore the newest backup of a folder, or a named one, up to a journal number or a time.

    Nothing is touched before the whole backup is proved. Interrupted anywhere, the same command again completes it.
    """
    snapshot = _chosen(copies, name)
    require_whole(copies, snapshot)
    _require_key(settings, snapshot)
    with locked(settings, alone=True):
        wanted = f"{snapshot.name} {until or ''}".strip()
        _require_room(settings, wanted)
        begin(settings, RESTORE, wanted)
        forget_made(settings)
        tables = _placed(settings, copies, snapshot, until)
        _stored(settings, snapshot, tables)
    with opened(settings, at, write=True, finishing=True) as home:
        rebuilt = rebuild(home, on_progress)
        differing = _differing(home)
        home.audit("restore", snapshot.name, deliveries=rebuilt.deliveries, releases=rebuilt.releases)
    end(settings)
    now = telling(settings)
    others = {key: value for key, value in snapshot.settings.items() if now.get(key) != value}
    return Restored(snapshot, rebuilt, differing, others)


def _chosen(copies: CopiesFolder, name: str | None) -> Snapshot:
    names = copies.names()
    if not names:
        raise Misconfigured("В этой папке нет ни одной копии.")
    snapshot = copies.read(name or names[-1])
    if snapshot.schema > HEAD:
        raise Misconfigured(f"Копия сделана более новой версией программы: схема {snapshot.schema}, эта знает {HEAD}.")
    return snapshot


def _require_key(settings: Settings, snapshot: Snapshot) -> None:
    own = key_id(read_master(settings.key))
    if own not in snapshot.masters:
        raise Misconfigured(
            f"Ключ не подходит: этот — {own}, а копию открывает {' или '.join(snapshot.masters)}. Верните ключ, "
            "который действовал, когда она делалась."
        )


def _require_room(settings: Settings, wanted: str) -> None:
    """Raise Misconfigured unless home and database are empty, or hold what the same restore began."""
    if (begun := unfinished(settings)) == (RESTORE, wanted):
        return
    if begun is not None:
        raise Misconfigured(f"Здесь не закончено другое: {' '.join(begun)}. Восстанавливайте в пустую папку.")
    key = Path(settings.key.value) if settings.key.kind is Source.FILE else None
    taken = [path for path in settings.home.iterdir() if path.name not in FREE and path != key]
    if taken or (settings.run / "made").exists():
        raise Misconfigured(f"Папка {settings.home} не пуста: восстанавливают только в пустую. Ничего не изменено.")
    if settings.embedded:
        return
    engine = open_engine(settings.warehouse_url)
    with engine.connect() as connection:
        used = has_journal(connection)
    engine.dispose()
    if used:
        raise Misconfigured("База данных не пуста: восстанавливают только в пустую. Ничего не изменено.")


def _placed(settings: Settings, copies: CopiesFolder, snapshot: Snapshot, until: int | datetime | None) -> Tables:
    """Put the files in place, the keyring first; return the journal's tables."""
    settings.inbox.mkdir(parents=True, exist_ok=True, mode=0o700)
    ring = keyring_path(settings).name
    _place(settings.home / ring, copies.contents(snapshot.files[ring]))
    opened_ring = open_keyring(settings)
    assert opened_ring is not None
    tables = {
        name: opened_table(name, copies.contents(piece), opened_ring.storage) for name, piece in snapshot.tables.items()
    }
    tables = tables if until is None else cut(tables, until)
    known: Known = known_to(entries_in(tables))
    for name, piece in snapshot.files.items():
        if name != ring and known.knows(name):
            _place(_inside(settings.home, name), copies.contents(piece))
    return tables


def _inside(home: Path, name: str) -> Path:
    path = home / name
    if Path(name).is_absolute() or ".." in Path(name).parts:
        raise Misconfigured("Опись копии называет файл вне папки программы: это не наша копия.")
    return path


def _place(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_durably(path, content)


def _stored(settings: Settings, snapshot: Snapshot, tables: Tables) -> None:
    """Make both stores as they were and bring them to the present schema, the journal with its rows."""
    vault = f"duckdb:///{vault_file(settings)}" if settings.embedded else settings.warehouse_url
    for store, url in ((KEPT_APART, vault), (WAREHOUSE, settings.warehouse_url)):
        make_file(url)
        engine = open_engine(url)
        with alone(settings, engine), writing(settings, engine) as connection:
            _made(connection, store, snapshot.schema, tables)
        engine.dispose()


def _made(connection: sa.Connection, store: Store, schema: str, tables: Tables) -> None:
    migrate(connection, store, schema)
    if store is WAREHOUSE:
        write_journal(connection, tables)
    migrate(connection, store, HEAD)


def _differing(home: Home) -> list[str]:
    """Return the releases whose figures, counted anew, are others than those in their folders."""
    releases = table("releases")
    with home.reading() as connection:
        counted = dict(connection.execute(sa.select(releases.c.release, releases.c.figures_sha256)).tuples().all())
    return sorted(
        name
        for name, sha256 in counted.items()
        if (listed := home.settings.releases / name / MANIFEST).exists()
        and json.loads(listed.read_bytes())["figures_sha256"] != sha256
    )
