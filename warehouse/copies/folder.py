"""The folder of backups: contents under their own hashes, each once, and a list of contents for each backup.

`objects/<2 letters>/<hash>` are never changed; `snapshots/<name>.json` appears only when all that it lists is there.
Such a folder may be copied on by rsync, restic or a bucket's own tool at any time, objects before snapshots.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from warehouse.installation.durable import write_durably
from warehouse.installation.locks import alone_with
from warehouse.installation.settings import Misconfigured
from warehouse.proof.manifest import SEAL, sealed

VERSION = 1
AT_ONCE = 500  # objects between two syncs


class CopyDamaged(Exception):
    """A backup that is not what was made; its text tells the operator what is wrong."""


@dataclass(frozen=True)
class Piece:
    """Where one file's or one table's contents are; `modified_ns` tells whether a file is the same as last time."""

    sha256: str
    size: int
    modified_ns: int = 0


@dataclass(frozen=True)
class Snapshot:
    """One backup: what was known when, under which schema and keys, and where its contents are."""

    name: str
    made_at: str
    schema: str
    seq: int  # the last entry of its journal
    known_at: str
    masters: list[str]  # ids of the master keys that open its keyring
    settings: dict[str, str]  # that figures and texts depend on
    tables: dict[str, Piece] = field(repr=False)
    files: dict[str, Piece] = field(repr=False)

    @property
    def pieces(self) -> Iterator[Piece]:
        yield from self.tables.values()
        yield from self.files.values()


class CopiesFolder:
    """A folder of backups, whose writer works alone."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.new_bytes = folder, 0
        self._new: dict[Path, Path] = {}  # half-written files by what they will be called

    def alone(self) -> AbstractContextManager[None]:
        """Hold the folder; raise Misconfigured where another backup is being made in it."""
        return alone_with(self.folder / ".lock", "В эту папку уже делается другая копия.")

    def names(self) -> list[str]:
        """Return the backups, the oldest first."""
        return sorted(path.stem for path in self.folder.glob("snapshots/*.json") if not path.name.startswith("."))

    def read(self, name: str) -> Snapshot:
        """Return a backup's list; raise CopyDamaged where it is not as it was written."""
        path = self._list(name)
        try:
            content = path.read_bytes()
            told: dict[str, Any] = json.loads(content)
        except FileNotFoundError:
            raise Misconfigured(f"Копии {name} в этой папке нет.") from None
        except ValueError:
            raise CopyDamaged(f"Опись копии {name} повреждена.") from None
        if not isinstance(told, dict) or told.get("version") != VERSION:
            raise CopyDamaged(f"Опись копии {name} повреждена или сделана другой версией программы.")
        if sealed({key: value for key, value in told.items() if key != SEAL}) != content:
            raise CopyDamaged(f"Опись копии {name} изменена после того, как она сделана.")
        pieces = {part: {key: Piece(**one) for key, one in told[part].items()} for part in ("tables", "files")}
        return Snapshot(**{key: told[key] for key in told if key not in (SEAL, "version")} | pieces)

    def newest(self) -> Snapshot | None:
        """Return the last backup's list; None where there is none that can be read."""
        for name in reversed(self.names()):
            with suppress(CopyDamaged):
                return self.read(name)
        return None

    def holding(self, name: str, is_whole: Callable[[bytes], bool]) -> Path | None:
        """Return where the newest contents of a file are that are whole; None where no backup has such."""
        for snapshot in reversed(self.names()):
            with suppress(CopyDamaged):
                piece = self.read(snapshot).files.get(name)
                if piece is not None and is_whole(self.contents(piece)):
                    return self._object(piece.sha256)
        return None

    def keep(self, content: bytes, modified_ns: int = 0) -> Piece:
        """Keep contents, once; they are there for certain after `write`."""
        piece = Piece(hashlib.sha256(content).hexdigest(), len(content), modified_ns)
        path = self._object(piece.sha256)
        if not self.has(piece) and path not in self._new:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            partial = path.with_name(f".{path.name}.part")
            with open(partial, "wb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
                file.write(content)
            self._new[path] = partial
            self.new_bytes += piece.size
            if len(self._new) >= AT_ONCE:
                self._settle()
        return piece

    def has(self, piece: Piece) -> bool:
        """Tell whether contents are there in their length."""
        try:
            return self._object(piece.sha256).stat().st_size == piece.size
        except FileNotFoundError:
            return False

    def contents(self, piece: Piece) -> bytes:
        """Return contents; raise CopyDamaged where they are not what was kept."""
        try:
            content = self._object(piece.sha256).read_bytes()
        except FileNotFoundError:
            raise CopyDamaged(f"Копия не цела: нет objects/{piece.sha256[:2]}/{piece.sha256}.") from None
        if hashlib.sha256(content).hexdigest() != piece.sha256:
            raise CopyDamaged(f"Копия повреждена: objects/{piece.sha256[:2]}/{piece.sha256} не тот, что был записан.")
        return content

    def write(self, snapshot: Snapshot) -> Path:
        """Write a backup's list, once all that it names is on the disk."""
        self._settle()
        self._list(snapshot.name).parent.mkdir(exist_ok=True, mode=0o700)
        write_durably(self._list(snapshot.name), sealed({"version": VERSION, **asdict(snapshot)}))
        return self._list(snapshot.name)

    def prune(self, at: datetime, days: int) -> list[str]:
        """Remove backups made more than so many days ago, never the last one, and contents that none names."""
        names = self.names()
        made = {name: datetime.fromisoformat(self.read(name).made_at) for name in names}
        gone = [name for name in names[:-1] if at - made[name] > timedelta(days=days)]
        for name in gone:
            self._list(name).unlink()
        self.sweep(piece for name in names if name not in gone for piece in self.read(name).pieces)
        return gone

    def sweep(self, kept: Iterable[Piece]) -> None:
        """Remove contents other than these, and what killed runs left half-written."""
        named = {piece.sha256 for piece in kept}
        for path in self.folder.glob("objects/??/*"):
            if path.name not in named:
                path.unlink()

    def _settle(self) -> None:
        os.sync()  # no name is given to bytes that a power cut could take
        for path, partial in self._new.items():
            partial.replace(path)
        self._new.clear()
        os.sync()

    def _object(self, sha256: str) -> Path:
        return self.folder / "objects" / sha256[:2] / sha256

    def _list(self, name: str) -> Path:
        return self.folder / "snapshots" / f"{name}.json"
