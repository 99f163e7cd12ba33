"""Evidence small enough to count by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

from warehouse.indicators.definitions import SCOPES
from warehouse.proof.evidence import SCHEMAS, Evidence

AS_OF = date(2021, 12, 31)
MEASURES = {
    "m1": {"source": "people", "basis": "year"},
    "m2": {"source": "students"},
    "m3": {"source": "people", "basis": "year", "across_kinds": True},
    "m4": {"source": "students", "kinds": ["ОУ"]},
    "m5": {"source": "training_hours"},
    "m6": {"source": "on_time"},
    "m7": {"source": "expected"},
}
INDICATORS = [
    {"code": "involved", "unit": "%", "scopes": list(SCOPES), "numerator": "m1", "denominator": "m2",
     "denominator_of_any_kind": "m2"},
    {"code": "distinct", "unit": "%", "scopes": ["municipality", "region", "country"], "numerator": "m3",
     "denominator": "m4", "denominator_of_any_kind": "m2"},
    {"code": "hours", "unit": "чел.-ч", "scopes": list(SCOPES), "numerator": "m5"},
    {"code": "in_time", "unit": "%", "scopes": ["kind", "municipality"], "numerator": "m6", "denominator": "m7",
     "denominator_of_any_kind": "m7"},
]  # fmt: skip


def place(
    code: str, kind: str = "ОУ", *, enrolled: int | None = None, last: int | None = None, on_time: bool = True
) -> dict:
    """A place of the town T in region 1; it reported where its enrolment is given."""
    told = enrolled is not None
    return {
        "as_of": AS_OF, "institution_code": code, "kind": kind, "municipality": "T", "region": "1", "reported": told,
        "on_time": told and on_time, "enrolled": enrolled, "last_enrolled": last,
    }  # fmt: skip


def pattern(number: int, people: int, *codes: str, measures: str = "m1 m3") -> list[dict]:
    """So many people, each of whom is in every one of these institutions."""
    return [
        {"as_of": AS_OF, "source": "people", "pattern": number, "institution_code": code, "measures": measures,
         "people": people}
        for code in codes
    ]  # fmt: skip


def evidence(
    places: list[dict], people: list[dict], *, hours: dict[str, float] | None = None, target: str | None = None
) -> Evidence:
    """Make the evidence of a town; `target` is set on «involved» in the municipality."""
    amounts: list[dict[str, Any]] = []
    for one in places:
        key = {"as_of": AS_OF, "institution_code": one["institution_code"]}
        told = {"amount": one["enrolled"], "last_known": one["last_enrolled"]}
        measures = ("m2", "m4") if one["kind"] == "ОУ" else ("m2",)
        amounts += [key | told | {"measure": measure} for measure in measures]
        if one["reported"]:
            amounts.append(
                key | {"measure": "m5", "amount": (hours or {}).get(one["institution_code"], 0.0), "last_known": None}
            )
    targets = [] if target is None else [
        {"indicator": "involved", "scope_type": "municipality", "scope_code": "T", "as_of": AS_OF,
         "target_percent": Decimal(target), "direction": "at_least", "source": None}
    ]  # fmt: skip
    tables = {"places": places, "amounts": amounts, "people": people, "targets": targets}
    return Evidence(
        **{name: pa.Table.from_pylist(rows, SCHEMAS[name]) for name, rows in tables.items()},
        definitions={
            "counted": {AS_OF.isoformat(): "1"},
            "definitions": [{"version": "1", "indicators": INDICATORS}],
            "measures": MEASURES,
        },
    )
