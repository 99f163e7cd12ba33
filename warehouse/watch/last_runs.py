"""What is kept of the last runs of each job: a small file a job, for figures that are asked for between runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from warehouse.installation.durable import write_durably
from warehouse.installation.settings import Settings


@dataclass(frozen=True)
class Ended:
    """How one run ended; `fault` is the code of one that failed."""

    at: datetime
    seconds: float
    steps: dict[str, float]
    fault: str | None


@dataclass(frozen=True)
class LastRuns:
    """The runs of one job: how many, how many failed by code, and how the last one went; times in UTC."""

    job: str
    runs: int = 0
    failures: dict[str, int] = field(default_factory=dict)
    ended_at: str = ""
    succeeded_at: str | None = None
    failed: bool = False
    seconds: float = 0.0
    steps: dict[str, float] = field(default_factory=dict)

    def after(self, last: Ended) -> LastRuns:
        """Return what is to be kept when one more run has ended."""
        at, failures = last.at.isoformat(timespec="seconds"), dict(self.failures)
        if last.fault is not None:
            failures[last.fault] = failures.get(last.fault, 0) + 1
        succeeded = at if last.fault is None else self.succeeded_at
        failed = last.fault is not None
        return LastRuns(self.job, self.runs + 1, failures, at, succeeded, failed, last.seconds, last.steps)


def note_run(settings: Settings, job: str, last: Ended) -> None:
    """Note that a run of a job ended."""
    folder = settings.run / "runs"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    kept = (_read(_path(settings, job)) or LastRuns(job)).after(last)
    write_durably(_path(settings, job), json.dumps(asdict(kept)).encode())


def kept_runs(settings: Settings) -> Iterator[LastRuns]:
    """Yield what is kept of every job that ever ended a run."""
    for path in sorted((settings.run / "runs").glob("*.json")):
        if kept := _read(path):
            yield kept


def last_success(settings: Settings, job: str) -> datetime | None:
    """Return when a run of a job last ended well."""
    kept = _read(_path(settings, job))
    return datetime.fromisoformat(kept.succeeded_at) if kept and kept.succeeded_at else None


def _path(settings: Settings, job: str) -> Path:
    return settings.run / "runs" / f"{job}.json"


def _read(path: Path) -> LastRuns | None:
    try:
        return LastRuns(**json.loads(path.read_bytes()))
    except (FileNotFoundError, ValueError, TypeError):
        return None
