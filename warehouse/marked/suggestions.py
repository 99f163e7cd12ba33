"""What was probably meant by a cell: proposed beside it, never put into it.

A suggestion may hold values of the sender's own cells, so it is written into the marked workbook alone; of another
person it names no more than an ID and a row.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from operator import mul

from expectations.form import FORM
from expectations.reading.cells import SEPARATORS
from expectations.reading.persons import SNILS_WEIGHTS, is_snils
from expectations.rules.rows import FORM_ROLES
from expectations.rules.wording import Finding, column_of, compact_rows
from expectations.spellings import Kind
from expectations.text import LATIN, read_look_alikes
from warehouse.marked.dates import meant_date
from warehouse.marked.evidence import PAIRS, PARTICIPANTS, Evidence
from warehouse.marked.ids import Ids
from warehouse.marked.raw_cells import Raw

SHOWN = 60  # characters of a cell that are quoted
SNILS_DIGITS = 11
_NAME_STRANGERS = re.compile(r"[^\w .''’ʼ‐‑‒–—-]|[\d_]")


class Suggestions:
    """Suggestions for the findings of one file."""

    def __init__(self, evidence: Evidence, as_of: date | None) -> None:
        self._evidence, self._as_of = evidence, as_of
        self._ids = Ids(evidence.rows_of_id)
        self._by_rule: dict[str, Callable[[Finding, Raw | None], str | None]] = {
            "wrong-type": self._type,
            "not-in-list": _nearest,
            "bad-snils": lambda _, cell: snils_words(cell),
            "mixed-alphabet": lambda _, cell: latin_words(cell),
            "bad-name": lambda _, cell: name_words(cell),
            "unknown-participant": self._participant,
            "duplicate-participant-id": self._repeated,
            "form-role-mismatch": self._form,
        }

    def of(self, finding: Finding) -> str | None:
        """Return a sentence on what was probably meant, None where nothing can be told."""
        suggest = self._by_rule.get(finding.rule)
        return suggest(finding, self._evidence.raw(finding)) if suggest else None

    def _type(self, finding: Finding, cell: Raw | None) -> str | None:
        column = column_of(FORM, finding.sheet, finding.column)
        if column is None or cell is None:
            return None
        if column.kind is Kind.DATE:
            meant = meant_date(cell, self._as_of)
            return f"Вероятно, имелось в виду {meant:%d.%m.%Y}." if meant else None
        if column.kind in (Kind.INTEGER, Kind.NUMBER) and isinstance(cell, str):
            numbers = re.findall(r"\d+", cell)
            return f"Вероятно, имелось в виду {numbers[0]}." if len(numbers) == 1 and len(numbers[0]) < 7 else None
        return None

    def _participant(self, finding: Finding, _: Raw | None) -> str | None:
        code = self._evidence.value(finding.sheet, finding.row, finding.column)
        if not isinstance(code, str):
            return None
        if rows := self._evidence.rows_of_id.get(code):
            where = "строке" if len(rows) == 1 else "строках"
            return (
                f"Этот ID стоит на листе «{PARTICIPANTS}» в {where} {compact_rows(rows)}, но там ошибка: исправьте её."
            )
        meant = self._ids.meant(code)
        return f"Вероятно, имелся в виду ID «{meant}»." if meant else None

    def _repeated(self, finding: Finding, _: Raw | None) -> str | None:
        code = self._evidence.value(finding.sheet, finding.row, finding.column)
        others = [row for row in self._evidence.rows_of_id.get(str(code), []) if row != finding.row]
        return f"Тот же ID — в строках: {compact_rows(others)}." if others else None

    def _form(self, finding: Finding, _: Raw | None) -> str | None:
        roles = []
        for name in ("mentor_id", "mentee_id"):
            rows = self._evidence.rows_of_id.get(str(self._evidence.value(PAIRS, finding.row, name)), [])
            roles.append(self._evidence.value(PARTICIPANTS, rows[0], "category") if len(rows) == 1 else None)
        fitting = [
            form for form, of in FORM_ROLES.items() if all(role in ones for role, ones in zip(roles, of, strict=True))
        ]
        return f"Этим двум участникам подходит форма «{fitting[0]}»." if len(fitting) == 1 else None


def _nearest(finding: Finding, _: Raw | None) -> str | None:
    return f"Ближайшее допустимое значение: «{finding.detail}»." if finding.detail else None


def snils_words(cell: Raw | None) -> str | None:
    """Tell what is wrong with the digits of a СНИЛС; the right one is never guessed."""
    if cell is None or isinstance(cell, bool):
        return None
    text = str(int(cell)).zfill(SNILS_DIGITS) if isinstance(cell, float | int) else SEPARATORS.sub("", cell.strip())
    digits = re.sub(r"\D", "", text)
    if len(digits) != len(text):
        return "СНИЛС: кроме цифр, есть другие знаки."
    if len(digits) != SNILS_DIGITS:
        return f"СНИЛС: цифр {len(digits)}, а должно быть {SNILS_DIGITS}."
    if not int(digits):
        return None
    if any(is_snils(digits[:i] + digits[i + 1] + digits[i] + digits[i + 2 :]) for i in range(SNILS_DIGITS - 1)):
        return "СНИЛС: одна цифра неверна или две соседние переставлены."
    return "СНИЛС: одна цифра неверна." if _one_digit(digits) else "СНИЛС: неверны несколько цифр."


def _one_digit(digits: str) -> bool:
    """Whether one other digit makes the checksum right."""
    total = sum(map(mul, map(int, digits), SNILS_WEIGHTS))
    signs = f"{total % 101 % 100:02d}"
    if sum(one != other for one, other in zip(signs, digits[9:], strict=True)) == 1:
        return True
    return any(
        (total + (new - int(digits[place])) * weight) % 101 % 100 == int(digits[9:])
        for place, weight in enumerate(SNILS_WEIGHTS)
        for new in range(10)
    )


def latin_words(cell: Raw | None) -> str | None:
    """Show the Latin letters of a name: «Латинские буквы: «a» (3-я). По-русски: «Иванов».»."""
    if not isinstance(cell, str):
        return None
    text = cell.strip()[:SHOWN]
    letters = [f"«{sign}» ({place}-я)" for place, sign in enumerate(text, 1) if sign in LATIN]
    return f"Латинские буквы: {', '.join(letters)}. По-русски: «{read_look_alikes(text)}»." if letters else None


def name_words(cell: Raw | None) -> str | None:
    """Show the signs that a name cannot have."""
    if not isinstance(cell, str):
        return None
    strangers = list(dict.fromkeys(_NAME_STRANGERS.findall(cell.strip()[:SHOWN])))
    return f"Лишние знаки: {', '.join(f'«{sign}»' for sign in strangers)}." if strangers else None
