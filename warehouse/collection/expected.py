"""Who is expected to report, for which dates, and which date is due for a release."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from warehouse.installation.home import Home
from warehouse.journal.journal import known_by
from warehouse.journal.ledger import in_force
from warehouse.register.reference import known_reference
from warehouse.tables.tables import table


@dataclass(frozen=True, order=True)
class ReportingDate:
    """A date of the calendar: submissions are taken from `opens_on` to `closes_on`, on time by `due_on`."""

    as_of: date
    opens_on: date
    due_on: date
    closes_on: date

    def awaited(self, on: date) -> bool:
        """Whether a submission can be sent on a day: one for a date that has not come yet is refused."""
        return max(self.opens_on, self.as_of) <= on <= self.closes_on


@dataclass(frozen=True)
class Institution:
    """An entry of the register, with the days it holds; an institution has one on any day, or none."""

    code: str
    name: str
    valid_from: date
    valid_to: date | None

    def expected(self, as_of: date) -> bool:
        return self.valid_from <= as_of and (self.valid_to is None or as_of <= self.valid_to)


def calendar(connection: sa.Connection, seq: int) -> list[ReportingDate]:
    """Return the reporting dates known at a journal number, oldest first."""
    known = known_reference("reporting_dates", seq)
    columns = (known.c.as_of, known.c.opens_on, known.c.due_on, known.c.closes_on)
    return [ReportingDate(*row) for row in connection.execute(sa.select(*columns).order_by(known.c.as_of))]


def register(connection: sa.Connection, seq: int) -> list[Institution]:
    """Return the entries of the register known at a journal number, by code and first day."""
    known = known_reference("institutions", seq)
    columns = (known.c.code, known.c.name, known.c.valid_from, known.c.valid_to)
    return [
        Institution(*row) for row in connection.execute(sa.select(*columns).order_by(known.c.code, known.c.valid_from))
    ]


def due_for_release(home: Home, on: date) -> date | None:
    """Return the newest reporting date past its deadline; None once it or a later one is out.

    None too while nobody reported for it. A release whose folder a killed run left unwritten is not out.
    Older dates are a person's decision: a schedule working its way back would freeze what nobody asked for.
    """
    with home.reading() as connection:
        seq = known_by(connection, None)
        past = [day.as_of for day in calendar(connection, seq) if day.due_on < on]
        releases, now = table("releases"), in_force(seq)
        numbered = connection.execute(sa.select(releases.c.release, releases.c.as_of)).all()
        reported = set(connection.execute(sa.select(now.c.as_of).where(now.c.as_of.in_(past[-1:]))).scalars())
    out = [row.as_of for row in numbered if (home.settings.releases / row.release).exists()]
    last_out = max(out, default=date.min)
    return next((as_of for as_of in past[-1:] if as_of in reported and as_of > last_out), None)
