"""The sheets a school fills in: headings, input checks, marks, what is already known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from expectations.spellings import Kind
from expectations.structure import Column, Sheet
from expectations.template.conditions import broken_formula, conditions_of, missing_formula
from expectations.template.filling import Row
from expectations.template.grid import HEADING_ROW, VALUE_COLUMN, Grid
from expectations.template.looks import ACCENT, BROKEN, BROKEN_INK, LINE, MISSING, QUIET, Looks, width_of
from expectations.template.validation import capital, explanation, obligation, validation_of

A4 = 9
LAST_EXCEL_COLUMN = 16_383
VERTICAL_WIDTHS = (36, 44, 62)
LEAST_WIDTH, LINE_HEIGHT = 60, 16  # characters, points
NOTE_WIDTH, NOTE_LINE, NOTE_LINE_SIGNS = 300, 18, 42  # pixels, pixels, the same width in characters
ALLOWED = ("format_cells", "format_columns", "format_rows", "insert_rows", "delete_rows", "sort", "autofilter")


@dataclass(frozen=True)
class Marks:
    """The two conditional fills of a workbook."""

    missing: Format
    broken: Format

    @classmethod
    def made(cls, looks: Looks) -> Marks:
        return cls(looks.marked(MISSING), looks.marked(BROKEN, BROKEN_INK))


def write_sheet(target: Worksheet, grid: Grid, rows: list[Row], looks: Looks, marks: Marks, footer: str) -> None:
    """Write one sheet of the form with the rows already known."""
    sheet = grid.sheet
    (_write_vertical if sheet.vertical else _write_table)(target, grid, rows, looks)
    _write_title(target, sheet, _widths(sheet), looks)
    for column in sheet.columns:
        _guard(target, grid, column, marks)
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


def _write_table(target: Worksheet, grid: Grid, rows: list[Row], looks: Looks) -> None:
    sheet = grid.sheet
    target.set_row(HEADING_ROW, 48)
    for place, (column, width) in enumerate(zip(sheet.columns, _widths(sheet), strict=True)):
        entry = looks.entry(column)
        target.set_column(place, place, width, entry)
        target.write_string(HEADING_ROW, place, marked(column), looks.heading(column.required))
        _note(target, place, column, _note_place(place, _widths(sheet)))
        for number, row in enumerate(rows):
            _write_value(target, grid.first_row + number, place, column, row.get(column.name), entry)
    # Unlocked, or Excel would let nobody delete a row; hidden, since nothing is read from there.
    target.set_column(len(sheet.columns), LAST_EXCEL_COLUMN, None, looks.made(locked=False), {"hidden": True})
    # xlsxwriter counts formatted columns as filled: each row would be walked, and declared, to column XFD.
    target.dim_colmax = len(sheet.columns) - 1
    target.autofilter(HEADING_ROW, 0, grid.first_row + grid.prepared - 1, len(sheet.columns) - 1)
    target.freeze_panes(grid.first_row, 1)


def _write_vertical(target: Worksheet, grid: Grid, rows: list[Row], looks: Looks) -> None:
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
        _write_value(target, line, place, column, row.get(column.name), entry)
        target.write_string(line, place + 1, explanation(column), aside)
    target.freeze_panes(grid.first_row, 0)


def marked(column: Column) -> str:
    """Return the heading as it stands in a template: «*» after a required one."""
    return f"{column.heading}\N{NO-BREAK SPACE}*" if column.required else column.heading


def _note_place(place: int, widths: list[int]) -> int:
    """Return the column where a heading's note begins: the box must not reach the hidden columns and shrink."""
    fitting = [start for start in range(len(widths)) if sum(widths[start:]) >= NOTE_LINE_SIGNS]
    return min(place, fitting[-1])


def _note(target: Worksheet, place: int, column: Column, start: int) -> None:
    """Put the column's explanation and its list below the heading."""
    lines = [f"{obligation(column)}.", *(column.codes or (f"{capital(column.allowed)}.",)), *filter(None, [column.hint])]
    height = NOTE_LINE * (1 + sum(1 + len(line) // NOTE_LINE_SIGNS for line in lines))
    box = {"width": NOTE_WIDTH, "height": height, "start_row": HEADING_ROW + 1, "start_col": start}
    target.write_comment(HEADING_ROW, place, "\n".join(lines), box | {"author": "", "font_size": 10, "color": "#FFFFF0"})


def _guard(target: Worksheet, grid: Grid, column: Column, marks: Marks) -> None:
    """Check what is typed, and colour what is missing or was pasted wrong."""
    span, cell = grid.span(column.name), grid.cell(column.name)
    target.data_validation(*span, validation_of(column, grid))
    broken = broken_formula(conditions_of(column, grid), cell)
    for formula, fill in ((missing_formula(column, grid), marks.missing), (broken, marks.broken)):
        if formula is not None:
            target.conditional_format(*span, {"type": "formula", "criteria": f"={formula}", "format": fill})


def _write_value(target: Worksheet, row: int, place: int, column: Column, value: object, entry: Format) -> None:
    """Write a known value by the column's kind; raise TypeError, without the value, for one of another kind."""
    if value is None:
        return
    writes, expected = _writer(target, column.kind)
    if not isinstance(value, expected) or writes(row, place, value, entry) < 0:
        raise TypeError(f"column {column.name} cannot hold a value of type {type(value).__name__}")


def _writer(target: Worksheet, kind: Kind) -> tuple[Callable[..., int], type | tuple[type, ...]]:
    if kind is Kind.DATE:
        return target.write_datetime, date
    if kind in (Kind.INTEGER, Kind.NUMBER):
        return target.write_number, (int, float)
    return target.write_string, str


def _set_page(target: Worksheet, grid: Grid, footer: str) -> None:
    sheet: Sheet = grid.sheet
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
