"""Alarms: deliveries that say they are of another institution than the one whose folder they came in.

The folder is the sender: whoever may write there, and nobody else, is answered for it. Such a file is always rejected;
it may be a slip of the hand, or somebody who tries to speak for others, so a person is told and asks the sender.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from warehouse.journal.ledger import judged_anew, place
from warehouse.tables.tables import table

RULE = "wrong-inbox-folder"


@dataclass(frozen=True)
class Alarm:
    """One such delivery: whose folder, when; what it says of others is not repeated."""

    delivery: str
    institution_code: str
    received_at: datetime


def alarms(connection: sa.Connection, since: datetime, seq: int, as_of: date | None = None) -> list[Alarm]:
    """Return the alarms received since a moment up to a journal number; all, or those that may be of a date."""
    ledger, findings = table("deliveries"), table("findings")
    broken = sa.select(findings.c.delivery).where(findings.c.rule == RULE)
    chosen = (
        sa.select(ledger.c.delivery, ledger.c.institution_code, ledger.c.received_at)
        .where(ledger.c.delivery.in_(broken), ledger.c.received_at >= since, ledger.c.seq <= seq)
        .where(~judged_anew(ledger, seq))
        .order_by(place(ledger))
    )
    if as_of is not None:
        chosen = chosen.where(sa.or_(ledger.c.as_of == as_of, ledger.c.as_of.is_(None)))
    return [Alarm(*row) for row in connection.execute(chosen).tuples()]


def alarms_among(connection: sa.Connection, deliveries: Iterable[str]) -> set[str]:
    """Return which of some deliveries are alarms: of all there are few."""
    findings = table("findings")
    chosen = sa.select(findings.c.delivery).distinct().where(findings.c.rule == RULE)
    return set(connection.execute(chosen).scalars()).intersection(deliveries)
