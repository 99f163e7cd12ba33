"""The inbox: which delivered files wait, and which are still being written."""

from __future__ import annotations

import hashlib
import os
import stat
import time
from dataclasses import dataclass
from pathlib import Path

from warehouse.channels.channel import Taken

UNFINISHED = (".tmp", ".part", ".partial", ".filepart", ".crdownload", ".download")
JUNK = {"Thumbs.db", "desktop.ini"}
BESIDE = ""  # in place of a folder


@dataclass(frozen=True)
class Waiting:
    """A file that waits in a sender's folder; `arrival` marks this very file, unchanged."""

    path: Path
    folder: str
    modified_ns: int
    arrival: str


@dataclass(frozen=True)
class Inbox:
    """What was found: ready to be taken, taken before, left for later; the folders of odd things that are no files."""

    ready: list[Waiting]
    taken: list[Waiting]
    unsettled: int
    odd: list[str]  # a folder for each; BESIDE for what lies in nobody's


def look(inbox: Path, taken: Taken, settle_seconds: float) -> Inbox:
    """List the files not yet taken, oldest first; a young one is looked at again after `settle_seconds`."""
    found, odd = _scan(inbox)
    before = taken.intersection(one.arrival for one in found)
    waiting = [one for one in found if one.arrival not in before]
    horizon = time.time_ns() - int(settle_seconds * 1e9)
    young = [one for one in waiting if one.modified_ns > horizon]
    moving = _still_moving(young, settle_seconds) if young else set()
    ready = [one for one in waiting if one.path not in moving]
    ready.sort(key=lambda one: (one.modified_ns, os.fsencode(one.path)))
    return Inbox(ready, [one for one in found if one.arrival in before], len(moving), odd)


def _still_moving(young: list[Waiting], settle_seconds: float) -> set[Path]:
    time.sleep(settle_seconds)
    return {one.path for one in young if not unchanged(one)}


def _scan(inbox: Path) -> tuple[list[Waiting], list[str]]:
    found, odd = list[Waiting](), list[str]()
    for folder in _entries(inbox):
        if not folder.is_dir(follow_symlinks=False):
            odd += [BESIDE] * (not ignored(folder.name))
            continue
        try:
            seen = [entry for entry in _entries(Path(folder.path)) if not ignored(entry.name)]
        except PermissionError:  # one sender's folder is closed to us: the others' are not
            odd.append(spelled(folder.name))
            continue
        files = [_waiting(Path(entry.path), spelled(folder.name)) for entry in seen]
        found += [one for one in files if one is not None]
        odd += [spelled(folder.name)] * files.count(None)
    return found, odd


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: os.fsencode(entry.name))
    except FileNotFoundError:
        return []


def ignored(name: str) -> bool:
    """Tell whether a name is that of an unfinished or a hidden file."""
    return name.startswith((".", "~$")) or name in JUNK or name.lower().endswith(UNFINISHED)


def unchanged(one: Waiting) -> bool:
    """Tell whether the very file that was seen still lies at its path, no byte added since."""
    return _waiting(one.path, one.folder) == one


def spelled(name: str) -> str:
    """Spell a folder's name that is no UTF-8, or would move a terminal's cursor, so that it can be stored and shown.

    It is nobody's code, and is refused by name.
    """
    text = os.fsencode(name).decode("utf-8", "backslashreplace")
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)


def _waiting(path: Path, folder: str) -> Waiting | None:
    try:
        status = path.lstat()
    except OSError:
        return None
    if not stat.S_ISREG(status.st_mode):
        return None
    place = b"\0".join(
        [os.fsencode(path.absolute()), *(str(n).encode() for n in (status.st_size, status.st_mtime_ns, status.st_ino))]
    )
    return Waiting(path, folder, status.st_mtime_ns, hashlib.sha256(place).hexdigest())
