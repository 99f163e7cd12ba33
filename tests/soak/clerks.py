"""What clerks decide between nights: a delivery withdrawn, two people told apart; the same in every history."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from random import Random

import sqlalchemy as sa

from tests.soak.arrivals import Night
from warehouse.indicators.identity import DIFFERENT, SAME
from warehouse.installation.home import opened
from warehouse.installation.settings import Misconfigured, Settings
from warehouse.journal.decisions import Place, decide, withdraw
from warehouse.journal.ledger import ACCEPTED
from warehouse.tables.tables import table

SHARE_OF_WITHDRAWALS = 0.4  # of nights


def decide_in(settings: Settings, night: Night, seed: int) -> None:
    """Decide what the seed says; what is refused, as contradicting or done already, is refused in every history."""
    random = Random(f"{seed}/clerks/{night.number}")
    with opened(settings, night.at, write=True) as home, home.writing() as connection, suppress(Misconfigured):
        if random.random() < SHARE_OF_WITHDRAWALS:
            _withdraw(connection, random, night.at)
        else:
            _tell_apart(connection, random, night.at)


def _withdraw(connection: sa.Connection, random: Random, at: datetime) -> None:
    ledger = table("deliveries")
    wanted = sa.select(ledger.c.delivery).where(ledger.c.verdict.in_(ACCEPTED)).order_by(ledger.c.seq)
    if found := connection.execute(wanted).scalars().all():
        withdraw(connection, random.choice(found), at)


def _tell_apart(connection: sa.Connection, random: Random, at: datetime) -> None:
    people = table("participants")
    wanted = sa.select(people.c.delivery, people.c.row).order_by(people.c.delivery, people.c.row)
    if len(found := connection.execute(wanted).all()) > 1:
        left, right = (Place(*one) for one in random.sample(found, 2))
        decide(connection, random.choice((SAME, DIFFERENT)), left, right, at, "clerk", "documents")
