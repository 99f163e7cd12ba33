"""What a synthetic world is made from: the register, the plans, the calendar, the targets."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import NamedTuple

SCHOOL = "ОУ"  # kind of a school; every other kind is additional education
BASIC_SCHOOL = "ООШ"  # level of a school without classes 10 and 11
ANNUAL = "annual"


class Institution(NamedTuple):
    """One line of the register, with the participants the order plans for it."""

    code: str
    name: str
    kind: str
    level: str
    municipality: str
    region: str
    planned: int | None = None


class ReportingDate(NamedTuple):
    """One date of the calendar with its deadline."""

    as_of: date
    due_on: date


class Milestone(NamedTuple):
    """A span of days in which something has to happen."""

    starts_on: date | None
    due_on: date


@dataclass(frozen=True)
class Setting:
    """The world outside the submissions; `dates` are those that are to be delivered, in order."""

    institutions: tuple[Institution, ...]
    dates: tuple[ReportingDate, ...]
    targets: dict[tuple[str, date], float]  # (scope code, date) → share of students
    milestones: dict[str, Milestone]
    participants: int | None = None  # students involved on the last date in an institution without a plan

    def only(self, dates: Iterable[date]) -> Setting:
        """Return the same setting with some of its reporting dates."""
        wanted = set(dates)
        return replace(self, dates=tuple(each for each in self.dates if each.as_of in wanted))


def _records(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def read_setting(folder: Path, participants: int | None = None) -> Setting:
    """Read a setting from the folder `nastavnik reference load` reads; the dates are the annual ones.

    Where plans.csv is absent, `participants` says how many students an institution involves on the last date.
    """
    written = _records(folder, "plans.csv") if (folder / "plans.csv").exists() else []
    plans = {line["institution_code"]: int(line["planned_participants"]) for line in written}
    register = _records(folder, "institutions.csv")
    return Setting(
        institutions=tuple(
            Institution(
                line["code"],
                line["name"],
                line["kind"],
                line["level"],
                line["municipality"],
                line["region"],
                plans.get(line["code"]),
            )
            for line in register
        ),
        dates=tuple(
            sorted(
                ReportingDate(date.fromisoformat(line["as_of"]), date.fromisoformat(line["due_on"]))
                for line in _records(folder, "reporting_dates.csv")
                if line["kind"] == ANNUAL
            )
        ),
        targets={
            (line["scope_code"], date.fromisoformat(line["as_of"])): float(line["target_percent"]) / 100
            for line in _records(folder, "targets.csv")
            if line["indicator"] == "students_involved"
        },
        milestones={
            line["code"]: Milestone(_day(line["starts_on"]), date.fromisoformat(line["due_on"]))
            for line in _records(folder, "milestones.csv")
        },
        participants=participants,
    )
