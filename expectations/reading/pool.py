"""Reading many files in child processes, so that a file which kills its reader costs that file alone."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from multiprocessing.connection import Pipe, wait
from pathlib import Path

from expectations.reading.limits import Limits
from expectations.reading.reading import OUT_OF_MEMORY, Reading, unreadable
from expectations.reading.wire import BUG, DAMAGED, NOT_OPENED, READ, READY, receive_reading, send_file, send_start
from expectations.sealing import Damaged, Opening

TOO_SLOW = "файл читается слишком долго"
CRASHED = "программа чтения аварийно завершилась на этом файле"
START_SECONDS = 120  # for a child to import what it reads with: one second on an idle machine


@dataclass(frozen=True)
class _Failure:
    """Why a child gave no reading, and whether a fresh one might."""

    rule: str
    detail: str
    again: bool = True  # it may have died of what earlier files left in it, or by a stranger's hand


# How a child ends: the kernel's memory killer, Rust out of memory, processor time over; else a crash.
_ENDS = {
    -signal.SIGKILL: _Failure("too-large", OUT_OF_MEMORY),
    -signal.SIGABRT: _Failure("too-large", OUT_OF_MEMORY),
    -signal.SIGXCPU: _Failure("too-large", TOO_SLOW, again=False),
}
_OUT_OF_TIME = _Failure("too-large", TOO_SLOW, again=False)
_CRASH = _Failure("unreadable-file", CRASHED)


Unseal = Callable[[Path], Opening | None]


def _as_it_is(path: Path) -> None:
    """Every file is plain."""


class Readers:
    """Child processes that read files; they stay between calls and end with the `with` block.

    `opening` gives what opens a file, None for a plain one: a child holds the key of the files it reads and no other.
    """

    def __init__(self, key: bytes, limits: Limits, workers: int, opening: Unseal = _as_it_is) -> None:
        self._key, self._limits, self.workers, self._opening = key, limits, workers, opening
        self._idle: list[_Reader] = []

    def __enter__(self) -> Readers:
        return self

    def __exit__(self, *_: object) -> None:
        while self._idle:
            self._idle.pop().end()

    def start(self, files: int) -> None:
        """Let the children that so many files need start by now: they get ready while the caller does other things."""
        while len(self._idle) < min(files, self.workers):
            self._idle.append(self._reader())

    def _reader(self) -> _Reader:
        return _Reader(self._key, self._limits, self._opening)

    def read(self, paths: Iterable[Path]) -> Iterator[tuple[Path, Reading]]:
        """Read files and yield each as it is read, in no certain order.

        Every child has a second file at hand, so that it need not wait for the caller. Raises OSError for a file
        that cannot be opened and Damaged for one that is not what was sealed, which is no fault of its sender, and
        RuntimeError when no child starts. Closing the iterator ends the busy children.
        """
        waiting = iter(paths)
        busy: list[_Reader] = []
        try:
            for first in islice(waiting, self.workers):
                busy.append(self._idle.pop() if self._idle else self._reader())
                busy[-1].give(first)
            for reader, second in zip(busy, waiting, strict=False):
                reader.give(second)
            while busy:
                for reader in _first_to_answer(busy):
                    if (answer := reader.answer()) is not None:
                        yield answer
                        if (following := next(waiting, None)) is not None:
                            reader.give(following)
                        if not reader.files:
                            busy.remove(reader)
                            self._idle.append(reader)
        finally:
            for reader in busy:
                reader.end()


def read_many(paths: Iterable[Path], key: bytes, limits: Limits, workers: int) -> Iterator[tuple[Path, Reading]]:
    """Read files in `workers` child processes of their own, as `Readers.read` does."""
    with Readers(key, limits, workers) as readers:
        yield from readers.read(paths)


def child_environment() -> dict[str, str]:
    """Return what a child needs: none of our settings, among which may be the master key.

    Arrow's own allocator would begin by reserving a gigabyte of addresses: all that a child may have.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("NASTAVNIK_")}
    path = os.pathsep.join(filter(None, sys.path))
    return inherited | {"PYTHONPATH": path, "RUST_BACKTRACE": "0", "ARROW_DEFAULT_MEMORY_POOL": "system"}


def _first_to_answer(busy: list[_Reader]) -> list[_Reader]:
    """Wait until some readers have answered or died, or one is out of time."""
    while True:
        patience = min(reader.deadline for reader in busy) - time.monotonic()
        answered = wait([reader.connection for reader in busy], max(0.0, patience))
        done = [one for one in busy if one.connection in answered or one.deadline <= time.monotonic()]
        if done:
            return done


class _Reader:
    """A place for one child process at a time, and the files it has: the first it reads, the others wait."""

    def __init__(self, key: bytes, limits: Limits, opening: Unseal) -> None:
        self.key, self.limits, self.opening = key, limits, opening
        self.files: deque[Path] = deque()
        self.retried = False
        self._start()

    def give(self, path: Path) -> None:
        """Give a file, to a new child where an idle one has ended."""
        self.files.append(path)
        if len(self.files) > 1:
            self._send(path)
        elif self.process.poll() is None:
            self._begin([path])
        else:
            self._renew()

    def answer(self) -> tuple[Path, Reading] | None:
        """Receive the reading of the first file; None while the child is getting ready or, renewed, tries again."""
        outcome = self._outcome()
        if isinstance(outcome, _Failure):
            return self._after(outcome)
        if outcome is None:
            return None
        self._set_deadline()
        return self._done(), outcome

    def _after(self, failure: _Failure) -> tuple[Path, Reading] | None:
        if failure.again and not self.retried:
            self._renew()
            self.retried = True
            return None
        path = self._done()
        self.end()
        if self.files:
            self._renew()
        return path, unreadable(failure.rule, failure.detail)

    def _done(self) -> Path:
        self.retried = False
        return self.files.popleft()

    def end(self) -> None:
        """Leave no child behind."""
        self.connection.close()
        self.process.kill()
        self.process.wait()

    def _start(self) -> None:
        self.connection, theirs = Pipe()
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "expectations.reading.process", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            env=child_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,  # a Rust panic quotes the text it fell over
        )
        theirs.close()
        self.ready = False
        send_start(self.connection, self.key, self.limits)

    def _renew(self) -> None:
        """Give all files to a new child."""
        self.end()
        self._start()
        self._begin(self.files)

    def _begin(self, files: Iterable[Path]) -> None:
        self._set_deadline()
        for path in files:
            self._send(path)

    def _send(self, path: Path) -> None:
        sealed = self.opening(path)
        with contextlib.suppress(ConnectionError):  # a child that is gone gives no answer, and is then renewed
            send_file(self.connection, path, sealed)

    def _set_deadline(self) -> None:
        self.deadline = time.monotonic() + (self.limits.wall_seconds if self.ready else START_SECONDS)

    def _outcome(self) -> Reading | _Failure | None:
        try:
            if self.connection.poll():
                return self._receive()
            if self.ready:
                return _OUT_OF_TIME
        except (EOFError, ConnectionError):
            if self.ready:
                return _ENDS.get(self.process.wait(), _CRASH)
        self.end()
        raise RuntimeError(f"a reading process did not start; it ended with {self.process.returncode}")

    def _receive(self) -> Reading | _Failure | None:
        kind = self.connection.recv_bytes()
        if kind == READY:
            self.ready = True
            self._set_deadline()
            return None
        if kind == READ:
            return receive_reading(self.connection)
        detail = self.connection.recv_bytes().decode()
        if kind == NOT_OPENED:
            raise OSError(int(detail), os.strerror(int(detail)), str(self.files[0]))
        if kind == DAMAGED:
            raise Damaged(self.files[0].name)
        if kind == BUG:
            return unreadable("unreadable-file", f"внутренняя ошибка чтения ({detail}), сообщите оператору")
        return _Failure("too-large", OUT_OF_MEMORY)
