"""The measures that are added: enrolment, staff, plans, pairs, hours, practices, milestones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from expectations.judged import SCHOOL_YEAR_STARTS_IN
from expectations.rules.rows import AGREED_DOCUMENTS
from expectations.rules.submission import APPROVERS, FOUR_DOCUMENTS
from warehouse.indicators.definitions import Measure
from warehouse.indicators.knowledge import Knowledge
from warehouse.indicators.scopes import PLACE, Roster
from warehouse.reference import known_reference
from warehouse.tables import table

Amount = sa.ColumnElement[Any]
HEADCOUNT = "headcount"


def _of_delivery(
    rows: sa.Table,
    place: sa.FromClause,
    amount: Amount,
    *conditions: sa.ColumnElement[bool],
    delivery: str = "delivery",
) -> Amount:
    """A scalar for each delivery of `place` (named by its column `delivery`): an aggregate of its rows of one table."""
    theirs = rows.c.delivery == place.c[delivery]
    return sa.select(amount).where(theirs, *conditions).correlate(place).scalar_subquery()


def students(measure: Measure, place: sa.FromClause, known: Knowledge) -> Amount:
    """Add the enrolment of the measure's ages; NULL where the institution's kind is none of its kinds."""
    rows = table("enrolment")
    conditions = [rows.c.age.between(*measure.ages)] if measure.ages else []
    # Who told an enrolment and nobody of these ages has none of them, which is a number.
    total = _of_delivery(
        rows, place, sa.func.coalesce(sa.func.sum(rows.c.students), 0), *conditions, delivery=HEADCOUNT
    )
    return sa.case((place.c.kind.in_(measure.kinds), total)) if measure.kinds else total


def _declared(name: str) -> Callable[[Measure, sa.FromClause, Knowledge], Amount]:
    def amount(measure: Measure, place: sa.FromClause, known: Knowledge) -> Amount:
        rows = table("organisation")
        return _of_delivery(rows, place, sa.func.max(rows.c[name]), delivery=HEADCOUNT)

    return amount


def planned(measure: Measure, place: sa.FromClause, known: Knowledge) -> Amount:
    """The plan of the school year that contains the date (September to August)."""
    plans = known_reference("plans", known.register)
    first = sa.extract("year", place.c.as_of) - sa.case(
        (sa.extract("month", place.c.as_of) < SCHOOL_YEAR_STARTS_IN, 1), else_=0
    )
    year = sa.cast(sa.cast(first, sa.Integer), sa.Text) + "/" + sa.cast(sa.cast(first + 1, sa.Integer), sa.Text)
    conditions = (plans.c.institution_code == place.c.institution_code, plans.c.school_year == year)
    return sa.select(sa.func.max(plans.c.planned_participants)).where(*conditions).correlate(place).scalar_subquery()


def pairs_ended(measure: Measure, place: sa.FromClause, known: Knowledge) -> Amount:
    """Count the pairs that ended in the calendar year of the date, with the measure's outcome or any."""
    rows = table("pairs")
    this_year = sa.extract("year", rows.c.ended_on) == sa.extract("year", place.c.as_of)
    outcome = [rows.c.outcome == measure.outcome] if measure.outcome else []
    return _of_delivery(rows, place, sa.func.count(), this_year, rows.c.counted, *outcome)


def training_hours(measure: Measure, place: sa.FromClause, known: Knowledge) -> Amount:
    """Add person-hours (hours times attendees) of the measure's events in the calendar year of the date."""
    rows = table("events")
    this_year = sa.extract("year", rows.c.held_on) == sa.extract("year", place.c.as_of)
    hours = sa.func.coalesce(sa.func.sum(rows.c.hours * rows.c.attendees), 0)
    return _of_delivery(rows, place, hours, this_year, rows.c.kind.in_(measure.any))


def practices(measure: Measure, place: sa.FromClause, known: Knowledge) -> Amount:
    """Count the practices told, of any year."""
    return _of_delivery(table("practices"), place, sa.func.count())


def _within(measure: Measure, known: Knowledge, day: sa.ColumnElement) -> sa.ColumnElement[bool]:
    """The condition that a day lies within a milestone of the roadmap."""
    milestones = known_reference("milestones", known.register)

    def of(name: str) -> sa.ScalarSelect:
        return (
            sa.select(sa.func.max(milestones.c[name])).where(milestones.c.code == measure.milestone).scalar_subquery()
        )

    return sa.and_(day <= of("due_on"), sa.or_(of("starts_on").is_(None), day >= of("starts_on")))


def _all(conditions: list[sa.ColumnElement[bool]]) -> Amount:
    return sa.case((sa.and_(*conditions), 1), else_=0)


def documents_ready(measure: Measure, place: sa.FromClause, known: Knowledge) -> Amount:
    """1 where the four documents are there and the three of item 6.7 agreed in time by the right approver."""
    rows = table("documents")
    approver = sa.case(*((place.c.kind == kind, who) for kind, who in APPROVERS.items()))

    def there(kind: str) -> sa.ColumnElement[bool]:
        agreed = (
            [_within(measure, known, rows.c.agreed_on), rows.c.agreed_by == approver]
            if kind in AGREED_DOCUMENTS
            else []
        )
        return _of_delivery(rows, place, sa.func.count(), rows.c.kind == kind, *agreed) > 0

    return _all([there(kind) for kind in FOUR_DOCUMENTS])


def events_held(measure: Measure, place: sa.FromClause, known: Knowledge) -> Amount:
    """1 where each kind of `every`, or one of `any`, was held within the milestone."""
    rows = table("events")
    groups: list[tuple[str, ...]] = [(kind,) for kind in measure.every] or [measure.any]
    within = _within(measure, known, rows.c.held_on)
    return _all([_of_delivery(rows, place, sa.func.count(), rows.c.kind.in_(group), within) > 0 for group in groups])


AMOUNTS = {
    "students": students,
    "teachers": _declared("teachers"),
    "young_specialists": _declared("young_specialists"),
    "planned": planned,
    "pairs_ended": pairs_ended,
    "training_hours": training_hours,
    "practices": practices,
    "documents_ready": documents_ready,
    "events_held": events_held,
}
COUNTED_OVER_EXPECTED = ("expected", "reported", "on_time")


def amounts(measures: dict[str, Measure], place: sa.FromClause, roster: Roster) -> sa.CTE:
    """One row per institution and date of `place` with every amount."""
    columns = [AMOUNTS[m.source](m, place, roster.known).label(name) for name, m in measures.items()]
    return sa.select(*(place.c[name] for name in PLACE), *columns).cte("amounts")
