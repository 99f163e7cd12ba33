"""Running a command as a user would, with its wall time and the peak memory of any of its processes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

NASTAVNIK = Path(sys.executable).with_name("nastavnik")
KILOBYTE = 1024


@dataclass(frozen=True)
class Run:
    """One finished command."""

    seconds: float
    processor_seconds: float  # children included
    peak_bytes: int  # of the largest single process, children included
    output: str


def run(*arguments: str, home: Path, expect: tuple[int, ...] = (0, 1)) -> Run:
    """Run `nastavnik` with its home; raise CalledProcessError on an exit code not expected."""
    start = time.perf_counter()
    command = [str(NASTAVNIK), *arguments]
    environment = os.environ | {"NASTAVNIK_HOME": str(home), "NASTAVNIK_SETTLE_SECONDS": "0"}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    output = process.stdout.read() if process.stdout else ""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in expect:
        raise subprocess.CalledProcessError(process.returncode, command, output)
    seconds = time.perf_counter() - start
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * KILOBYTE, output)
