"""«База наставляемых» and «База наставников»: what their rows say of a delivery's people and pairs.

Forms of the target model of mentoring (№ Р-145). What form 1.0 does not collect stays an empty column.
A person without consent is a row without a name, and what was written about such a pair in words is not shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

NO_CONSENT = "согласия нет"
ROW_HOLDS = 10  # mentees of three lines each still fit into the highest row, 409 points
Value = str | int | date | None


@dataclass(frozen=True)
class Person:
    """Somebody of the sheet «Участники»; `name` is absent where there is no consent to name them."""

    row: int
    name: str | None
    birth_year: int | None
    place: str | None  # of work or study

    @property
    def told(self) -> str:
        return self.name or NO_CONSENT


@dataclass(frozen=True)
class Pair:
    """One mentor with one mentee."""

    row: int
    mentor: Person
    mentee: Person
    form: str
    started_on: date
    ended_on: date | None
    outcome: str
    request: str | None
    result: str | None

    @property
    def named(self) -> bool:
        """Whether both agreed; only then is shown what was written about them in words."""
        return self.mentor.name is not None and self.mentee.name is not None


@dataclass(frozen=True)
class Base:
    """One form: its title, the width of each heading's column, its rows, its entries and how many name nobody."""

    title: str
    columns: Mapping[str, float]
    rows: Sequence[tuple[Value, ...]]
    entries: int
    unnamed: int


MENTEES = {
    "№": 5, "ФИО наставляемого": 21, "Контактные данные": 12, "Год рождения": 10, "Основной запрос": 20,
    "Дата вхождения": 11, "ФИО наставника": 21, "Форма": 16, "Место работы/учёбы наставника": 20,
    "Дата завершения": 11, "Результаты": 20, "Ссылка на кейс": 9, "Отметка о прохождении": 14,
}  # fmt: skip
MENTORS = {
    "№": 5, "ФИО наставника": 21, "Контактные данные": 12, "Место работы/учёбы": 20, "Компетенции": 13,
    "Достижения": 12, "Интересы": 10, "Желаемый возраст": 11, "Ресурс времени": 9, "Дата вхождения": 11,
    "ФИО наставляемых": 24, "Форма": 16, "Место наставляемого": 20, "Дата завершения": 11, "Результаты": 20,
    "Ссылка": 9,
}  # fmt: skip


def base_of_mentees(pairs: Iterable[Pair]) -> Base:
    """Return «База наставляемых»: a row is one mentee with one mentor, in the order of the sheet «Пары»."""
    ordered = sorted(pairs, key=lambda pair: pair.row)
    rows = [(number, *_mentee(pair)) for number, pair in enumerate(ordered, start=1)]
    return Base("База наставляемых", MENTEES, rows, len(rows), sum(pair.mentee.name is None for pair in ordered))


def _mentee(pair: Pair) -> tuple[Value, ...]:
    mentee, mentor = pair.mentee, pair.mentor
    request, result = (pair.request, pair.result) if pair.named else (None, None)
    return (
        mentee.told, None, mentee.birth_year, request, pair.started_on, mentor.told, pair.form, mentor.place,
        pair.ended_on, result, None, pair.outcome,
    )  # fmt: skip


def base_of_mentors(pairs: Iterable[Pair]) -> Base:
    """Return «База наставников»: an entry is one mentor with all mentees, in the order of the sheet «Участники».

    A mentor of more than ROW_HOLDS mentees goes on in the next row: a row of Excel is only so high.
    """
    ordered = sorted(pairs, key=lambda pair: (pair.mentor.row, pair.row))
    groups = [list(group) for _, group in groupby(ordered, key=lambda pair: pair.mentor.row)]
    rows = [row for number, group in enumerate(groups, start=1) for row in _mentor(number, group)]
    unnamed = sum(group[0].mentor.name is None for group in groups)
    return Base("База наставников", MENTORS, rows, len(groups), unnamed)


def _mentor(number: int, pairs: list[Pair]) -> Iterator[tuple[Value, ...]]:
    mentor, numbered = pairs[0].mentor, list(enumerate(pairs, start=1))
    ends = [pair.ended_on for pair in pairs if pair.ended_on is not None]
    ended = max(ends) if len(ends) == len(pairs) else None
    yield (
        number, mentor.told, None, mentor.place, None, None, None, None, None,
        min(pair.started_on for pair in pairs), *_mentees(numbered[:ROW_HOLDS], ended), None,
    )  # fmt: skip
    for start in range(ROW_HOLDS, len(pairs), ROW_HOLDS):
        rest = _mentees(numbered[start : start + ROW_HOLDS], None)
        yield (None, f"{mentor.told} (продолжение)", *(None,) * 8, *rest, None)


def _mentees(numbered: list[tuple[int, Pair]], ended: date | None) -> tuple[Value, ...]:
    forms = dict.fromkeys(pair.form for _, pair in numbered)
    return (
        _lines(numbered, lambda pair: pair.mentee.told),
        "\n".join(forms),
        _lines(numbered, lambda pair: pair.mentee.place),
        ended,
        _lines(numbered, lambda pair: pair.result if pair.named else None),
    )


def _lines(numbered: list[tuple[int, Pair]], said: Callable[[Pair], str | None]) -> str | None:
    """Say something of every pair, a line each; several pairs are numbered alike in every column."""
    if len(numbered) == 1 and numbered[0][0] == 1:
        return said(numbered[0][1])
    return "\n".join(f"{number}. {text}" for number, pair in numbered if (text := said(pair))) or None
