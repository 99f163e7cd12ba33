"""A run under watch: when it began and ended, its steps, what it counted, and how it failed, by code."""

from __future__ import annotations

import logging
import os
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from warehouse.installation.faults import Fault, fault_of
from warehouse.installation.settings import Settings
from warehouse.watch.events import emit, set_up
from warehouse.watch.last_runs import Ended, note_run
from warehouse.watch.telemetry import Trace, trace_of

FLOW_RUN = "PREFECT__FLOW_RUN_ID"  # Prefect tells it to the process of a scheduled run
DONE, FAILED = "done", "failed"

_present: ContextVar[Run | None] = ContextVar("run", default=None)


@dataclass
class Run:
    """One run of a job; `facts` are counts and codes for whoever watches."""

    job: str
    trace: Trace
    flow_run: str | None = None
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    facts: dict[str, Any] = field(default_factory=dict)
    steps: dict[str, float] = field(default_factory=dict)  # seconds
    fault: Fault | None = None

    @property
    def ids(self) -> dict[str, Any]:
        return {"job": self.job, "run": self.id, "flow_run": self.flow_run}

    @property
    def end(self) -> dict[str, Any]:
        """How it ended."""
        if self.fault is None:
            return {"outcome": DONE, **self.facts}
        return {"outcome": FAILED, "fault": self.fault.code, "place": self.fault.place, **self.facts}

    def count(self, **facts: int) -> None:
        """Add to what the run counted."""
        for name, number in facts.items():
            self.facts[name] = self.facts.get(name, 0) + number


@contextmanager
def watched(job: str, settings: Settings, environ: Mapping[str, str] = os.environ) -> Iterator[Run]:
    """Watch a run of a job: whatever it does, and however watching itself goes, the run goes on as without.

    The clock is read at its end, as in the audit journal: `intake --received-at` may tell any time.
    """
    set_up(settings.log)
    run = Run(job, trace_of(job, environ), environ.get(FLOW_RUN))
    emit("run-begun", run.ids)
    began, former = time.monotonic(), _present.set(run)
    try:
        yield run
    except BaseException as error:
        run.fault = fault_of(error)
        raise
    finally:
        _present.reset(former)
        _end(run, settings, time.monotonic() - began)


@contextmanager
def step(name: str) -> Iterator[None]:
    """Time a part of the run at hand; outside of one do nothing."""
    run = _present.get()
    if run is None:
        yield
        return
    began = time.monotonic()
    try:
        with run.trace.span(name):
            yield
    finally:
        run.steps[name] = run.steps.get(name, 0.0) + time.monotonic() - began


def tell(event: str, level: int = logging.INFO, **facts: Any) -> None:
    """Tell an event of the run at hand, if any."""
    run = _present.get()
    if run is not None:
        emit(event, run.ids | facts, level)


def _end(run: Run, settings: Settings, seconds: float) -> None:
    steps = {name: round(taken, 3) for name, taken in run.steps.items()}
    last = Ended(datetime.now(UTC), round(seconds, 3), steps, run.fault.code if run.fault else None)
    level = logging.INFO if run.fault is None else logging.ERROR
    emit("run-ended", {**run.ids, **run.end, "seconds": last.seconds, "steps": steps}, level)
    _in_no_ones_way(run, "note", lambda: note_run(settings, run.job, last))
    if settings.metrics_file is not None or run.trace.on:
        _in_no_ones_way(run, "figures", lambda: _publish(run, settings, last.at))


def _publish(run: Run, settings: Settings, at: datetime) -> None:
    """Bring the figures to where they are looked for; a warehouse that is busy is not waited for."""
    from warehouse.watch.figures import figures
    from warehouse.watch.spelling import write_figures

    told = figures(settings, at, wait=False)
    if (path := settings.metrics_file) is not None:
        _in_no_ones_way(run, "file", lambda: write_figures(told, path))
    if not run.trace.send(run.ids | run.end, told):
        emit("collector-unreachable", run.ids, logging.WARNING)


def _in_no_ones_way(run: Run, part: str, act: Callable[[], None]) -> None:
    try:
        act()
    except Exception as error:  # noqa: BLE001 (whatever watching meets, the run has ended as it has)
        emit("watch-failed", run.ids | {"part": part, "fault": fault_of(error).code}, logging.WARNING)
