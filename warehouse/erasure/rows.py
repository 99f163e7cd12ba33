"""Which rows of the vault tell of a person, and the vault's tables without them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa

PLACES = {"pairs": ("mentor_row", "mentee_row"), "surveys": ("participant_row",)}  # columns that name «Участники»
Place = tuple[str, int]  # delivery, row
Rows = dict[str, set[Place]]  # by sheet


def rows_of_people(facts: Callable[[str], pa.Table | None], people: set[Place]) -> Rows:
    """Return every row that tells of people given by their rows of «Участники»: theirs, their pairs, their answers.

    A pair is told by one row: what it says of the other one goes too.
    """
    found: Rows = {"participants": set(people)}
    for sheet, columns in PLACES.items():
        rows = facts(sheet)
        found[sheet] = set()
        if rows is not None and rows.num_rows:
            told = rows.select(["delivery", "row", *columns]).to_pylist()
            found[sheet] = {
                (one["delivery"], one["row"])
                for one in told
                if any((one["delivery"], one[column]) in people for column in columns)
            }
    return found


def without_rows(vault: Mapping[str, pa.Table], gone: Rows) -> dict[str, pa.Table]:
    """Return the vault's tables without some rows."""
    return {sheet: _without(rows, gone.get(sheet, set())) for sheet, rows in vault.items()}


def with_blanks(vault: Mapping[str, pa.Table], cells: set[tuple[str, str, int, str]]) -> dict[str, pa.Table]:
    """Return the vault's tables with some cells (delivery, sheet, row, column) empty."""
    return {sheet: _blanked(rows, {one for one in cells if one[1] == sheet}) for sheet, rows in vault.items()}


def _without(rows: pa.Table, gone: set[Place]) -> pa.Table:
    if not gone or not rows.num_rows:
        return rows
    kept = [place not in gone for place in places(rows)]
    return rows.filter(pa.array(kept))


def places(rows: pa.Table) -> list[Place]:
    """Return (delivery, row) of every row."""
    return list(zip(rows["delivery"].to_pylist(), rows["row"].to_pylist(), strict=True))


def _blanked(rows: pa.Table, cells: set[tuple[str, str, int, str]]) -> pa.Table:
    for column in sorted({one[3] for one in cells}):
        wrong = {(delivery, row) for delivery, _, row, name in cells if name == column}
        values: list[Any] = [
            None if place in wrong else value
            for place, value in zip(places(rows), rows[column].to_pylist(), strict=True)
        ]
        number = rows.schema.get_field_index(column)
        rows = rows.set_column(number, rows.schema.field(number), pa.array(values, rows.schema.field(number).type))
    return rows
