"""The workbook of the official forms: two sheets, for one institution."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING

from warehouse.forms.bases import Base, Value
from warehouse.forms.people import Source
from warehouse.release.wording import counted, day
from warehouse.release.workbook_styles import Cell, Styles, add_head, put

if TYPE_CHECKING:
    from xlsxwriter import Workbook

HEADING_ROW, HEADING_HEIGHT = 2, 48  # zero-based; points, for headings of three lines
LONGEST = 32_767  # characters that a cell of Excel holds
LINE_HEIGHT, HIGHEST = 13.0, 409.0  # points: of a wrapped line; of a row, whatever stands in it
ENTRIES = ("запись", "записи", "записей")
TEXTS_ALONE = {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}


def write_bases(bases: tuple[Base, ...], source: Source, path: Path) -> None:
    """Write the forms of one delivery, a sheet each; texts are texts, dates are dates, an unknown cell is empty."""
    import xlsxwriter

    with xlsxwriter.Workbook(path, TEXTS_ALONE) as book:
        created = source.known_at.astimezone(UTC).replace(tzinfo=None)
        title = f"База наставляемых и база наставников, {source.institution_code}, {day(source.as_of)}"
        book.set_properties({"title": title, "author": "", "company": "", "comments": "", "created": created})
        styles = Styles(book)
        for base in bases:
            _add_base(book, styles, base, source)


def _add_base(book: Workbook, styles: Styles, base: Base, source: Source) -> None:
    sheet = book.add_worksheet(base.title)
    note = f"{source.institution_name} ({source.institution_code}), сведения на {day(source.as_of)}: "
    note += counted(base.entries, ENTRIES) + (f", без согласия — {base.unnamed}" if base.unnamed else "")
    add_head(sheet, styles, base.title, base.columns, note)
    sheet.set_row(HEADING_ROW, HEADING_HEIGHT)
    sheet.set_header("&R&8Содержит персональные данные")
    for row, values in enumerate(base.rows, start=HEADING_ROW + 1):
        put(sheet, styles, row, [_cell(value) for value in values])
        sheet.set_row(row, _height(values, base))
    sheet.freeze_panes(HEADING_ROW + 1, 2)
    sheet.print_area(0, 0, HEADING_ROW + len(base.rows), len(base.columns) - 1)


def _height(values: tuple[Value, ...], base: Base) -> float:
    """Give a row the height of its longest cell: programs do not agree on doing it themselves."""
    texts = zip(values, base.columns.values(), strict=True)
    lines = [
        sum(max(1, len(wrap(line, int(width) - 1))) for line in value.split("\n"))
        for value, width in texts
        if isinstance(value, str)
    ]
    return min(HIGHEST, LINE_HEIGHT * max(lines, default=1) + 2)


def _cell(value: Value) -> Cell:
    if value is None or isinstance(value, str):
        return Cell(value if value is None or len(value) <= LONGEST else value[: LONGEST - 1] + "…", "wrapped")
    return Cell(value, "centre" if isinstance(value, int) else "date")
