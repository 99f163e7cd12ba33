"""Who owes a submission: nothing came for an open reporting date, or what came last was refused or waits."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import sqlalchemy as sa

from expectations.rules import RULES
from expectations.rules.structure import Severity
from warehouse.collection.expected import Institution, ReportingDate, calendar, register
from warehouse.installation.home import Home
from warehouse.installation.settings import Settings
from warehouse.journal.journal import known_by
from warehouse.journal.ledger import EVER, in_force, judged_anew, place, waiting
from warehouse.tables.tables import table

Key = tuple[str, date]  # institution, reporting date


class Reason(StrEnum):
    """Why an institution owes a submission."""

    MISSING = "missing"
    HELD = "held"
    REJECTED = "rejected"


@dataclass(frozen=True)
class Owed:
    """One institution's one open date; `causes` are the rules its last delivery was refused by."""

    institution: Institution
    date: ReportingDate
    reason: Reason
    still_in_force: bool = False
    causes: tuple[str, ...] = ()


def owed_on(home: Home, on: date) -> list[Owed]:
    """Find who owes a submission for the dates open on a day, by institution and date."""
    with home.reading() as connection:
        seq = known_by(connection, None)
        dates = calendar(connection, seq)
        awaited = [day for day in dates if day.awaited(on)]
        if not awaited:
            return []
        reported = _keys(connection, in_force(seq), awaited)
        refused = _refused(connection, home.settings, dates, awaited)
        causes = _causes(connection, set(refused.values()))
        held = _keys(connection, waiting(seq), awaited)
        return [
            _owed(one, day, refused.get((one.code, day.as_of)), causes, reported=reported, held=held)
            for one in register(connection, seq)
            for day in awaited
            if one.expected(day.as_of) and ((key := (one.code, day.as_of)) in refused or key not in reported)
        ]


def _owed(
    one: Institution, day: ReportingDate, refused: str | None, causes: dict[str, list[str]], *,
    reported: set[Key], held: set[Key],
) -> Owed:  # fmt: skip
    if refused is None:
        return Owed(one, day, Reason.HELD if (one.code, day.as_of) in held else Reason.MISSING)
    return Owed(one, day, Reason.REJECTED, (one.code, day.as_of) in reported, tuple(causes[refused]))


def _keys(connection: sa.Connection, deliveries: sa.Subquery, awaited: list[ReportingDate]) -> set[Key]:
    columns = (deliveries.c.institution_code, deliveries.c.as_of)
    statement = sa.select(*columns).where(deliveries.c.as_of.in_([day.as_of for day in awaited]))
    return {(row.institution_code, row.as_of) for row in connection.execute(statement)}


def _refused(
    connection: sa.Connection, settings: Settings, dates: list[ReportingDate], awaited: list[ReportingDate]
) -> dict[tuple[str, date], str]:
    """Return the refused delivery by (institution, date) where the last one was refused.

    A file that tells no date of the calendar (unreadable, or the wrong date) is held against every date that
    was open when it came. A repetition of a file counts as that file.
    """
    known_dates = {day.as_of for day in dates}
    last: dict[tuple[str, date], tuple[str, str]] = {}
    for code, as_of, received_at, verdict, delivery in connection.execute(_judged()):
        for day in awaited:
            told = as_of == day.as_of or as_of not in known_dates
            if told and received_at.astimezone(settings.timezone).date() >= day.opens_on:
                last[code, day.as_of] = (verdict, delivery)
    return {key: delivery for key, (verdict, delivery) in last.items() if verdict == "rejected"}


def _judged() -> sa.Select:
    """Every delivery with the verdict on its bytes that holds by now, in the order in which files came."""
    ledger, first, told = table("deliveries"), *(table("deliveries").alias(name) for name in ("first", "told"))
    joined = ledger.outerjoin(first, ledger.c.duplicate_of == first.c.delivery).outerjoin(
        told, sa.and_(place(told) == place(first), ~judged_anew(told, EVER), told.c.verdict != "duplicate")
    )
    return (
        sa.select(
            ledger.c.institution_code,
            sa.func.coalesce(told.c.as_of, ledger.c.as_of).label("as_of"),
            ledger.c.received_at,
            sa.func.coalesce(told.c.verdict, ledger.c.verdict).label("verdict"),
            sa.func.coalesce(told.c.delivery, ledger.c.delivery).label("delivery"),
        )
        .select_from(joined)
        .where(~judged_anew(ledger, EVER))
        .order_by(place(ledger))
    )


def _causes(connection: sa.Connection, deliveries: set[str]) -> dict[str, list[str]]:
    findings = table("findings")
    statement = sa.select(findings.c.delivery, findings.c.rule).where(
        findings.c.delivery.in_(deliveries), findings.c.severity == Severity.FATAL.value
    )
    causes: dict[str, list[str]] = defaultdict(list)
    for delivery, rule in connection.execute(statement.distinct().order_by(findings.c.rule)):
        causes[delivery].append(RULES[rule].title)
    return causes
