"""The rows that breakdowns count: everybody's part in every pair of the reporting year, with what it is told apart by.

A breakdown counts on the basis `year`. A pair is in company when its mentor has another mentee, or its mentee another
mentor, in the same delivery (institution and date), in the same form and at the same time; else it is alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import sqlalchemy as sa

from expectations.form import MENTEE, MENTOR, STUDENT
from warehouse.indicators.definitions import Breakdown, Member
from warehouse.indicators.people import masked
from warehouse.indicators.scopes import PLACE, Roster
from warehouse.tables.tables import table

ALONE, TOGETHER = "alone", "together"
Condition = sa.ColumnElement[bool]
Conditions = Mapping[str, Condition]


def parts(roster: Roster, *, company: bool) -> sa.CTE:
    """One row per pair and role, involved in the year of the date, with the person; `company` where it is asked."""
    rows, present, people = table("participations"), roster.in_force, roster.people
    involved = sa.and_(
        rows.c.delivery == present.c.delivery,
        rows.c.started_on <= present.c.as_of,
        sa.or_(rows.c.ended_on.is_(None), rows.c.ended_on >= present.c.year_start),
    )
    columns = [rows.c[name] for name in ("delivery", "row", "role", "category", "age", "form", "started_on")]
    until = sa.func.coalesce(rows.c.ended_on, present.c.as_of).label("until")
    place = [present.c[name] for name in (*PLACE, "place")]
    joined = people.join(present.join(rows, involved), rows)
    every = sa.select(*place, *columns, until, people.of(rows).label("person")).select_from(joined).cte("parts")
    if not company:
        return every
    others = _in_company(every)
    same = sa.and_(others.c.delivery == every.c.delivery, others.c.row == every.c.row)
    told = sa.case((others.c.row.is_not(None), TOGETHER), else_=ALONE).label("company")
    return sa.select(every, told).select_from(every.outerjoin(others, same)).cte("parts_in_company")


def _in_company(every: sa.CTE) -> sa.CTE:
    """Which rows of «Пары» share their mentor or their mentee with another at the same time."""
    mentor, mentee = (every.alias(role) for role in ("mentors", "mentees"))
    both = sa.and_(mentor.c.delivery == mentee.c.delivery, mentor.c.row == mentee.c.row)
    one_row = sa.and_(mentor.c.role == MENTOR, mentee.c.role == MENTEE)
    pairs = (
        sa.select(
            mentor.c.delivery, mentor.c.row, mentor.c.form, mentor.c.started_on, mentor.c.until,
            mentor.c.person.label("mentor"), mentee.c.person.label("mentee"),
        )
        .select_from(mentor.join(mentee, both))
        .where(one_row)
        .cte("pairs_of_year")
    )  # fmt: skip

    def sharing(shared: str, other: str) -> sa.Select:
        left, right = pairs.alias(f"left_{shared}"), pairs.alias(f"right_{shared}")
        same = [left.c[name] == right.c[name] for name in ("delivery", "form", shared)]
        at_once = (left.c.started_on <= right.c.until, right.c.started_on <= left.c.until)
        joined = left.join(right, sa.and_(*same, left.c[other] != right.c[other], *at_once))
        return sa.select(left.c.delivery, left.c.row).select_from(joined)

    return sa.union(sharing("mentor", "mentee"), sharing("mentee", "mentor")).cte("in_company")


def _of_age(member: Member, rows: sa.FromClause) -> Condition:
    limits = [rows.c.age >= member.from_age] if member.from_age is not None else []
    return sa.and_(sa.true(), *limits, *([rows.c.age <= member.to_age] if member.to_age is not None else []))


def _among(column: str) -> Callable[[Member, sa.FromClause], Condition]:
    return lambda member, rows: rows.c[column].in_(member.values)


GROUPINGS: Mapping[str, Callable[[Member, sa.FromClause], Condition]] = {
    "form": _among("form"),
    "category": _among("category"),
    "company": _among("company"),
    "age": _of_age,
}


def conditions(breakdown: Breakdown, rows: sa.FromClause) -> dict[str, Condition]:
    """The condition of each member of a breakdown, by the member's code."""
    return {member.code: GROUPINGS[breakdown.by](member, rows) for member in breakdown.members}


def _flags(named: Conditions) -> list[sa.ColumnElement]:
    return [sa.func.max(sa.case((one, 1), else_=0)).label(name) for name, one in named.items()]


def people_keyed(rows: sa.CTE, participants: Conditions, students: Conditions) -> sa.CTE:
    """One row per place and person, with a bit of `mask` for each name, in their order."""
    of_students = (sa.and_(one, rows.c.category == STUDENT) for one in students.values())
    return masked(rows, rows, [*participants.values(), *of_students], key=rows.c.person)


def pairs_counted(rows: sa.CTE, pairs: Conditions) -> sa.CTE:
    """One row per institution and date, with the pairs in which a condition holds for either of the two."""
    place = [rows.c[name] for name in PLACE]
    grouped = (*place, rows.c.delivery, rows.c.row)
    each = sa.select(*grouped, *_flags(pairs)).group_by(*grouped).subquery("pairs_keyed")
    sums = [sa.func.sum(each.c[name]).label(name) for name in pairs]
    counted = sa.select(*(each.c[name] for name in PLACE), *sums)
    return counted.group_by(*(each.c[name] for name in PLACE)).cte("pairs_counted")
