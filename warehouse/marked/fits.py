"""Whether a cell as it is written could stand under a heading, told by itself alone."""

from __future__ import annotations

import re
from datetime import date

from expectations.reading.cells import read_date, read_inn, read_integer, read_number, read_snils, reader_of
from expectations.reading.persons import is_snils
from expectations.spellings import Kind
from expectations.structure import Column
from warehouse.marked.dates import DAYS
from warehouse.marked.raw_cells import Raw

INN_LENGTHS = (10, 12)
_NAME = re.compile(r"[^\W\d_](?:[^\W\d_]|[ .''’ʼ‐‑‒–—-])*")


def fits(column: Column, cell: Raw | None) -> bool:
    """Return whether a cell is a value of a column; an empty one is where the column may be empty."""
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return not column.required
    if isinstance(cell, bool):
        return False
    return _FITS[column.kind](column, cell)


def _text(column: Column, cell: str | float) -> bool:
    if isinstance(cell, str) and isinstance(read_date(cell), date):
        return False
    return column.max_length is None or len(str(cell)) <= column.max_length


def _name(_: Column, cell: str | float) -> bool:
    return isinstance(cell, str) and _NAME.fullmatch(cell.strip()) is not None


def _code(column: Column, cell: str | float) -> bool:
    return isinstance(cell, str) and reader_of(column)(cell) in column.codes


def _date(_: Column, cell: str | float) -> bool:
    return isinstance(read_date(cell), date) if isinstance(cell, str) else DAYS[0] < cell < DAYS[1]


def _number(column: Column, cell: str | float) -> bool:
    value = (read_integer if column.kind is Kind.INTEGER else read_number)(cell)
    if not isinstance(value, int | float):
        return False
    low, high = column.minimum, column.maximum
    return (low is None or value >= low) and (high is None or value <= high)


def _snils(_: Column, cell: str | float) -> bool:
    digits = read_snils(cell)
    return isinstance(digits, str) and is_snils(digits)


def _inn(_: Column, cell: str | float) -> bool:
    digits = read_inn(cell)
    return isinstance(digits, str) and digits.isdecimal() and len(digits) in INN_LENGTHS


def _url(_: Column, cell: str | float) -> bool:
    return isinstance(cell, str) and cell.lower().startswith(("http://", "https://"))


_FITS = {
    Kind.TEXT: _text, Kind.NAME: _name, Kind.CODE: _code, Kind.INTEGER: _number, Kind.NUMBER: _number,
    Kind.DATE: _date, Kind.SNILS: _snils, Kind.INN: _inn, Kind.URL: _url,
}  # fmt: skip
