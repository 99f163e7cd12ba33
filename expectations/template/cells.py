"""Single cells of a template: notes, checks, marks, values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from expectations.spellings import Kind
from expectations.structure import Column
from expectations.template.conditions import broken_formula, conditions_of, missing_formula
from expectations.template.grid import HEADING_ROW, Grid
from expectations.template.looks import BROKEN, BROKEN_INK, MISSING, Looks
from expectations.template.validation import capital, obligation, validation_of

NOTE_WIDTH, NOTE_LINE, NOTE_LINE_SIGNS = 300, 18, 42  # pixels, pixels, the same width in characters


@dataclass(frozen=True)
class Marks:
    """The two conditional fills of a workbook."""

    missing: Format
    broken: Format

    @classmethod
    def made(cls, looks: Looks) -> Marks:
        return cls(looks.marked(MISSING), looks.marked(BROKEN, BROKEN_INK))


def marked(column: Column) -> str:
    """Return the heading as it stands in a template: «*» after a required one."""
    return f"{column.heading}\N{NO-BREAK SPACE}*" if column.required else column.heading


def write_note(target: Worksheet, place: int, column: Column) -> None:
    """Put the column's explanation and its list below the heading."""
    lines = [
        f"{obligation(column)}.",
        *(column.codes or (f"{capital(column.allowed)}.",)),
        *filter(None, [column.hint]),
    ]
    height = NOTE_LINE * (1 + sum(1 + len(line) // NOTE_LINE_SIGNS for line in lines))
    box = {"width": NOTE_WIDTH, "height": height, "start_row": HEADING_ROW + 1, "start_col": place}
    target.write_comment(
        HEADING_ROW, place, "\n".join(lines), box | {"author": "", "font_size": 10, "color": "#FFFFF0"}
    )


def guard(target: Worksheet, grid: Grid, column: Column, marks: Marks) -> None:
    """Check what is typed, and colour what is missing or was pasted wrong."""
    span, cell = grid.span(column.name), grid.cell(column.name)
    target.data_validation(*span, validation_of(column, grid))
    broken = broken_formula(conditions_of(column, grid), cell)
    for formula, fill in ((missing_formula(column, grid), marks.missing), (broken, marks.broken)):
        if formula is not None:
            target.conditional_format(*span, {"type": "formula", "criteria": f"={formula}", "format": fill})


def write_value(target: Worksheet, row: int, place: int, column: Column, value: object, entry: Format) -> None:
    """Write a known value; raise TypeError, which does not quote it, for one of another kind."""
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
