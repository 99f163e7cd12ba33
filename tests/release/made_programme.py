"""Plausible programmes of made releases: documents, milestones, events, partners, practices, surveys, findings."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import pyarrow as pa

from expectations.form import EDUCATION_SPECIALIST, METHODOLOGY_HEAD
from expectations.rules.submission import FOUR_DOCUMENTS
from warehouse.release.programme import DONE, LATE, NOT_AGREED, SCHEMAS, WRONG_APPROVER, Programme

MILESTONES = (
    # code, title, begins, due, indicator
    ("model_introduced", "Внедрение целевой модели наставничества", None, date(2020, 9, 1), None),
    ("documents_agreed", "Согласование дорожной карты, положения и программы", None, date(2020, 10, 1), None),
    ("partners_met", "Встречи с предприятиями-партнёрами", date(2020, 9, 1), date(2020, 11, 30), "mentors_15_19"),
)
STATES = (DONE,) * 8 + (LATE, WRONG_APPROVER, NOT_AGREED, None)


def make_programme(register: list[Any], as_of: date, missing: tuple[str, ...] = (), seed: int = 1) -> Programme:
    """Make the programme of those in the register that have reported."""
    rng, told = random.Random(seed), [one for one in register if one.code not in missing]
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in SCHEMAS}
    names = ("code", "title", "starts_on", "due_on", "indicator")
    rows["milestones"] = [dict(zip(names, one, strict=True)) | {"source": "дорожная карта"} for one in MILESTONES]
    for place in told:
        here = {"institution_code": place.code}
        rows["reached"].append(here | {"milestone": "partners_met", "reached": rng.random() < 0.8})
        rows["documents"] += [here | one for one in _documents(rng, place.kind)]
        for role in ("наставник", "наставляемый"):
            for stage, mark in (("до", 6), ("после", 8)):
                rows["surveys"] += [
                    here | {"role": role, "stage": stage, "question": question, "answers": 10, "total": 10 * mark}
                    for question in ("satisfaction", "usefulness")
                ]
        rows["events"] += [
            here | {"kind": "обучение наставников", "events": 1, "attendees": 10, "person_hours": 12.5},
            here | {"kind": "обмен опытом", "events": 2, "attendees": 30, "person_hours": 60.0},
        ]
        partner = here | {"kind": "предприятие"}
        rows["partners"] += [
            partner | {"agreement_status": "заключено", "partners": 2, "mentors": 3},
            partner | {"agreement_status": "планируется", "partners": 1, "mentors": 0},
        ]
        rows["practices"].append(here | {"form": "ученик – ученик", "practices": 1, "participants": 20})
        rows["monitoring"] += [
            here | {"measure": "жалоб", "before": 5.0, "after": 3.0, "told": 1},
            here | {"measure": "анкета куратора, баллов", "before": 8.0, "after": 14.0, "told": 1},
        ]
        rows["quality"] += _findings(rng, here)
    return Programme(**{name: pa.Table.from_pylist(rows[name], SCHEMAS[name]) for name in SCHEMAS})


def _documents(rng: random.Random, kind: str) -> list[dict[str, Any]]:
    approver = METHODOLOGY_HEAD if kind == "ОУ" else EDUCATION_SPECIALIST
    made: list[dict[str, Any]] = []
    for place, document in enumerate(FOUR_DOCUMENTS):
        state = DONE if place == 0 else rng.choice(STATES)
        if state is not None:
            agreed = place > 0 and state != NOT_AGREED
            day = date(2020, 10, 20) if state == LATE else date(2020, 9, rng.randint(2, 30))
            made.append({
                "kind": document, "approved_on": date(2020, 9, 1), "agreed_by": approver if agreed else None,
                "agreed_on": day if agreed else None, "state": state,
            })  # fmt: skip
    return made


def _findings(rng: random.Random, here: dict[str, str]) -> list[dict[str, Any]]:
    if rng.random() < 0.3:
        return []
    return [
        here | {"rule": "not-in-list", "severity": "error", "title": "Значения нет в списке", "findings": 2},
        here | {"rule": "consent-missing", "severity": "warning", "title": "Нет согласия", "findings": 5},
    ]
