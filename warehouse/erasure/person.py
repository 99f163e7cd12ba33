"""Whose identity is to be erased: one person by the linking rule and the clerk's decisions, in every received file."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from warehouse.erasure.reading import Named, People
from warehouse.indicators.identity import Identity, Verdict, resolve, verdicts
from warehouse.indicators.knowledge import Knowledge
from warehouse.installation.settings import Misconfigured
from warehouse.journal.decisions import Place
from warehouse.journal.journal import known_by
from warehouse.journal.ledger import heard
from warehouse.tables.tables import table

NAMELESS = uuid.UUID("6320b3c6-28c5-5c3c-9a55-2020082801aa")  # the namespace of rows with a СНИЛС and no sure name


@dataclass(frozen=True)
class Wanted:
    """Whom to look for: a row of «Участники», or a token of the СНИЛС, or one of name and birth date."""

    place: Place | None = None
    snils: str | None = None
    name: str | None = None


def identities_of_person(connection: sa.Connection, files: dict[str, People], wanted: Wanted) -> set[Identity]:
    """Return every identity that the person bears; raise Misconfigured for nobody, and for a name of several.

    People are told apart twice: by what is counted, and by what any file says; whoever is them by either is them.
    """
    counted, stored = _counted(connection), _stored(connection)
    every = stored | {identity_of(one) for people in files.values() for one in people.named if one.snils or one.name}
    seeds = _seeds(connection, files, wanted, every)
    made = verdicts(connection, Knowledge.at(known_by(connection, None)))
    found = set[Identity]()
    for known in (counted | seeds, every):
        told = resolve(_around(known, made, seeds), made)
        persons = {told[seed] for seed in seeds}
        if len(persons) > 1:
            raise Misconfigured("Людей с такими ФИО и датой рождения несколько: назовите СНИЛС или строку сдачи.")
        found |= {one for one, person in told.items() if person in persons}
    return found


def identity_of(one: Named) -> Identity:
    """Return what a row of a file says of a person; a СНИЛС without a sure name has a name of its own."""
    return Identity(one.snils, one.name or str(uuid.uuid5(NAMELESS, one.snils or "")))


def _counted(connection: sa.Connection) -> set[Identity]:
    rows, ledger = table("participants"), table("deliveries")
    joined = sa.and_(ledger.c.delivery == rows.c.delivery, heard(ledger, known_by(connection, None)))
    statement = sa.select(rows.c.snils_token, rows.c.name_token).join(ledger, joined).distinct()
    return {Identity(*row) for row in connection.execute(statement)}


def _stored(connection: sa.Connection) -> set[Identity]:
    rows = table("participants")
    return {Identity(*row) for row in connection.execute(sa.select(rows.c.snils_token, rows.c.name_token).distinct())}


def _seeds(connection: sa.Connection, files: dict[str, People], wanted: Wanted, every: set[Identity]) -> set[Identity]:
    if wanted.place is not None:
        return {_at(connection, files, wanted.place)}
    if wanted.snils:
        seeds = {one for one in every if one.snils == wanted.snils}
    else:
        seeds = {one for one in every if one.name == wanted.name}
    if not seeds:
        raise Misconfigured("Такого человека нет ни в принятых сведениях, ни в полученных файлах, которые читаются.")
    return seeds


def _at(connection: sa.Connection, files: dict[str, People], place: Place) -> Identity:
    rows, ledger = table("participants"), table("deliveries")
    statement = sa.select(rows.c.snils_token, rows.c.name_token).where(
        rows.c.delivery == place.delivery, rows.c.row == place.row
    )
    if (stored := connection.execute(statement).first()) is not None:
        return Identity(*stored)
    sha256 = connection.execute(sa.select(ledger.c.sha256).where(ledger.c.delivery == place.delivery)).scalar()
    if sha256 is None:
        raise Misconfigured(
            f"Сдачи {place.delivery} нет. Номер сдачи — в протоколе и в nastavnik findings --format csv."
        )
    for one in files[sha256].named if sha256 in files else ():
        if one.row == place.row and (one.snils or one.name):
            return identity_of(one)
    raise Misconfigured(
        f"{place}: такой строки листа «Участники» нет, или по ней человека не узнать (нет ни верного СНИЛС, ни ФИО с "
        "датой рождения). Назовите другую строку или запустите команду без строки."
    )


def _around(known: Iterable[Identity], made: list[Verdict], seeds: set[Identity]) -> set[Identity]:
    """Return the identities of `known` that share a СНИЛС, a name or a decision with the seeds, to the end."""
    by_mark: dict[str, set[Identity]] = defaultdict(set)
    for one in known:
        for mark in _marks(one):
            by_mark[mark].add(one)
    tied: dict[str, set[str]] = defaultdict(set)
    for verdict in made:
        marks = {*_marks(verdict.left), *_marks(verdict.right)}
        for mark in marks:
            tied[mark] |= marks
    found, marks_seen = set[Identity](), set[str]()
    asked = {mark for one in seeds for mark in _marks(one)}
    while asked:
        marks_seen |= asked
        fresh = {one for mark in asked for one in by_mark[mark]} - found
        found |= fresh
        asked |= {other for mark in asked for other in tied.get(mark, ())}
        asked = (asked | {mark for one in fresh for mark in _marks(one)}) - marks_seen
    return found


def _marks(one: Identity) -> list[str]:
    return [mark for mark in (one.snils, one.name) if mark]
