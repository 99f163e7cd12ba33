"""One sheet of the form, staged: typed rows, problems, places, counts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import compress
from typing import Any

from expectations.reading.columns import GAP, ColumnReader, Read
from expectations.reading.headings import HeadingRow, find_headings, fold
from expectations.reading.pages import Cell, Fault, Page
from expectations.reading.refusal import label
from expectations.structure import Column, Sheet

# The word, not its beginning: a practice called «Итоговая конференция» is a row like any other.
_TOTAL = re.compile(r"\s*(?:итого|всего)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Problem:
    """A row of arrow.PROBLEMS."""

    sheet: str | None
    row: int | None
    column: str | None
    letter: str | None
    rule: str
    detail: str | None = None


@dataclass
class StagedSheet:
    """What reading makes of one sheet; `columns` holds a list of values per column of the form found."""

    sheet: Sheet
    rows: list[int] = field(default_factory=list)
    columns: dict[str, list[Any]] = field(default_factory=dict)
    unread: list[list[str] | None] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    places: list[tuple[str, str, int | None]] = field(default_factory=list)  # column, letter, row
    skipped: int = 0

    @property
    def read(self) -> int:
        return len(self.columns) if self.sheet.vertical else len(self.rows) + self.skipped


class SheetReader:
    """Turns pages into staged sheets of one sheet of the form."""

    def __init__(self, sheet: Sheet, headings: dict[str, Column], longest: int) -> None:
        self.sheet, self.headings, self.longest = sheet, headings, longest
        self.readers = {column.name: ColumnReader(column) for column in sheet.columns}

    def stage(self, page: Page) -> StagedSheet:
        """Stage a page; its rows are judged only when every required heading was found."""
        return self._stage_vertical(page) if self.sheet.vertical else self._stage_table(page)

    # -- a table under a row of headings

    def _stage_table(self, page: Page) -> StagedSheet:
        found = find_headings(self.sheet, self.headings, page.rows)
        staged = StagedSheet(self.sheet)
        body = page.rows[found.index + 1 :]
        cells = list(zip(*body, strict=True))
        self._report_headings(staged, page, found, cells)
        staged.places = [(name, letter(position), None) for name, position in found.columns.items()]
        if body and found.columns and not found.missing:
            read = {name: self.readers[name](cells[position], self.longest) for name, position in found.columns.items()}
            self._keep_rows(staged, page.numbers[found.index + 1 :], cells, read)
            self._report_cells(staged, page.numbers[found.index + 1 :], read, found)
        return staged

    def _report_headings(self, staged: StagedSheet, page: Page, found: HeadingRow, cells: list[Sequence[Cell]]) -> None:
        row = page.numbers[found.index] if page.rows else None
        title = self.sheet.title
        for column in found.missing:
            staged.problems.append(Problem(title, None, column.name, None, "missing-column", column.heading))
        for column, position in found.repeated:
            staged.problems.append(Problem(title, row, column.name, letter(position), "duplicate-column", column.heading))
        # Where no heading is known the row may be one of people, whose cells are not repeated.
        for heading, position in found.unknown if found.columns else ():
            staged.problems.append(Problem(title, row, None, letter(position), "unknown-column", label(heading)))
        for position in found.nameless:
            if position < len(cells) and any(map(_filled, cells[position])):
                name = f"{letter(position)} без заголовка"
                staged.problems.append(Problem(title, row, None, letter(position), "unknown-column", name))

    def _keep_rows(self, staged: StagedSheet, numbers: Sequence[int], cells: list[Sequence[Cell]], read: dict[str, Read]) -> None:
        """Stage the rows that are neither blank nor totals; count those skipped up to the last filled one."""
        columns = {name: column.values for name, column in read.items()}
        dropped = _total_rows(cells)
        if all(None in values for values in columns.values()):
            last = len(numbers) - 1
            blank = [row for row, values in enumerate(zip(*columns.values(), strict=True)) if values.count(None) == len(values)]
            while blank and blank[-1] == last and last not in dropped:
                blank.pop()
                last -= 1
            staged.skipped = len(dropped.union(blank))
            dropped.update(blank, range(last + 1, len(numbers)))
        else:
            staged.skipped = len(dropped)
        if dropped:
            keep = [row not in dropped for row in range(len(numbers))]
            numbers = list(compress(numbers, keep))
            for name, (values, marks) in read.items():
                columns[name] = list(compress(values, keep))
                marks[:] = [mark for mark in marks if keep[mark[0]]]
        staged.rows, staged.columns = list(numbers), columns

    def _report_cells(self, staged: StagedSheet, numbers: Sequence[int], read: dict[str, Read], found: HeadingRow) -> None:
        """Report the cells marked while reading; those unread become nulls named in their row's `unread`."""
        marks = [(numbers[position], name, rule) for name, column in read.items() for position, rule in column.marks]
        if not marks:
            return
        places = {number: index for index, number in enumerate(staged.rows)}
        for number, name, rule in sorted(marks, key=lambda mark: (mark[0], found.columns[mark[1]])):
            column_letter = letter(found.columns[name])
            staged.problems.append(Problem(self.sheet.title, number, name, column_letter, rule))
            self._blank_unread(staged, places[number], name)

    @staticmethod
    def _blank_unread(staged: StagedSheet, index: int, name: str) -> None:
        if isinstance(staged.columns[name][index], Fault):
            staged.columns[name][index] = None
            staged.unread = staged.unread or [None] * len(staged.rows)
            staged.unread[index] = [*(staged.unread[index] or ()), name]

    # -- labels in the first column, values in the second

    def _stage_vertical(self, page: Page) -> StagedSheet:
        staged = StagedSheet(self.sheet)
        seen: dict[str, int] = {}
        title = self.sheet.title
        for number, row in zip(page.numbers, page.rows, strict=True):
            position = next((position for position, cell in enumerate(row) if _filled(cell)), None)
            if position is None:
                continue
            text = row[position]
            value = row[position + 1] if position + 1 < len(row) else ""
            column = self.headings.get(fold(text)) if isinstance(text, str) else None
            place = letter(position + 1)
            if column is None:
                if _filled(value):  # named by its address: a label that is none may be a person's name
                    address = f"{letter(position)}{number}"
                    staged.problems.append(Problem(title, number, None, letter(position), "unknown-column", address))
            elif column.name in seen:
                staged.problems.append(Problem(title, number, column.name, place, "duplicate-column", column.heading))
            else:
                seen[column.name] = number
                self._stage_label(staged, column, value, number, place)
        self._close_vertical(staged, seen)
        return staged

    def _stage_label(self, staged: StagedSheet, column: Column, cell: Cell, number: int, place: str) -> None:
        values, marks = self.readers[column.name]([cell], self.longest)
        staged.columns[column.name] = values
        staged.rows = staged.rows or [number]
        staged.places.append((column.name, place, number))
        for _, rule in marks:
            staged.problems.append(Problem(self.sheet.title, number, column.name, place, rule))
            self._blank_unread(staged, 0, column.name)

    def _close_vertical(self, staged: StagedSheet, seen: dict[str, int]) -> None:
        missing = [column for column in self.sheet.columns if column.required and column.name not in seen]
        for column in missing:
            staged.problems.append(Problem(self.sheet.title, None, column.name, None, "missing-column", column.heading))
        if missing:
            staged.rows = []


def _filled(cell: Cell) -> bool:
    return cell != "" and not (isinstance(cell, str) and not cell.strip())


def _total_rows(columns: list[Sequence[Cell]]) -> set[int]:
    """Return the rows whose first filled cell begins with «Итого» or «Всего»."""
    found: set[int] = set()
    for index, cells in enumerate(columns):
        texts = GAP.join([cell for cell in cells if cell.__class__ is str]).casefold()
        if "итого" in texts or "всего" in texts:
            for row, cell in enumerate(cells):
                before = (columns[position][row] for position in range(index))
                if isinstance(cell, str) and _TOTAL.match(cell) and not any(map(_filled, before)):
                    found.add(row)
        if "" not in cells:  # every row has its first filled cell by now, unless of spaces alone
            break
    return found


def letter(position: int) -> str:
    """Return the Excel letters of a column by its position from 0."""
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
