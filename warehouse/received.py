"""The received files, kept as they came, each under the hash of its bytes."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

CHUNK = 1024 * 1024


class NotAFile(Exception):
    """What lies at a path is no regular file, or cannot be opened."""


@dataclass(frozen=True)
class Received:
    """One file's bytes: hash, length, and where they are kept (nowhere when over the limit)."""

    sha256: str
    size: int
    path: Path | None


def received_path(folder: Path, sha256: str) -> Path:
    """Return where the bytes of a hash are kept, whether or not they are there yet."""
    return folder / sha256[:2] / sha256


def receive(source: Path, folder: Path, limit: int) -> Received:
    """Copy a file into `folder` under its hash; a file longer than `limit` bytes is hashed, not kept.

    The source is opened once, without following links, so what is hashed is what is read later. The copy is
    not yet forced to the disk: `os.sync()` once a batch is far cheaper than a sync a file.
    """
    descriptor = _open_regular(source)
    with os.fdopen(descriptor, "rb") as file:
        keep = os.fstat(file.fileno()).st_size <= limit
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        partial = folder / ".part"  # one writer at a time: what a killed one left is written over
        sha256, size = _copy(file, partial if keep else None)
    return Received(sha256, size, _keep(partial, received_path(folder, sha256)) if keep else None)


def _open_regular(source: Path) -> int:
    try:
        descriptor = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise NotAFile(os.strerror(error.errno or 0)) from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise NotAFile("не обычный файл")
    return descriptor


def _copy(file: object, partial: Path | None) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with open(partial or os.devnull, "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as copy:
        while chunk := file.read(CHUNK):  # type: ignore[attr-defined]
            digest.update(chunk)
            size += len(chunk)
            copy.write(chunk)
    return digest.hexdigest(), size


def _keep(partial: Path, path: Path) -> Path:
    path.parent.mkdir(exist_ok=True, mode=0o700)
    partial.replace(path)
    return path
