"""Histories of a tiny town, written straight into the warehouse's tables: every event has the number of its place.

Three schools and a club; each delivery tells a few children, all of them mentees since 01.10.2020, and an enrolment.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import sqlalchemy as sa

from warehouse.indicators.definitions import Definitions, all_definitions
from warehouse.journal.journal import DECISION, RECEIVED, REFERENCE, WITHDRAWAL
from warehouse.storage.loading import insert_rows
from warehouse.tables.tables import decisions, entries, table, tables_of

AUTUMN, WINTER = date(2021, 9, 30), date(2021, 12, 31)
AT = datetime(2022, 1, 10, tzinfo=UTC)
SHOWN = (
    "students_involved", "students_involved_mentor", "students_involved_distinct", "educators_involved",
    "plan_fulfilment", "reporting_complete", "reporting_on_time", "training_hours",
)  # fmt: skip


@dataclass(frozen=True)
class Child:
    """What a clerk wrote of a child."""

    name: str
    snils: str = ""


@dataclass(frozen=True)
class Delivery:
    institution: str
    day: date
    children: tuple[Child, ...]
    students: int
    teachers: int = 10
    late: bool = False
    hours: str = "0"  # of training, for one attendee


@dataclass(frozen=True)
class Withdrawal:
    of: int  # the number of a delivery


@dataclass(frozen=True)
class Decided:
    kind: str  # same, different, undo
    left: tuple[int, int] | None = None  # the number of a delivery, a child's place in it
    right: tuple[int, int] | None = None
    undoes: int | None = None


@dataclass(frozen=True)
class Register:
    """Institutions with their kind and municipality; nobody else is in the register."""

    places: Mapping[str, tuple[str, str]]


@dataclass(frozen=True)
class Plans:
    planned: Mapping[str, int]


Event = Delivery | Withdrawal | Decided | Register | Plans
SCHOOLS = {"S1": ("ОУ", "M"), "S2": ("ОУ", "M"), "D1": ("УДО", "M")}
EVENT_NAMES: dict[type, tuple[str, str]] = {
    Delivery: (RECEIVED, ""), Withdrawal: (WITHDRAWAL, ""), Decided: (DECISION, ""),
    Register: (REFERENCE, "institutions"), Plans: (REFERENCE, "plans"),
}  # fmt: skip


def few_definitions() -> dict[str, Definitions]:
    """Version 1.0 with the indicators that are looked at, and a 9.0 that counts only children in pairs as mentors."""
    first = all_definitions()["1.0"]
    few = tuple(one for one in first.indicators if one.code in SHOWN)
    mentors = next(one.numerator for one in few if one.code == "students_involved_mentor")
    other = tuple(
        replace(one, definition="9.0", numerator=mentors if one.code == "students_involved" else one.numerator)
        for one in few
        if one.code != "training_hours"
    )
    return {
        "1.0": replace(first, indicators=few),
        "9.0": replace(first, version="9.0", indicators=other, valid_from=date(2100, 1, 1)),
    }


def store(
    connection: sa.Connection, history: Mapping[int, Event], enrolled_as: Mapping[int, int] | None = None
) -> None:
    """Replace all that is in the warehouse; a delivery in `enrolled_as` tells the enrolment of that other one."""
    for one in tables_of().tables.values():
        connection.execute(one.delete())
    rows: dict[sa.Table, list[dict[str, object]]] = {}
    for number, event in sorted(history.items()):
        name, subject = EVENT_NAMES[type(event)]
        entry: dict[str, object] = {"seq": number, "known_at": AT, "event": name, "subject": subject or str(number)}
        rows.setdefault(entries(), []).append(entry)
        counted = history[(enrolled_as or {}).get(number, number)]
        for target, found in _rows(number, event, counted):
            rows.setdefault(target, []).append(found)
    for target, found in rows.items():
        insert_rows(connection, target, found)


def _rows(number: int, event: Event, counted: Event) -> list[tuple[sa.Table, dict[str, object]]]:
    match event:
        case Delivery():
            assert isinstance(counted, Delivery)
            return _delivery(str(number), number, event, counted)
        case Withdrawal():
            return [(table("withdrawals"), {"seq": number, "delivery": str(event.of)})]
        case Decided():
            return [(decisions(), _decision(number, event))]
        case Register():
            register = table("institutions")
            places = [(register, _institution(number, code, *place)) for code, place in event.places.items()]
            return [_load(number, "institutions"), *places]
        case Plans():
            year = {"school_year": "2021/2022", "known_seq": number}
            plans = [
                (table("plans"), {"institution_code": code, "planned_participants": planned} | year)
                for code, planned in event.planned.items()
            ]
            return [_load(number, "plans"), *plans]


def _load(number: int, name: str) -> tuple[sa.Table, dict[str, object]]:
    return table("reference_loads"), {"seq": number, "name": name}


def _institution(number: int, code: str, kind: str, municipality: str) -> dict[str, object]:
    return {
        "code": code, "name": code, "kind": kind, "level": kind, "municipality": municipality, "region": "R",
        "valid_from": date(2020, 9, 1), "valid_to": None, "known_seq": number,
    }  # fmt: skip


def _decision(number: int, event: Decided) -> dict[str, object]:
    places = {
        f"{side}_{part}": value
        for side in ("left", "right")
        for place in [getattr(event, side)]
        for part, value in zip(("delivery", "row"), (str(place[0]), place[1]) if place else (None, None), strict=True)
    }
    return {"seq": number, "kind": event.kind, "undoes": event.undoes, "decided_by": "clerk", "ground": None} | places


def _token(text: str) -> str | None:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest() if text else None


def _delivery(name: str, number: int, event: Delivery, counted: Delivery) -> list[tuple[sa.Table, dict[str, object]]]:
    blank = {"sha256": "", "ruleset": "", "basis": ""} | dict.fromkeys(
        ("rows_read", "rows_stored", "rows_quarantined", "rows_skipped"), 0
    )
    ledger = {
        "seq": number, "delivery": name, "institution_code": event.institution, "as_of": event.day, "known_at": AT,
        "received_at": AT, "verdict": "accepted", "late": event.late,
    }  # fmt: skip
    found: list[tuple[sa.Table, dict[str, object]]] = [
        (table("deliveries"), ledger | blank),
        (table("enrolment"), {"delivery": name, "row": 2, "age": 12, "students": counted.students}),
        (table("organisation"), {"delivery": name, "row": 1, "teachers": counted.teachers, "young_specialists": 0}),
        (table("events"), _training(name, event)),
    ]
    for row, child in enumerate(event.children):
        tokens = {"snils_token": _token(child.snils), "name_token": _token(child.name), "age": 12}
        found.append((table("participants"), {"delivery": name, "row": row, "category": "обучающийся"} | tokens))
        pair = {
            "delivery": name, "row": row, "role": "наставляемый", "participant_row": row, "category": "обучающийся",
            "form": "иная", "started_on": date(2020, 10, 1), "ended_on": None,
        }  # fmt: skip
        found.append((table("participations"), pair | tokens))
    return found


def _training(name: str, event: Delivery) -> dict[str, object]:
    return {
        "delivery": name, "row": 2, "held_on": date(2021, 5, 5), "kind": "обучение наставников", "attendees": 1,
        "hours": float(event.hours),
    }  # fmt: skip
