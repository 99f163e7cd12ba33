"""The figures of a release laid out municipality by municipality and date by date."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any

import pyarrow as pa

from warehouse.disclosure.measures import DECLARED, counts_people
from warehouse.disclosure.town import Cell, Town
from warehouse.indicators.definitions import Indicator, Measure, all_definitions
from warehouse.release.contents import REPORTED_KPI

LEVELS = ("institution", "kind", "municipality")
SIDES = ("numerator", "denominator")
DEAREST, DEAR = 3, 2
Dated = tuple[date, Measure, str]  # a cell on a date
Row = Mapping[str, Any]


def indicator_of(row: Row) -> Indicator:
    """Return the indicator that a row of FIGURES is counted by."""
    return _indicators()[row["definition"], row["indicator"]]


def measures_of(row: Row) -> dict[str, Measure]:
    """Return what the numerator and the denominator of a row count, where that is people."""
    indicator = indicator_of(row)
    sides = {"numerator": indicator.numerator, "denominator": indicator.denominator}
    return {side: measure for side, measure in sides.items() if measure is not None and counts_people(measure)}


def towns(
    figures: pa.Table, places: pa.Table, published: Mapping[Dated, frozenset[int]], hidden: frozenset[Dated]
) -> Iterator[tuple[date, Town]]:
    """Yield every municipality on every date of the figures; `places` tells which institution is where, by date.

    `published` and `hidden` are what earlier publications showed and hid.
    """
    kinds: dict[tuple[date, str], dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    home: dict[tuple[date, str], str] = {}
    for place in places.to_pylist():
        as_of, code, town = place["as_of"], place["institution_code"], place["municipality"]
        kind = f"{town}/{place['kind']}"
        kinds[as_of, town][kind].append(code)
        home |= {(as_of, scope): town for scope in (code, kind, town)}
    counts: dict[tuple[date, str], dict[Cell, int]] = defaultdict(dict)
    shares: dict[tuple[date, str], dict[tuple[Measure, Measure], None]] = defaultdict(dict)
    ranks: dict[Measure, int] = {}
    for row in figures.to_pylist():
        if row["scope_type"] not in LEVELS:
            continue
        where, found = (row["as_of"], home[row["as_of"], row["scope_code"]]), measures_of(row)
        counts[where] |= {
            (measure, row["scope_code"]): int(row[side]) for side, measure in found.items() if row[side] is not None
        }
        if len(found) == len(SIDES):
            shares[where][found["numerator"], found["denominator"]] = None
        for side, measure in found.items():
            headline = side == "numerator" and row["indicator"] == REPORTED_KPI
            ranks[measure] = DEAREST if measure.source in DECLARED else DEAR if headline else ranks.get(measure, 0)
    for as_of, town in sorted(counts):
        mine = counts[as_of, town]
        yield (
            as_of,
            Town(
                code=town,
                kinds={kind: tuple(sorted(codes)) for kind, codes in sorted(kinds[as_of, town].items())},
                counts=mine,
                shares=tuple(shares[as_of, town]),
                published={cell: published[as_of, *cell] for cell in mine if (as_of, *cell) in published},
                hidden=frozenset(cell for cell in mine if (as_of, *cell) in hidden),
                ranks=ranks,
            ),
        )


@cache
def _indicators() -> dict[tuple[str, str], Indicator]:
    return {(one.definition, one.code): one for version in all_definitions().values() for one in version.indicators}
