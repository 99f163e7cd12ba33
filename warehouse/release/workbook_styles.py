"""Cell formats, typed cells and page set-up shared by the sheets of kpi.xlsx."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from warehouse.release.overview import Figure
from warehouse.release.wording import HIDDEN

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

INK, MUTED, PAPER, ACCENT, TARGET = "#1B2733", "#5C6975", "#FFFFFF", "#2F6DB5", "#B4472B"
LINE, FILL = "#C9D3DD", "#E4ECF4"
FONT = "Arial"  # Cyrillic everywhere, metrics known to LibreOffice
A4, A3 = 9, 8
ROW_HEIGHT = 20  # pixels of a row that nobody set

_CELL = {"border": 1, "border_color": LINE, "valign": "top"}
# Written in the file as in English: Excel shows 1 234,50 and 31.12.2021 where the system is Russian.
_STYLES: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 15, "font_color": INK},
    "subtitle": {"font_size": 11, "font_color": MUTED},
    "section": {"bold": True, "font_size": 12, "font_color": INK},
    "note": {"font_color": MUTED, "text_wrap": True, "valign": "top"},
    "plain": {"text_wrap": True, "valign": "top"},
    "link": {"font_color": ACCENT, "underline": 1, "valign": "top"},
    "heading": {
        "bold": True, "bg_color": FILL, "text_wrap": True, "align": "center", "valign": "vcenter",
        "border": 1, "border_color": LINE,
    },
    "label": _CELL | {"bold": True, "bg_color": FILL, "text_wrap": True},
    "text": _CELL,
    "wrapped": _CELL | {"text_wrap": True},
    "centre": _CELL | {"align": "center"},
    "centred": _CELL | {"align": "center", "text_wrap": True},
    "date": _CELL | {"num_format": "dd.mm.yyyy", "align": "center"},
    "whole": _CELL | {"num_format": "#,##0"},
    "number": _CELL | {"num_format": "General"},  # «#,##0.##» would leave a comma after a whole number
    "fixed": _CELL | {"num_format": "#,##0.00"},
    "change": _CELL | {"num_format": "+0.00;-0.00;0.00"},
    "left_fixed": _CELL | {"num_format": '#,##0.00" %"', "align": "left"},
    "left_date": _CELL | {"num_format": "dd.mm.yyyy", "align": "left"},
    "left_whole": _CELL | {"num_format": "#,##0", "align": "left"},
}  # fmt: skip


class Styles:
    """The formats of one workbook, made once."""

    def __init__(self, book: Workbook) -> None:
        """Register every format with the workbook."""
        self._formats = {
            name: book.add_format({"font_name": FONT, "font_size": 10} | style) for name, style in _STYLES.items()
        }

    def __getitem__(self, name: str) -> Format:
        """Give a format by name; an unknown one is a KeyError."""
        return self._formats[name]

    def set_page(
        self, sheet: Worksheet, widths: Sequence[float], heading_row: int | None = None, paper: int = A4
    ) -> None:
        """Set column widths and print on landscape pages, one wide, the heading repeated."""
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(paper)
        sheet.set_margins(left=0.5, right=0.4, top=0.5, bottom=0.6)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&L&8&A&R&8стр. &P из &N")
        if heading_row is not None:
            sheet.repeat_rows(heading_row)


class Cell(NamedTuple):
    """A value and the style it is shown in."""

    value: str | Decimal | int | date | None
    style: str = "text"


def told(figure: Figure | None, name: str, style: str) -> Cell:
    """Give a field of a figure; a hidden one is a word."""
    if figure is not None and name in figure.hidden:
        return Cell(HIDDEN, "centre")
    return Cell(figure and getattr(figure, name), style)


def put(sheet: Worksheet, styles: Styles, row: int, cells: Sequence[Cell], first: int = 0) -> None:
    """Write a row of typed cells; text is always text and None an empty cell with its border."""
    for column, (value, style) in enumerate(cells, start=first):
        if value is None:
            sheet.write_blank(row, column, None, styles[style])
        elif isinstance(value, str):
            sheet.write_string(row, column, value, styles[style])
        elif isinstance(value, date):
            sheet.write_datetime(row, column, value, styles[style])
        else:
            sheet.write_number(row, column, value, styles[style])


def add_head(sheet: Worksheet, styles: Styles, title: str, columns: Mapping[str, float], note: str = "") -> None:
    """Set a sheet up as a table: title, note and headings with their widths in its first three rows."""
    styles.set_page(sheet, list(columns.values()), heading_row=2)
    sheet.write_string(0, 0, title, styles["title"])
    sheet.write_string(1, 0, note, styles["subtitle"])
    sheet.set_row(2, 46)
    put(sheet, styles, 2, [Cell(text, "heading") for text in columns])
