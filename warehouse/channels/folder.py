"""A folder of this machine as a channel."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from warehouse.channels.channel import Changed, Found, Taken, Unreachable
from warehouse.ingestion.inbox import Waiting, look, unchanged
from warehouse.storage.received import NotAFile, open_regular


@dataclass(frozen=True)
class InFolder:
    """A file in a sender's folder."""

    seen: Waiting
    channel: str

    @property
    def folder(self) -> str:
        return self.seen.folder

    @property
    def modified_ns(self) -> int:
        return self.seen.modified_ns

    @property
    def arrival(self) -> str:
        return self.seen.arrival

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """Open the file, following no link; raise NotAFile where something else lies there now."""
        if not unchanged(self.seen):  # earlier batches took their time
            raise Changed
        with open_regular(self.seen.path) as file:
            yield file

    def done(self, sha256: str) -> None:
        """Remove it; a file written anew in the meantime was not taken, and stays for the next run: Changed.

        One that may not be removed stays as well: it is known to be taken, and keeps no later night from its work.
        """
        path = self.seen.path
        if not unchanged(self.seen):
            if os.path.lexists(path):
                raise Changed
            return
        with suppress(OSError, NotAFile):
            if _holds(path, sha256):
                path.unlink(missing_ok=True)
            else:  # written over in place, as many bytes and the old time put back: the next look must not know it
                os.utime(path)
                raise Changed


@dataclass(frozen=True)
class Folder:
    """A folder that holds one folder for each sender."""

    path: Path

    @property
    def name(self) -> str:
        return str(self.path)

    def look(self, taken: Taken, settle_seconds: float) -> Found:
        """List what waits; raise Unreachable where the folder itself gives nothing: other channels have their own."""
        try:
            found = look(self.path, taken, settle_seconds)
        except OSError as error:
            raise Unreachable(f"папка не открывается ({type(error).__name__}): проверьте права и диск.") from None
        ready, before = ([InFolder(one, self.name) for one in some] for some in (found.ready, found.taken))
        return Found(ready, before, found.unsettled, len(found.odd))

    def close(self) -> None:
        """Hold nothing open."""


def _holds(path: Path, sha256: str) -> bool:
    with open_regular(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == sha256
