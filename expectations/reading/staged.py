"""What reading makes of one sheet before it becomes a table."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from expectations.reading.pages import Fault
from expectations.structure import Column, Sheet


@dataclass(frozen=True)
class Problem:
    """A row of arrow.PROBLEMS."""

    sheet: str | None
    row: int | None
    column: str | None
    letter: str | None
    rule: str
    detail: str | None = None


@dataclass
class StagedSheet:
    """One sheet of the form as read; `columns` holds the values of every column found, by name."""

    sheet: Sheet
    rows: list[int] = field(default_factory=list)  # physical
    columns: dict[str, list[Any]] = field(default_factory=dict)
    unread: list[list[str] | None] = field(default_factory=list)  # empty while every cell could be read
    problems: list[Problem] = field(default_factory=list)
    places: list[tuple[str, str, int | None]] = field(default_factory=list)  # column, letter, row of a label
    skipped: int = 0

    @property
    def read(self) -> int:
        """Rows read; of a vertical sheet, labels known."""
        return len(self.columns) if self.sheet.vertical else len(self.rows) + self.skipped

    def report(
        self, rule: str, row: int | None, column: str | None, letters: str | None, detail: str | None = None
    ) -> None:
        """Add a problem of this sheet."""
        self.problems.append(Problem(self.sheet.title, row, column, letters, rule, detail))

    def report_missing(self, columns: list[Column]) -> None:
        """Add a problem for every required column that is not there."""
        for column in columns:
            self.report("missing-column", None, column.name, None, column.heading)

    def blank_unread(self, index: int, name: str) -> None:
        """Make a cell that could not be read a null, named in its row's `unread`."""
        if isinstance(self.columns[name][index], Fault):
            self.columns[name][index] = None
            self.unread = self.unread or [None] * len(self.rows)
            self.unread[index] = [*(self.unread[index] or ()), name]


def letter(position: int) -> str:
    """Return the Excel letters of a column by its position from 0."""
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
