"""A folder of an SFTP server as a channel: `sftp://user@host:22/folder`, below it a folder for each sender.

Nothing is removed there: the journal remembers what was taken.
"""

from __future__ import annotations

import io
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import asyncssh

from warehouse.channels.address import Address
from warehouse.channels.channel import Changed, Cut, Denied, Found, Taken, Unreachable
from warehouse.channels.names import arrival_mark, sorted_name
from warehouse.channels.ssh import GONE, Session
from warehouse.ingestion.inbox import ignored

LISTING_SECONDS = 900.0  # a large folder is one listing
CLOSED = "папка на сервере не открывается: проверьте её имя и права."


@dataclass(frozen=True)
class State:
    """What tells one writing of a file from another."""

    size: int
    modified: int  # in seconds: the protocol has no finer

    @classmethod
    def of(cls, attributes: asyncssh.SFTPAttrs) -> State | None:
        """Return the state of a regular file, None for anything else: a link is none."""
        regular = stat.S_ISREG(attributes.permissions or 0)
        return cls(attributes.size or 0, int(attributes.mtime or 0)) if regular else None


@dataclass(frozen=True)
class Remote:
    """One file on the server, as it was listed."""

    account: Account = field(repr=False)
    path: str
    state: State
    folder: str
    arrival: str

    @property
    def channel(self) -> str:
        return self.account.name

    @property
    def modified_ns(self) -> int:
        return self.state.modified * 1_000_000_000

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """Open the file that was listed; it must be the same still when its last byte is read."""
        self._require_same()
        session = self.account.session
        file = session.wait(session.sftp.open(self.path, "rb"))
        raw = _Bytes(session, file)
        yield io.BufferedReader(raw)
        session.wait(file.close())  # where reading failed, the connection is closed or all ends
        self._require_same()
        if raw.count != self.state.size:
            raise Cut

    def _require_same(self) -> None:
        if self.account.state(self.path) != self.state:
            raise Changed

    def done(self, sha256: str) -> None:
        """Leave it where it is."""


class _Bytes(io.RawIOBase):
    """The bytes of a file on the server, read from its beginning to its end."""

    def __init__(self, session: Session, file: asyncssh.SFTPClientFile) -> None:
        self._session, self._file, self.count = session, file, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        chunk = self._session.wait(self._file.read(len(buffer), self.count))
        buffer[: len(chunk)] = chunk
        self.count += len(chunk)
        return len(chunk)


class Account:
    """A folder that an account of the server sees."""

    def __init__(self, address: Address) -> None:
        self.name = str(address)
        self.session = Session(address)
        # as in other programs: from the server's root, or after `~/` from the account's own folder
        home = address.path == "~" or address.path.startswith("~/")
        self._root = (address.path[2:] or ".") if home else f"/{address.path}"

    def state(self, path: str) -> State | None:
        """Return the state of a regular file."""
        return State.of(self.session.wait(self.session.sftp.lstat(path)))

    def look(self, taken: Taken, settle_seconds: float) -> Found:
        """List the files; one that is young by this machine's clock is looked at again after `settle_seconds`."""
        try:
            sftp = self.session.sftp
            files, odd = self.session.wait(self._listed(sftp), LISTING_SECONDS)
            before = taken.intersection(one.arrival for one in files)
            waiting = [one for one in files if one.arrival not in before]
            moving = self._still_moving(waiting, settle_seconds)
        except Cut as error:
            raise Unreachable(str(error)) from None
        except (Changed, Denied):
            raise Unreachable(CLOSED) from None
        ready = [one for one in waiting if one.path not in moving]
        ready.sort(key=lambda one: (one.modified_ns, one.path))
        return Found(ready, [one for one in files if one.arrival in before], len(moving), odd)

    def _still_moving(self, waiting: list[Remote], settle_seconds: float) -> set[str]:
        horizon = time.time() - settle_seconds
        young = [one for one in waiting if one.state.modified > horizon]
        if young:
            time.sleep(settle_seconds)
        return {one.path for one in young if self._changed(one)}

    def _changed(self, one: Remote) -> bool:
        try:
            return self.state(one.path) != one.state
        except Changed:  # gone
            return True

    async def _listed(self, sftp: asyncssh.SFTPClient) -> tuple[list[Remote], int]:
        """Return the files of all senders, and how many odd things lie there."""
        files: list[Remote] = []
        odd = 0
        async for folder in sftp.scandir(self._root):
            name = str(folder.filename)
            if ignored(name):
                continue
            if not stat.S_ISDIR(folder.attrs.permissions or 0):
                odd += 1
                continue
            try:
                async for entry in sftp.scandir(f"{self._root}/{name}"):
                    told = sorted_name(f"{name}/{entry.filename!s}")
                    state = State.of(entry.attrs)
                    if told.folder is not None and state is not None:
                        files.append(self._remote(f"{self._root}/{name}/{entry.filename!s}", state, told.folder))
                    else:
                        odd += told.odd or told.folder is not None
            except asyncssh.SFTPPermissionDenied:  # one closed folder holds no other
                odd += 1
            except GONE:  # removed meanwhile
                continue
        return files, odd

    def _remote(self, path: str, state: State, folder: str) -> Remote:
        return Remote(self, path, state, folder, arrival_mark("sftp", self.name, path, state.size, state.modified))

    def put(self, name: str, content: bytes) -> None:
        """Write a file beside its place and move it there."""
        folder, _, file = f"{self._root}/{name}".rpartition("/")
        try:
            self.session.wait(_written(self.session.sftp, folder, file, content))
        except Changed:  # the folder is gone, or somebody swept what was half-written
            raise Unreachable(CLOSED) from None

    def close(self) -> None:
        """End the connection."""
        self.session.close()


async def _written(sftp: asyncssh.SFTPClient, folder: str, name: str, content: bytes) -> None:
    await sftp.makedirs(folder, exist_ok=True)
    partial = f"{folder}/.{name}.part"
    async with sftp.open(partial, "wb") as file:
        await file.write(content)
    await sftp.posix_rename(partial, f"{folder}/{name}")
