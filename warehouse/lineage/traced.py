"""A row traced: what became of it, and every official figure it touched, in each release and now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import pyarrow as pa
import sqlalchemy as sa

from expectations.form import FORM
from expectations.rules.wording import Finding
from expectations.structure import Sheet
from warehouse.findings.listing import findings_of
from warehouse.indicators.definitions import SCOPES, Definitions, Indicator, Measure, by_version, definitions
from warehouse.indicators.knowledge import Knowledge
from warehouse.indicators.people import DISTINCT
from warehouse.indicators.scopes import Roster, roster, scope_code
from warehouse.installation.settings import Misconfigured
from warehouse.journal.journal import REFERENCE
from warehouse.journal.ledger import ACCEPTED, in_force, restated_as
from warehouse.lineage.rows import SHEETS, counts_row, source_of
from warehouse.lineage.vintage import Vintage, release_deliveries, vintages_of
from warehouse.review.held import Held, held_of
from warehouse.tables.tables import entries, table

STORED, QUARANTINED, SKIPPED, REFUSED, REPEATED = "stored", "quarantined", "skipped", "refused", "repeated"
KIND = "of_kind"  # the column of an institution's kind beside those of the scopes
HEADING_ROWS = 20  # the heading of a sheet is one of its first rows (submission.md, «Headings»)
# The figures a row touched; `release` is empty for what is known now. `other_deliveries`: how many deliveries of the
# scope beside its own count the row's people as well, as last known while its own was in force; else NULL.
TOUCHED = pa.schema({
    "release": pa.string(), "indicator": pa.string(), "definition": pa.string(), "side": pa.string(),
    "scope_type": pa.string(), "scope_code": pa.string(), "as_of": pa.date32(), "other_deliveries": pa.int64(),
})  # fmt: skip


@dataclass(frozen=True)
class Traced:
    """What became of one row.

    `holds` tells for each release with the date, and for "", now, whether its delivery is in force there.
    """

    delivery: sa.Row  # of the ledger
    sheet: Sheet
    row: int
    fate: str
    findings: list[Finding]
    holds: dict[str, bool]
    touched: pa.Table
    held: Held | None  # the delivery was held, and perhaps confirmed since
    restated: Restated  # the file was judged more than once


class Restated(NamedTuple):
    """The judgements of the same file before and after a delivery; None where it was the first, or is the last."""

    before: str | None
    after: str | None


@dataclass(frozen=True)
class _Place:
    """Where rows are looked for: a table, and the column that holds the number of the row traced."""

    table: str
    column: str


_Counted = dict[tuple[_Place, Measure], dict[str, str]]
_Others = dict[tuple[_Place, Measure, str, str, str], set[str]]  # by scope, its code and the kind told apart in it


def trace(connection: sa.Connection, delivery: str, sheet: str, row: int) -> Traced:
    """Trace a row of a sheet, named by its Russian title or by its name; Misconfigured where there is none."""
    ledger = table("deliveries")
    known = connection.execute(sa.select(ledger).where(ledger.c.delivery == delivery)).first()
    if known is None:
        raise Misconfigured(f"Сдачи {delivery} нет. Номер сдачи — в протоколе и в nastavnik findings --format csv.")
    one = next((s for s in FORM.sheets if sheet in (s.name, s.title)), None)
    if one is None:
        titles = ", ".join(s.title for s in FORM.sheets)
        raise Misconfigured(f"Листа «{sheet}» в форме нет. Есть: {titles}.")
    findings = [f for f in findings_of(connection, [delivery])[delivery] if (f.sheet, f.row) == (one.title, row)]
    fate = _fate(connection, known, one, row, findings)
    holds = _holds(connection, known)
    touched = _touched(connection, known, one, row, holds) if fate == STORED else []
    held = held_of(connection, [delivery]).get(delivery)
    figures = pa.Table.from_pylist(touched, schema=TOUCHED)
    return Traced(known, one, row, fate, findings, holds, figures, held, _restated(connection, delivery))


def _restated(connection: sa.Connection, delivery: str) -> Restated:
    made = table("restated")
    before = sa.select(made.c.delivery).where(made.c.by_delivery == delivery)
    return Restated(connection.execute(before).scalar(), restated_as(connection, delivery))


def _fate(connection: sa.Connection, known: sa.Row, sheet: Sheet, row: int, findings: list[Finding]) -> str:
    if known.verdict == "duplicate":
        return REPEATED
    counts, rows = table("sheet_counts"), table(sheet.name)
    of_sheet = (counts.c.delivery == known.delivery, counts.c.sheet == sheet.name)
    told = connection.execute(sa.select(counts).where(*of_sheet)).first()
    missing = Misconfigured(f"На листе «{sheet.title}» сдачи {known.delivery} нет строки {row} с данными.")
    if told is None or row < 1:
        raise missing
    if known.verdict not in ACCEPTED:
        if row > told.rows_read + HEADING_ROWS:
            raise missing
        return REFUSED
    if any(finding.severity == "error" for finding in findings):
        return QUARANTINED
    if sheet.vertical:  # one record: its labels stand in rows of their own
        if row > told.rows_read + HEADING_ROWS:
            raise missing
        return STORED
    stored = set(connection.execute(sa.select(rows.c.row).where(rows.c.delivery == known.delivery)).scalars())
    if row in stored:
        return STORED
    if told.rows_skipped and _among_skipped(connection, known.delivery, sheet, row, stored, told.rows_skipped):
        return SKIPPED
    raise missing


def _among_skipped(
    connection: sa.Connection, delivery: str, sheet: Sheet, row: int, stored: set[int], skipped: int
) -> bool:
    """Whether a row stands where the skipped ones can: between rows that were read, or just below the last."""
    bad = {f.row for f in findings_of(connection, [delivery])[delivery] if f.sheet == sheet.title and f.row}
    read = stored | bad
    if not read:
        return row <= skipped + HEADING_ROWS
    below = skipped - sum(number not in read for number in range(min(read), max(read)))
    return min(read) < row <= max(read) + below


def _holds(connection: sa.Connection, known: sa.Row) -> dict[str, bool]:
    """Whether the delivery was in force in each release that has its date, and is now."""
    if known.as_of is None:
        return {"": False}
    released, now = release_deliveries().subquery("released"), in_force(vintages_of(connection, known.as_of)[-1].seq)
    where = (released.c.institution_code == known.institution_code, released.c.as_of == known.as_of)
    held = set(
        connection.execute(sa.select(released.c.release).where(*where, released.c.delivery == known.delivery)).scalars()
    )
    if connection.execute(sa.select(now.c.seq).where(now.c.delivery == known.delivery)).first():
        held.add("")
    return {at.release: at.release in held for at in vintages_of(connection, known.as_of)}


def _touched(connection: sa.Connection, known: sa.Row, sheet: Sheet, row: int, holds: dict[str, bool]) -> list[dict]:
    """The figures that a stored row touched in every state of knowledge in which its delivery is in force."""
    states = [at for at in vintages_of(connection, known.as_of) if holds[at.release]]
    loads = list(connection.execute(sa.select(entries().c.seq).where(entries().c.event == REFERENCE)).scalars())
    found: list[dict] = []
    counted: dict[object, _Counted] = {}
    for at in states:
        (version,) = by_version((known.as_of,), None, at.newest)
        # Whether a row counts, and in which scopes, hangs on the definitions and the register alone.
        state = version, sum(seq <= at.seq for seq in loads)
        if state not in counted:
            counted[state] = _counted(connection, at, definitions(version), known, sheet, row)
        others = _others(connection, at, counted[state], known, row) if at == states[-1] else {}
        for (place, measure), codes in counted[state].items():
            kind = "" if measure.across_kinds else codes[KIND]
            for indicator, side in _asking(definitions(version), measure):
                for scope in indicator.scopes:
                    told = at == states[-1] and measure.source in DISTINCT
                    other = len(others.get((place, measure, scope, codes[scope], kind), ())) if told else None
                    found.append({
                        "release": at.release, "indicator": indicator.code, "definition": version, "side": side,
                        "scope_type": scope, "scope_code": codes[scope], "as_of": known.as_of,
                        "other_deliveries": other,
                    })  # fmt: skip
    return found


def _asking(chosen: Definitions, measure: Measure) -> Iterator[tuple[Indicator, str]]:
    """The indicators that a measure is the numerator or denominator of."""
    for indicator in chosen.indicators:
        if indicator.numerator == measure:
            yield indicator, "numerator"
        if indicator.denominator == measure:
            yield indicator, "denominator"


def _places(sheet: Sheet) -> list[_Place]:
    """Where the rows of a sheet count: in its own table, in one made from it, or as the person of another's rows."""
    own = [_Place(sheet.name, "row")] + [_Place(made, "row") for made, of in SHEETS.items() if of == sheet.name]
    if sheet.name == "participants":
        own += [_Place(name, "participant_row") for name in ("participations", "surveys")]
    return own


def _measures(chosen: Definitions, name: str) -> list[Measure]:
    used = dict.fromkeys(measure for i in chosen.indicators for measure in (i.numerator, i.denominator) if measure)
    return [measure for measure in used if (source := source_of(measure)) is not None and source.sheet == name]


def _is_row(rows: sa.Table, place: _Place, row: int) -> sa.ColumnElement[bool]:
    if FORM.by_name[SHEETS.get(place.table, place.table)].vertical:
        return sa.true()
    return rows.c[place.column] == row


def _scopes(place: sa.FromClause) -> list[sa.ColumnElement]:
    return [*(scope_code(scope, place.c).label(scope) for scope in SCOPES), place.c.kind.label(KIND)]


def _marks(measures: list[Measure], rows: sa.Table, relations: Roster) -> list[sa.ColumnElement[int]]:
    """A flag, 1 or 0, for each measure: whether it counts a row."""
    present = relations.in_force
    return [
        sa.case((counts_row(measure, rows, present, relations.known), 1), else_=0).label(f"m{number}")
        for number, measure in enumerate(measures)
    ]


def _counted(
    connection: sa.Connection, at: Vintage, chosen: Definitions, known: sa.Row, sheet: Sheet, row: int
) -> _Counted:
    """Where the row is found, the measures that count it there, with its kind and the codes of its scopes."""
    relations = roster(connection, Knowledge.at(at.seq), (known.as_of,))
    present = relations.in_force
    found: _Counted = {}
    for place in _places(sheet):
        measures, rows = _measures(chosen, place.table), table(place.table)
        if not measures:
            continue
        joined = present.join(rows, rows.c.delivery == present.c.delivery)
        statement = sa.select(*_scopes(present), *_marks(measures, rows, relations)).select_from(joined)
        of_row = statement.where(present.c.delivery == known.delivery, _is_row(rows, place, row))
        for told in connection.execute(of_row).mappings():
            codes = {name: str(told[name]) for name in (*SCOPES, KIND)}
            found |= {(place, measure): codes for number, measure in enumerate(measures) if told[f"m{number}"]}
    return found


def _others(connection: sa.Connection, at: Vintage, counted: _Counted, known: sa.Row, row: int) -> _Others:
    """The other deliveries that count the people (or partners) whom the row counts."""
    relations = roster(connection, Knowledge.at(at.seq), (known.as_of,))
    present = relations.in_force
    found: _Others = defaultdict(set)
    for place in {place for place, measure in counted if measure.source in DISTINCT}:
        measures = [measure for where, measure in counted if where == place and measure.source in DISTINCT]
        source = next(one for one in DISTINCT.values() if one.sheet == place.table)
        rows, joined, key = source.joined(relations)
        here = sa.and_(present.c.delivery == known.delivery, _is_row(rows, place, row))
        columns = [*_scopes(present), present.c.delivery, sa.case((here, 1), else_=0).label("here"), key.label("key")]
        mine = sa.select(key).select_from(joined).where(here)
        statement = sa.select(*columns, *_marks(measures, rows, relations)).select_from(joined).where(key.in_(mine))
        told = connection.execute(statement).mappings().all()
        for number, measure in enumerate(measures):
            marked = [one for one in told if one[f"m{number}"]]
            keys = {one["key"] for one in marked if one["here"]}
            for one in marked:
                if one["key"] in keys and one["delivery"] != known.delivery:
                    for scope in SCOPES:
                        kind = "" if measure.across_kinds else str(one[KIND])
                        found[place, measure, scope, str(one[scope]), kind].add(one["delivery"])
    return found
