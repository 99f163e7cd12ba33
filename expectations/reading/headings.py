"""Where the headings of the form stand on the sheets of a delivered file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from expectations.reading.pages import Cell
from expectations.structure import Column, Form, Sheet
from expectations.text import fold_heading

SEARCHED_ROWS = 20  # submission.md: people write titles and notes above tables

fold = lru_cache(maxsize=4096)(fold_heading)  # the same headings come with every delivery


class Headings:
    """The titles and headings of a form, by what they are compared by."""

    def __init__(self, form: Form) -> None:
        self.sheets = {fold(sheet.title): sheet for sheet in form.sheets}
        self.ignored = frozenset(map(fold, filter(None, (*form.ignored_sheets, form.answer_sheet))))
        self.columns = {sheet.name: {fold(column.heading): column for column in sheet.columns} for sheet in form.sheets}

    def sheet(self, title: str) -> Sheet | None:
        return self.sheets.get(fold(title))

    def ignores(self, title: str) -> bool:
        return fold(title) in self.ignored

    def knows(self, title: str) -> bool:
        return fold(title) in self.sheets or self.ignores(title)

    def required(self, title: str) -> int:
        """Return how many headings a sheet must have."""
        sheet = self.sheet(title)
        return sum(column.required for column in sheet.columns) if sheet else 0

    def among(self, title: str, cells: Iterable[Cell]) -> set[str]:
        """Return the folded headings of a sheet that stand among cells (of a vertical one, in the first)."""
        sheet = self.sheet(title)
        if sheet is None:
            return set()
        texts = [cell for cell in cells if isinstance(cell, str) and cell.strip()]
        return self.columns[sheet.name].keys() & set(map(fold, texts[:1] if sheet.vertical else texts))


class HeadingRow(NamedTuple):
    """The row of a sheet's headings: what each of its cells is, by position."""

    row: int  # its index in the page's rows
    columns: dict[str, int]  # name of the form's column -> its position, the first where it stands twice
    repeated: list[tuple[Column, int]]
    unknown: list[tuple[str, int]]
    nameless: list[int]
    missing: list[Column]


def find_headings(sheet: Sheet, known: dict[str, Column], rows: Sequence[Sequence[Cell]]) -> HeadingRow:
    """Find the first row that holds all required headings, else the one that holds most of any."""
    best = HeadingRow(0, {}, [], [], [], [column for column in sheet.columns if column.required])
    for index, row in enumerate(rows[:SEARCHED_ROWS]):
        found = _read_headings(sheet, known, index, row)
        if not found.missing:
            return found
        if len(found.columns) > len(best.columns) or (index == 0 and not best.columns):
            best = found
    return best


def _read_headings(sheet: Sheet, known: dict[str, Column], index: int, row: Sequence[Cell]) -> HeadingRow:
    columns: dict[str, int] = {}
    repeated: list[tuple[Column, int]] = []
    unknown: list[tuple[str, int]] = []
    nameless: list[int] = []
    for position, cell in enumerate(row):
        folded = fold(cell) if isinstance(cell, str) else ""
        column = known.get(folded)
        if not folded or not isinstance(cell, str):
            nameless.append(position)
        elif column is None:
            unknown.append((cell, position))
        elif column.name in columns:
            repeated.append((column, position))
        else:
            columns[column.name] = position
    missing = [column for column in sheet.columns if column.required and column.name not in columns]
    return HeadingRow(index, columns, repeated, unknown, nameless, missing)
