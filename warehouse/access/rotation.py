"""Changing the keys: a new storage key and a new master key, and where asked a new key of people's tokens.

Whatever step a change is killed at, the master key that was in use opens everything, and once the new one is in its
place, that does; the next change finishes what the killed one began.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

import pyarrow as pa
import sqlalchemy as sa

from expectations.sealing import HEADER_BYTES, StorageKeys, key_of, rewrapped
from warehouse.access.keyring import Keyring, write_keyring
from warehouse.access.keys import key_id, key_text, new_key, read_master
from warehouse.ingestion.rebuild import rebuild
from warehouse.installation.durable import replace_durably, write_durably
from warehouse.installation.home import Home
from warehouse.installation.settings import KeySource, Misconfigured, Settings, Source, key_file
from warehouse.journal.notes import Notes
from warehouse.storage.compaction import compact
from warehouse.storage.loading import bulk_insert, fetch
from warehouse.storage.received import ReceivedFiles
from warehouse.storage.remains import Remains, destroyed
from warehouse.storage.vault import Vault, sealed_rows
from warehouse.tables.tables import table

AT_ONCE = 500  # files between two syncs
Advance = Callable[[int, int], None]


class FiguresChanged(Exception):
    """A rebuild under other tokens gave other figures: nothing of it is kept."""


@dataclass(frozen=True)
class Rotated:
    """What a change of keys did; `to_set` is the setting that must now hold the new master key."""

    ring: Keyring
    finished_earlier: bool
    retokened: bool
    to_set: KeySource | None


@dataclass(frozen=True)
class _Master:
    """The master key to stay, and the one that opened the ring."""

    old: bytes = field(repr=False)
    new: bytes = field(repr=False)


def rotate(home: Home, *, tokens: bool = False, on_progress: Advance = lambda done, of: None) -> Rotated:
    """Change the keys, or finish a change that was interrupted; needs `opened(…, write=True, changing_keys=True)`.

    Raises Misconfigured where the new master key is not to be had, before anything is changed.
    """
    settings, unfinished = home.settings, home.ring.changing
    if tokens and not unfinished:
        _require_all_bytes(home)
    master = _resumed(settings, home.ring) if unfinished else _begun(settings)
    if not unfinished:
        ring = replace(home.ring.renewed(tokens=tokens), masters=_ids(master))
        write_keyring(settings, ring, *_different(master))
        home = replace(home, ring=ring)  # its vault and received files are opened anew, with both storage keys
    retokened = home.ring.retokening
    _finish(home, master, on_progress)
    stays = replace(home.ring.settled(), masters=(key_id(master.new),))
    write_keyring(settings, stays, master.new)
    return Rotated(stays, unfinished, retokened, _to_set(settings, master))


def _require_all_bytes(home: Home) -> None:
    """Tokens are made of names: of destroyed files there are none to make new ones of."""
    with home.reading() as connection:
        gone = destroyed(connection)
    if gone:
        raise Misconfigured(
            f"Ключ токенов сменить нельзя: уничтожено полученных файлов: {len(gone)}, и токены их людей заново не "
            "вычислить. Без --tokens ключи меняются, как прежде."
        )


def _begun(settings: Settings) -> _Master:
    """Make or read the master key to go over to; without one the present key stays."""
    old = read_master(settings.key)
    if settings.new_key is not None:
        new = read_master(settings.new_key)
        if new == old:
            raise Misconfigured(f"{settings.new_key.setting}: это прежний ключ.")
        return _Master(old, new)
    if settings.key.kind is not Source.FILE:
        return _Master(old, old)
    new = new_key()
    try:
        write_durably(_next_file(settings), key_text(new))
    except OSError:
        raise Misconfigured(
            f"Рядом с файлом ключа {settings.key.file} ничего не записать. Дайте новый ключ через NASTAVNIK_NEW_KEY."
        ) from None
    return _Master(old, new)


def _resumed(settings: Settings, ring: Keyring) -> _Master:
    """Find the master key that an interrupted change was going over to."""
    old, target = read_master(settings.key), ring.masters[-1]
    if key_id(old) == target:
        return _Master(old, old)
    sources = [settings.new_key] if settings.new_key else []
    if settings.key.kind is Source.FILE and _next_file(settings).exists():
        sources.append(key_file(_next_file(settings)))
    for source in sources:
        if key_id(new := read_master(source)) == target:
            return _Master(old, new)
    raise Misconfigured(
        f"Смена ключей прервана на переходе к ключу {target}. Дайте его через NASTAVNIK_NEW_KEY "
        "или NASTAVNIK_NEW_KEY_COMMAND и повторите."
    )


def _finish(home: Home, master: _Master, on_progress: Advance) -> None:
    """Do what is left to do, in an order that may be broken off anywhere."""
    rewrap_received(home.received, on_progress)
    rewrap_remains(home.remains)
    rewrap_notes(home.notes)
    rewrap_vault(home.vault)
    if home.ring.retokening:
        retoken(home)
    compact(home)
    if home.settings.key.kind is Source.FILE and _waits(coming := _next_file(home.settings), master.new):
        replace_durably(coming, home.settings.key.file)


def retoken(home: Home) -> None:
    """Make every token anew by a rebuild; raise FiguresChanged, with nothing changed, where a release would differ."""
    before = _released(home)

    def same(connection: sa.Connection) -> None:
        if _hashes(connection) != before:
            raise FiguresChanged

    rebuild(home, check=same)


def rewrap_received(received: ReceivedFiles, on_progress: Advance = lambda done, of: None) -> None:
    """Put every received file under the current storage key: the header is written anew, the rest as it was."""
    for litter in received.folder.glob("??/.*.part"):
        litter.unlink()
    _rewrap(received.paths(), received.keys, on_progress)


def rewrap_remains(remains: Remains) -> None:
    """Put what destroyed files left under the current storage key."""
    for litter in remains.folder.glob(".*.part"):
        litter.unlink()
    _rewrap(remains.paths(), remains.keys, lambda done, of: None)


def rewrap_notes(notes: Notes) -> None:
    """Put what people said under the current storage key."""
    for litter in notes.folder.glob(".*.part"):
        litter.unlink()
    _rewrap(notes.paths(), notes.keys, lambda done, of: None)


def _rewrap(paths: Iterable[Path], keys: StorageKeys, on_progress: Advance) -> None:
    old = [path for path in paths if _storage_key(path) != keys.current]
    todo, done = iter(old), 0
    while batch := list(islice(todo, AT_ONCE)):
        for path in batch:
            _write_beside(path, rewrapped(path.read_bytes(), keys))
        os.sync()  # no name is given to bytes that a power cut could take
        for path in batch:
            _beside(path).replace(path)
        done += len(batch)
        on_progress(done, len(old))
    os.sync()


def rewrap_vault(vault: Vault) -> None:
    """Put every row of the vault under the current storage key, in one transaction."""
    kept = sealed_rows()
    with vault.engine.begin() as connection:
        rows = fetch(connection, sa.select(kept))
        changed = [_rewrapped_row(row, vault.keys) for row in rows.to_pylist()]
        if any(changed):
            connection.execute(kept.delete())
            bulk_insert(connection, kept, pa.Table.from_pylist(changed))


def sealed_under(home: Home) -> dict[str, tuple[int, int]]:
    """Return how many files (received, left, said) and rows of the vault lie under each storage key, by its id."""
    kept = sealed_rows()
    with home.vault.engine.connect() as connection:
        rows = connection.execute(sa.select(kept.c.sealed)).scalars()
        of_vault = [key_of(bytes(row[:HEADER_BYTES])) for row in rows]
    of_files = [_storage_key(path) for path in (*home.received.paths(), *home.remains.paths(), *home.notes.paths())]
    ids = {*home.ring.storage.by_id, *of_files, *of_vault}
    return {name: (of_files.count(name), of_vault.count(name)) for name in sorted(ids)}


def _rewrapped_row(row: dict[str, object], keys: StorageKeys) -> dict[str, object]:
    sealed = row["sealed"]
    assert isinstance(sealed, bytes)
    return row if key_of(sealed) == keys.current else row | {"sealed": rewrapped(sealed, keys)}


def _storage_key(path: Path) -> str:
    with path.open("rb") as file:
        return key_of(file.read(HEADER_BYTES))


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.part")


def _write_beside(path: Path, content: bytes) -> None:
    with open(_beside(path), "wb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(content)


def _released(home: Home) -> list[tuple[object, ...]]:
    with home.reading() as connection:
        return _hashes(connection)


def _hashes(connection: sa.Connection) -> list[tuple[object, ...]]:
    releases = table("releases")
    statement = sa.select(releases.c.release, releases.c.figures_sha256).order_by(releases.c.release)
    return [tuple(row) for row in connection.execute(statement)]


def _next_file(settings: Settings) -> Path:
    """Where the next master key waits beside the file of the present one."""
    return settings.key.file.with_name(f"{settings.key.file.name}.next")


def _waits(file: Path, key: bytes) -> bool:
    return file.exists() and read_master(key_file(file)) == key


def _different(master: _Master) -> Iterator[bytes]:
    return iter(dict.fromkeys((master.old, master.new)))


def _ids(master: _Master) -> tuple[str, ...]:
    return tuple(key_id(one) for one in _different(master))


def _to_set(settings: Settings, master: _Master) -> KeySource | None:
    """Return the setting whose key the operator must replace now."""
    if master.old == master.new or settings.new_key is None:
        return None
    return settings.key
