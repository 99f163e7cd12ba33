"""The state of a collection: who has submitted, who is late, what waits."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, datetime, time

import sqlalchemy as sa

from warehouse.channels.left import Left, last_left
from warehouse.collection.alarms import Alarm, alarms
from warehouse.collection.expected import Institution, ReportingDate, calendar, register
from warehouse.erasure.again import Again, again_kept
from warehouse.ingestion.inbox import look
from warehouse.installation.home import Home
from warehouse.journal.journal import arrivals, known_by
from warehouse.journal.ledger import in_force, judged_anew, place, waiting
from warehouse.mail.journal import Said, last_reminders
from warehouse.review.held import Held, waiting_deliveries
from warehouse.tables.tables import table


@dataclass(frozen=True)
class Receipt:
    """The last answer to an institution for a reporting date."""

    delivery: str
    verdict: str
    received_at: datetime  # in UTC


@dataclass(frozen=True)
class State:
    """How one institution stands with one reporting date."""

    institution: Institution
    verdict: str | None  # of the delivery in force; none where nothing is
    received_at: datetime | None  # in UTC
    late: bool  # came, or still owed, after the deadline
    refused: bool  # the last delivery for the date was rejected
    held: bool = False  # one waits to be confirmed
    last: Receipt | None = None  # of the last delivery for the date
    reminded: Said | None = None  # the last time
    files: int = 0  # in the inbox, not taken yet

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
    held: list[Held]  # deliveries that wait to be confirmed
    again: list[Again]  # deliveries that name people who were erased
    left: Left  # in the channels, by the last intake


def status_of(home: Home, on: date) -> Status:
    """Return the state on a day, as known now."""
    with home.reading() as connection:
        seq = known_by(connection, None)
        dates = status_table(connection, on, seq)
        opened = min((one.date.opens_on for one in dates), default=on)
        since = datetime.combine(opened, time.min, home.settings.timezone)
        foreign = alarms(connection, since, seq)
        ready = look(home.settings.inbox, arrivals(connection), 0).ready
        held = waiting_deliveries(connection, seq)
        again = again_kept(connection, home.settings)
    files = Counter(one.folder for one in ready)
    dates = [_with_post(one, home, files) for one in dates]
    left = last_left(home.settings)
    return Status(on, tuple(dates), dict(sorted(files.items())), foreign, held, again, left)


def _with_post(one: DateStatus, home: Home, files: Counter[str]) -> DateStatus:
    """Add what the warehouse does not know: reminders said, and files in the inbox."""
    reminded = last_reminders(home.settings.home, one.date.as_of)
    states = (
        replace(state, reminded=reminded.get(state.institution.code), files=files[state.institution.code])
        for state in one.states
    )
    return replace(one, states=tuple(states))


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


def _states(
    connection: sa.Connection, institutions: list[Institution], day: ReportingDate, on: date, seq: int
) -> list[State]:
    now, awaiting, ledger = in_force(seq), waiting(seq), table("deliveries")
    columns = (now.c.institution_code, now.c.verdict, now.c.received_at, now.c.late)
    rows = connection.execute(sa.select(*columns).where(now.c.as_of == day.as_of))
    present = {row.institution_code: row for row in rows}
    columns = (ledger.c.institution_code, ledger.c.delivery, ledger.c.verdict, ledger.c.received_at)
    judged = sa.select(*columns).where(ledger.c.as_of == day.as_of, ledger.c.seq <= seq)
    judged = judged.where(~judged_anew(ledger, seq)).order_by(place(ledger))
    last = {code: Receipt(*receipt) for code, *receipt in connection.execute(judged)}
    held = sa.select(awaiting.c.institution_code).where(awaiting.c.as_of == day.as_of)
    waits = set(connection.execute(held).scalars())
    return [
        _state(one, present.get(one.code), last.get(one.code), held=one.code in waits, overdue=on > day.due_on)
        for one in institutions
        if one.expected(day.as_of)
    ]


def _state(
    institution: Institution, present: sa.Row | None, last: Receipt | None, *, held: bool, overdue: bool
) -> State:
    refused = last is not None and last.verdict == "rejected"
    if present is None:
        return State(institution, None, None, overdue, refused, held, last)
    return State(institution, present.verdict, present.received_at, bool(present.late), refused, held, last)
