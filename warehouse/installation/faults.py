"""The one boundary where errors lose their words: drivers and libraries quote people's cells in theirs."""

from __future__ import annotations

import errno
import logging
import os
import resource
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType

OURS = ("expectations", "warehouse", "flows")
# Whose errors quote values: databases, columns, checks, workbooks.
TALKATIVE = {
    "sqlalchemy", "duckdb", "_duckdb", "duckdb_engine", "psycopg", "psycopg_binary", "pyarrow", "pandas", "numpy",
    "great_expectations", "pydantic", "pydantic_core", "openpyxl", "xlsxwriter", "python_calamine", "jinja2",
    "cryptography", "json", "csv", "_csv", "zipfile", "xml",
}  # fmt: skip
ROWS_LOGGED_BY = "sqlalchemy.engine.Engine"  # at DEBUG, every row fetched; parameters it can hide by itself
POOLS = ("sqlalchemy.pool.impl.QueuePool", "sqlalchemy.pool.impl.NullPool")  # they log a driver's error, words and all
OF_A_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO)
_BOUNDARIES = {__name__, "flows.failures", "flows.cli.frame.edge"}  # every error passes these
_COREDUMP_FILTER = Path("/proc/self/coredump_filter")  # Linux: which memory a core file holds


class Fault(Exception):
    """An error of a library, told by its kinds and its place in our code; neither holds a value."""

    def __init__(self, code: str, place: str, number: int | None = None) -> None:
        super().__init__(f"{code} @ {place}")
        self.code, self.place, self.errno = code, place, number


def fault_of(error: BaseException) -> Fault:
    """Name an error by its kinds, that of a driver within SQLAlchemy's too, and by the last line of ours it passed."""
    if isinstance(error, Fault):
        return error
    kinds = [type(error).__name__]
    if (cause := getattr(error, "orig", None)) is not None:
        kinds.append(type(cause).__name__)
    if state := getattr(cause or error, "sqlstate", None):
        kinds.append(str(state))
    return Fault("/".join(kinds), place_of(error.__traceback__), _number(cause or error))


def _number(error: BaseException) -> int | None:
    """The system's number of an error: xlsxwriter wraps it, DuckDB tells a disk's in the system's words alone."""
    for own in (error, *error.args):
        if isinstance(own, OSError):
            return own.errno
    if type(error).__module__ not in {"duckdb", "_duckdb"}:
        return None
    return next((number for number in OF_A_DISK if os.strerror(number) in str(error)), None)


def place_of(trace: TracebackType | None) -> str:
    """Name the last line of our own code that a traceback passes: «warehouse.storage.loading:52»."""
    names = [(frame.f_globals.get("__name__", ""), line) for frame, line in traceback.walk_tb(trace)]
    places = [f"{name}:{line}" for name, line in names if name.partition(".")[0] in OURS and name not in _BOUNDARIES]
    return places[-1] if places else "?"


@contextmanager
def without_words() -> Iterator[None]:
    """Replace errors of the libraries that quote values by faults; ours, worded by us, pass without their causes."""
    try:
        yield
    except Exception as error:
        kind = type(error).__module__.partition(".")[0]
        if kind in TALKATIVE:
            raise fault_of(error).with_traceback(error.__traceback__) from None
        if kind in OURS:
            raise error from None
        raise


def seal_process() -> None:
    """Leave no value where a process does when it breaks: no core file, no text of an error nobody caught."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    with suppress(OSError):  # a system that pipes core files heeds no limit: there they hold no memory
        _COREDUMP_FILTER.write_text("0")
    sys.excepthook = lambda kind, error, trace: _tell(error or kind())
    threading.excepthook = lambda args: _tell(args.exc_value or args.exc_type())
    sys.unraisablehook = lambda args: _tell(args.exc_value or args.exc_type())


def log_no_rows() -> None:
    """Keep fetched rows and drivers' errors out of SQLAlchemy's log, whatever level it is set to."""
    logging.getLogger(ROWS_LOGGED_BY).addFilter(_no_row)
    for name in POOLS:
        logging.getLogger(name).addFilter(_no_error)


def _no_row(record: logging.LogRecord) -> bool:
    return not str(record.msg).startswith("Row ")


def _no_error(record: logging.LogRecord) -> bool:
    """A connection that broke cannot be rolled back either: what broke it is told already, without words."""
    return not record.exc_info


def _tell(error: BaseException) -> None:
    with suppress(Exception):  # the stream may be gone already
        sys.stderr.write(f"Сбой: {fault_of(error)}\n")
