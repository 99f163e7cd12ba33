"""The state of a collection: who has submitted, who is late, what waits."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time

import sqlalchemy as sa

from warehouse.alarms import Alarm, alarms
from warehouse.expected import Institution, ReportingDate, calendar, register
from warehouse.home import Home
from warehouse.inbox import look
from warehouse.journal import arrivals, known_by
from warehouse.ledger import in_force
from warehouse.tables import table


@dataclass(frozen=True)
class State:
    """How one institution stands with one reporting date."""

    institution: Institution
    verdict: str | None  # of the delivery in force; none where nothing is
    received_at: datetime | None  # in UTC
    late: bool  # came, or still owed, after the deadline
    refused: bool  # the last delivery for the date was rejected

    @property
    def owed(self) -> bool:
        return self.verdict is None


@dataclass(frozen=True)
class DateStatus:
    """One reporting date and every institution expected on it."""

    date: ReportingDate
    states: tuple[State, ...]


@dataclass(frozen=True)
class Status:
    """The current reporting dates, and the files that wait by folder."""

    on: date
    dates: tuple[DateStatus, ...]
    waiting: dict[str, int]
    alarms: list[Alarm]  # since the first of the dates was opened


def status_of(home: Home, on: date) -> Status:
    """Return the state on a day, as known now."""
    with home.reading() as connection:
        seq = known_by(connection, None)
        dates = status_table(connection, on, seq)
        opened = min((one.date.opens_on for one in dates), default=on)
        since = datetime.combine(opened, time.min, home.settings.timezone)
        foreign = alarms(connection, since, seq)
        taken = arrivals(connection)
    waiting = Counter(one.folder for one in look(home.settings.inbox, taken, 0).ready)
    return Status(on, tuple(dates), dict(sorted(waiting.items())), foreign)


def current_dates(dates: list[ReportingDate], on: date) -> list[ReportingDate]:
    """Choose the reporting dates that submissions are taken for on a day; the last one past where none is."""
    awaited = [day for day in dates if day.awaited(on)]
    return awaited or [day for day in dates if day.as_of <= on][-1:]


def status_table(connection: sa.Connection, on: date, seq: int) -> list[DateStatus]:
    """Return how every institution stands with the current reporting dates."""
    institutions = register(connection, seq)
    return [
        DateStatus(day, tuple(_states(connection, institutions, day, on, seq)))
        for day in current_dates(calendar(connection, seq), on)
    ]


def late_institutions(connection: sa.Connection, on: date, seq: int) -> list[tuple[ReportingDate, Institution]]:
    """Return who owes a submission for a current reporting date whose deadline has passed."""
    return [
        (one.date, state.institution)
        for one in status_table(connection, on, seq)
        for state in one.states
        if state.owed and state.late
    ]


def _states(
    connection: sa.Connection, institutions: list[Institution], day: ReportingDate, on: date, seq: int
) -> list[State]:
    now, ledger = in_force(seq), table("deliveries")
    columns = (now.c.institution_code, now.c.verdict, now.c.received_at, now.c.late)
    rows = connection.execute(sa.select(*columns).where(now.c.as_of == day.as_of))
    present = {row.institution_code: row for row in rows}
    judged = (
        sa.select(ledger.c.institution_code, ledger.c.verdict)
        .where(ledger.c.as_of == day.as_of, ledger.c.seq <= seq)
        .order_by(ledger.c.seq)
    )
    last = {code: verdict for code, verdict in connection.execute(judged)}  # noqa: C416 (a Row is no pair to mypy)
    return [
        _state(one, present.get(one.code), last.get(one.code) == "rejected", overdue=on > day.due_on)
        for one in institutions
        if one.expected(day.as_of)
    ]


def _state(institution: Institution, present: sa.Row | None, refused: bool, *, overdue: bool) -> State:
    if present is None:
        return State(institution, None, None, overdue, refused)
    return State(institution, present.verdict, present.received_at, bool(present.late), refused)
