"""The clock of a soak: whoever asks a flow's process for the time is told what stands in a file.

Every Python of the server and the worker reads `SITE`; only the processes of runs heed it. Pauses between tries, of
minutes in earnest, last a second there.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, tzinfo
from pathlib import Path

FILE = "SOAK_CLOCK"
RUN = "prefect.engine"  # how Prefect starts the process of a run
SITE = f"import sys\nif {RUN!r} in sys.orig_argv:\n    from tests.soak.clock import stand_still\n    stand_still()\n"
STEPS = ("intake", "kpi", "release", "backup", "retention", "status", "alarm", "letters")
PAUSE_SECONDS = 1


class Standing(datetime):
    """The class whose `now` stands still."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return datetime.fromisoformat(Path(os.environ[FILE]).read_text(encoding="ascii")).astimezone(tz)


def stand_still() -> None:
    """Give the flows of this process our clock, and short pauses."""
    for name in STEPS:
        flow = importlib.import_module(f"flows.{name}")
        flow.datetime = Standing  # type: ignore[attr-defined]
        for task in vars(flow).values():
            if getattr(task, "retry_delay_seconds", None) and hasattr(task, "task_key"):
                task.retry_delay_seconds = PAUSE_SECONDS


@contextmanager
def standing(folder: Path, environ: dict[str, str], root: Path) -> Iterator[tuple[Path, dict[str, str]]]:
    """Give the clock's file, and the environment of processes that heed it."""
    (folder / "site").mkdir()
    (folder / "site/sitecustomize.py").write_text(SITE, encoding="utf-8")
    paths = os.pathsep.join((str(folder / "site"), str(root), *filter(None, [environ.get("PYTHONPATH")])))
    yield folder / "clock", environ | {FILE: str(folder / "clock"), "PYTHONPATH": paths}
