"""Every breakdown of a release, computed anew from its evidence alone, in whole numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from warehouse.proof.evidence import Evidence
from warehouse.proof.figures import Row, scopes_of
from warehouse.proof.part_names import ENROLLED, OF_ENROLLED, STUDENTS, part
from warehouse.proof.part_rows import Whole
from warehouse.release.contents import BREAKDOWN_KEY, BREAKDOWNS

HUNDREDTHS = 10_000  # hundredths of a per cent in a whole
Counts = dict[str, Whole]  # by breakdown and count, «form pairs.other»: a number a cell


@dataclass(frozen=True)
class Map:
    """Where everybody is counted: a cell is a date and a scope."""

    cells: list[tuple[date, str, str]]
    reported: Whole  # by cell: how many of its places reported
    places: dict[str, int]  # numbers of places by date and institution, «2024-12-31 NSH-S007»
    cell_of: Whole  # by place and level of scopes
    kind_of: Whole  # by place: the number of its kind


def recompute_breakdowns(evidence: Evidence, release: str) -> pa.Table:
    """Compute the breakdowns (BREAKDOWNS, by key) that the evidence gives; raise KeyError where a place is unknown."""
    here, people = _map(evidence.places.to_pylist()), evidence.breakdown_people
    counts = _added(evidence.breakdown_amounts, here) | _different(people, here)
    versions = {one["version"]: one.get("breakdowns", []) for one in evidence.definitions["definitions"]}
    by_kind = _different(people.filter(_set_against_enrolment(people, versions)), here, by_kind=True)
    counted = {date.fromisoformat(day): version for day, version in evidence.definitions["counted"].items()}
    version_of = np.array([counted[as_of] for as_of, *_ in here.cells])
    tables = [BREAKDOWNS.empty_table()]
    for version, breakdowns in versions.items():
        cells = np.flatnonzero((version_of == version) & (here.reported > 0))
        for told, numerator, denominator in _shares(breakdowns, counts, by_kind, np.zeros(len(here.cells), np.int64)):
            named = told | {"release": release, "definition": version}
            tables.append(_rows(named, here, cells, numerator[cells], denominator[cells]))
    return pa.concat_tables(tables).sort_by([(name, "ascending") for name in BREAKDOWN_KEY]).combine_chunks()


def _set_against_enrolment(people: pa.Table, versions: dict[str, list[Row]]) -> pa.ChunkedArray:
    codes = [one["code"] for every in versions.values() for one in every if OF_ENROLLED in one["measures"]]
    return pc.is_in(people["breakdown"], pa.array(codes, pa.string()))


def _shares(
    breakdowns: list[Row], counts: Counts, by_kind: Counts, nothing: Whole
) -> Iterator[tuple[dict[str, str], Whole, Whole]]:
    """Give every member and measure with its numerator and denominator, a number a cell."""
    for one in breakdowns:
        for member in one["members"]:
            for measure in one["measures"]:
                told = {"breakdown": one["code"], "member": member["code"], "measure": measure}
                if measure == OF_ENROLLED:  # the kinds are added, as the indicators do
                    of, over, among = by_kind, part(STUDENTS, member["code"]), part(ENROLLED, member["code"])
                else:
                    of, over, among = counts, part(measure, member["code"]), part(measure)
                yield told, of.get(f"{one['code']} {over}", nothing), counts.get(f"{one['code']} {among}", nothing)


def _map(places: list[Row]) -> Map:
    cells: dict[tuple[date, str, str], int] = {}
    kinds: dict[str, int] = {}
    cell_of = [[cells.setdefault((one["as_of"], *scope), len(cells)) for scope in scopes_of(one)] for one in places]
    kind_of = [kinds.setdefault(one["kind"], len(kinds)) for one in places]
    of_reported = [cell for one, here in zip(places, cell_of, strict=True) if one["reported"] for cell in here]
    return Map(
        cells=list(cells),
        reported=np.bincount(np.array(of_reported, np.int64), minlength=len(cells)),
        places={f"{one['as_of']} {one['institution_code']}": number for number, one in enumerate(places)},
        cell_of=np.array(cell_of, np.int64),
        kind_of=np.array(kind_of, np.int64),
    )


def _added(rows: pa.Table, here: Map) -> Counts:
    """Add amounts over every scope."""
    place, amount = _places(rows, here), np.asarray(rows["amount"], np.int64)
    names, name = _named(rows["breakdown"], rows["measure"])
    found = np.zeros((len(names), len(here.cells)), np.int64)
    for level in here.cell_of.T:
        np.add.at(found, (name, level[place]), amount)
    return dict(zip(names, found, strict=True))


def _different(rows: pa.Table, here: Map, *, by_kind: bool = False) -> Counts:
    """Count the people of a pattern once in every scope, or `by_kind` once in every kind of institution of it."""
    met = pc.split_pattern(rows["measures"], " ")
    row = np.asarray(pc.list_parent_indices(met), np.int64)
    place, pattern, people = _places(rows, here)[row], _patterns(rows)[row], np.asarray(rows["people"], np.int64)[row]
    names, name = _named(rows["breakdown"].take(row), pc.list_flatten(met))
    found = np.zeros((len(names), len(here.cells)), np.int64)
    kind = here.kind_of[place] if by_kind else np.zeros(len(place), np.int64)
    for level in here.cell_of.T:
        cell = level[place]
        seen = np.stack([pattern, name, cell, kind])
        once = np.unique(np.ravel_multi_index(tuple(seen), seen.max(axis=1, initial=0) + 1), return_index=True)[1]
        np.add.at(found, (name[once], cell[once]), people[once])
    return dict(zip(names, found, strict=True))


def _patterns(rows: pa.Table) -> Whole:
    """Number the patterns over all dates and breakdowns; evidence is sorted by them."""
    breakdown = rows["breakdown"].combine_chunks().dictionary_encode().indices
    columns = (rows["as_of"].cast(pa.int32()), breakdown, rows["pattern"])
    keys = np.stack([np.asarray(column, np.int64) for column in columns])
    return np.cumsum(np.any(np.diff(keys, prepend=keys[:, :1]), axis=0))


def _places(rows: pa.Table, here: Map) -> Whole:
    names, name = _named(rows["as_of"].cast(pa.string()), rows["institution_code"])
    return np.array([here.places[one] for one in names], np.int64)[name]


def _named(*columns: pa.ChunkedArray) -> tuple[list[str], Whole]:
    """Join the texts of each row by a space; the different ones, and which of them stands in each row."""
    encoded = pc.binary_join_element_wise(*columns, " ").combine_chunks().dictionary_encode()
    return encoded.dictionary.to_pylist(), np.asarray(encoded.indices, np.int64)


def _rows(named: dict[str, str], here: Map, cells: Whole, numerator: Whole, denominator: Whole) -> pa.Table:
    over = np.maximum(denominator, 1)
    hundredths = pa.array((2 * HUNDREDTHS * numerator + over) // (2 * over), mask=denominator == 0)
    as_of, scope_type, scope_code = zip(*(here.cells[cell] for cell in cells), strict=True) if len(cells) else ((),) * 3
    columns = {name: pa.repeat(text, len(cells)) for name, text in named.items()} | {
        "as_of": pa.array(as_of, pa.date32()), "scope_type": scope_type, "scope_code": scope_code,
        "numerator": numerator, "denominator": denominator,
        "value": pc.multiply(hundredths.cast(pa.decimal128(19, 0)), Decimal("0.01")),
    }  # fmt: skip
    return pa.table({name: columns[name] for name in BREAKDOWNS.names}).cast(BREAKDOWNS)
