"""The measures that tell keys apart: people involved, respondents, partners."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_

import sqlalchemy as sa

from warehouse.indicators.definitions import Measure
from warehouse.indicators.scopes import Roster
from warehouse.tables.tables import table

Condition = sa.ColumnElement[bool]


def involved(measure: Measure, rows: sa.FromClause, present: sa.FromClause) -> Condition:
    """The condition of a participation row (indicators.md, «Involved» by basis)."""
    as_of, year_start = present.c.as_of, present.c.year_start
    since = {"year": year_start, "active": as_of}
    if measure.basis == "entered":
        conditions = [rows.c.started_on >= year_start, rows.c.started_on <= as_of]
    else:
        open_or_later = sa.or_(rows.c.ended_on.is_(None), rows.c.ended_on >= since[measure.basis or ""])
        conditions = [rows.c.started_on <= as_of, open_or_later]
    conditions.append(rows.c.category.in_(measure.categories))
    if measure.role:
        conditions.append(rows.c.role == measure.role)
    if measure.ages:
        conditions.append(rows.c.age.between(*measure.ages))
    return sa.and_(*conditions)


def answered(measure: Measure, rows: sa.FromClause, present: sa.FromClause) -> Condition:
    """The condition of an answer: of the role and stage, in the reporting year, satisfied where that is asked."""
    year = sa.extract("year", rows.c.answered_on) == sa.extract("year", present.c.as_of)
    satisfied = [rows.c.satisfaction >= measure.at_least] if measure.at_least else []
    return sa.and_(rows.c.role == measure.role, rows.c.stage == measure.stage, year, *satisfied)


def agreed(measure: Measure, rows: sa.FromClause, present: sa.FromClause) -> Condition:
    """The condition of a partner: an agreement in force on the date, and mentors."""
    as_of = present.c.as_of
    return sa.and_(
        rows.c.agreement_status == measure.status,
        sa.or_(rows.c.agreement_date.is_(None), rows.c.agreement_date <= as_of),
        sa.or_(rows.c.valid_to.is_(None), rows.c.valid_to >= as_of),
        rows.c.mentors_provided >= measure.at_least,
    )


@dataclass(frozen=True)
class Keyed:
    """A source whose measures count different keys: which rows of which table count, and what tells them apart."""

    sheet: str  # the table
    condition: Callable[[Measure, sa.FromClause, sa.FromClause], Condition]
    key: str | None = None  # its column that tells keys apart; None: the person of its tokens

    def joined(self, roster: Roster) -> tuple[sa.Table, sa.FromClause, sa.ColumnElement]:
        """Return the rows, their join to the deliveries in force, and the key."""
        rows, present = table(self.sheet), roster.in_force
        joined = present.join(rows, rows.c.delivery == present.c.delivery)
        if self.key:
            return rows, joined, rows.c[self.key]
        return rows, roster.people.join(joined, rows), roster.people.of(rows)

    def __call__(self, measures: dict[str, Measure], roster: Roster) -> sa.CTE:
        """Rows of place and key, with a bit of `mask` for each measure, in their order; none without any.

        A person has a row for each token they are told by in a place: names find their owners when everybody has
        become few.
        """
        rows, present, people = table(self.sheet), roster.in_force, roster.people
        joined: sa.FromClause = present.join(rows, rows.c.delivery == present.c.delivery)
        conditions = [self.condition(m, rows, present) for m in measures.values()]
        if self.key:
            return masked(joined, present, conditions, key=rows.c[self.key])
        joined = people.join_decided(joined, rows)
        told = masked(joined, present, conditions, token=people.token(rows), by_name=people.by_name(rows))
        return people.persons(told)


def masked(
    joined: sa.FromClause, place: sa.FromClause, conditions: Sequence[Condition], **keys: sa.ColumnElement
) -> sa.CTE:
    """One row per place and keys of joined rows: as_of, place, keys, `mask` with a bit a condition; none without any.

    Conditions have most of their parts in common: each part is looked at once a row, and clears the bits of all the
    conditions that need it.
    """
    needed: list[tuple[Condition, int]] = []  # a part, the bits of the conditions that need it
    for number, condition in enumerate(conditions):
        for part in _parts(condition):
            known = next((at for at, (one, _) in enumerate(needed) if one.compare(part)), None)
            if known is None:
                needed.append((part, 1 << number))
            else:
                needed[known] = (needed[known][0], needed[known][1] | 1 << number)
    every = (1 << len(conditions)) - 1
    left: list[sa.ColumnElement[int]] = [sa.case((part, every), else_=every & ~bits) for part, bits in needed]
    start: sa.ColumnElement[int] = sa.literal(every, sa.BigInteger)
    mask = sa.func.bit_or(reduce(lambda mask, one: mask.bitwise_and(one), left, start), type_=sa.BigInteger)
    apart = [place.c.as_of, place.c.place, *(column.label(name) for name, column in keys.items())]
    return sa.select(*apart, mask.label("mask")).select_from(joined).group_by(*apart).having(mask != 0).cte()


def _parts(condition: Condition) -> list[Condition]:
    if isinstance(condition, sa.BooleanClauseList) and condition.operator is and_:
        return [part for clause in condition.clauses for part in _parts(clause)]
    return [condition]


DISTINCT = {
    "people": Keyed("participations", involved),
    "respondents": Keyed("surveys", answered),
    "partners": Keyed("partners", agreed, key="inn"),
}
