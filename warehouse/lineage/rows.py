"""The rows that a measure counts: found by the very conditions the measure is counted by."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from expectations.form import FORM
from warehouse.indicators.amounts import AMOUNTS, COUNTED_OVER_EXPECTED, Added, Condition, Required, plan
from warehouse.indicators.definitions import Measure
from warehouse.indicators.knowledge import Knowledge
from warehouse.indicators.people import DISTINCT, Keyed
from warehouse.indicators.scopes import Roster, scope_code
from warehouse.journal.ledger import heard
from warehouse.storage.loading import fetch
from warehouse.tables.tables import table

Scope = tuple[str, str]  # type and code
Columns = dict[str, sa.ColumnElement]

# `counted` numbers what is told apart (people, partners, institutions) in order of appearance; NULL where rows add
# an `amount` instead. A person counted in two kinds of institution has two numbers, as in the figure itself.
# Where no row of a sheet is named, `cell` tells the label of the sheet or the key in the reference file.
ROWS = pa.schema({
    "institution": pa.string(), "kind": pa.string(), "delivery": pa.string(), "sheet": pa.string(),
    "row": pa.int32(), "role": pa.string(), "participant_row": pa.int32(), "cell": pa.string(),
    "counted": pa.int64(), "amount": pa.decimal128(38, 4),
})  # fmt: skip
PLACE_OF_ROW = ("institution", "delivery", "sheet", "row", "role", "cell", "participant_row")
SHEETS = {"participations": "pairs"}  # a table whose rows are those of another sheet
REGISTER, PLANS = "institutions.csv", "plans.csv"


def sheet_title(table_name: str) -> str:
    """Return what the sheet is called whose rows a table holds."""
    return FORM.by_name[SHEETS.get(table_name, table_name)].title


def counted_rows(connection: sa.Connection, measure: Measure, roster: Roster, scope: Scope) -> pa.Table:
    """Return the rows (`ROWS`) a measure counts over a scope, sorted by place.

    Different `counted` make the count of what is told apart; the sum of `amount` makes any other.
    """
    match source_of(measure):
        case Keyed() as source:
            found = fetch(connection, _keyed(source, measure, roster, scope))
            return _numbered(found, apart=() if measure.across_kinds else ("kind",))
        case Added() as source:
            return _arranged(fetch(connection, _added(source, measure, roster, scope)))
        case Required() as source:
            return _numbered(fetch(connection, _required(source, measure, roster, scope)))
    if measure.source in COUNTED_OVER_EXPECTED:
        return _numbered(fetch(connection, _institutions(measure, roster, scope)))
    return _arranged(fetch(connection, _planned(roster, scope)))


def source_of(measure: Measure) -> Keyed | Added | Required | None:
    """Return what counts a measure by rows of a sheet; None for plans and for institutions themselves."""
    source = DISTINCT.get(measure.source) or AMOUNTS.get(measure.source)
    return source if isinstance(source, (Keyed, Added, Required)) else None


def counts_row(measure: Measure, rows: sa.FromClause, place: sa.FromClause, known: Knowledge) -> Condition:
    """The condition that a row of a sheet, of a delivery in force at a place, is counted by a measure."""
    match source_of(measure):
        case Keyed() as source:
            return source.condition(measure, rows, place)
        case Added() as source:
            of_kind = place.c.kind.in_(measure.kinds) if measure.kinds else sa.true()
            return sa.and_(source.condition(measure, rows, place), source.each(rows).is_not(None), of_kind)
        case Required() as source:  # a row that meets a requirement, where all of them are met
            met = sa.or_(*source.requirements(measure, rows, place, known))
            return sa.and_(met, source(measure, place, known) == 1)
    raise KeyError(measure.source)


def adds(measure: Measure) -> bool:
    """Whether a measure adds amounts of rows, and tells nobody apart."""
    source = AMOUNTS.get(measure.source)
    return source is not None and not isinstance(source, Required)


def count_of(measure: Measure, rows: pa.Table, kinds: set[str]) -> Decimal | None:
    """Count what rows make: different keys, or the sum of their amounts.

    None where none of the institutions that reported, `kinds` being theirs, has anything to say of the measure.
    """
    if measure.source in COUNTED_OVER_EXPECTED:
        return Decimal(len(rows["counted"].unique()))
    if not kinds.intersection(measure.kinds or kinds):
        return None
    if not adds(measure):
        return Decimal(len(rows["counted"].unique()))
    source = AMOUNTS[measure.source]
    nothing = Decimal(0) if isinstance(source, Added) and source.nothing is not None else None
    return pc.sum(rows["amount"]).as_py() if rows.num_rows else nothing


def _select(place: sa.FromClause, scope: Scope, joined: sa.FromClause, columns: Columns, *where: object) -> sa.Select:
    """Select the columns for the institutions of a scope."""
    named = {"institution": place.c.institution_code, "kind": place.c.kind} | columns
    statement = sa.select(*(column.label(name) for name, column in named.items())).select_from(joined)
    return statement.where(scope_code(scope[0], place.c) == scope[1], *where)  # type: ignore[arg-type]


def _of_sheet(name: str, delivery: sa.ColumnElement, rows: sa.FromClause) -> Columns:
    return {"delivery": delivery, "sheet": sa.literal(sheet_title(name), sa.Text), "row": rows.c.row}


def _keyed(source: Keyed, measure: Measure, roster: Roster, scope: Scope) -> sa.Select:
    present = roster.in_force
    rows, joined, key = source.joined(roster)
    person = {name: rows.c[name] for name in ("role", "participant_row") if name in rows.c}
    columns = _of_sheet(source.sheet, present.c.delivery, rows) | person | {"key": sa.cast(key, sa.Text)}
    return _select(present, scope, joined, columns, counts_row(measure, rows, present, roster.known))


def _added(source: Added, measure: Measure, roster: Roster, scope: Scope) -> sa.Select:
    present, rows = roster.in_force, table(source.sheet)
    delivery = present.c[source.delivery]
    amount = source.each(rows)
    columns = _of_sheet(source.sheet, delivery, rows) | {"amount": amount}
    if FORM.by_name[source.sheet].vertical:  # one record, whose labels stand in rows of their own
        label = next(c.heading for c in FORM.by_name[source.sheet].columns if c.name == amount.key)
        columns |= {"row": sa.null(), "cell": sa.literal(label, sa.Text)}
    joined = present.join(rows, rows.c.delivery == delivery)
    return _select(present, scope, joined, columns, counts_row(measure, rows, present, roster.known))


def _required(source: Required, measure: Measure, roster: Roster, scope: Scope) -> sa.Select:
    present, rows = roster.in_force, table(source.sheet)
    columns = _of_sheet(source.sheet, present.c.delivery, rows) | {"key": present.c.institution_code}
    joined = present.join(rows, rows.c.delivery == present.c.delivery)
    return _select(present, scope, joined, columns, counts_row(measure, rows, present, roster.known))


def _planned(roster: Roster, scope: Scope) -> sa.Select:
    present = roster.in_force
    plans, of_place = plan(present, roster.known)
    columns: Columns = {
        "sheet": sa.literal(PLANS, sa.Text), "cell": plans.c.school_year, "amount": plans.c.planned_participants,
    }  # fmt: skip
    return _select(present, scope, present.join(plans, of_place), columns)


def _institutions(measure: Measure, roster: Roster, scope: Scope) -> sa.Select:
    """Institutions expected, by the register; those that reported, or did so in time, by their deliveries."""
    expected, ledger = roster.expected, table("deliveries")
    key: Columns = {"key": expected.c.institution_code}
    if measure.source == "expected":
        named: Columns = {"sheet": sa.literal(REGISTER, sa.Text), "cell": expected.c.told_by}
        return _select(expected, scope, expected, key | named)
    if measure.source == "reported":
        return _select(expected, scope, expected, key | {"delivery": expected.c.delivery}, expected.c.reported == 1)
    in_time = sa.and_(
        ledger.c.institution_code == expected.c.told_by, ledger.c.as_of == expected.c.as_of,
        heard(ledger, roster.known.submissions), ledger.c.late.is_(False),
    )  # fmt: skip
    joined = expected.join(ledger, in_time)
    return _select(expected, scope, joined, key | {"delivery": ledger.c.delivery}, expected.c.on_time == 1)


def _numbered(found: pa.Table, apart: Iterable[str] = ()) -> pa.Table:
    """Give keys their numbers in order of appearance, so that no token is told; `apart` parts equal keys."""
    ordered = _arranged(found, "key")
    key = ordered["key"].combine_chunks()
    for name in apart:
        key = pc.binary_join_element_wise(ordered[name].combine_chunks(), key, "/")
    numbers = pc.cast(pc.add(pc.dictionary_encode(key).indices, 1), pa.int64())
    return ordered.set_column(ROWS.get_field_index("counted"), "counted", numbers).select(ROWS.names)


def _arranged(found: pa.Table, *more: str) -> pa.Table:
    """Bring rows to `ROWS` and sort them by place."""
    columns = {
        field.name: found[field.name].cast(field.type) if field.name in found.column_names
        else pa.nulls(found.num_rows, field.type)
        for field in ROWS
    } | {name: found[name].cast(pa.string()) for name in more}  # fmt: skip
    table_ = pa.table(columns)
    return table_.take(np.lexsort([_ranks(table_[name]) for name in reversed(PLACE_OF_ROW)]))


def _ranks(column: pa.ChunkedArray) -> np.ndarray:
    """Numbers that sort as a column does, absent values first: texts by the hundred thousand sort ten times as long."""
    if pa.types.is_string(column.type):
        values = column.unique().drop_null()
        column = pc.index_in(column, values.sort())
    return pc.fill_null(column, -1).to_numpy()
