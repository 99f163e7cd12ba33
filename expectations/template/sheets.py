"""The sheets a school fills in: headings, input checks, marks, what is already known."""

from __future__ import annotations

from collections.abc import Sequence

from xlsxwriter.worksheet import Worksheet

from expectations.structure import Sheet
from expectations.template.cells import Marks, guard, marked, write_note, write_value
from expectations.template.filling import Row
from expectations.template.grid import HEADING_ROW, VALUE_COLUMN, Grid
from expectations.template.looks import ACCENT, LINE, QUIET, Looks, width_of
from expectations.template.validation import explanation

A4 = 9
LAST_EXCEL_COLUMN = 16_383
VERTICAL_WIDTHS = (36, 44, 62)
LEAST_WIDTH, LINE_HEIGHT = 60, 16  # characters, points
ALLOWED = (
    "format_cells",
    "format_columns",
    "format_rows",
    "insert_rows",
    "delete_rows",
    "sort",
    "autofilter",
)


def write_sheet(target: Worksheet, grid: Grid, rows: Sequence[Row], looks: Looks, marks: Marks, footer: str) -> None:
    """Write one sheet of the form with the rows already known."""
    sheet = grid.sheet
    (_write_vertical if sheet.vertical else _write_table)(target, grid, rows, looks)
    _write_title(target, sheet, _widths(sheet), looks)
    for column in sheet.columns:
        guard(target, grid, column, marks)
    _set_page(target, grid, footer)
    target.protect("", dict.fromkeys(ALLOWED, True))


def _write_title(target: Worksheet, sheet: Sheet, widths: list[int], looks: Looks) -> None:
    text = f"{sheet.description} Источник: {sheet.source}."
    plain = looks.made()  # of the whole row, or the columns' own look would show through
    target.set_row(0, 30, plain)
    target.set_row(1, 6 + LINE_HEIGHT * (1 + len(text) // sum(widths)), plain)
    target.write_string(0, 0, sheet.title, looks.made(bold=True, font_size=16, font_color=ACCENT))
    below = looks.made(font_color=QUIET, italic=True, text_wrap=True, valign="top")
    if len(widths) == 1:
        target.write_string(1, 0, text, below)
    else:
        target.merge_range(1, 0, 1, len(widths) - 1, text, below)


def _widths(sheet: Sheet) -> list[int]:
    """Return the columns' widths in characters; a sheet of few columns is stretched to hold its title."""
    if sheet.vertical:
        return list(VERTICAL_WIDTHS)
    widths = [width_of(column) for column in sheet.columns]
    stretch = max(0, -(-(LEAST_WIDTH - sum(widths)) // len(widths)))
    return [width + stretch for width in widths]


def _write_table(target: Worksheet, grid: Grid, rows: Sequence[Row], looks: Looks) -> None:
    sheet = grid.sheet
    target.set_row(HEADING_ROW, 48)
    for place, (column, width) in enumerate(zip(sheet.columns, _widths(sheet), strict=True)):
        entry = looks.entry(column)
        target.set_column(place, place, width, entry)
        target.write_string(HEADING_ROW, place, marked(column), looks.heading(column.required))
        write_note(target, place, column)
        for number, row in enumerate(rows):
            write_value(target, grid.first_row + number, place, column, row.get(column.name), entry)
    # Unlocked, or Excel would let nobody delete a row; not hidden, or LibreOffice takes 8 s longer to save.
    target.set_column(len(sheet.columns), LAST_EXCEL_COLUMN, None, looks.made(locked=False))
    # xlsxwriter counts formatted columns as filled: each row would be walked, and declared, to column XFD.
    target.dim_colmax = len(sheet.columns) - 1
    target.autofilter(HEADING_ROW, 0, grid.first_row + grid.prepared - 1, len(sheet.columns) - 1)
    target.freeze_panes(grid.first_row, 1)
    target.set_selection(grid.first_row, 0, grid.first_row, 0)


def _write_vertical(target: Worksheet, grid: Grid, rows: Sequence[Row], looks: Looks) -> None:
    for place, width in enumerate(_widths(grid.sheet)):
        target.set_column(place, place, width)
    (row,) = rows
    aside = looks.made(font_color=QUIET, text_wrap=True, indent=1, font_size=10)
    for column in grid.sheet.columns:
        line, place, _, _ = grid.span(column.name)
        entry = looks.entry(column, wrap=True)
        target.set_row(line, 32)
        target.write_string(line, place - 1, marked(column), looks.label(column.required))
        target.write_blank(line, place, None, entry)
        write_value(target, line, place, column, row.get(column.name), entry)
        target.write_string(line, place + 1, explanation(column), aside)
    target.freeze_panes(grid.first_row, 0)
    target.set_selection(grid.first_row, VALUE_COLUMN, grid.first_row, VALUE_COLUMN)


def _set_page(target: Worksheet, grid: Grid, footer: str) -> None:
    sheet = grid.sheet
    target.set_landscape()
    target.set_paper(A4)
    target.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.7)
    target.fit_to_pages(1, 0)  # as many pages down as there are rows
    target.set_footer(f"&L&9{footer}&C&9{sheet.title}&R&9Стр. &P из &N")
    target.set_tab_color(ACCENT if sheet.required else LINE)
    target.hide_gridlines(2)
    if not sheet.vertical:
        target.repeat_rows(HEADING_ROW)
    else:
        target.print_area(0, 0, grid.first_row + len(sheet.columns) - 1, VALUE_COLUMN + 1)
