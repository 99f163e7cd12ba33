"""A workbook made from rows: for deliveries that are no xlsx, and for an xlsx that cannot be edited safely."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from expectations.reading.pages import Cell, Fault, Page

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

WIDTH = 16  # characters: a date and most names fit
LONGEST, LONGEST_TITLE = 32_767, 31  # characters of a cell, of a title
MOST_EXACT = 1e15
FIRST_DATE = date(1900, 3, 1)
FAULTS = {Fault.ERROR: "#ОШИБКА", Fault.WRONG_TYPE: "?", Fault.NO_VALUE: ""}
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
TEXTS_ALONE = {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
CREATED = datetime(2000, 1, 1)  # noqa: DTZ001 — a workbook's times have no zone; the same rows give the same bytes


def workbook_of(pages: Iterable[Page], folder: Path) -> bytes:
    """Return a workbook of sheets as they were read, each row at its own number; texts are texts, never formulas.

    `folder` is ours alone: the writer keeps its rows in it until it is done.
    """
    import xlsxwriter

    content = BytesIO()
    book = xlsxwriter.Workbook(content, TEXTS_ALONE | {"constant_memory": True, "tmpdir": str(folder)})
    book.set_properties({"author": "", "created": CREATED})
    taken: set[str] = set()
    for page in pages:
        _write(book, book.add_worksheet(_title(page.title, taken)), page)
    book.close()
    return content.getvalue()


def _title(title: str, taken: set[str]) -> str:
    """Return a title as Excel takes it, one of its own for every sheet."""
    plain = _FORBIDDEN.sub("_", title).strip("'")[:LONGEST_TITLE] or "_"
    names = (plain if n == 1 else f"{plain[: LONGEST_TITLE - 4]} {n}" for n in range(1, len(taken) + 2))
    name = next(name for name in names if name.casefold() not in taken)
    taken.add(name.casefold())
    return name


def _write(book: Workbook, sheet: Worksheet, page: Page) -> None:
    sheet.set_column(0, max(map(len, page.rows[:1]), default=0), WIDTH)
    day, moment = book.add_format({"num_format": "dd.mm.yyyy"}), book.add_format({"num_format": "dd.mm.yyyy hh:mm"})
    writers: dict[type, Callable[[int, int, Any], Any]] = {
        str: lambda row, column, cell: sheet.write_string(row, column, cell[:LONGEST]),
        bool: sheet.write_boolean,
        int: lambda row, column, cell: _write_number(sheet, row, column, cell),
        float: lambda row, column, cell: _write_number(sheet, row, column, cell),
        datetime: lambda row, column, cell: _write_moment(
            sheet, row, column, cell, moment if cell.time() != time() else day
        ),
        date: lambda row, column, cell: _write_moment(sheet, row, column, datetime.combine(cell, time()), day),
        time: lambda row, column, cell: sheet.write_string(row, column, str(cell)),
        timedelta: lambda row, column, cell: sheet.write_string(row, column, str(cell)),
        Fault: lambda row, column, cell: sheet.write_string(row, column, FAULTS[cell]),
    }
    for number, cells in zip(page.numbers, page.rows, strict=True):
        for column, cell in enumerate(cells):
            if not _is_empty(cell):
                writers[type(cell)](number - 1, column, cell)


def _is_empty(cell: Cell) -> bool:
    return isinstance(cell, str) and not cell


def _write_number(sheet: Worksheet, row: int, column: int, cell: float) -> None:
    if abs(cell) < MOST_EXACT:  # neither infinite nor no number
        sheet.write_number(row, column, cell)
    else:
        sheet.write_string(row, column, str(cell)[:LONGEST])


def _write_moment(sheet: Worksheet, row: int, column: int, cell: datetime, look: Any) -> None:
    if cell.date() < FIRST_DATE:
        sheet.write_string(row, column, f"{cell:%d.%m.%Y}")
    else:
        sheet.write_datetime(row, column, cell.replace(tzinfo=None), look)
