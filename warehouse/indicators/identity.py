"""One person or different people: the linking rule over everything known, and the clerk's decisions over the rule.

A decision speaks of two rows of «Участники»; what it ties together or parts are their identities, the pairs
(СНИЛС token, name token). Decisions are few: they are resolved here, and given to statements as a short list.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

import sqlalchemy as sa

from expectations.persons import owners_of_names, person_of, same_name
from warehouse.indicators.knowledge import Knowledge
from warehouse.journal.ledger import ACCEPTED, heard
from warehouse.tables.tables import decisions, table

SAME, DIFFERENT, UNDO = "same", "different", "undo"
NO_SNILS = str(uuid.UUID(int=0))
SEPARATED = uuid.UUID("6320b3c6-28c5-5c3c-9a55-2020082800aa")  # the namespace of people parted from their СНИЛС
TOKEN = sa.Uuid(as_uuid=False)


class Identity(NamedTuple):
    """What a row says of a person: tokens of the СНИЛС (None without one) and of name and birth date."""

    snils: str | None
    name: str


class Verdict(NamedTuple):
    """A decision in effect. Where both rows bear one СНИЛС, «different» takes the right one out of its person."""

    seq: int
    kind: str  # SAME or DIFFERENT
    left: Identity
    right: Identity


@dataclass(frozen=True)
class People:
    """Relations that tell the person of any row with tokens."""

    owners: sa.FromClause  # names borne by exactly one person with a СНИЛС
    decided: sa.FromClause | None  # identities whose person a decision changed

    def of(self, rows: sa.FromClause) -> sa.ColumnElement[str]:
        """The person of a row of what `join` returned."""
        person = person_of(rows, self.owners)
        return person if self.decided is None else sa.func.coalesce(self.decided.c.person, person)

    def join(self, joined: sa.FromClause, rows: sa.FromClause) -> sa.FromClause:
        """Add to a join what `of` needs; `rows` is the part of it that has the tokens."""
        return self.join_decided(joined.outerjoin(self.owners, same_name(rows, self.owners)), rows)

    def join_decided(self, joined: sa.FromClause, rows: sa.FromClause) -> sa.FromClause:
        """Add to a join what `token` needs."""
        if self.decided is None:
            return joined
        snils = sa.func.coalesce(rows.c.snils_token, sa.literal(NO_SNILS, TOKEN))
        return joined.outerjoin(
            self.decided, sa.and_(self.decided.c.snils_token == snils, self.decided.c.name_token == rows.c.name_token)
        )

    def token(self, rows: sa.FromClause) -> sa.ColumnElement[str]:
        """Whom a row tells of by itself: the person; where `by_name` holds, a name, whose owner is the person."""
        person = () if self.decided is None else (self.decided.c.person,)
        return sa.func.coalesce(*person, rows.c.snils_token, rows.c.name_token)

    def by_name(self, rows: sa.FromClause) -> sa.ColumnElement[bool]:
        """The condition that a row tells of a name alone."""
        unknown = rows.c.snils_token.is_(None)
        return unknown if self.decided is None else sa.and_(unknown, self.decided.c.person.is_(None))

    def persons(self, told: sa.FromClause) -> sa.CTE:
        """Give rows with `token` and `by_name` their `key`, the person, and the `name` it was told by, or NULL."""
        owned = sa.and_(told.c.by_name, self.owners.c.name_token == told.c.token)
        kept = [column for column in told.c if column.name not in ("token", "by_name")]
        key = sa.func.coalesce(self.owners.c.owner, told.c.token).label("key")
        name = sa.case((told.c.by_name, told.c.token)).label("name")
        return sa.select(*kept, key, name).select_from(told.outerjoin(self.owners, owned)).cte()


def people_known(connection: sa.Connection, known: Knowledge) -> People:
    """Tell people apart over the good rows of all accepted deliveries known, with the decisions known."""
    changed = changed_people(connection, known)
    if not changed:
        return People(owners(known), None)
    columns = [sa.column(name, TOKEN) for name in ("snils_token", "name_token", "person")]
    rows = [(one.snils or NO_SNILS, one.name, person) for one, person in sorted(changed.items(), key=str)]
    typed = sa.values(*columns, name="verdicts").data(rows)
    # PostgreSQL takes the literals of VALUES for texts.
    decided = sa.select(*(sa.cast(typed.c[c.name], TOKEN).label(c.name) for c in columns)).cte("decided")
    return People(owners(known), decided)


def owners(known: Knowledge) -> sa.CTE:
    """Whose name is whose, over the good rows of all deliveries accepted as known; of the names that are asked about.

    Asked about are those somebody bears without a СНИЛС: few, while a country's names are as many as its people.
    """
    participants, ledger = table("participants"), table("deliveries")
    asked = sa.union(*(sa.select(rows.c.name_token).where(rows.c.snils_token.is_(None)) for rows in _telling())).cte()
    columns = [participants.c[name] for name in ("delivery", "snils_token", "name_token")]
    # Kept apart, so that no planner looks up the deliveries of everybody first.
    named = sa.select(*columns).where(
        participants.c.snils_token.is_not(None), participants.c.name_token.in_(sa.select(asked.c.name_token))
    )
    borne = named.cte().prefix_with("MATERIALIZED")
    told = sa.and_(ledger.c.delivery == borne.c.delivery, heard_of(ledger, known))
    return owners_of_names(sa.select(borne).join(ledger, told).subquery("identities"))


def bearers(known: Knowledge) -> sa.Select:
    """Every name borne with a СНИЛС in what was heard: `name`, the least `snils`, and whether it has `several`."""
    participants, ledger = table("participants"), table("deliveries")
    joined = sa.and_(ledger.c.delivery == participants.c.delivery, heard(ledger, known.submissions, known.corrections))
    snils, name = participants.c.snils_token, participants.c.name_token
    several = sa.func.min(snils) != sa.func.max(snils)
    told = sa.select(name.label("name"), sa.func.min(snils).label("snils"), several.label("several"))
    return told.join(ledger, joined).where(snils.is_not(None)).group_by(name)


def _telling() -> tuple[sa.Table, ...]:
    """The tables that tell of people: whose part in a pair counts is told of as a participant."""
    return table("participants"), table("surveys")


def _identities(known: Knowledge) -> sa.Select:
    """Every identity that an accepted delivery told; one that is withdrawn is accepted no longer."""
    participants, ledger = table("participants"), table("deliveries")
    joined = sa.and_(ledger.c.delivery == participants.c.delivery, heard_of(ledger, known))
    return sa.select(participants.c.snils_token, participants.c.name_token).join(ledger, joined).distinct()


def heard_of(ledger: sa.FromClause, known: Knowledge) -> sa.ColumnElement[bool]:
    """The condition that a row of the ledger is an accepted delivery, not laid aside, as known."""
    return heard(ledger, known.submissions, known.corrections, known.rules)


def verdicts(connection: sa.Connection, known: Knowledge, without: int | None = None) -> list[Verdict]:
    """Return the decisions in effect: neither undone nor replaced by a later one on the same two identities.

    The decision numbered `without` is taken as undone.
    """
    made = decisions()
    every = list(connection.execute(sa.select(made).where(made.c.seq <= known.decisions).order_by(made.c.seq)))
    undone = {without, *(row.undoes for row in every if row.kind == UNDO)}
    kept = [row for row in every if row.kind != UNDO and row.seq not in undone]
    told = identities_of(connection, {p for r in kept for p in _places(r)}, known) if kept else {}
    latest: dict[frozenset[Identity], Verdict] = {}
    for row in kept:
        left, right = (told.get(place) for place in _places(row))
        if left is not None and right is not None:  # a delivery not yet known says nothing
            latest[frozenset((left, right))] = Verdict(row.seq, row.kind, left, right)
    return sorted(latest.values())


def _places(row: sa.Row) -> list[tuple[str, int]]:
    return [(row.left_delivery, row.left_row), (row.right_delivery, row.right_row)]


def identities_of(
    connection: sa.Connection, places: Iterable[tuple[str, int]], known: Knowledge
) -> dict[tuple[str, int], Identity]:
    """Return the identities told by rows of «Участники», by (delivery, row); rows unknown or refused are absent.

    Those of withdrawn deliveries are there: what was decided of a person outlives the row it was decided by.
    """
    wanted = set(places)
    rows, ledger = table("participants"), table("deliveries")
    statement = (
        sa.select(rows.c.delivery, rows.c.row, rows.c.snils_token, rows.c.name_token)
        .join(ledger, ledger.c.delivery == rows.c.delivery)
        .where(
            rows.c.delivery.in_(sorted({delivery for delivery, _ in wanted})),
            ledger.c.seq <= known.submissions,
            ledger.c.verdict.in_(ACCEPTED),
        )
    )
    found = connection.execute(statement)
    return {(r.delivery, r.row): Identity(r.snils_token, r.name_token) for r in found if (r.delivery, r.row) in wanted}


def changed_people(connection: sa.Connection, known: Knowledge) -> dict[Identity, str]:
    """Return the person of every identity that decisions took from the person the rule alone would give."""
    made = verdicts(connection, known)
    if not made:
        return {}
    around = _surroundings(connection, known, {one for verdict in made for one in (verdict.left, verdict.right)})
    ruled, decided = resolve(around, []), resolve(around, made)
    return {one: person for one, person in decided.items() if person != ruled[one]}


def decided_about(connection: sa.Connection, known: Knowledge) -> set[Identity]:
    """Return every identity that what decisions come to rests on."""
    told = {one for verdict in verdicts(connection, known) for one in (verdict.left, verdict.right)}
    return told | _surroundings(connection, known, told) if told else set()


def _surroundings(connection: sa.Connection, known: Knowledge, told: set[Identity]) -> set[Identity]:
    """Return all known identities that share a СНИЛС or a name with those told, and with each other, to the end."""
    every = _identities(known).subquery("identities")
    found: set[Identity] = set()
    asked = told
    while asked:
        snils, names = {one.snils for one in asked if one.snils}, {one.name for one in asked}
        statement = sa.select(every).where(
            sa.or_(every.c.snils_token.in_(sorted(snils)), every.c.name_token.in_(sorted(names)))
        )
        fresh = {Identity(*row) for row in connection.execute(statement)} - found
        found |= fresh
        asked = fresh - told
    return found


class _Union:
    """Disjoint sets of identities."""

    def __init__(self) -> None:
        self._parent: dict[Identity, Identity] = {}

    def root(self, one: Identity) -> Identity:
        while (parent := self._parent.get(one, one)) != one:
            one = parent
        return one

    def join(self, one: Identity, other: Identity) -> None:
        first, second = self.root(one), self.root(other)
        if first != second:
            self._parent[second] = first


def resolve(identities: Iterable[Identity], made: Iterable[Verdict]) -> dict[Identity, str]:
    """Return the person of each identity, as a token; the order of neither argument matters.

    1. Identities of one СНИЛС are one person, but for those taken out of it by «different».
    2. «same» makes one person of two, whatever the rule says of them.
    3. A name without a СНИЛС that no decision tied to one belongs to the person of that name, if exactly one has a
       СНИЛС. Names that decisions made one person belong to whom any of them does; to nobody where they would
       belong to several, or where they are said to be different from that person, or from others who would belong
       there too.

    An identity that only a decision tells ties others together, and bears no name.
    """
    known, made = set(identities), list(made)
    every = sorted(known.union(*((v.left, v.right) for v in made)), key=str)
    different = [(v.left, v.right) for v in made if v.kind == DIFFERENT]
    apart = {right for left, right in different if left.snils is not None and left.snils == right.snils}
    union = _Union()
    together = sorted((one for one in every if one.snils and one not in apart), key=lambda one: str(one.snils))
    for _, group in groupby(together, key=lambda one: one.snils):
        first, *rest = group
        for other in rest:
            union.join(first, other)
    for verdict in made:
        if verdict.kind == SAME:
            union.join(verdict.left, verdict.right)
    for one, owner in _belonging(known, every, different, union).items():
        union.join(owner, one)
    members: dict[Identity, list[Identity]] = defaultdict(list)
    for one in every:
        members[union.root(one)].append(one)
    persons = {root: _person(group, apart) for root, group in members.items()}
    return {one: persons[union.root(one)] for one in every if one in known}


def _belonging(
    known: set[Identity], every: list[Identity], different: list[tuple[Identity, Identity]], union: _Union
) -> dict[Identity, Identity]:
    """Return to whom the rule gives people without a СНИЛС; either is named by the root of its set."""
    bearers: dict[str, set[Identity]] = defaultdict(set)
    for one in known:
        if one.snils:
            bearers[one.name].add(union.root(one))
    tied = {union.root(one) for one in every if one.snils}
    owners_: dict[Identity, set[Identity]] = defaultdict(set)
    for one in every:
        if (root := union.root(one)) not in tied and len(bearers[one.name]) == 1:
            owners_[root] |= bearers[one.name]
    belongs = {root: owner for root, (owner, *others) in owners_.items() if not others}
    roots = [(union.root(one), union.root(other)) for one, other in different]
    told_apart = {one for pair in roots for one, owner in (pair, pair[::-1]) if belongs.get(one) == owner}
    belongs = {root: owner for root, owner in belongs.items() if root not in told_apart}
    rivals = {one for pair in roots if len({belongs.get(root) for root in pair}) == 1 for one in pair}
    return {root: owner for root, owner in belongs.items() if root not in rivals}


def _person(group: list[Identity], apart: set[Identity]) -> str:
    """Name a person: by the СНИЛС they hold, else by the identity parted from one, else by name."""
    held = [one.snils for one in group if one.snils and one not in apart]
    parted = [str(uuid.uuid5(SEPARATED, f"{one.snils}/{one.name}")) for one in group if one in apart]
    return min(held or parted or [one.name for one in group])
