"""Columns of cells turned into columns of values."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, NamedTuple, cast

from expectations.reading.cells import SEPARATORS, Value, are_dates, is_number, is_plain, reader_of
from expectations.reading.pages import Cell, Fault
from expectations.reading.refusal import too_large
from expectations.spellings import Kind
from expectations.structure import Column
from expectations.text import LATIN, read_look_alikes

GAP = "|"  # joins cells, to look at a whole column at once
_EDGES = (f" {GAP}", f"{GAP} ")
_LATIN = re.compile(f"[{LATIN}]")
MOST_REMEMBERED = 20_000  # cells a column: names and days repeat from school to school
MIXED_ALPHABET = "mixed-alphabet"


class Read(NamedTuple):
    """Values of a column, with a Fault where a cell could not be read, and what to report of them."""

    values: list[Any]
    marks: list[tuple[int, str]]  # position, rule


class _Memo(dict[Cell, Value]):
    """Values by cell, each different cell read once for many deliveries; remembers whether any was a fault."""

    def __init__(self, read: Callable[[Cell], Value], codes: Sequence[str]) -> None:
        super().__init__(zip(codes, codes, strict=True))
        self[""] = None
        self.read = read
        self.faulty = False

    def __missing__(self, cell: Cell) -> Value:
        value = self[cell] = self.read(cell)
        self.faulty = self.faulty or isinstance(value, Fault)
        return value


class ColumnReader:
    """Reads the cells of one column of the form."""

    def __init__(self, column: Column) -> None:
        self.column = column
        self._memo = self._forgotten()

    def _forgotten(self) -> _Memo:
        return _Memo(reader_of(self.column), self.column.codes)

    def __call__(self, cells: Sequence[Cell], longest: int) -> Read:
        """Read cells; raise Refused for a text over `longest` signs."""
        texts, joined = texts_among(cells)
        if len(joined) > longest and max(map(len, texts)) > longest:
            raise too_large(f"текст длиннее {longest} знаков в ячейке")
        if len(texts) < len(cells) and bool in set(map(type, cells)):  # True equals 1 and would be remembered as one
            cells = [Fault.WRONG_TYPE if isinstance(cell, bool) else cell for cell in cells]
        if self._as_they_are(cells, texts, joined):
            return self._marked([cell or None for cell in cells], [], joined)
        if len(texts) == len(cells) and self.column.kind in (Kind.SNILS, Kind.INN) and (digits := _digits_of(joined)):
            return Read(digits, [])
        if len(self._memo) > MOST_REMEMBERED:
            self._memo = self._forgotten()
        values = list(map(self._memo.__getitem__, cells))
        return self._marked(values, _faults(values) if self._memo.faulty else [], joined)

    def _as_they_are(self, cells: Sequence[Cell], texts: Sequence[str], joined: str) -> bool:
        """Return whether every cell is already its own value, seen on the whole column at once."""
        kind = self.column.kind
        if kind is Kind.DATE:
            dates = [cell for cell in cells if cell.__class__ is date]
            return len(dates) + texts.count("") == len(cells) and are_dates(dates)
        if len(texts) < len(cells):
            return False
        if kind in (Kind.SNILS, Kind.INN):
            return is_number(joined.replace(GAP, ""))
        return kind in (Kind.TEXT, Kind.NAME) and is_plain(joined) and not any(edge in joined for edge in _EDGES)

    def _marked(self, values: list[Any], marks: list[tuple[int, str]], joined: str) -> Read:
        if self.column.kind is Kind.NAME and _LATIN.search(joined):
            _read_as_cyrillic(values, marks)
        return Read(values, marks)


def texts_among(cells: Sequence[Cell]) -> tuple[Sequence[str], str]:
    """Return the cells that are texts, and all of these as one; in most columns every cell is."""
    try:
        return cast(Sequence[str], cells), GAP.join(cast(Sequence[str], cells))
    except TypeError:
        texts = [cell for cell in cells if isinstance(cell, str)]
        return texts, GAP.join(texts)


def _digits_of(joined: str) -> list[str | None] | None:
    """Return the digits of joined cells; None unless each is empty or digits and separators alone."""
    digits = SEPARATORS.sub("", joined)
    if not is_number(digits.replace(GAP, "")):
        return None
    cells = digits.split(GAP)
    # A cell of separators alone is no empty one.
    return [cell or None for cell in cells] if cells.count("") == joined.split(GAP).count("") else None


def _faults(values: list[Value]) -> list[tuple[int, str]]:
    return [(position, value.value) for position, value in enumerate(values) if isinstance(value, Fault)]


def _read_as_cyrillic(values: list[Any], marks: list[tuple[int, str]]) -> None:
    """Read Latin look-alikes inside Cyrillic names as Cyrillic, and mark each."""
    for position, value in enumerate(values):
        if isinstance(value, str) and _LATIN.search(value) and (read := read_look_alikes(value)) != value:
            values[position] = read
            marks.append((position, MIXED_ALPHABET))
