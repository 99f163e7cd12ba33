"""What every channel is: it lists what waits, and gives each file's bytes whole or not at all."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import BinaryIO, Protocol


def quieten(*libraries: str) -> None:
    """Have libraries log warnings at most: at DEBUG they quote names of files, addresses, what is signed."""
    for name in libraries:
        logging.getLogger(name).setLevel(logging.WARNING)


class Unreachable(Exception):
    """A channel does not answer, or lets nobody in; its text is shown to the operator as it is."""


class Changed(Exception):
    """A file is no longer what was seen: it is left for the next run."""


class Denied(Exception):
    """A file is listed and not given."""


class Cut(Exception):
    """The bytes ended too early or the connection did; another try may do better."""


class Waiting(Protocol):
    """A file that waits in a channel; `arrival` marks this very file, unchanged."""

    @property
    def channel(self) -> str:
        """The channel's name, as people are told it."""

    @property
    def folder(self) -> str:
        """Who sent it: the channel alone says so, never the file."""

    @property
    def modified_ns(self) -> int: ...

    @property
    def arrival(self) -> str: ...

    def open(self) -> AbstractContextManager[BinaryIO]:
        """Open the bytes that were seen, and no others.

        Raises Changed, Denied, NotAFile or Unreachable, and Cut at the latest where they are not all there.
        """

    def done(self, sha256: str) -> None:
        """Remove what was committed, the bytes of this hash, where the channel's owner wants it so.

        Raises Changed where other bytes have come in their place, which were not taken.
        """


class Taken(Protocol):
    """The marks of all files that were ever taken: asked only for those that lie in a place. A set will do."""

    def intersection(self, marks: Iterable[str], /) -> set[str]:
        """Return which of these marks are of files that were taken."""


@dataclass(frozen=True)
class Found:
    """What a look found: ready to be taken, taken before, left for later, and odd things that are no files."""

    ready: Sequence[Waiting]
    taken: Sequence[Waiting]
    unsettled: int = 0
    odd: int = 0
    strangers: int = 0  # letters of people who are no registered senders


class Outbox(Protocol):
    """A place where receipts are put."""

    @property
    def name(self) -> str: ...

    def put(self, name: str, content: bytes) -> None:
        """Put a file there, whole or not at all, in place of an earlier one; raise Denied, Cut or Unreachable."""

    def close(self) -> None:
        """End connections."""


class Channel(Protocol):
    """A place where deliveries come."""

    @property
    def name(self) -> str: ...

    def look(self, taken: Taken, settle_seconds: float) -> Found:
        """List the files not yet taken, oldest first; raise Unreachable."""

    def close(self) -> None:
        """End connections."""
