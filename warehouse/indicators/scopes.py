"""Who is in which scope on which date: expected, in force, missing, as known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from warehouse.indicators.boundaries import heirs, united
from warehouse.indicators.identity import People, people_known
from warehouse.indicators.knowledge import Knowledge
from warehouse.journal.ledger import heard, in_force
from warehouse.register.reference import known_reference
from warehouse.tables.tables import table

COUNTRY = "RU"
PLACE = ("as_of", "institution_code", "kind", "municipality", "region")


Keep = Callable[[str, sa.CTE], sa.FromClause]  # what stands for a relation, by its name, where others are made of it


def as_it_is(name: str, relation: sa.FromClause) -> sa.FromClause:
    """Leave a relation to be computed in each statement that asks for it."""
    return relation


@dataclass(frozen=True)
class Roster:
    """Relations of one state of knowledge, each with the columns of PLACE: where an institution is counted.

    `place` is the number of those five columns, which alone is carried along with people. `told_by` is the code it
    reports under: its own, even where it is counted as its successor.
    `expected`: institution × date, with flags reported and on_time. `in_force`: those that reported, with their
    delivery, `headcount` (the delivery whose enrolment and staff hold) and `year_start`. `last_known`: those that
    did not, with the delivery that last told their enrolment, as `headcount` (NULL where none did). `places`: the
    columns of each place, once.
    """

    known: Knowledge
    people: People
    expected: sa.FromClause
    in_force: sa.FromClause
    last_known: sa.FromClause
    places: sa.FromClause
    keep: Keep = as_it_is  # for what more is made of these


def roster(
    connection: sa.Connection, known: Knowledge, dates: tuple[date, ...], boundaries: date | None = None,
    keep: Keep = as_it_is, people: People | None = None,
) -> Roster:  # fmt: skip
    """Build the relations for the reporting dates asked about; only decisions and successions are fetched for it.

    Institutions are counted as they were; on the boundaries of a day where one is given. `people` are those known.
    """
    asked = sa.union_all(*(sa.select(sa.cast(sa.literal(d), sa.Date).label("as_of")) for d in dates)).subquery("asked")
    successors = heirs(connection, known, boundaries) if boundaries else None
    return relations(known, asked, people or people_known(connection, known), successors, keep)


def relations(
    known: Knowledge, asked: sa.FromClause, people: People, successors: sa.Subquery | None = None, keep: Keep = as_it_is
) -> Roster:
    """Build the relations for the dates of `asked.as_of`; the numbers of `known` may be expressions."""
    expected = _expected(known, asked)
    if successors is not None:
        expected = united(expected, successors)
    placed = keep("expected", _numbered(expected))
    now = in_force(known.submissions, known.enrolment, known.rules)
    present = keep("in_force", _present(placed, None if known.enrolment == known.corrections else now))
    places = sa.select(placed.c.place, *(placed.c[name] for name in PLACE)).distinct().cte("places")
    last_known = keep("last_known", _last_known(placed, now))
    return Roster(known, people, placed, present, last_known, keep("places", places), keep)


def _numbered(expected: sa.CTE) -> sa.CTE:
    number = sa.func.dense_rank().over(order_by=[expected.c[name] for name in PLACE])
    return sa.select(expected, sa.cast(number, sa.Integer).label("place")).cte("placed")


def _expected(known: Knowledge, asked: sa.FromClause) -> sa.CTE:
    now = in_force(known.submissions, known.corrections, known.rules)
    register = known_reference("institutions", known.register)
    valid = sa.and_(
        register.c.valid_from <= asked.c.as_of,
        sa.or_(register.c.valid_to.is_(None), register.c.valid_to >= asked.c.as_of),
    )
    ledger = table("deliveries")
    in_time = (
        sa.select(ledger.c.institution_code, ledger.c.as_of)
        .where(heard(ledger, known.submissions, known.corrections, known.rules), ledger.c.late.is_(False))
        .distinct()
        .subquery("in_time")
    )
    told = sa.and_(now.c.institution_code == register.c.code, now.c.as_of == asked.c.as_of)
    told_in_time = sa.and_(in_time.c.institution_code == register.c.code, in_time.c.as_of == asked.c.as_of)
    return (
        sa.select(
            asked.c.as_of, register.c.code.label("institution_code"), register.c.code.label("told_by"),
            register.c.kind, register.c.municipality, register.c.region, now.c.delivery,
            sa.cast(sa.func.date_trunc("year", asked.c.as_of), sa.Date).label("year_start"),
            sa.case((now.c.delivery.is_not(None), 1), else_=0).label("reported"),
            sa.case((in_time.c.as_of.is_not(None), 1), else_=0).label("on_time"),
        )
        .select_from(asked.join(register, valid).outerjoin(now, told).outerjoin(in_time, told_in_time))
        .cte("expected")
    )  # fmt: skip


def _present(expected: sa.FromClause, counted: sa.Subquery | None) -> sa.CTE:
    """Those that reported; their enrolment is of the same delivery unless `counted` tells another."""
    if counted is None:
        statement = sa.select(expected, expected.c.delivery.label("headcount"))
        return statement.where(expected.c.reported == 1).cte("present")
    told = counted.alias("told")
    same = (told.c.institution_code == expected.c.told_by) & (told.c.as_of == expected.c.as_of)
    statement = sa.select(expected, told.c.delivery.label("headcount")).select_from(expected.outerjoin(told, same))
    return statement.where(expected.c.reported == 1).cte("present")


def _last_known(expected: sa.FromClause, now: sa.Subquery) -> sa.CTE:
    earlier = now.alias("earlier")
    rank = sa.func.row_number().over(
        partition_by=(expected.c.told_by, expected.c.as_of), order_by=earlier.c.as_of.desc().nulls_last()
    )
    places = [expected.c[name] for name in (*PLACE, "place", "told_by")]
    joined = (
        sa.select(*places, earlier.c.delivery.label("headcount"), rank.label("rank"))
        .select_from(expected.outerjoin(earlier, sa.and_(
            earlier.c.institution_code == expected.c.told_by, earlier.c.as_of < expected.c.as_of)))
        .where(expected.c.reported == 0)
        .subquery("ranked")
    )  # fmt: skip
    return (
        sa.select(*(joined.c[name] for name in (*PLACE, "place", "told_by", "headcount")))
        .where(joined.c.rank == 1)
        .cte("last_known")
    )


def scope_code(scope: str, columns: sa.ColumnCollection) -> sa.ColumnElement[str]:
    """The code of a scope: the institution's · municipality/kind · municipality · region · RU."""
    match scope:
        case "institution":
            return columns.institution_code
        case "kind":
            return columns.municipality + "/" + columns.kind
        case "municipality":
            return columns.municipality
        case "region":
            return columns.region
        case "country":
            return sa.literal(COUNTRY, sa.Text)
    raise KeyError(scope)
