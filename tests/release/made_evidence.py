"""Evidence of made releases: every institution's people are its own, so that its counts are the patterns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

from warehouse.indicators.definitions import SCOPES
from warehouse.proof.evidence import SCHEMAS, Evidence

Counts = Mapping[tuple[date, str], Mapping[str, tuple[Decimal, int | None]]]  # by date and indicator, then institution
PERSON_HOURS = "training_hours"


def make_evidence(
    register: list[Any], dates: tuple[date, ...], absent: set[tuple[date, str]], counts: Counts,
    indicators: Iterable[tuple], targets: list[dict[str, Any]], version: str,
) -> Evidence:  # fmt: skip
    """Make the evidence of counts; `absent` are the places that told nothing, though their enrolment is known."""
    codes = [indicator[0] for indicator in indicators]
    measures = {f"m_{code}": {"source": _source(code)} for code in codes}
    measures |= {"students": {"source": "students"}, "planned": {"source": "planned"}}
    described = [_indicator(row[0], row[2], row[4] is not None) for row in indicators]
    places, amounts, people, deliveries = [], [], [], []
    for as_of in dates:
        for number, one in enumerate(register, 1):
            here = {"as_of": as_of, "institution_code": one.code}
            told = (as_of, one.code) not in absent
            places.append(here | {
                "kind": one.kind, "municipality": one.municipality, "region": one.region, "reported": told, "on_time": told,
                "enrolled": one.enrolled if told else None, "last_enrolled": None if told else one.enrolled,
            })  # fmt: skip
            amounts.append(here | {"measure": "students", "amount": one.enrolled if told else None,
                                   "last_known": None if told else one.enrolled})  # fmt: skip
            if told:
                deliveries.append(here | {"delivery": f"{number:016x}", "sha256": f"{number:064x}"})
                amounts.append(here | {"measure": "planned", "amount": one.enrolled * 2 // 3, "last_known": None})
                for code in codes:
                    counted, measure = counts[as_of, code][one.code][0], f"m_{code}"
                    if _source(code) == PERSON_HOURS:
                        amounts.append(here | {"measure": measure, "amount": float(counted), "last_known": None})
                    elif counted:
                        number_ = len(people) + 1
                        people.append(
                            here | {"source": "people", "pattern": number_, "measures": measure, "people": int(counted)}
                        )
    registered = [
        {"code": one.code, "name": one.name, "aliases": None, "kind": one.kind, "level": one.level,
         "municipality": one.municipality, "region": one.region, "valid_from": date(2020, 1, 1), "valid_to": None}
        for one in register
    ]  # fmt: skip
    tables = {"places": places, "amounts": amounts, "people": people, "deliveries": deliveries,
              "institutions": registered, "targets": targets}  # fmt: skip
    return Evidence(
        **{name: pa.Table.from_pylist(rows, SCHEMAS[name]) for name, rows in tables.items()},
        definitions={
            "counted": {as_of.isoformat(): version for as_of in dates},
            "definitions": [{"version": version, "indicators": described}],
            "measures": measures,
        },
    )


def _source(code: str) -> str:
    return PERSON_HOURS if code == PERSON_HOURS else "people"


def _indicator(code: str, unit: str, has_denominator: bool) -> dict[str, Any]:
    denominator = "planned" if code == "plan_fulfilment" else "students"
    over = {"denominator": denominator, "denominator_of_any_kind": denominator} if has_denominator else {}
    return {"code": code, "unit": unit, "scopes": list(SCOPES), "numerator": f"m_{code}"} | over
