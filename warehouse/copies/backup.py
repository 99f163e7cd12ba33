"""Making a backup, while the installation works."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from warehouse.access.audit import record
from warehouse.access.keyring import Keyring, keyring_path, open_keyring
from warehouse.copies.belonging import files_of, known_to, lost
from warehouse.copies.folder import CopiesFolder, Piece, Snapshot
from warehouse.copies.journal import Tables, entries_in, read_journal, sealed_table
from warehouse.installation.engine import open_engine
from warehouse.installation.faults import without_words
from warehouse.installation.home import opened
from warehouse.installation.settings import Misconfigured, Settings
from warehouse.installation.unfinished import require_none
from warehouse.schema.version import HEAD, WAREHOUSE, number_of, require_head
from warehouse.storage.remains import destroyed

ATTEMPTS = 3  # a change of keys or an erasure in the middle of a copy is rare; twice in a row it is not
Advance = Callable[[int, int], None]


class Disturbed(Exception):
    """Keys were changed or files destroyed while they were copied: the copy is begun again."""


@dataclass(frozen=True)
class Made:
    """A backup that was made: how much of it is new in the folder, and the received files that are lost."""

    snapshot: Snapshot
    new_bytes: int
    lost: list[str]
    pruned: list[str]


def backup(
    settings: Settings,
    folder: Path,
    at: datetime,
    keep_days: int | None = None,
    on_progress: Advance = lambda done, of: None,
) -> Made:
    """Add a backup to a folder; with `keep_days` remove those older, never the last.

    The database is read first, in one snapshot; then the files that its journal names: they are never changed, and
    those that came meanwhile are left for the next time.
    """
    if folder.resolve().is_relative_to(settings.home.resolve()):
        raise Misconfigured("Копия внутри NASTAVNIK_HOME пропадёт вместе с ней: укажите другую папку.")
    if not keyring_path(settings).exists():
        raise Misconfigured("Копировать нечего: в этой папке ещё нет данных.")
    copies = CopiesFolder(folder)
    with copies.alone():
        for attempt in range(ATTEMPTS):
            with contextlib.suppress(Disturbed):
                made = _attempt(settings, copies, at, on_progress)
                break
            if attempt + 1 == ATTEMPTS:
                raise Misconfigured("Пока делалась копия, менялись ключи или уничтожались файлы. Повторите позже.")
        record(settings, "backup", made.snapshot.name, new_bytes=made.new_bytes, lost=len(made.lost))
        pruned = copies.prune(at, keep_days) if keep_days is not None else []
    return Made(made.snapshot, made.new_bytes, made.lost, pruned)


def _attempt(settings: Settings, copies: CopiesFolder, at: datetime, on_progress: Advance) -> Made:
    before = _unchanging(settings)
    with _reading(settings, at) as (connection, ring):
        tables, gone = read_journal(connection), destroyed(connection)
    entries = entries_in(tables)
    last = copies.newest()
    sealed = {name: copies.keep(sealed_table(name, rows, ring.storage)) for name, rows in tables.items()}
    files, names = {}, list(files_of(settings, known_to(entries)))
    for done, name in enumerate(names, 1):
        files[name] = _copied(settings.home / name, copies, last.files.get(name) if last else None)
        on_progress(done, len(names))
    if _unchanging(settings) != before:
        raise Disturbed
    snapshot = Snapshot(
        name=f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{entries[-1].seq}",
        made_at=at.astimezone(UTC).isoformat(timespec="seconds"),
        schema=HEAD,
        seq=entries[-1].seq,
        known_at=_last_known(tables),
        masters=list(ring.masters),
        settings=telling(settings),
        tables=sealed,
        files=files,
    )
    copies.write(snapshot)
    return Made(snapshot, copies.new_bytes, lost(settings, entries, gone), [])


def _copied(path: Path, copies: CopiesFolder, last: Piece | None) -> Piece:
    """Keep a file; one that looks as it did last time is not read."""
    try:
        status = path.stat()
        if last and (last.size, last.modified_ns) == (status.st_size, status.st_mtime_ns) and copies.has(last):
            return last
        return copies.keep(path.read_bytes(), status.st_mtime_ns)
    except FileNotFoundError:
        raise Disturbed from None


@contextlib.contextmanager
def _reading(settings: Settings, at: datetime) -> Iterator[tuple[sa.Connection, Keyring]]:
    """Open one snapshot of the database: a file waits for its writer, a server does not."""
    if settings.embedded:
        with opened(settings, at) as home, home.reading() as connection:
            yield connection, home.ring
        return
    require_none(settings)
    ring, engine = open_keyring(settings), open_engine(settings.warehouse_url)
    assert ring is not None
    try:
        with without_words(), engine.connect() as plain:
            connection = plain.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            require_head(number_of(connection, WAREHOUSE))
            yield connection, ring
    finally:
        engine.dispose()


def _unchanging(settings: Settings) -> tuple[object, ...]:
    """Return what must be the same after a copy as before it: the keys, and what destroyed files left."""
    remains = sorted((path.name, path.stat().st_mtime_ns) for path in settings.remains.glob("*"))
    return keyring_path(settings).read_bytes(), tuple(remains)


def telling(settings: Settings) -> dict[str, str]:
    """Return the settings that figures, verdicts and deadlines depend on; none of them is secret."""
    return {
        "NASTAVNIK_TIMEZONE": str(settings.timezone),
        "NASTAVNIK_SMALL_CELL": str(settings.small_cell),
        "NASTAVNIK_MOVED_POINTS": str(settings.moved_points),
        "NASTAVNIK_HOLD_DROP": str(settings.hold_drop),
    }


def _last_known(tables: Tables) -> str:
    return tables["entries"]["known_at"][-1].as_py().replace(tzinfo=UTC).isoformat()
