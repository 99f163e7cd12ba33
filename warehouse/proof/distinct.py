"""Different people, respondents and partners, counted by pattern: where they were told of, and as what."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from datetime import date
from functools import reduce
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from warehouse.indicators.definitions import Measure
from warehouse.proof.evidence import PEOPLE
from warehouse.proof.lake_rows import Lake
from warehouse.proof.persons import TOKENS, Persons
from warehouse.proof.places import Place

Mask = Any  # a boolean Arrow array, one value a row
Pattern = tuple[tuple[str, int], ...]  # institution and the measures met there, as bits


def _all(*masks: Mask) -> Mask:
    """Rows for which everything is true; what is unknown is not true."""
    return pc.fill_null(reduce(pc.and_kleene, masks), False)


def _one_of(values: Any, wanted: tuple[str, ...]) -> Mask:
    return pc.is_in(values, pa.array(wanted, pa.string()))


def _involved(measure: Measure, rows: pa.Table) -> Mask:
    """A part in a pair (indicators.md, «Involved»), in the measure's role, category and ages."""
    started, ended, as_of, new_year = (rows[name] for name in ("started_on", "ended_on", "as_of", "new_year"))
    begun = pc.less_equal(started, as_of)
    match measure.basis:
        case "year":
            basis = pc.or_kleene(pc.is_null(ended), pc.greater_equal(ended, new_year))
        case "active":
            basis = pc.or_kleene(pc.is_null(ended), pc.greater_equal(ended, as_of))
        case "entered":
            basis = pc.greater_equal(started, new_year)
        case _:
            raise KeyError(measure.basis)
    masks = [begun, basis, _one_of(rows["category"], measure.categories)]
    if measure.role:
        masks.append(pc.equal(rows["role"], measure.role))
    if measure.ages:
        youngest, oldest = measure.ages
        masks += [pc.greater_equal(rows["age"], youngest), pc.less_equal(rows["age"], oldest)]
    return _all(*masks)


def _answered(measure: Measure, rows: pa.Table) -> Mask:
    """An answer of the reporting year, in the measure's role and stage, as good as it asks."""
    masks = [
        pc.equal(rows["role"], measure.role),
        pc.equal(rows["stage"], measure.stage),
        pc.equal(pc.year(rows["answered_on"]), pc.year(rows["as_of"])),
    ]
    if measure.at_least is not None:
        masks.append(pc.greater_equal(rows["satisfaction"], measure.at_least))
    return _all(*masks)


def _agreed(measure: Measure, rows: pa.Table) -> Mask:
    """An agreement in force on the date that brought mentors."""
    since, until, as_of = rows["agreement_date"], rows["valid_to"], rows["as_of"]
    return _all(
        pc.equal(rows["agreement_status"], measure.status),
        pc.or_kleene(pc.is_null(since), pc.less_equal(since, as_of)),
        pc.or_kleene(pc.is_null(until), pc.greater_equal(until, as_of)),
        pc.greater_equal(rows["mentors_provided"], measure.at_least),
    )


# source: table of the lake, its columns, what tells keys apart (tokens of a person or one column), who counts
SOURCES: dict[str, tuple[str, list[str], list[str], Callable[[Measure, pa.Table], Mask]]] = {
    "people": ("participations", ["role", "category", "age", "started_on", "ended_on"], TOKENS, _involved),
    "respondents": ("surveys", ["role", "stage", "answered_on", "satisfaction"], TOKENS, _answered),
    "partners": (
        "partners", ["agreement_status", "agreement_date", "valid_to", "mentors_provided"], ["inn"], _agreed,
    ),
}  # fmt: skip


def people(places: list[Place], lake: Lake, persons: Persons, measures: Mapping[str, Measure]) -> pa.Table:
    """Count those of every source by pattern; the result has the columns of PEOPLE."""
    rows: list[dict[str, Any]] = []
    for source in SOURCES:
        wanted = {name: measure for name, measure in measures.items() if measure.source == source}
        if wanted:
            for as_of, patterns in sorted(_patterns(source, places, lake, persons, wanted).items()):
                rows += _listed(source, as_of, patterns, list(wanted))
    return pa.Table.from_pylist(rows, schema=PEOPLE)


def _patterns(
    source: str, places: list[Place], lake: Lake, persons: Persons, measures: Mapping[str, Measure]
) -> dict[date, Counter[Pattern]]:
    name, columns, key, counts = SOURCES[source]
    reported = {place.delivery: place for place in places if place.delivery is not None}
    rows = _dated(lake.rows(name, reported, [*columns, *key]), reported)
    if not rows.num_rows:
        return {}
    bits = reduce(
        pc.add, (pc.multiply(counts(m, rows).cast(pa.int64()), 1 << n) for n, m in enumerate(measures.values()))
    )
    rows = rows.select(["delivery", *key]).append_column("bits", bits).filter(pc.greater(bits, 0))
    met: dict[date, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    different = rows.group_by(["delivery", *key, "bits"]).aggregate([]).to_pydict()
    tell = persons.of if key == TOKENS else str
    for delivery, flags, *told in zip(
        different["delivery"], different["bits"], *(different[k] for k in key), strict=True
    ):
        place = reported[delivery]
        seen = met[place.as_of][tell(*told)]
        seen[place.institution_code] = seen.get(place.institution_code, 0) | flags
    return {as_of: Counter(tuple(sorted(seen.items())) for seen in of_date.values()) for as_of, of_date in met.items()}


def _dated(rows: pa.Table, reported: Mapping[str, Place]) -> pa.Table:
    """Add the reporting date of each row's delivery, and 1 January of its year."""
    number = (
        pc.index_in(rows["delivery"], pa.array(reported, pa.string())) if rows.num_rows else pa.array([], pa.int32())
    )
    dates = [place.as_of for place in reported.values()]
    rows = rows.append_column("as_of", pa.array(dates, pa.date32()).take(number))
    return rows.append_column("new_year", pa.array([date(d.year, 1, 1) for d in dates], pa.date32()).take(number))


def _listed(source: str, as_of: date, patterns: Counter[Pattern], names: list[str]) -> list[dict[str, Any]]:
    """Number the patterns in their order; a row for each of their institutions."""
    return [
        {
            "as_of": as_of, "source": source, "pattern": number, "institution_code": code, "people": patterns[pattern],
            "measures": " ".join(name for bit, name in enumerate(names) if flags >> bit & 1),
        }
        for number, pattern in enumerate(sorted(patterns), 1)
        for code, flags in pattern
    ]  # fmt: skip
