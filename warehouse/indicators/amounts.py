"""The measures that are added: enrolment, staff, plans, pairs, hours, practices, milestones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from expectations.judged import SCHOOL_YEAR_STARTS_IN
from expectations.rules.rows import AGREED_DOCUMENTS
from expectations.rules.submission import APPROVERS, FOUR_DOCUMENTS
from warehouse.indicators.definitions import Measure
from warehouse.indicators.knowledge import Knowledge
from warehouse.indicators.scopes import PLACE, Roster
from warehouse.register.reference import known_reference
from warehouse.tables.tables import table

Amount = sa.ColumnElement[Any]
Condition = sa.ColumnElement[bool]
HEADCOUNT = "headcount"


def _of_delivery(rows: sa.Table, place: sa.FromClause, amount: Amount) -> Amount:
    """A scalar for each delivery of `place`: an aggregate of its rows of one table."""
    return sa.select(amount).where(rows.c.delivery == place.c.delivery).correlate(place).scalar_subquery()


def _every_row(measure: Measure, rows: sa.FromClause, place: sa.FromClause) -> Condition:
    return sa.true()


@dataclass(frozen=True)
class Added:
    """An amount of the rows of one table: which of them count, and what each of them adds.

    NULL where the institution's kind is none of the measure's kinds.
    """

    sheet: str  # the table
    each: Callable[[sa.FromClause], Amount]
    condition: Callable[[Measure, sa.FromClause, sa.FromClause], Condition] = _every_row
    delivery: str = "delivery"  # which delivery of a place has the rows
    nothing: int | None = 0  # where none of them says anything

    def sums(self, measure: Measure, place: sa.FromClause, known: Knowledge) -> list[Amount]:
        """What is added up of each row."""
        rows = table(self.sheet)
        return [sa.case((self.condition(measure, rows, place), self.each(rows)))]

    def amount(self, measure: Measure, place: sa.FromClause, sums: list[Amount]) -> Amount:
        """Return the amount of a place by its sums."""
        total = sums[0] if self.nothing is None else sa.func.coalesce(sums[0], self.nothing)
        return sa.case((place.c.kind.in_(measure.kinds), total)) if measure.kinds else total


def _one(rows: sa.FromClause) -> Amount:
    return sa.literal_column("1", sa.Integer)


def _of_ages(measure: Measure, rows: sa.FromClause, place: sa.FromClause) -> Condition:
    return rows.c.age.between(*measure.ages) if measure.ages else sa.true()


def _declared(name: str) -> Added:
    return Added("organisation", lambda rows: rows.c[name], delivery=HEADCOUNT, nothing=None)


def _this_year(day: sa.ColumnElement, place: sa.FromClause) -> Condition:
    return sa.extract("year", day) == sa.extract("year", place.c.as_of)


def _ended(measure: Measure, rows: sa.FromClause, place: sa.FromClause) -> Condition:
    """Pairs that ended in the calendar year of the date, with the measure's outcome or any."""
    outcome = [rows.c.outcome == measure.outcome] if measure.outcome else []
    return sa.and_(_this_year(rows.c.ended_on, place), rows.c.counted, *outcome)


def _training(measure: Measure, rows: sa.FromClause, place: sa.FromClause) -> Condition:
    """The measure's events in the calendar year of the date."""
    return sa.and_(_this_year(rows.c.held_on, place), rows.c.kind.in_(measure.any))


def plan(place: sa.FromClause, known: Knowledge) -> tuple[sa.Subquery, Condition]:
    """Return the plans, and when one is that of a place: of the school year that contains the date (from September)."""
    plans = known_reference("plans", known.register)
    first = sa.extract("year", place.c.as_of) - sa.case(
        (sa.extract("month", place.c.as_of) < SCHOOL_YEAR_STARTS_IN, 1), else_=0
    )
    year = sa.cast(sa.cast(first, sa.Integer), sa.Text) + "/" + sa.cast(sa.cast(first + 1, sa.Integer), sa.Text)
    return plans, sa.and_(plans.c.institution_code == place.c.told_by, plans.c.school_year == year)


def planned(measure: Measure, place: sa.FromClause, known: Knowledge) -> Amount:
    """Participants planned."""
    plans, of_place = plan(place, known)
    return sa.select(sa.func.max(plans.c.planned_participants)).where(of_place).correlate(place).scalar_subquery()


def _within(measure: Measure, known: Knowledge, day: sa.ColumnElement) -> Condition:
    """The condition that a day lies within a milestone of the roadmap."""
    milestones = known_reference("milestones", known.register)

    def of(name: str) -> sa.ScalarSelect:
        return (
            sa.select(sa.func.max(milestones.c[name])).where(milestones.c.code == measure.milestone).scalar_subquery()
        )

    return sa.and_(day <= of("due_on"), sa.or_(of("starts_on").is_(None), day >= of("starts_on")))


@dataclass(frozen=True)
class Required:
    """1 where each of several requirements is met by a row of one table, else 0."""

    sheet: str  # the table
    requirements: Callable[[Measure, sa.FromClause, sa.FromClause, Knowledge], list[Condition]]

    delivery: str = "delivery"

    def sums(self, measure: Measure, place: sa.FromClause, known: Knowledge) -> list[Amount]:
        """What is added up of each row: 1 for each requirement it meets."""
        return [sa.case((one, 1)) for one in self.requirements(measure, table(self.sheet), place, known)]

    def amount(self, measure: Measure, place: sa.FromClause, sums: list[Amount]) -> Amount:
        """Return the amount of a place by its sums."""
        return sa.case((sa.and_(*(one > 0 for one in sums)), 1), else_=0)

    def __call__(self, measure: Measure, place: sa.FromClause, known: Knowledge) -> Amount:
        """Return the amount of a place by itself, for few places."""
        rows = table(self.sheet)
        counts = [_of_delivery(rows, place, sa.func.sum(one)) for one in self.sums(measure, place, known)]
        return self.amount(measure, place, counts)


def _documents(measure: Measure, rows: sa.FromClause, place: sa.FromClause, known: Knowledge) -> list[Condition]:
    """The four documents, the three of item 6.7 agreed in time by the right approver."""
    approver = sa.case(*((place.c.kind == kind, who) for kind, who in APPROVERS.items()))
    in_time = sa.and_(_within(measure, known, rows.c.agreed_on), rows.c.agreed_by == approver)
    return [
        sa.and_(rows.c.kind == kind, in_time) if kind in AGREED_DOCUMENTS else rows.c.kind == kind
        for kind in FOUR_DOCUMENTS
    ]


def _events(measure: Measure, rows: sa.FromClause, place: sa.FromClause, known: Knowledge) -> list[Condition]:
    """Each kind of `every`, or one of `any`, held within the milestone."""
    groups: list[tuple[str, ...]] = [(kind,) for kind in measure.every] or [measure.any]
    within = _within(measure, known, rows.c.held_on)
    return [sa.and_(rows.c.kind.in_(group), within) for group in groups]


AMOUNTS: dict[str, Added | Required | Callable[[Measure, sa.FromClause, Knowledge], Amount]] = {
    "students": Added("enrolment", lambda rows: rows.c.students, _of_ages, delivery=HEADCOUNT),
    "teachers": _declared("teachers"),
    "young_specialists": _declared("young_specialists"),
    "planned": planned,
    "pairs_ended": Added("pairs", _one, _ended),
    "training_hours": Added("events", lambda rows: rows.c.hours * rows.c.attendees, _training),
    "practices": Added("practices", _one),
    "documents_ready": Required("documents", _documents),
    "events_held": Required("events", _events),
}
COUNTED_OVER_EXPECTED = ("expected", "reported", "on_time")


def amounts(measures: dict[str, Measure], place: sa.FromClause, roster: Roster) -> sa.CTE:
    """One row per institution and date of `place`, and who told, with every amount; each sheet is gone through once."""
    joined, columns = place, dict[str, Amount]()
    by_sheet: dict[tuple[str, str], dict[str, Measure]] = {}
    for name, measure in measures.items():
        source = AMOUNTS[measure.source]
        if isinstance(source, Added | Required):
            by_sheet.setdefault((source.sheet, source.delivery), {})[name] = measure
        else:
            columns[name] = source(measure, place, roster.known)
    for (sheet, delivery), chosen in by_sheet.items():
        joined, found = _joined_sums(joined, sheet, delivery, chosen, place, roster.known)
        columns |= found
    named = [columns[name].label(name) for name in measures]
    return sa.select(*(place.c[name] for name in (*PLACE, "told_by")), *named).select_from(joined).cte()


def _joined_sums(
    joined: sa.FromClause, sheet: str, delivery: str, chosen: dict[str, Measure], place: sa.FromClause, known: Knowledge
) -> tuple[sa.FromClause, dict[str, Amount]]:
    """Add the sums of one sheet's rows to a join; return it with the amounts made of them."""
    rows, row = table(sheet), ("told_by", "as_of")  # these two name a row of `place`
    sums = {name: AMOUNTS[m.source].sums(m, place, known) for name, m in chosen.items()}  # type: ignore[union-attr]
    columns = [sa.func.sum(one).label(f"{name}_{n}") for name, parts in sums.items() for n, one in enumerate(parts)]
    keys = [place.c[name] for name in row]
    of_row = sa.select(*keys, *columns).select_from(place.join(rows, rows.c.delivery == place.c[delivery]))
    told = of_row.group_by(*keys).subquery()
    amounts_ = {
        name: AMOUNTS[m.source].amount(m, place, [told.c[f"{name}_{n}"] for n in range(len(sums[name]))])  # type: ignore[union-attr]
        for name, m in chosen.items()
    }
    return joined.outerjoin(told, sa.and_(*(told.c[name] == place.c[name] for name in row))), amounts_
