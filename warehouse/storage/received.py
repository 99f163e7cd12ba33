"""The received files, sealed, each under the hash of its plain bytes."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO

from expectations.sealing import HEADER_BYTES, Damaged, NoSuchKey, Opening, StorageKeys, opening, seal, unseal

CHUNK = 1024 * 1024
HASH_LETTERS = 64


class NotAFile(Exception):
    """What lies at a path is no regular file, or cannot be opened."""


@dataclass(frozen=True)
class Received:
    """One file's bytes: hash, length, and where they are kept (nowhere when over the limit)."""

    sha256: str
    size: int
    path: Path | None


@dataclass(frozen=True)
class ReceivedFiles:
    """A folder of sealed files, and the keys that open them."""

    folder: Path
    keys: StorageKeys

    def receive(self, source: Path, limit: int) -> Received:
        """Keep a file's bytes, sealed, under their hash; a file longer than `limit` bytes is hashed, not kept.

        The source is opened once, without following links, so what is hashed is what is read later.
        """
        with open_regular(source) as file:
            return self.receive_from(file, limit)

    def receive_from(self, file: BinaryIO, limit: int) -> Received:
        """Keep the bytes of an open file likewise; where reading it fails, nothing is kept.

        What is kept is not yet forced to the disk: `os.sync()` once a batch is far cheaper than a sync a file.
        """
        content, sha256, size = _read(file, limit)
        return Received(sha256, size, None if content is None else self._keep(content, sha256))

    def read(self, sha256: str) -> bytes:
        """Return the plain bytes of a hash; raise Damaged where they are not what was kept."""
        try:
            return unseal(received_path(self.folder, sha256).read_bytes(), bound(sha256), self.keys)
        except Damaged:
            raise Damaged(sha256) from None

    def opening(self, path: Path) -> Opening:
        """Return what opens the one file at a path."""
        with path.open("rb") as file:
            return opening(file.read(HEADER_BYTES), bound(path.name), self.keys)

    def paths(self) -> Iterator[Path]:
        """Yield every file that is kept."""
        return (path for path in self.folder.glob("??/*") if len(path.name) == HASH_LETTERS)

    def _keep(self, content: bytes, sha256: str) -> Path:
        path = received_path(self.folder, sha256)
        if self._has(sha256):  # another sealing of the same bytes would take the file from whoever reads it now
            return path
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        partial = self.folder / ".part"  # one writer at a time: what a killed one left is written over
        with open(partial, "wb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(seal(content, bound(sha256), self.keys))
        partial.replace(path)
        return path

    def _has(self, sha256: str) -> bool:
        """Whether the bytes are kept whole: a power cut may have left a file of zeros, which is replaced."""
        try:
            self.read(sha256)
        except (FileNotFoundError, Damaged, NoSuchKey):
            return False
        return True


def received_path(folder: Path, sha256: str) -> Path:
    """Return where the bytes of a hash are kept, whether or not they are there yet."""
    return folder / sha256[:2] / sha256


def bound(sha256: str) -> bytes:
    """Return what a sealed file is authenticated as."""
    return b"received:" + sha256.encode()


def open_regular(source: Path) -> BufferedReader:
    """Open a regular file, following no link and waiting for no pipe; raise NotAFile for anything else."""
    try:
        descriptor = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise NotAFile(os.strerror(error.errno or 0)) from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise NotAFile("не обычный файл")
    return os.fdopen(descriptor, "rb")


def _read(file: BinaryIO, limit: int) -> tuple[bytes | None, str, int]:
    """Return a file's bytes, None where they are more than `limit`; their hash and number.

    A file whose disk does not give it costs itself, and no other one's intake.
    """
    content, digest, size = bytearray(), hashlib.sha256(), 0
    while chunk := _chunk(file):
        digest.update(chunk)
        size += len(chunk)
        if size <= limit:
            content += chunk
        else:
            content.clear()
    return (bytes(content) if size <= limit else None), digest.hexdigest(), size


def _chunk(file: BinaryIO) -> bytes:
    try:
        return file.read(CHUNK)
    except OSError as error:
        raise NotAFile(os.strerror(error.errno or 0)) from None
