"""Reading many files in child processes, so that a file which kills its reader costs that file alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Pipe, wait
from pathlib import Path

from expectations.reading.limits import Limits
from expectations.reading.reading import OUT_OF_MEMORY, Reading, unreadable
from expectations.reading.wire import BUG, NOT_OPENED, READ, READY, receive_reading, send_path, send_start

TOO_SLOW = "файл читается слишком долго"
CRASHED = "программа чтения аварийно завершилась на этом файле"


@dataclass(frozen=True)
class _Failure:
    """Why a child gave no reading, and whether a fresh one could."""

    rule: str
    detail: str
    again: bool = True  # the child may have died of what earlier files left in it, or by a stranger's hand


# How a child ends: the kernel's memory killer, Rust out of memory, processor time over; else a crash.
_ENDS = {
    -signal.SIGKILL: _Failure("too-large", OUT_OF_MEMORY),
    -signal.SIGABRT: _Failure("too-large", OUT_OF_MEMORY),
    -signal.SIGXCPU: _Failure("too-large", TOO_SLOW, again=False),
}
_OUT_OF_TIME = _Failure("too-large", TOO_SLOW, again=False)
_CRASH = _Failure("unreadable-file", CRASHED)


def read_many(paths: Iterable[Path], key: bytes, limits: Limits, workers: int) -> Iterator[tuple[Path, Reading]]:
    """Read files in `workers` child processes and yield each as it is read, in no certain order.

    Holds no more than one reading a worker. Raises OSError for a file that cannot be opened: that is
    no fault of its sender, RuntimeError when no reading process starts. Closing the iterator ends the children.
    """
    waiting = iter(paths)
    again: list[Path] = []
    busy: list[_Child] = []
    try:
        while True:
            while len(busy) < workers and again:
                busy.append(_Child(key, limits, again.pop(), retried=True))
            while len(busy) < workers and (path := next(waiting, None)):
                busy.append(_Child(key, limits, path))
            if not busy:
                return
            for child in _first_done(busy):
                path, outcome = child.path, child.outcome()
                if outcome is None:
                    continue
                following = next(waiting, None) if isinstance(outcome, Reading) else None
                if following:
                    child.give(following)
                else:
                    child.end()
                    busy.remove(child)
                if isinstance(outcome, Reading):
                    yield path, outcome
                elif outcome.again and not child.retried:
                    again.append(path)
                else:
                    yield path, unreadable(outcome.rule, outcome.detail)
    finally:
        for child in busy:
            child.end()


class _Child:
    """A reading process and the file it has now."""

    def __init__(self, key: bytes, limits: Limits, path: Path, *, retried: bool = False) -> None:
        self.limits, self.retried = limits, retried
        self.connection, theirs = Pipe()
        self.ready = False
        self.process = subprocess.Popen(
            [sys.executable, "-m", "expectations.reading.worker", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "RUST_BACKTRACE": "0"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,  # a Rust panic quotes the text it fell over
        )
        theirs.close()
        send_start(self.connection, key, limits)
        self.give(path)

    def give(self, path: Path) -> None:
        self.path = path
        self.deadline = time.monotonic() + self.limits.wall_seconds
        send_path(self.connection, path)

    def outcome(self) -> Reading | _Failure | None:
        """Receive the answer of a child that has one, died, or is out of time; None when it is only ready to begin."""
        try:
            return self._receive() if self.connection.poll() else _OUT_OF_TIME
        except (EOFError, ConnectionError):
            ended = self.process.wait()
            if not self.ready:
                raise RuntimeError(f"a reading process did not start, it ended with {ended}") from None
            return _ENDS.get(ended, _CRASH)

    def _receive(self) -> Reading | _Failure | None:
        kind = self.connection.recv_bytes()
        if kind == READY:
            self.ready, self.deadline = True, time.monotonic() + self.limits.wall_seconds
            return None
        if kind == READ:
            return receive_reading(self.connection)
        detail = self.connection.recv_bytes().decode()
        if kind == NOT_OPENED:
            raise OSError(int(detail), os.strerror(int(detail)), str(self.path))
        if kind == BUG:
            return unreadable("unreadable-file", f"внутренняя ошибка чтения ({detail}), сообщите оператору")
        return _Failure("too-large", OUT_OF_MEMORY)

    def end(self) -> None:
        self.connection.close()
        self.process.kill()
        self.process.wait()


def _first_done(busy: list[_Child]) -> list[_Child]:
    """Wait until some children have answered or died, or one is out of time."""
    while True:
        patience = min(child.deadline for child in busy) - time.monotonic()
        answered = wait([child.connection for child in busy], max(0.0, patience))
        done = [child for child in busy if child.connection in answered or child.deadline <= time.monotonic()]
        if done:
            return done
