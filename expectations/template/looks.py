"""How a template looks: colours, cell formats, column widths."""

from __future__ import annotations

from dataclasses import dataclass

from xlsxwriter import Workbook
from xlsxwriter.format import Format

from expectations.spellings import Kind
from expectations.structure import Column

FONT = "Calibri"
INK, QUIET, LINE, WHITE = "#1F2A44", "#5B6577", "#D5DAE3", "#FFFFFF"
ACCENT, ACCENT_PALE = "#24487A", "#DCE6F2"  # headings: required, optional
REQUIRED, MISSING, BROKEN, BROKEN_INK = "#FFF8DC", "#FFD38A", "#F9C9C5", "#9C1C12"  # cells below them

KIND_WIDTHS = {
    Kind.DATE: 15,
    Kind.INTEGER: 13,
    Kind.NUMBER: 13,
    Kind.SNILS: 16,
    Kind.INN: 15,
    Kind.NAME: 18,
    Kind.URL: 34,
}
TEXT_WIDTH, SHORT_TEXT_WIDTH, CODE_WIDTHS = 24, 14, (14, 34)
SHORT_TEXT = 20  # characters up to which a limited text gets a narrow column


@dataclass(frozen=True)
class Looks:
    """Formats of one workbook, made once: xlsxwriter numbers them in the order they are made."""

    workbook: Workbook

    def made(self, **properties: object) -> Format:
        """Return a format of the workbook's own font, with xlsxwriter's properties laid over it."""
        plain = {"font_name": FONT, "font_size": 11, "font_color": INK, "valign": "vcenter"}
        return self.workbook.add_format(plain | properties)

    def heading(self, required: bool) -> Format:
        colours = (ACCENT, WHITE) if required else (ACCENT_PALE, INK)
        return self.made(
            bold=True, text_wrap=True, align="center", border=1, border_color=LINE,
            bg_color=colours[0], font_color=colours[1],
        )  # fmt: skip

    def label(self, required: bool) -> Format:
        return self.made(
            bold=required, text_wrap=True, indent=1, border=1, border_color=LINE, bg_color=ACCENT_PALE,
        )  # fmt: skip

    def entry(self, column: Column, *, wrap: bool = False) -> Format:
        """Return the format of the cells below a heading: unlocked, in the number format of the kind."""
        numeric = column.kind in (Kind.INTEGER, Kind.NUMBER)
        alignment = {"align": "left", "indent": int(wrap)} if wrap or not numeric else {}
        colour = {"bg_color": REQUIRED} if column.required else {}
        return self.made(
            num_format=column.spelling.excel, locked=False, border=1, border_color=LINE, text_wrap=wrap,
            **alignment, **colour,
        )  # fmt: skip

    def marked(self, colour: str, ink: str = INK) -> Format:
        """Return a conditional format: a fill over the cell's own look."""
        return self.workbook.add_format({"bg_color": colour, "font_color": ink})


def width_of(column: Column) -> int:
    """Return the width of a table's column in characters: its longest word and usual value fit."""
    longest_word = max(map(len, column.heading.split())) + 5  # room for «*» and the filter's arrow
    if column.codes:
        low, high = CODE_WIDTHS
        return max(longest_word, min(high, max(low, *(len(code) + 3 for code in column.codes))))
    limited = (column.max_length or SHORT_TEXT + 1) <= SHORT_TEXT or column.refers_to is not None
    return max(longest_word, KIND_WIDTHS.get(column.kind, SHORT_TEXT_WIDTH if limited else TEXT_WIDTH))
