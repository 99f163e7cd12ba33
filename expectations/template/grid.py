"""Where the cells of a sheet of the form stand in its template."""

from __future__ import annotations

from dataclasses import dataclass

from xlsxwriter.utility import xl_col_to_name

from expectations.structure import Sheet

HEADING_ROW = 2  # zero-based: the sheet's title and description stand above
PREPARED_ROWS = 5_000  # the largest institution of the region keeps under 2,000 participants
VALUE_COLUMN = 1  # of a vertical sheet: label, value, explanation


@dataclass(frozen=True)
class Grid:
    """The addresses of one sheet, zero-based for the writer, in Excel's spelling for formulas."""

    sheet: Sheet
    prepared: int = PREPARED_ROWS

    @property
    def first_row(self) -> int:
        return HEADING_ROW if self.sheet.vertical else HEADING_ROW + 1

    def span(self, name: str) -> tuple[int, int, int, int]:
        """Return first row, first column, last row, last column of the cells below a heading."""
        place = list(self.sheet.by_name).index(name)
        if self.sheet.vertical:
            return (self.first_row + place, VALUE_COLUMN, self.first_row + place, VALUE_COLUMN)
        return (self.first_row, place, self.first_row + self.prepared - 1, place)

    def cell(self, name: str) -> str:
        """Return the address of a column's first cell for formulas: the column is fixed, the row moves."""
        row, column, _, _ = self.span(name)
        return f"${xl_col_to_name(column)}{row + 1}"

    def area(self, name: str) -> str:
        """Return the fixed address of all prepared cells of a column."""
        top, left, bottom, _ = self.span(name)
        letter = xl_col_to_name(left)
        return f"${letter}${top + 1}:${letter}${bottom + 1}"

    @property
    def row_cells(self) -> str:
        """The whole first row of a table, for «has anything been entered»."""
        last = xl_col_to_name(len(self.sheet.columns) - 1)
        return f"$A{self.first_row + 1}:${last}{self.first_row + 1}"
