"""The measures that tell keys apart: people involved, respondents, partners."""

from __future__ import annotations

import sqlalchemy as sa

from warehouse.indicators.definitions import Measure
from warehouse.indicators.scopes import PLACE, Roster
from warehouse.tables import table

Flags = dict[str, sa.ColumnElement[bool]]


def _keyed(roster: Roster, key: sa.ColumnElement, joined: sa.FromClause, flags: Flags) -> sa.Subquery:
    """One row per institution, date and key, with a flag a measure."""
    place = [roster.in_force.c[name] for name in PLACE]
    marks = [sa.func.max(sa.case((condition, 1), else_=0)).label(name) for name, condition in flags.items()]
    select = sa.select(*place, key.label("key"), *marks).select_from(joined)
    return (
        select.group_by(*place, key)
        .having(sa.or_(*(sa.func.max(sa.case((c, 1), else_=0)) == 1 for c in flags.values())))
        .subquery("keyed")
    )


def _of_person(roster: Roster, rows: sa.Table) -> tuple[sa.ColumnElement, sa.FromClause]:
    joined = roster.in_force.join(rows, rows.c.delivery == roster.in_force.c.delivery)
    return roster.people.of(rows), roster.people.join(joined, rows)


def _involved(measure: Measure, rows: sa.Table, roster: Roster) -> sa.ColumnElement[bool]:
    """The condition of a participation row (indicators.md, «Involved» by basis)."""
    as_of, year_start = roster.in_force.c.as_of, roster.in_force.c.year_start
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


def people(measures: dict[str, Measure], roster: Roster) -> sa.Subquery:
    """Different people by their part in pairs."""
    rows = table("participations")
    person, joined = _of_person(roster, rows)
    return _keyed(roster, person, joined, {name: _involved(m, rows, roster) for name, m in measures.items()})


def respondents(measures: dict[str, Measure], roster: Roster) -> sa.Subquery:
    """Different people by their answers of the reporting year."""
    rows = table("surveys")
    person, joined = _of_person(roster, rows)

    def condition(measure: Measure) -> sa.ColumnElement[bool]:
        year = sa.extract("year", rows.c.answered_on) == sa.extract("year", roster.in_force.c.as_of)
        satisfied = [rows.c.satisfaction >= measure.at_least] if measure.at_least else []
        return sa.and_(rows.c.role == measure.role, rows.c.stage == measure.stage, year, *satisfied)

    return _keyed(roster, person, joined, {name: condition(m) for name, m in measures.items()})


def partners(measures: dict[str, Measure], roster: Roster) -> sa.Subquery:
    """Different partners by ИНН, with an agreement in force on the date."""
    rows = table("partners")
    as_of = roster.in_force.c.as_of

    def condition(measure: Measure) -> sa.ColumnElement[bool]:
        return sa.and_(
            rows.c.agreement_status == measure.status,
            sa.or_(rows.c.agreement_date.is_(None), rows.c.agreement_date <= as_of),
            sa.or_(rows.c.valid_to.is_(None), rows.c.valid_to >= as_of),
            rows.c.mentors_provided >= measure.at_least,
        )

    joined = roster.in_force.join(rows, rows.c.delivery == roster.in_force.c.delivery)
    return _keyed(roster, rows.c.inn, joined, {name: condition(m) for name, m in measures.items()})


DISTINCT = {"people": people, "respondents": respondents, "partners": partners}
