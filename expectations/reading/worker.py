"""A process that reads the files its parent names, within limits, until the parent hangs up."""

from __future__ import annotations

import gc
import os
import resource
import traceback
from multiprocessing.connection import Connection
from pathlib import Path

from expectations.reading.limits import Limits
from expectations.reading.reading import read_within_memory
from expectations.reading.wire import (
    BUG,
    DAMAGED,
    NO_MEMORY,
    NOT_OPENED,
    READY,
    receive_file,
    receive_start,
    send_reading,
    send_trouble,
)
from expectations.sealing import Damaged, Opening

GARBAGE = 200_000  # new objects between two searches for cycles: reading makes many objects and no cycle


def serve(connection: Connection) -> None:
    """Read the files named by a parent one by one; return when it closes the connection."""
    key, limits = receive_start(connection)
    bound_memory(limits)
    gc.freeze()  # what was imported stays
    gc.set_threshold(GARBAGE)
    connection.send_bytes(READY)
    while True:
        try:
            path, sealed = receive_file(connection)
        except EOFError:
            return
        _bound_processor_time(limits)
        _answer(connection, path, sealed, key, limits)


def _answer(connection: Connection, path: Path, sealed: Opening | None, key: bytes, limits: Limits) -> None:
    try:
        reading = read_within_memory(path, key, limits, sealed=sealed)
    except MemoryError:
        send_trouble(connection, NO_MEMORY)
    except Damaged:
        send_trouble(connection, DAMAGED)
    except OSError as error:
        send_trouble(connection, NOT_OPENED, str(error.errno or 0))
    except Exception as error:  # noqa: BLE001 — our mistake over one file must not stop the others
        # The place is told, not the text: it may hold a cell.
        frame = traceback.extract_tb(error.__traceback__)[-1]
        send_trouble(connection, BUG, f"{type(error).__name__}, {Path(frame.filename).name}:{frame.lineno}")
    else:
        send_reading(connection, reading)


def bound_memory(limits: Limits) -> None:
    """Allow `memory_bytes` on top of what libraries have reserved by now."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * os.sysconf("SC_PAGE_SIZE") + limits.memory_bytes
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold people's names


def _bound_processor_time(limits: Limits) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = int(used.ru_utime + used.ru_stime) + 1 + limits.cpu_seconds
    resource.setrlimit(resource.RLIMIT_CPU, (most, resource.RLIM_INFINITY))
