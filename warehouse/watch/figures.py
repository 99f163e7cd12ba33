"""The figures of an installation for whoever watches it: counts, times and codes, of no person and no institution."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version

from expectations.judge import RULESET
from warehouse.channels.faults import last_faults
from warehouse.channels.left import last_left
from warehouse.installation.home import opened
from warehouse.installation.settings import Settings
from warehouse.schema.version import HEAD
from warehouse.watch.collection import Labels, Sample, collection
from warehouse.watch.last_runs import LastRuns, kept_runs
from warehouse.watch.lastnight import last_night

COUNTERS = {"nastavnik_runs_total", "nastavnik_run_failures_total"}
WORDS = {  # docs/engineers/observability.md has a row for each
    "nastavnik_info": "Versions of program, schema, rules; the engine.",
    "nastavnik_warehouse_read": "Whether the warehouse could be looked into: without it its figures are absent.",
    "nastavnik_deliveries": "Deliveries ever received, by verdict.",
    "nastavnik_deliveries_held": "Deliveries that wait to be confirmed.",
    "nastavnik_pending_files": "Files in the inbox folder that no intake has taken.",
    "nastavnik_pending_oldest_timestamp_seconds": "When the oldest of them was put there; absent where none waits.",
    "nastavnik_coverage_expected": "Institutions expected to report, by reporting date.",
    "nastavnik_coverage_submitted": "Institutions of these with a submission in force.",
    "nastavnik_deadline_timestamp_seconds": "When the deadline of a reporting date ends.",
    "nastavnik_kpi_staleness_seconds": "How much later than the last series or release the last accepted delivery is.",
    "nastavnik_release_last_timestamp_seconds": "When the last release was made.",
    "nastavnik_channel_faults": "Channels that could not be reached in the last intake.",
    "nastavnik_channel_strangers": "Letters of unregistered senders that the last intake left in the mail boxes.",
    "nastavnik_channel_unread": "Files seen by the last intake that their channel did not give.",
    "nastavnik_night_last_timestamp_seconds": "When an intake of all channels last ended well.",
    "nastavnik_runs_total": "Runs ended, by job.",
    "nastavnik_run_failures_total": "Runs failed, by job and code.",
    "nastavnik_run_failed": "Whether the last run of a job failed.",
    "nastavnik_run_last_end_timestamp_seconds": "When a run of a job last ended.",
    "nastavnik_run_last_success_timestamp_seconds": "When a run of a job last ended well.",
    "nastavnik_run_duration_seconds": "How long the last run of a job took.",
    "nastavnik_run_step_duration_seconds": "How long a step of it took.",
}


@dataclass(frozen=True)
class Figure:
    """One figure with its samples by labels; a counter only grows."""

    name: str
    samples: tuple[tuple[Labels, float], ...]

    @property
    def words(self) -> str:
        return WORDS[self.name]

    @property
    def counter(self) -> bool:
        return self.name in COUNTERS


def figures(settings: Settings, at: datetime, *, wait: bool = True) -> list[Figure]:
    """Return the figures at a time; those of the warehouse are absent where it cannot be looked into.

    Without `wait` one that others write is not waited for.
    """
    samples = [*_installation(settings), *_channels(settings), *_runs(settings), *_warehouse(settings, at, wait)]
    return [
        Figure(name, found)
        for name in WORDS
        if (found := tuple((labels, number) for named, labels, number in samples if named == name))
    ]


def _warehouse(settings: Settings, at: datetime, wait: bool) -> Iterator[Sample]:
    try:
        with opened(settings, at, wait=wait) as home:
            found = list(collection(home, at))
    except Exception:  # noqa: BLE001 (busy, damaged, of another version: what watches must be told the rest all the more)
        found = []
    yield "nastavnik_warehouse_read", {}, float(bool(found))
    yield from found


def _installation(settings: Settings) -> Iterator[Sample]:
    engine = "duckdb" if settings.embedded else "postgresql"
    labels = {"version": version("nastavnik"), "schema": HEAD, "ruleset": RULESET, "engine": engine}
    yield "nastavnik_info", labels, 1.0


def _channels(settings: Settings) -> Iterator[Sample]:
    left = last_left(settings)
    yield "nastavnik_channel_faults", {}, float(len(last_faults(settings)))
    yield "nastavnik_channel_strangers", {}, float(left.strangers)
    yield "nastavnik_channel_unread", {}, float(left.unread)
    if (night := last_night(settings)) is not None:
        yield "nastavnik_night_last_timestamp_seconds", {}, night.timestamp()


def _runs(settings: Settings) -> Iterator[Sample]:
    for kept in kept_runs(settings):
        yield from _of(kept)


def _of(kept: LastRuns) -> Iterator[Sample]:
    job = {"job": kept.job}
    yield "nastavnik_runs_total", job, float(kept.runs)
    yield "nastavnik_run_failed", job, float(kept.failed)
    yield "nastavnik_run_duration_seconds", job, kept.seconds
    yield "nastavnik_run_last_end_timestamp_seconds", job, _seconds(kept.ended_at)
    if kept.succeeded_at is not None:
        yield "nastavnik_run_last_success_timestamp_seconds", job, _seconds(kept.succeeded_at)
    for code, number in sorted(kept.failures.items()):
        yield "nastavnik_run_failures_total", job | {"code": code}, float(number)
    for name, taken in kept.steps.items():
        yield "nastavnik_run_step_duration_seconds", job | {"step": name}, taken


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).astimezone(UTC).timestamp()
