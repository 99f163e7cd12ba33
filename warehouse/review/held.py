"""Held deliveries as they stand: by how much they drop, and whether they still wait to be confirmed."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from warehouse.journal.journal import known_by
from warehouse.journal.ledger import in_force, waiting
from warehouse.tables.tables import entries, table


@dataclass(frozen=True)
class Drop:
    """How many pupils were involved by the delivery in force for the same or the last earlier date, and how many are.

    `compared_to` is that delivery, `compared_on` its reporting date.
    """

    before: int
    after: int
    compared_to: str
    compared_on: date

    @property
    def lost(self) -> int:
        """What is lost of those before, in whole per cent."""
        return (self.before - self.after) * 100 // self.before if self.before else 0

    def over(self, percent: int) -> bool:
        """Tell whether more than so many per cent are lost; 0 is no limit."""
        return percent > 0 and (self.before - self.after) * 100 > percent * self.before


@dataclass(frozen=True)
class Held:
    """A delivery that was held; it `waits` until it is confirmed, withdrawn or replaced by a newer one."""

    delivery: str
    institution_code: str
    as_of: date
    received_at: datetime
    drop: Drop
    waits: bool
    confirmed_at: datetime | None


class Past:
    """What is in force of some institutions at a journal number."""

    def __init__(self, connection: sa.Connection, institutions: Collection[str], seq: int) -> None:
        now = in_force(seq)
        columns = (now.c.institution_code, now.c.as_of, now.c.delivery, now.c.involved)
        found = connection.execute(sa.select(*columns).where(now.c.institution_code.in_(institutions)))
        self._told: dict[str, dict[date, tuple[str, int]]] = {}
        for code, as_of, delivery, involved in found:
            self._told.setdefault(code, {})[as_of] = (delivery, involved or 0)

    def drop(self, institution: str, as_of: date, involved: int | None) -> Drop | None:
        """Compare a delivery with the last date in force up to its own; None where there is none."""
        told = self._told.get(institution, {})
        last = max((day for day in told if day <= as_of), default=None)
        if last is None:
            return None
        delivery, before = told[last]
        return Drop(before, involved or 0, delivery, last)


def waiting_deliveries(connection: sa.Connection, seq: int, as_of: date | None = None) -> list[Held]:
    """Return the deliveries that wait to be confirmed as known at a journal number: of a date, or of all."""
    now = waiting(seq)
    statement = sa.select(now.c.delivery)
    if as_of is not None:
        statement = statement.where(now.c.as_of == as_of)
    names = list(connection.execute(statement).scalars())
    return sorted(_held(connection, names, seq), key=lambda one: (one.as_of, one.institution_code))


def held_of(connection: sa.Connection, deliveries: Collection[str]) -> dict[str, Held]:
    """Return those of some deliveries that are held or once were, as they stand now."""
    return {one.delivery: one for one in _held(connection, deliveries, known_by(connection, None))}


def _held(connection: sa.Connection, deliveries: Collection[str], seq: int) -> Iterator[Held]:
    holds, now, before = table("holds"), waiting(seq), table("deliveries").alias("before")
    ledger, done, journal = table("deliveries"), table("confirmations"), entries()
    told = done.join(journal, journal.c.seq == done.c.seq)
    statement = (
        sa.select(
            ledger.c.delivery, ledger.c.institution_code, ledger.c.as_of, ledger.c.received_at, ledger.c.involved,
            before.c.involved.label("before"), before.c.delivery.label("compared_to"),
            before.c.as_of.label("compared_on"), now.c.seq.label("waits"), journal.c.known_at.label("confirmed_at"),
        )
        .select_from(
            holds.join(ledger, ledger.c.delivery == holds.c.delivery)
            .join(before, before.c.delivery == holds.c.compared_to)
            .outerjoin(now, now.c.delivery == holds.c.delivery)
            .outerjoin(told, sa.and_(done.c.delivery == holds.c.delivery, done.c.seq <= seq))
        )
        .where(holds.c.delivery.in_(deliveries), holds.c.seq <= seq)
    )  # fmt: skip
    for row in connection.execute(statement) if deliveries else ():
        drop = Drop(row.before or 0, row.involved or 0, row.compared_to, row.compared_on)
        place = (row.delivery, row.institution_code, row.as_of, row.received_at)
        yield Held(*place, drop, row.waits is not None, row.confirmed_at)
