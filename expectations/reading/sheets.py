"""Pages staged as sheets of the form."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import compress

from expectations.reading.columns import ColumnReader, Read, texts_among
from expectations.reading.headings import HeadingRow, find_headings, fold
from expectations.reading.pages import Cell, Page
from expectations.reading.refusal import label
from expectations.reading.staged import StagedSheet, letter
from expectations.structure import Column, Sheet
from expectations.text import clean

# The word, not its beginning: a practice called «Итоговая конференция» is a row like any other.
_TOTAL = re.compile(r"(?:итого|всего)\b", re.IGNORECASE)


class SheetReader:
    """Stages pages of one sheet of the form; `headings` are its columns by folded heading."""

    def __init__(self, sheet: Sheet, headings: dict[str, Column], longest: int) -> None:
        self.sheet, self.headings, self.longest = sheet, headings, longest
        self.readers = {column.name: ColumnReader(column) for column in sheet.columns}

    def stage(self, page: Page) -> StagedSheet:
        """Stage a page; its rows only when every required heading was found.

        An optional sheet may be empty (submission.md): it then has no headings to lack.
        """
        if not self.sheet.required and not any(is_filled(cell) for row in page.rows for cell in row):
            return StagedSheet(self.sheet)
        return self._stage_labels(page) if self.sheet.vertical else self._stage_table(page)

    def _stage_table(self, page: Page) -> StagedSheet:
        """Stage rows that stand under a row of headings."""
        staged = StagedSheet(self.sheet)
        found = find_headings(self.sheet, self.headings, page.rows)
        numbers = page.numbers[found.row + 1 :]
        cells: list[Sequence[Cell]] = list(zip(*page.rows[found.row + 1 :], strict=True))
        _report_headings(staged, page, found, cells)
        staged.places = [(name, letter(position), None) for name, position in found.columns.items()]
        if cells and found.columns and not found.missing:
            read = {name: self.readers[name](cells[place], self.longest) for name, place in found.columns.items()}
            _keep_rows(staged, numbers, read, _total_rows(cells))
            _report_cells(staged, numbers, read, found.columns)
        return staged

    def _stage_labels(self, page: Page) -> StagedSheet:
        """Stage values that stand to the right of labels, as one row."""
        staged = StagedSheet(self.sheet)
        for number, row in zip(page.numbers, page.rows, strict=True):
            position = next((position for position, cell in enumerate(row) if is_filled(cell)), None)
            if position is not None:
                text, value = [*row, ""][position : position + 2]
                column = self.headings.get(fold(text)) if isinstance(text, str) else None
                self._stage_label(staged, column, value, number, position)
        missing = [column for column in self.sheet.columns if column.required and column.name not in staged.columns]
        staged.report_missing(missing)
        if missing:
            staged.rows = []
        return staged

    def _stage_label(self, staged: StagedSheet, column: Column | None, value: Cell, number: int, position: int) -> None:
        place = letter(position + 1)
        if column is None:
            if is_filled(value):  # named by its address: a label that is none may be a person's name
                address = f"{letter(position)}{number}"
                staged.report("unknown-column", number, None, letter(position), address)
        elif column.name in staged.columns:
            staged.report("duplicate-column", number, column.name, place, column.heading)
        else:
            values, marks = self.readers[column.name]([value], self.longest)
            staged.rows = staged.rows or [number]
            staged.columns[column.name] = values
            staged.places.append((column.name, place, number))
            for _, rule in marks:
                staged.report(rule, number, column.name, place)
                staged.blank_unread(0, column.name)


def is_filled(cell: Cell) -> bool:
    """Return whether anything that is seen stands in a cell: white space and zero-width characters are nothing."""
    return cell[:1].isalnum() or bool(clean(cell)) if isinstance(cell, str) else True


def _report_headings(staged: StagedSheet, page: Page, found: HeadingRow, cells: list[Sequence[Cell]]) -> None:
    staged.report_missing(found.missing)
    if not found.columns:  # the row may then be one of people, whose cells are not repeated
        return
    row = page.numbers[found.row]
    for column, position in found.repeated:
        staged.report("duplicate-column", row, column.name, letter(position), column.heading)
    for heading, position in found.unknown:
        staged.report("unknown-column", row, None, letter(position), label(heading))
    for position in found.nameless:
        if cells and any(map(is_filled, cells[position])):
            staged.report("unknown-column", row, None, letter(position), f"{letter(position)} без заголовка")


def _total_rows(columns: list[Sequence[Cell]]) -> set[int]:
    """Return the rows whose first filled cell begins with «Итого» or «Всего»."""
    found: set[int] = set()
    for index, cells in enumerate(columns):
        joined = texts_among(cells)[1].casefold()
        if "итого" in joined or "всего" in joined:
            for row, cell in enumerate(cells):
                before = (columns[position][row] for position in range(index))
                if isinstance(cell, str) and _TOTAL.match(clean(cell)) and not any(map(is_filled, before)):
                    found.add(row)
        if all(map(is_filled, cells)):  # so every row has shown its first filled cell
            break
    return found


def _keep_rows(staged: StagedSheet, numbers: Sequence[int], read: dict[str, Read], dropped: set[int]) -> None:
    """Stage the rows that are neither blank nor totals; count those skipped up to the last filled one."""
    blank = _blank_rows(read)
    last = len(numbers) - 1
    while last in blank and last not in dropped:
        last -= 1
    dropped = {row for row in blank | dropped if row <= last}
    staged.skipped = len(dropped)
    if not dropped and last == len(numbers) - 1:
        staged.rows, staged.columns = list(numbers), {name: values for name, (values, _) in read.items()}
        return
    keep = [row not in dropped for row in range(last + 1)]
    staged.rows = list(compress(numbers, keep))
    staged.columns = {name: list(compress(values, keep)) for name, (values, _) in read.items()}


def _blank_rows(read: dict[str, Read]) -> set[int]:
    """Return the rows without a value in any column of the form: a numbering column alone fills no row."""
    columns = [values for values, _ in read.values()]
    if not all(None in values for values in columns):
        return set()
    return {row for row, values in enumerate(zip(*columns, strict=True)) if values.count(None) == len(values)}


def _report_cells(staged: StagedSheet, numbers: Sequence[int], read: dict[str, Read], places: dict[str, int]) -> None:
    """Report the cells marked while reading, row by row."""
    marks = [(numbers[row], places[name], name, rule) for name, (_, marks) in read.items() for row, rule in marks]
    indices = {number: index for index, number in enumerate(staged.rows)} if marks else {}
    for number, position, name, rule in sorted(marks):
        if number in indices:
            staged.report(rule, number, name, letter(position))
            staged.blank_unread(indices[number], name)
