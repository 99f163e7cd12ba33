"""What happens inside the process of a command before it begins: its clock, its limits, strace set upon itself.

Attached from within a process that was forked with everything imported, strace counts the calls of the command alone,
of its first thread. DuckDB is given no other: else whichever thread is free writes, and no two runs are alike.
"""

from __future__ import annotations

import ctypes
import faulthandler
import os
import resource
import subprocess
import sys
from datetime import UTC, datetime

from expectations.staging import DUCKDB_SAFE

PR_SET_PTRACER = 0x59616D61
ANYBODY = ctypes.c_ulong(-1)


def stand_still(at: datetime) -> None:
    """Let every command read one time off the clock."""
    for name, module in list(sys.modules.items()):
        if name.startswith("flows.cli") and hasattr(module, "now"):
            module.now = lambda: at  # type: ignore[attr-defined]


def begin(at: str, strace: list[str], largest_file: int | None = None) -> None:
    """Make this process ready; `strace` with its arguments but for the process, nothing for none."""
    faulthandler.enable(sys.__stderr__ or 2)  # where a library crashes, its place is told
    DUCKDB_SAFE["threads"] = "1"
    stand_still(datetime.fromisoformat(at).astimezone(UTC))
    if largest_file is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))
    if strace:
        _attach(strace)


def _attach(strace: list[str]) -> None:
    ctypes.CDLL(None).prctl(PR_SET_PTRACER, ANYBODY, 0, 0, 0)
    command = [*strace, "-p", str(os.getpid())]
    tracer = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert tracer.stderr
    said = tracer.stderr.readline()  # this call is interrupted by it, and no other
    if b"attached" not in said:
        raise RuntimeError(said.decode())
