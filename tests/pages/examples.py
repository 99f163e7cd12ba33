"""The worked examples of docs/officers/method.md, read out of the page itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from pathlib import Path

from tests.indicators.towns import Town
from tests.installations import moscow

PAGE = Path(__file__).parents[2] / "docs/officers/method.md"
CHAPTER = re.compile(r"^## (.+)$", re.MULTILINE)
STUDENTS = re.compile(r"^(?:Получено ([\d.]+)\. )?Обучающихся: (.+?)\.(?: Цели: (.+?)\.$| Раньше, на 30\.09\.2021: (.+?)\.$|$)", re.MULTILINE)  # fmt: skip
COLLECTED = "10.01.2022"
Row = dict[str, str]


@dataclass(frozen=True)
class Example:
    """One chapter: a town as it reports on one day or several, and what should come of it."""

    title: str
    reports: dict[datetime, Town] = field(default_factory=dict)
    figures: list[Row] = field(default_factory=list)
    changes: list[Row] = field(default_factory=list)

    @property
    def town(self) -> Town:
        return next(iter(self.reports.values()))


def day(text: str) -> datetime:
    """Read «10.01.2022» as noon of that day."""
    return moscow("-".join(reversed(text.split("."))) + " 12:00")


def examples() -> Iterator[Example]:
    """Yield the chapters of the page, each a town with a number of its own."""
    _, *parts = CHAPTER.split(PAGE.read_text(encoding="utf-8"))
    for number, (title, text) in enumerate(zip(parts[::2], parts[1::2], strict=True), 1):
        yield _example(number, title, text)


def _example(number: int, title: str, text: str) -> Example:
    example, told = Example(title), list(STUDENTS.finditer(text))
    for start, end in zip(told, [*(match.start() for match in told[1:]), len(text)], strict=True):
        stood = list(tables(text[start.end() : end]))
        received, students, targets, earlier = start.groups(default="")
        (pairs,) = (table for table in stood if table.startswith("где"))
        example.reports[day(received or COLLECTED)] = Town(
            title, students, "", pairs, targets=targets, earlier=earlier, number=number
        )
        example.figures.extend(row for table in stood if "получается" in table for row in rows_of(table))
        example.changes.extend(row for table in stood if "причина" in table for row in rows_of(table))
    return example


def tables(text: str) -> Iterator[str]:
    """Yield the tables of a text as the tests write them: without the outer bars and the line below the headings."""
    for barred, lines in groupby(text.splitlines(), key=lambda line: line.startswith("|")):
        if barred:
            yield "\n".join(line.strip("|").strip() for line in lines if not line.startswith("|---"))


def rows_of(table: str) -> Iterator[Row]:
    head, *lines = ([cell.strip() for cell in line.split("|")] for line in table.replace("`", "").splitlines())
    for line in lines:
        yield dict(zip(head, line, strict=True))
