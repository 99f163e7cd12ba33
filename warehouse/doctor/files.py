"""The kept files, read from their first byte to the last: is each still what was kept?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from shlex import quote

import sqlalchemy as sa

from expectations.sealing import Damaged, NoSuchKey, StorageKeys, unseal
from warehouse.access.keyring import open_keyring
from warehouse.copies.belonging import needed
from warehouse.copies.folder import CopiesFolder
from warehouse.doctor.answers import Answer, Look, NotNow, fail, ok, warn
from warehouse.installation.settings import Settings
from warehouse.journal import notes
from warehouse.journal.journal import all_entries
from warehouse.storage import received, remains
from warehouse.storage.lake import stored_bytes
from warehouse.tables.tables import table

SHOWN = 3  # spoilt files that are named; the others come to light when these are mended


@dataclass(frozen=True)
class Sealed:
    """A sealed file by its path in the home; `bound` is what it is authenticated as."""

    name: str
    bound: bytes

    def is_whole(self, content: bytes, keys: StorageKeys) -> bool:
        try:
            unseal(content, self.bound, keys)
        except (Damaged, NoSuchKey):
            return False
        return True


def files(look: Look) -> Answer:
    """Is every kept file what was kept? Reads all of them."""
    settings, connection, ring = look.settings, look.reading(), open_keyring(look.settings)
    if ring is None:
        raise NotNow
    kept = list(_sealed(settings, connection))
    spoilt = [one for one in kept if not one.is_whole(_content(settings.home / one.name), ring.storage)]
    if spoilt:
        told = f"испорчены или пропали: {len(spoilt)} — {', '.join(one.name for one in spoilt[:SHOWN])}"
        return fail(told, "; ".join(_way_back(one, settings, ring.storage) for one in spoilt[:SHOWN]))
    listed = _of_lake(connection)
    if wrong := [path for path, sha256 in listed if stored_bytes(settings.lake, path, sha256) is None]:
        told = f"озеро, испорчены или пропали: {len(wrong)} — {', '.join(wrong[:SHOWN])}"
        return fail(told, "Озеро делается из полученных файлов заново: nastavnik rebuild.")
    known = {one.name for one in kept}
    paths = received.ReceivedFiles(settings.received, ring.storage).paths()
    if strays := sorted({str(path.relative_to(settings.home)) for path in paths} - known):
        return warn(
            f"ничьи полученные файлы: {len(strays)} — {', '.join(strays[:SHOWN])}",
            "Их оставил прерванный приём: в журнале их нет, и уничтожение данных их не найдёт. Если база не "
            "возвращалась к прежней копии, удалите их.",
        )
    return ok(f"целы, прочитано {len(kept) + len(listed)}")


def _sealed(settings: Settings, connection: sa.Connection) -> Iterator[Sealed]:
    """Yield what can be made of nothing else: received files, what destroyed ones left, what people said."""
    home = settings.home
    for sha256 in needed(settings, all_entries(connection), remains.destroyed(connection)):
        path = received.received_path(settings.received, sha256)
        yield Sealed(str(path.relative_to(home)), received.bound(sha256))
    for folder, letters, bound in (
        (settings.remains, remains.NAME_LETTERS, remains.bound),
        (settings.notes, 2 * notes.NAME_BYTES, notes.bound),
    ):
        for path in sorted(folder.glob("*")):
            if len(path.name) == letters:
                yield Sealed(str(path.relative_to(home)), bound(path.name))


def _of_lake(connection: sa.Connection) -> list[tuple[str, str]]:
    listed = table("lake_files").c
    return list(connection.execute(sa.select(listed.path, listed.sha256).distinct().order_by(listed.path)).tuples())


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _way_back(one: Sealed, settings: Settings, keys: StorageKeys) -> str:
    """Say where whole bytes are: in the newest backup that has them, else with the sender alone."""
    copies = settings.backup and CopiesFolder(settings.backup)
    path = copies.holding(one.name, lambda content: one.is_whole(content, keys)) if copies else None
    if path is not None:
        return f"cp {quote(str(path))} {quote(str(settings.home / one.name))}"
    if one.name.startswith("received/"):
        return f"{one.name}: целой копии нет; те же байты, присланные ещё раз, станут на место"
    return f"{one.name}: целой копии нет"
