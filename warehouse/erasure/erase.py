"""Erasure of one person's identity: figures stay as they were, to the byte."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from expectations.reading.persons import is_snils
from expectations.tokens import name_token, snils_token
from warehouse.erasure.destroying import Row, enter, finish, require_rights
from warehouse.erasure.later import erased_people
from warehouse.erasure.person import Wanted
from warehouse.erasure.plan import Plan, lefts_of, plan_erasure
from warehouse.erasure.reading import Advance
from warehouse.ingestion.inbox import look
from warehouse.installation.home import Home
from warehouse.installation.settings import Misconfigured
from warehouse.journal.decisions import Place
from warehouse.journal.journal import ERASURE, Entry, arrivals


@dataclass(frozen=True)
class Erasure:
    """What an erasure did, or would do: numbers, entry, acts; `waiting` files of the inbox were not looked into."""

    counts: dict[str, int]
    entry: Entry | None
    acts: list[Path]
    waiting: int


def wanted_row(delivery: str, row: int) -> Wanted:
    """Look for the person of a row of «Участники»."""
    return Wanted(place=Place(delivery, row))


def wanted_snils(home: Home, text: str) -> Wanted:
    """Look for the person of a СНИЛС; raise Misconfigured where it is none."""
    digits = "".join(sign for sign in text if sign.isdigit())
    if not is_snils(digits):
        raise Misconfigured("Это не СНИЛС: нужны 11 цифр с верным контрольным числом.")
    return Wanted(snils=str(uuid.UUID(snils_token(home.ring.tokens, digits))))


def wanted_name(home: Home, surname: str, given_name: str, patronymic: str, born: date) -> Wanted:
    """Look for the person of a full name and birth date."""
    return Wanted(name=str(uuid.UUID(name_token(home.ring.tokens, surname, given_name, patronymic or None, born))))


def erase(
    home: Home, wanted: Wanted, ground: str, by: str, at: datetime, *, dry_run: bool = False,
    on_progress: Advance = lambda done, of: None,
) -> Erasure:  # fmt: skip
    """Erase whatever tells who a person is; needs `opened(…, write=True)`, which first ends what a killed one began.

    Raises Misconfigured for nobody, and for more than one. Where nothing is left of the person, nothing is written.
    """
    require_rights(home)
    plan = plan_erasure(home, wanted, on_progress)
    with home.reading() as connection:
        waiting = len(look(home.settings.inbox, arrivals(connection), home.settings.settle_seconds).ready)
        known = any(
            all(one.is_of(identity.snils, identity.name) for identity in plan.identities)
            for one in erased_people(connection, home.settings.timezone)
        )
        if dry_run or (known and not _anything(plan)):
            return Erasure(plan.counts(), None, [], waiting)
        lefts = lefts_of(home, connection, plan)
    for delivery, left in lefts.items():
        home.remains.write(delivery, left)
    people: list[Row] = [
        {"snils_token": one.snils, "name_token": one.name, "decided_by": by} for one in plan.identities
    ]
    entry = enter(home, ERASURE, ground, at, _gone(home, plan), people)
    return Erasure(plan.counts(), entry, finish(home, at), waiting)


def _anything(plan: Plan) -> bool:
    return bool(plan.standing or plan.cells or any(plan.rows.values()))


def _gone(home: Home, plan: Plan) -> Iterator[Row]:
    """Yield what goes, as the journal tells it."""
    for one in plan.deliveries:
        if one.sha256 in plan.standing:
            yield {"kind": "received", "delivery": one.delivery, "sha256": one.sha256}
    for delivery, row in sorted(plan.places):
        yield {"kind": "row", "delivery": delivery, "sheet": "participants", "row": row, "rows": 1}
    for sheet, rows in plan.rows.items():
        for delivery, row in sorted(rows):
            yield {"kind": "identity", "delivery": delivery, "sheet": sheet, "row": row, "rows": 1}
    for delivery, sheet, row in sorted({cell[:3] for cell in plan.cells}):
        yield {"kind": "text", "delivery": delivery, "sheet": sheet, "row": row, "rows": 1}
    for path in plan.files:
        yield {"kind": "file", "path": str(path.relative_to(home.settings.home))}
    for one in plan.unread:
        yield {"kind": "unread", "delivery": one.delivery, "sha256": one.sha256}
