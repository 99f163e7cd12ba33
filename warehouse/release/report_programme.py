"""The sections of the report about events, partners, practices, satisfaction and the quality of what was sent."""

from __future__ import annotations

from typing import Any, NamedTuple

from warehouse.release.overview import Figure, Overview
from warehouse.release.programme_rows import (
    ROLES,
    Answer,
    Event,
    Measure,
    Partner,
    Practice,
    events_of,
    monitoring_of,
    partners_of,
    practices_of,
    satisfaction_of,
)

TRAINING, PARTNERS, PRACTICES = "training_hours", "partners_with_mentors", "practices_shared"
SATISFIED = {"наставляемый": "mentee_satisfaction", "наставник": "mentor_satisfaction"}


class Activity(NamedTuple):
    """What was held and with whom, and the figures of the whole that say it once."""

    events: list[Event]
    partners: list[Partner]
    practices: list[Practice]
    training: Figure | None
    mentoring_partners: Figure | None  # different ones, over the whole
    shared: Figure | None


class Satisfaction(NamedTuple):
    """What people in one role answered, and the share of the content."""

    title: str
    figure: Figure | None
    answers: list[Answer]


class Quality(NamedTuple):
    """The findings of an institution: counts by severity, and every rule."""

    code: str
    title: str
    errors: int
    warnings: int
    rules: tuple[tuple[str, int], ...]  # titles with counts, the most frequent first


def activity_of(overview: Overview) -> Activity | None:
    """Give events, partners and practices; None where nobody tells of any, as in a public package."""
    programme = overview.contents.programme
    told = (events_of(programme), partners_of(programme), practices_of(programme))
    if not any(told):
        return None
    return Activity(*told, *(overview.figure(overview.top, indicator=one) for one in (TRAINING, PARTNERS, PRACTICES)))


def satisfaction_by_role(overview: Overview) -> list[Satisfaction]:
    """Give the answers of mentees and of mentors."""
    answers = satisfaction_of(overview.contents.programme)
    return [
        Satisfaction(title, overview.figure(overview.top, indicator=SATISFIED[role]), mine)
        for role, title in ROLES.items()
        if (mine := [one for one in answers if one.role == role])
    ]


def measures_of(overview: Overview) -> list[Measure]:
    """Give the measures of monitoring."""
    return monitoring_of(overview.contents.programme)


def quality_of(overview: Overview) -> list[Quality]:
    """Give the findings by institution, who has most errors first; institutions without any are left out."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for row in overview.contents.programme.quality.to_pylist():
        rows.setdefault(row["institution_code"], []).append(row)
    told = [
        _quality(one.scope.code, one.scope.title, rows[code])
        for code, one in overview.institutions.items()
        if code in rows
    ]
    return sorted(told, key=lambda one: (-one.errors, -one.warnings))


def _quality(code: str, title: str, rows: list[dict[str, Any]]) -> Quality:
    errors = sum(row["findings"] for row in rows if row["severity"] != "warning")
    ordered = sorted(rows, key=lambda row: (row["severity"] == "warning", -row["findings"], row["rule"]))
    rules = tuple((row["title"], row["findings"]) for row in ordered)
    return Quality(code, title, errors, sum(row["findings"] for row in rows) - errors, rules)
