"""Backfill: a stretch of reporting dates brought up to the rules, the register and the files there are now."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import date, datetime

import sqlalchemy as sa

from expectations.rules.ruleset import Ruleset
from warehouse.ingestion.intake import IntakeSummary, pending, run_intake
from warehouse.ingestion.strays import without_strays
from warehouse.installation.home import Home
from warehouse.journal.journal import known_by
from warehouse.journal.notes import sign
from warehouse.preview.rehearse import MovedShare, moved
from warehouse.restatement.restating import Progress, Restatement, dates_between, restate
from warehouse.tables.tables import table


@dataclass(frozen=True)
class Asked:
    """The dates of a backfill, from `first` to `last`; `rules` None: those that hold for each of them."""

    first: date
    last: date
    rules: Ruleset | None = None


@dataclass(frozen=True)
class Plan:
    """What a backfill would do: files to take, receipts to write, deliveries judged otherwise, shares that move."""

    waiting: int
    receipts: int  # owed already
    restatement: Restatement
    figures: list[MovedShare] = field(default_factory=list)

    @property
    def nothing(self) -> bool:
        """Whether everything is as it would be made."""
        return not self.waiting and not self.receipts and self.restatement.entry is None


def plan(home: Home, asked: Asked, at: datetime, on_progress: Progress = lambda done, of: None) -> Plan:
    """Try a backfill in a transaction that is taken back; needs `opened(…, write=True)`.

    What the files that wait would change is not told: they are counted.
    """
    waiting = len(pending(home).ready)
    with home.engine.connect() as connection, connection.begin() as transaction:
        seq, owed = known_by(connection, None), sa.select(sa.func.count()).select_from(table("pending_receipts"))
        receipts = connection.execute(owed).scalar_one()
        dates = dates_between(connection, seq, asked.first, asked.last)
        tried = restate(home, connection, dates, asked.rules, at, trial=True, on_progress=on_progress)
        after = seq + 1 + len(tried.turned)  # the number of the last delivery judged anew
        figures = moved(connection, seq, after) if tried.turned else []
        transaction.rollback()
    return Plan(waiting, receipts, tried, figures)


def backfill(
    home: Home, asked: Asked, at: datetime, decided_by: str, reason: str | None = None,
    on_progress: Progress = lambda done, of: None,
) -> tuple[Restatement, IntakeSummary]:  # fmt: skip
    """Judge the dates anew, in one transaction, then take what waits; every receipt that is owed is written.

    Killed anywhere, it is completed by the same call: a restatement is there whole or not at all, and one that was
    made leaves nothing to be judged otherwise.
    """
    with without_strays(home), home.writing() as connection:
        home.notes.forget_strays(connection)
        dates = dates_between(connection, known_by(connection, None), asked.first, asked.last)
        done = restate(home, connection, dates, asked.rules, at, on_progress=on_progress)
        if done.entry is not None:
            sign(connection, done.entry.seq, decided_by, home.notes.write(reason) if reason else None)
            os.sync()  # neither the journal nor the lake's list names bytes that a power cut could take
    if done.entry is not None:
        home.audit("restatement", str(done.entry.seq), judged=done.deliveries, restated=len(done.turned))
    return done, run_intake(home, at)
