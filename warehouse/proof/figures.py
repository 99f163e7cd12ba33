"""Every figure of a release, computed anew from its evidence alone, in whole numbers."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

import pyarrow as pa

from warehouse.proof.evidence import Evidence
from warehouse.release.contents import FIGURES, FINAL, KEY, PERCENT, PROVISIONAL

Row = dict[str, Any]
Scope = tuple[str, str]
PARTS = 10_000  # a numerator is told in ten-thousandths (person-hours have decimals)
ROSTER = {
    "expected": lambda place: 1,
    "reported": lambda place: place["reported"],
    "on_time": lambda place: place["on_time"],
}
DISTINCT = ("people", "respondents", "partners")


def scopes_of(place: Row) -> list[Scope]:
    """Return every scope an institution belongs to (indicators.md, «Scopes»)."""
    return [
        ("institution", place["institution_code"]),
        ("kind", f"{place['municipality']}/{place['kind']}"),
        ("municipality", place["municipality"]),
        ("region", place["region"]),
        ("country", "RU"),
    ]


@dataclass
class OnDate:
    """What the evidence says of one date, gathered by scope."""

    members: dict[Scope, list[Row]] = field(default_factory=lambda: defaultdict(list))
    added: dict[str, dict[Scope, list[float]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    last_known: dict[str, dict[Scope, list[float]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )
    different: dict[tuple[str, bool], Counter[Scope]] = field(default_factory=lambda: defaultdict(Counter))


def recompute(evidence: Evidence, release: str) -> pa.Table:
    """Compute the figures (FIGURES, sorted by key) that the evidence gives; raise KeyError where it lacks something."""
    on_dates = _gather(evidence)
    versions = {one["version"]: one for one in evidence.definitions["definitions"]}
    measures = evidence.definitions["measures"]
    targets = {
        (row["indicator"], row["scope_type"], row["scope_code"], row["as_of"]): int(row["target_percent"].scaleb(2))
        for row in evidence.targets.to_pylist()
    }
    rows = []
    for day, version in evidence.definitions["counted"].items():
        as_of = date.fromisoformat(day)
        for indicator in versions[version]["indicators"]:
            for scope, members in on_dates[as_of].members.items():
                if scope[0] in indicator["scopes"]:
                    target = targets.get((indicator["code"], *scope, as_of))
                    key = {"release": release, "indicator": indicator["code"], "definition": version, "as_of": as_of}
                    rows.append(key | _figure(indicator, measures, on_dates[as_of], scope, members, target))
    rows.sort(key=lambda row: tuple(row[name] for name in KEY))
    return pa.Table.from_pylist(rows, schema=FIGURES)


def _gather(evidence: Evidence) -> dict[date, OnDate]:
    found: dict[date, OnDate] = defaultdict(OnDate)
    places: dict[tuple[date, str], Row] = {}
    for place in evidence.places.to_pylist():
        places[place["as_of"], place["institution_code"]] = place
        for scope in scopes_of(place):
            found[place["as_of"]].members[scope].append(place)
    for row in evidence.amounts.to_pylist():
        here = found[row["as_of"]]
        for scope in scopes_of(places[row["as_of"], row["institution_code"]]):
            for column, kept in (("amount", here.added), ("last_known", here.last_known)):
                if row[column] is not None:
                    kept[row["measure"]][scope].append(row[column])
    for (as_of, *_), pattern in groupby(evidence.people.to_pylist(), lambda r: (r["as_of"], r["source"], r["pattern"])):
        _tell_apart([(row, places[as_of, row["institution_code"]]) for row in pattern], found[as_of].different)
    return dict(found)


def _tell_apart(pattern: Iterable[tuple[Row, Row]], different: dict[tuple[str, bool], Counter[Scope]]) -> None:
    """Count the people of one pattern once in each scope and kind of institution, and once in each scope over all."""
    seen: dict[tuple[str, Scope, str], int] = {}
    for row, place in pattern:
        for measure in row["measures"].split():
            for scope in scopes_of(place):
                seen[measure, scope, place["kind"]] = row["people"]
    over_kinds = {(measure, scope): people for (measure, scope, _), people in seen.items()}
    for (measure, scope, _), people in seen.items():
        different[measure, False][scope] += people
    for (measure, scope), people in over_kinds.items():
        different[measure, True][scope] += people


def _parts(amounts: list[float] | None) -> int | None:
    """Add amounts and tell the sum in ten-thousandths; nothing where none of them exists."""
    return round(math.fsum(amounts) * PARTS) if amounts else None


def _counted(name: str, measure: Row, here: OnDate, scope: Scope, members: list[Row]) -> int | None:
    """A measure of a scope, in ten-thousandths."""
    source = measure["source"]
    if source in ROSTER:
        return PARTS * sum(int(ROSTER[source](place)) for place in members)
    if source not in DISTINCT:
        return _parts(here.added[name].get(scope))
    if not any(place["reported"] for place in members):
        return None
    return PARTS * here.different[name, bool(measure.get("across_kinds"))][scope]


def _figure(
    indicator: Row, measures: dict[str, Row], here: OnDate, scope: Scope, members: list[Row], target: int | None
) -> Row:
    def of(side: str) -> int | None:
        name = indicator.get(side)
        return None if name is None else _counted(name, measures[name], here, scope, members)

    numerator, parts = of("numerator"), of("denominator")
    denominator = None if parts is None else parts // PARTS
    value = None if numerator is None else _hundredths(numerator, denominator)
    expected, reported = len(members), sum(place["reported"] for place in members)
    status = FINAL if expected == reported else PROVISIONAL
    known = all(place["reported"] or place["last_enrolled"] is not None for place in members)
    bounded = known and status == PROVISIONAL and _has_bounds(indicator, measures)
    low, high = _bounds(indicator, here, scope, numerator or 0, denominator or 0) if bounded else (None, None)
    return {
        "scope_type": scope[0], "scope_code": scope[1],
        "numerator": None if numerator is None else Decimal(numerator).scaleb(-4),
        "denominator": denominator, "value": _decimal(value), "target": _decimal(target),
        "meets_target": _meets(numerator, denominator, target) if value is not None else None,
        "status": status, "expected": expected, "reported": reported,
        "coverage_students": _decimal(_coverage(members) if known else None),
        "low": _decimal(low), "high": _decimal(high),
    }  # fmt: skip


def _hundredths(parts: int, whole: int | None) -> int | None:
    """A share in hundredths of a per cent, half up: `parts` ten-thousandths over a whole; none over nothing."""
    return (2 * parts + whole) // (2 * whole) if whole else None


def _meets(numerator: int | None, denominator: int | None, target: int | None) -> bool | None:
    """Whether the exact ratio reaches the target: numerator × 100 ≥ target × denominator."""
    return None if target is None or numerator is None or denominator is None else numerator >= target * denominator


def _coverage(members: list[Row]) -> int | None:
    """The share of students whose institution reported, in hundredths; every missing one once told its own."""
    told = sum(place["enrolled"] or 0 for place in members)
    return _hundredths(told * PARTS, told + sum(place["last_enrolled"] or 0 for place in members))


def _has_bounds(indicator: Row, measures: dict[str, Row]) -> bool:
    denominator = measures.get(indicator.get("denominator", ""))
    return indicator["unit"] == PERCENT and denominator is not None and denominator["source"] == "students"


def _bounds(
    indicator: Row, here: OnDate, scope: Scope, numerator: int, denominator: int
) -> tuple[int | None, int | None]:
    """What the value could become: nobody, or everybody, of the missing institutions' last known enrolment."""
    absent = _parts(here.last_known[indicator["denominator"]].get(scope)) or 0
    everybody = _parts(here.last_known[indicator["denominator_of_any_kind"]].get(scope)) or 0
    whole = denominator + absent // PARTS
    return _hundredths(numerator, whole), _hundredths(numerator + everybody, whole)


def _decimal(hundredths: int | None) -> Decimal | None:
    return None if hundredths is None else Decimal(hundredths).scaleb(-2)
