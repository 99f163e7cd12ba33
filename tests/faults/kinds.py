"""The kinds of faults a command meets, each at one call of its own."""

from __future__ import annotations

import signal
from collections.abc import Callable
from dataclasses import dataclass

from tests.faults.calls import Call

WRITING = {"write", "writev", "pwrite64", "pwritev"}
FORCING = {"fsync", "fdatasync", "syncfs"}
NAMING = {"openat", "rename", "renameat", "renameat2", "unlink", "unlinkat", "mkdir", "mkdirat", "rmdir"}
SIZES = (1, 4096, 20_000, 100_000, 300_000, 1_000_000, 2_000_000)  # bytes: below and above what a small home writes


@dataclass(frozen=True)
class Kind:
    """Which calls a fault may strike, what strace is told, and how the command may end."""

    title: str
    strikes: Callable[[Call], bool]
    injected: str  # what follows `inject=NAME:`, with the number
    ends: tuple[int, ...]
    lasting: bool = False  # it strikes every such call from there on, whatever file it is about


# A command that a fault stops tells it (3; 2 of a key that cannot be kept); one that needed not what failed is done.
STOPPED = (3, 2, 0, 1)
KINDS = {
    "kill": Kind("SIGKILL", lambda call: True, "signal=KILL:when={n}", (-signal.SIGKILL,)),
    "term": Kind("SIGTERM", lambda call: call.name in FORCING | NAMING, "signal=TERM:when={n}", (-signal.SIGTERM,)),
    "full": Kind("ENOSPC from here on", lambda call: call.name in WRITING, "error=ENOSPC:when={n}+", STOPPED, True),
    "io": Kind("EIO once", lambda call: call.name in FORCING, "error=EIO:when={n}", STOPPED),
    "readonly": Kind("EROFS once", lambda call: call.name in NAMING, "error=EROFS:when={n}", STOPPED),
}
