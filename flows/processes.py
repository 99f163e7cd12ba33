"""The child processes of `nastavnik up`: started together, ended to the last one."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

SET_PDEATHSIG, SET_CHILD_SUBREAPER = 1, 36  # of prctl(2)
GLANCE_SECONDS = 0.2
Child = subprocess.Popen[bytes]


def adopt_orphans() -> None:
    """Become the parent of descendants whose parents end: Prefect gives every run a session of its own."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def start(module: str, *arguments: str, environ: Mapping[str, str], log: Path | None) -> subprocess.Popen[bytes]:
    """Start `python -m module` in its own session (a Ctrl-C reaches only us); it ends when we are killed."""
    with contextlib.ExitStack() as stack:
        output = stack.enter_context(log.open("ab")) if log else None
        return subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT if output else None,
            start_new_session=True,
            preexec_fn=_end_with_parent if sys.platform == "linux" else None,
        )


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


@contextlib.contextmanager
def stop_signals() -> Iterator[threading.Event]:
    """Give an event that SIGINT and SIGTERM set."""
    stopping = threading.Event()
    before = {number: signal.signal(number, lambda *_: stopping.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopping
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def wait_until(reached: Callable[[], bool], stopping: threading.Event, seconds: float) -> bool:
    """Wait until something is reached; return False when the time is over or a stop was asked for."""
    deadline = time.monotonic() + seconds
    while not reached():
        if time.monotonic() > deadline or stopping.wait(GLANCE_SECONDS):
            return False
    return True


def any_ended(*children: Child) -> bool:
    """Whether one of the children is no more."""
    return any(child.poll() is not None for child in children)


def end(child: Child, patience: float) -> None:
    """Ask a child to end; kill it when it has not after `patience` seconds."""
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(patience)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def end_descendants(spared: set[int], patience: float) -> None:
    """End every process below this one save those spared and what is below them."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        for pid in descendants(spared):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        deadline = time.monotonic() + patience
        while descendants(spared) and time.monotonic() < deadline:
            time.sleep(GLANCE_SECONDS)


def descendants(spared: set[int]) -> set[int]:
    """Return the living processes below this one; those that ended and were left to us are buried."""
    children: dict[int, set[int]] = {}
    for pid, parent, ended in _processes():
        if not ended:
            children.setdefault(parent, set()).add(pid)
        elif parent == os.getpid() and pid not in spared:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
    found: set[int] = set()
    unseen = children.get(os.getpid(), set()) - spared
    while unseen:
        found |= unseen
        unseen = set().union(*(children.get(pid, set()) for pid in unseen)) - found - spared
    return found


def _processes() -> Iterator[tuple[int, int, bool]]:
    """Yield (pid, parent, ended) of every process."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, parent = path.read_text(errors="replace").rpartition(")")[2].split()[:2]
            yield int(path.parent.name), int(parent), state in "ZX"
