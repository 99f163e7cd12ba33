"""The programme of a release gathered from the deliveries in force: documents, milestones, events, surveys."""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from expectations.rules import RULES
from expectations.rules.rows import AGREED_DOCUMENTS
from expectations.rules.submission import APPROVERS, FOUR_DOCUMENTS
from warehouse.indicators.amounts import amounts
from warehouse.indicators.definitions import Definitions, Indicator, definitions_on
from warehouse.indicators.knowledge import Knowledge
from warehouse.indicators.scopes import Roster, roster
from warehouse.register.reference import known_reference
from warehouse.release.programme import (
    DOCUMENTS,
    DONE,
    LATE,
    MILESTONES,
    NOT_AGREED,
    REACHED,
    SURVEYS,
    WRONG_APPROVER,
    Programme,
)
from warehouse.storage.loading import fetch
from warehouse.tables.tables import table

QUESTIONS = ("effectiveness", "comfort", "organisation", "usefulness", "satisfaction")
BETTER = (DONE, LATE, WRONG_APPROVER, NOT_AGREED)  # of two documents of a kind the better is told
Row = dict[str, Any]
Sums = dict[str, sa.ColumnElement[Any]]


def gather_programme(connection: sa.Connection, seq: int, as_of: date, newest: str | None = None) -> Programme:
    """Gather what every institution's delivery in force for `as_of` tells beside people and pairs.

    `newest` is the newest version of the definitions there was: they say which milestone an indicator counts.
    """
    relations, known = roster(connection, Knowledge.at(seq), (as_of,)), definitions_on(as_of, newest)
    counting = {one.numerator.milestone: one for one in known.indicators if one.numerator.milestone}
    milestones = _milestones(connection, seq, counting)
    return Programme(
        milestones=milestones,
        reached=_reached(connection, relations, counting),
        documents=_documents(connection, relations, _due(known, milestones)),
        surveys=_surveys(connection, relations),
        events=_events(connection, relations),
        partners=_partners(connection, relations),
        practices=_practices(connection, relations),
        monitoring=_monitoring(connection, relations),
        quality=_quality(connection, relations),
    )


def _milestones(connection: sa.Connection, seq: int, counting: dict[str, Indicator]) -> pa.Table:
    milestones = known_reference("milestones", seq)
    rows = fetch(connection, sa.select(*(milestones.c[name] for name in MILESTONES.names[:-1])))
    codes = [counting[code].code if code in counting else None for code in rows["code"].to_pylist()]
    return rows.append_column("indicator", pa.array(codes, pa.string()))


def _due(known: Definitions, milestones: pa.Table) -> tuple[date | None, date | None]:
    """Within which days the documents of item 6.7 are to be agreed."""
    wanted = {one.numerator.milestone for one in known.indicators if one.numerator.source == "documents_ready"}
    rows = [row for row in milestones.to_pylist() if row["code"] in wanted]
    return (rows[0]["starts_on"], rows[0]["due_on"]) if rows else (None, None)


def _reached(connection: sa.Connection, relations: Roster, counting: dict[str, Indicator]) -> pa.Table:
    if not counting:
        return REACHED.empty_table()
    counted = amounts({code: one.numerator for code, one in counting.items()}, relations.in_force, relations)
    columns = [counted.c.institution_code, *(counted.c[code] for code in counting)]
    rows = [
        {"institution_code": row["institution_code"], "milestone": code, "reached": bool(row[code])}
        for row in fetch(connection, sa.select(*columns)).to_pylist()
        for code in counting
    ]
    return pa.Table.from_pylist(rows, REACHED)


def _documents(connection: sa.Connection, relations: Roster, due: tuple[date | None, date | None]) -> pa.Table:
    """The best document of each of the four kinds: agreed in time by whom it must be, before any other."""
    sheet, present = table("documents"), relations.in_force
    asked = [sheet.c[name] for name in ("approved_on", "agreed_by", "agreed_on")]
    columns = [present.c.institution_code, present.c.kind.label("place"), sheet.c.kind, *asked]
    joined = sa.select(*columns).join(present, present.c.delivery == sheet.c.delivery)
    best: dict[tuple[str, str], Row] = {}
    for row in fetch(connection, joined.where(sheet.c.kind.in_(FOUR_DOCUMENTS))).to_pylist():
        row["state"] = document_state(row, due)
        key = row["institution_code"], row["kind"]
        if key not in best or _preference(row) < _preference(best[key]):
            best[key] = row
    return pa.Table.from_pylist(list(best.values()), DOCUMENTS)


def _preference(row: Row) -> tuple:
    """The better state first, then the earlier day; None last, so that the choice never depends on the order read."""
    days = (row["agreed_on"] or date.max, row["approved_on"] or date.max)
    return (BETTER.index(row["state"]), *days, row["agreed_by"] or "")


def document_state(row: Row, due: tuple[date | None, date | None]) -> str:
    """Say how far a document is: item 6.7 asks three of the four to be agreed, by whom and until when.

    `row` has kind, agreed_by, agreed_on, and `place`, the kind of its institution.
    """
    first, last = due
    if row["kind"] not in AGREED_DOCUMENTS:
        return DONE
    if row["agreed_on"] is None or row["agreed_by"] is None:
        return NOT_AGREED
    if row["agreed_by"] != APPROVERS.get(row["place"]):
        return WRONG_APPROVER
    in_time = last is not None and row["agreed_on"] <= last and (first is None or row["agreed_on"] >= first)
    return DONE if in_time else LATE


def _summed(
    connection: sa.Connection, relations: Roster, sheet: str, by: tuple[str, ...], sums: Sums,
    where: Any = None,
) -> pa.Table:  # fmt: skip
    """Add up the rows of a sheet by institution and some of its columns."""
    rows, present = table(sheet), relations.in_force
    keys = [present.c.institution_code, *(rows.c[name] for name in by)]
    totals = [amount.label(name) for name, amount in sums.items()]
    statement = sa.select(*keys, *totals).join(present, present.c.delivery == rows.c.delivery).group_by(*keys)
    return fetch(connection, statement if where is None else statement.where(where))


def _total(amount: sa.ColumnElement) -> sa.ColumnElement:
    return sa.cast(sa.func.coalesce(sa.func.sum(amount), 0), sa.BigInteger)


def _hours(amount: sa.ColumnElement) -> sa.ColumnElement:
    return sa.cast(sa.func.coalesce(sa.func.sum(amount), 0), sa.Float)


def _in_year(day: sa.ColumnElement, relations: Roster) -> sa.ColumnElement[bool]:
    return sa.and_(day >= relations.in_force.c.year_start, day <= relations.in_force.c.as_of)


def _surveys(connection: sa.Connection, relations: Roster) -> pa.Table:
    sheet = table("surveys")
    sums: Sums = {f"answers_{name}": sa.func.count(sheet.c[name]) for name in QUESTIONS}
    sums |= {f"total_{name}": _total(sheet.c[name]) for name in QUESTIONS}
    year = _in_year(sheet.c.answered_on, relations)
    rows = _summed(connection, relations, "surveys", ("role", "stage"), sums, year).to_pylist()
    told = [
        {name: row[name] for name in ("institution_code", "role", "stage")}
        | {"question": name, "answers": row[f"answers_{name}"], "total": row[f"total_{name}"]}
        for row in rows
        for name in QUESTIONS
    ]
    return pa.Table.from_pylist(told, SURVEYS)


def _events(connection: sa.Connection, relations: Roster) -> pa.Table:
    sheet = table("events")
    sums = {
        "events": sa.func.count(),
        "attendees": _total(sheet.c.attendees),
        "person_hours": _hours(sheet.c.hours * sheet.c.attendees),
    }
    return _summed(connection, relations, "events", ("kind",), sums, _in_year(sheet.c.held_on, relations))


def _partners(connection: sa.Connection, relations: Roster) -> pa.Table:
    sheet = table("partners")
    sums = {"partners": sa.func.count(), "mentors": _total(sheet.c.mentors_provided)}
    return _summed(connection, relations, "partners", ("kind", "agreement_status"), sums)


def _practices(connection: sa.Connection, relations: Roster) -> pa.Table:
    sheet = table("practices")
    sums = {"practices": sa.func.count(), "participants": _total(sheet.c.participants)}
    return _summed(connection, relations, "practices", ("form",), sums)


def _monitoring(connection: sa.Connection, relations: Roster) -> pa.Table:
    sheet = table("monitoring")
    sums = {"before": _hours(sheet.c.before), "after": _hours(sheet.c.after), "told": sa.func.count()}
    both = sa.and_(sheet.c.before.is_not(None), sheet.c.after.is_not(None))
    return _summed(connection, relations, "monitoring", ("measure",), sums, both)


def _quality(connection: sa.Connection, relations: Roster) -> pa.Table:
    rows = _summed(connection, relations, "findings", ("rule", "severity"), {"findings": sa.func.count()})
    titles = [RULES[rule].title for rule in rows["rule"].to_pylist()]
    return rows.append_column("title", pa.array(titles, pa.string()))
