"""Who is expected to report, for which dates, and which date is due for a release."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from warehouse.ledger import in_force
from warehouse.reference import known_reference
from warehouse.tables import table


@dataclass(frozen=True, order=True)
class ReportingDate:
    """A date of the calendar; submissions are taken from `opens_on` to `closes_on`, on time up to `due_on`."""

    as_of: date
    opens_on: date
    due_on: date
    closes_on: date

    def awaited(self, on: date) -> bool:
        """Whether a submission can be sent on a day: one for a date that has not come yet is refused."""
        return max(self.opens_on, self.as_of) <= on <= self.closes_on


@dataclass(frozen=True)
class Institution:
    """An institution of the register, with the days its entry holds."""

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
    """Return the institutions known at a journal number, by code."""
    known = known_reference("institutions", seq)
    columns = (known.c.code, known.c.name, known.c.valid_from, known.c.valid_to)
    return [Institution(*row) for row in connection.execute(sa.select(*columns).order_by(known.c.code))]


def due_for_release(connection: sa.Connection, seq: int, on: date) -> date | None:
    """Return the newest reporting date past its deadline; None once it or a later one is released, or nobody reported.

    Older dates left out are a person's decision: a schedule that works its way back through them would freeze
    figures nobody asked for.
    """
    past = [day.as_of for day in calendar(connection, seq) if day.due_on < on]
    if not past:
        return None
    newest, releases, now = past[-1], table("releases"), in_force(seq)
    released = connection.execute(sa.select(sa.func.max(releases.c.as_of))).scalar()
    reported = connection.execute(sa.select(sa.func.count()).where(now.c.as_of == newest)).scalar()
    return newest if reported and (released is None or released < newest) else None
