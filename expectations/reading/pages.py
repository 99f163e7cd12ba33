"""The cells of a delivered file as they stand, before anything is known of their columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import Enum

from expectations.reading.limits import Limits
from expectations.reading.refusal import too_large


class Fault(Enum):
    """What stands in a cell instead of a value, named by the rule it breaks."""

    ERROR = "excel-error-value"
    NO_VALUE = "formula-without-value"
    WRONG_TYPE = "wrong-type"


Cell = str | float | int | bool | date | datetime | time | timedelta | Fault  # an empty cell is ""
Wanted = Callable[[str], bool]  # by the title of a sheet: whether its cells are to be read


@dataclass(frozen=True)
class Page:
    """One sheet: its rows, each as long as the longest, and their physical numbers (1-based, rising)."""

    title: str
    rows: list[list[Cell]] = field(default_factory=list)
    numbers: Sequence[int] = ()
    hidden: bool = False
    worksheet: bool = True  # false for dialogs and macro sheets


def numbered(title: str, rows: list[list[Cell]]) -> Page:
    """Return a page whose first row is the first of the sheet."""
    return Page(title, rows, range(1, len(rows) + 1))


def check_extent(rows: int, columns: int, limits: Limits) -> None:
    """Refuse a sheet that is over the limits, or too large a rectangle to be laid out in memory."""
    if rows > limits.rows:
        raise too_large(f"больше {limits.rows} строк на листе")
    if columns > limits.columns:
        raise too_large(f"больше {limits.columns} столбцов на листе")
    if rows * columns > limits.memory_bytes // CELL_BYTES:
        raise too_large("лист занимает слишком большую область: заполнены ячейки далеко от таблицы")


CELL_BYTES = 64  # of a laid out cell, empty or not: 32 in calamine's range, 8 in a list, room for the rest
