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
INVOLVED = "students_involved"  # whose count the forms part
FORMS = (
    # title, how many of a hundred students, adults to a hundred students
    ("ученик – ученик", 58, 0),
    ("педагог – ученик", 30, 20),
    ("работодатель – ученик", 12, 9),
    ("учитель – учитель", 0, 7),
)
FORM_MEASURES = ("pairs", "participants", "students")


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
    involved = [
        (as_of, code, int(people))
        for as_of in dates
        for code, (people, _) in counts.get((as_of, INVOLVED), {}).items()
        if (as_of, code) not in absent
    ]
    part_people, part_amounts = _parted(involved)
    tables = {"places": places, "amounts": amounts, "people": people, "deliveries": deliveries,
              "institutions": registered, "targets": targets, "breakdown_people": part_people,
              "breakdown_amounts": part_amounts}  # fmt: skip
    return Evidence(
        **{name: pa.Table.from_pylist(rows, SCHEMAS[name]) for name, rows in tables.items()},
        definitions={
            "counted": {as_of.isoformat(): version for as_of in dates},
            "definitions": [{"version": version, "indicators": described, "breakdowns": [_form()]}],
            "measures": measures,
        },
    )


def _form() -> dict[str, Any]:
    members = [{"code": f"form_{place}"} for place in range(len(FORMS))]
    return {"code": "form", "measures": list(FORM_MEASURES), "members": members}


def _parted(involved: list[tuple[date, str, int]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    of_each = [_forms(*one) for one in involved]
    people = [row | {"pattern": number} for number, row in enumerate((r for rows, _ in of_each for r in rows), 1)]
    return people, [row for _, rows in of_each for row in rows]


def _forms(as_of: date, code: str, students: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Part the students of an institution by form, each in one; with them adults, and a pair for everybody mentored."""
    here = {"as_of": as_of, "breakdown": "form", "institution_code": code}
    of_form = [students * share // 100 for _, share, _ in FORMS]
    of_form[0] += students - sum(of_form)
    adults = [students * share // 100 for *_, share in FORMS]
    people, pairs = [], {}
    for form, (pupils, grown) in enumerate(zip(of_form, adults, strict=True)):
        pairs[f"pairs.form_{form}"] = pupils or grown
        for met, as_what in ((grown, ("participants",)), (pupils, ("participants", "students"))):
            if met:
                measures = " ".join([*as_what, *(f"{name}.form_{form}" for name in as_what)])
                people.append(here | {"measures": measures, "people": met})
    pairs["pairs"] = sum(pairs.values())
    return people, [here | {"measure": measure, "amount": amount} for measure, amount in pairs.items() if amount]


def _source(code: str) -> str:
    return PERSON_HOURS if code == PERSON_HOURS else "people"


def _indicator(code: str, unit: str, has_denominator: bool) -> dict[str, Any]:
    denominator = "planned" if code == "plan_fulfilment" else "students"
    over = {"denominator": denominator, "denominator_of_any_kind": denominator} if has_denominator else {}
    return {"code": code, "unit": unit, "scopes": list(SCOPES), "numerator": f"m_{code}"} | over
