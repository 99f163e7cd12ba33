"""Rows of reference files that nobody can have meant: a load is refused for them.

Only a load is judged so: what was loaded once is replayed as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from expectations.rules.submission import APPROVERS
from warehouse.installation.settings import Misconfigured

LONGEST_CODE = 60  # characters: it is a part of names of files
SCHOOL_YEAR = re.compile(r"(\d{4})/(\d{4})")

Row = Mapping[str, Any]


def check_sense(parsed: Mapping[str, Iterable[Row]]) -> None:
    """Raise Misconfigured for the first row that makes no sense."""
    for name, (key, judge) in _JUDGES.items():
        for row in parsed.get(name, ()):
            for wrong in judge(row):
                raise Misconfigured(f"{name}.csv, {row[key]}: {wrong}")


def _institution(row: Row) -> Iterator[str]:
    code = row["code"]
    if len(code) > LONGEST_CODE or code.startswith(".") or not code.isprintable() or set(code) & set("/\\"):
        yield f"код — имя папки приёма: до {LONGEST_CODE} знаков, без «/» и «\\», не с точки."
    if "/" in row["municipality"]:
        yield "в коде муниципалитета не может быть «/»: им отделяется вид организаций."
    if row["kind"] not in APPROVERS:
        yield f"вид организации — {' или '.join(APPROVERS)}, русскими буквами."


def _plan(row: Row) -> Iterator[str]:
    if row["planned_participants"] < 0:
        yield "план не может быть меньше нуля."
    years = SCHOOL_YEAR.fullmatch(row["school_year"])
    if years is None or int(years[2]) != int(years[1]) + 1:
        yield "учебный год записывают как 2021/2022."


def _reporting_date(row: Row) -> Iterator[str]:
    if row["due_on"] < row["opens_on"]:
        yield "срок сдачи (due_on) раньше, чем начинается приём (opens_on)."


_JUDGES: dict[str, tuple[str, Callable[[Row], Iterator[str]]]] = {
    "institutions": ("code", _institution),
    "plans": ("institution_code", _plan),
    "reporting_dates": ("as_of", _reporting_date),
}
