"""The figures that lie in the warehouse: deliveries, coverage of the last reporting dates, how stale the series is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from warehouse.collection.expected import Institution, ReportingDate, calendar, register
from warehouse.ingestion.inbox import look
from warehouse.installation.home import Home
from warehouse.journal.journal import arrivals, known_by
from warehouse.journal.ledger import ACCEPTED, in_force, judged_anew, waiting
from warehouse.tables.tables import table
from warehouse.watch.last_runs import last_success

Labels = dict[str, str]
Sample = tuple[str, Labels, float]
VERDICTS = (*ACCEPTED, "rejected", "duplicate")
LAST_DATES = 8  # two years of quarters: older ones are told by releases, and a series a date would never end


def collection(home: Home, at: datetime) -> Iterator[Sample]:
    """Yield what the warehouse and the inbox folder tell at a time."""
    with home.reading() as connection:
        seq = known_by(connection, None)
        yield from _deliveries(connection, seq)
        yield from _coverage(home, connection, seq, at)
        yield from _staleness(home, connection, seq)
        pending = look(home.settings.inbox, arrivals(connection), 0).ready
    yield "nastavnik_pending_files", {}, float(len(pending))
    if pending:
        yield "nastavnik_pending_oldest_timestamp_seconds", {}, pending[0].modified_ns / 1e9


def _deliveries(connection: sa.Connection, seq: int) -> Iterator[Sample]:
    ledger = table("deliveries")
    counted = sa.select(ledger.c.verdict, sa.func.count()).where(~judged_anew(ledger, seq)).group_by(ledger.c.verdict)
    by_verdict = {str(verdict): number for verdict, number in connection.execute(counted)}
    for verdict in VERDICTS:
        yield "nastavnik_deliveries", {"verdict": verdict}, float(by_verdict.get(verdict, 0))
    held = connection.execute(sa.select(sa.func.count()).select_from(waiting(seq))).scalar_one()
    yield "nastavnik_deliveries_held", {}, float(held)


def _coverage(home: Home, connection: sa.Connection, seq: int, at: datetime) -> Iterator[Sample]:
    zone, institutions = home.settings.timezone, register(connection, seq)
    today = at.astimezone(zone).date()
    for day in [one for one in calendar(connection, seq) if one.opens_on <= today][-LAST_DATES:]:
        labels = {"as_of": day.as_of.isoformat()}
        expected, submitted = _reported(connection, seq, day, institutions)
        yield "nastavnik_coverage_expected", labels, float(expected)
        yield "nastavnik_coverage_submitted", labels, float(submitted)
        ends = datetime.combine(day.due_on + timedelta(days=1), time.min, zone)
        yield "nastavnik_deadline_timestamp_seconds", labels, ends.timestamp()


def _reported(
    connection: sa.Connection, seq: int, day: ReportingDate, institutions: list[Institution]
) -> tuple[int, int]:
    now = in_force(seq)
    found = connection.execute(sa.select(now.c.institution_code).where(now.c.as_of == day.as_of)).scalars()
    expected = {one.code for one in institutions if one.expected(day.as_of)}
    return len(expected), len(expected & set(found))


def _staleness(home: Home, connection: sa.Connection, seq: int) -> Iterator[Sample]:
    """Yield nothing of a series or a release that was never made."""
    ledger, releases = table("deliveries"), table("releases")
    accepted = _latest(connection, sa.select(sa.func.max(ledger.c.known_at)).where(ledger.c.verdict.in_(ACCEPTED)))
    released = _latest(connection, sa.select(sa.func.max(releases.c.known_at)))
    if released is not None:
        yield "nastavnik_release_last_timestamp_seconds", {}, released.timestamp()
    for name, made in (("series", last_success(home.settings, "kpi")), ("release", released)):
        if made is not None:
            late = (accepted - made).total_seconds() if accepted is not None else 0.0
            yield "nastavnik_kpi_staleness_seconds", {"of": name}, max(late, 0.0)


def _latest(connection: sa.Connection, statement: sa.Select[Any]) -> datetime | None:
    found: datetime | None = connection.execute(statement).scalar()
    return found
