"""Time comes as an argument: who reads a clock is listed here, with the reason."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tests.test_architecture import LAYERS, ROOT, python_files

READS = {"now", "utcnow", "today", "time", "time_ns", "localtime", "gmtime", "ctime"}
CLOCKS = {"datetime", "date", "dt", "time", "func"}  # `monotonic` tells how long to wait, and no time
IN_SQL = re.compile(r"\b(now\(\)|current_(date|time|timestamp)\b|today\(\)|get_current_time)", re.IGNORECASE)
TASKS = "a scheduled run begins here: its task reads the clock once"
ALLOWED = {
    "flows/cli/frame/edge.py": "a command begins here",
    **{f"flows/{name}.py": TASKS for name in ("intake", "kpi", "release", "letters", "status")},
    **{f"flows/{name}.py": TASKS for name in ("retention", "backup", "backfill", "alarm")},
    "warehouse/access/audit.py": "the audit journal tells when it was written, whatever time a command was given",
    "warehouse/channels/sftp.py": "whether a file is young is asked once; a young one is looked at twice",
    "warehouse/desk/opening.py": "an analyst's own program begins here: its file is of now",
    "warehouse/ingestion/inbox.py": "whether a file is young is asked once; a young one is looked at twice",
    "warehouse/watch/runs.py": "a run tells when it ended, whatever time its command was given",
    "warehouse/lineage/events.py": "an OpenLineage event tells when it was sent",
}


def clocks_read(source: str) -> Iterator[str]:
    """Yield every reading of a wall clock, in Python or in SQL; also where it is handed on uncalled."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr in READS:
            owner = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
            if owner in CLOCKS:
                yield f"{owner}.{node.attr}"
        elif isinstance(node, ast.ImportFrom) and node.module == "time":
            yield from (f"time.{alias.name}" for alias in node.names if alias.name in READS)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and (found := IN_SQL.search(node.value)):
            yield found[0]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("datetime.now(UTC)", ["datetime.now"]),
        ("import datetime as dt\ndt.date.today()", ["date.today"]),
        ("field(default_factory=datetime.now)", ["datetime.now"]),
        ("from time import time_ns, sleep", ["time.time_ns"]),
        ("sa.func.now()", ["func.now"]),
        ("text('SELECT current_date')", ["current_date"]),
        ("time.monotonic() + datetime.fromisoformat(text)", []),
        ("at = now()", []),  # the edge's own, which is told by its import
    ],
)
def test_a_clock_is_seen_however_it_is_read(source: str, found: list[str]) -> None:
    assert list(clocks_read(source)) == found


def test_the_edge_alone_reads_the_clock() -> None:
    readers = {str(path) for path in python_files(*LAYERS) if list(clocks_read((ROOT / path).read_text()))}
    assert readers == ALLOWED.keys()


def test_nothing_below_the_edge_borrows_its_clock() -> None:
    borrowed = re.compile(r"from flows\.cli\.edge import .*\bnow\b")
    below = [path for path in python_files("expectations", "warehouse") if borrowed.search((ROOT / path).read_text())]
    assert not below
