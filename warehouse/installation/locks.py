"""One process at a time with a folder; the lock is the system's and ends with the process."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path

from warehouse.installation.settings import Misconfigured


@contextlib.contextmanager
def alone_with(path: Path, taken: str) -> Iterator[None]:
    """Hold a lock file, made with its folder; raise Misconfigured with the words `taken` where another holds it."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Misconfigured(taken) from None
        yield
