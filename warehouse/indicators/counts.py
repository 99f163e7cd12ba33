"""Every measure of a version over every scope and date, by a handful of statements."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pandas as pd
import sqlalchemy as sa

from warehouse.indicators.amounts import AMOUNTS, COUNTED_OVER_EXPECTED, amounts
from warehouse.indicators.cubes import distinct_cube, total_cube
from warehouse.indicators.definitions import Definitions, Measure
from warehouse.indicators.knowledge import Knowledge
from warehouse.indicators.people import DISTINCT
from warehouse.indicators.scopes import PLACE, Roster, roster
from warehouse.loading import fetch

SCOPE = ["scope_type", "scope_code", "as_of"]
STUDENTS = "students"


@dataclass(frozen=True)
class Counts:
    """Frames indexed by scope_type, scope_code, as_of.

    `measures`: a column a measure (its number in the definitions), NaN where nothing was counted. `scopes`:
    expected and reported institutions. `missing`: last known enrolment of those that did not report, a column a
    measure of students, and `unknown`: how many of them never told any.
    """

    measures: pd.DataFrame
    scopes: pd.DataFrame
    missing: pd.DataFrame

    def of(self, measure: Measure, definitions: Definitions) -> pd.Series:
        """Return the column of a measure of the definitions that were counted."""
        return self.measures[_name(definitions.measures.index(measure))]


def _name(number: int) -> str:
    return f"m{number}"


def _frame(connection: sa.Connection, statement: sa.CompoundSelect) -> pd.DataFrame:
    frame = fetch(connection, statement).to_pandas(date_as_object=True)
    return frame.set_index(SCOPE).astype("float64")  # counts are below 2**53: exact


def _chosen(definitions: Definitions, wanted: object) -> dict[str, Measure]:
    return {_name(n): m for n, m in enumerate(definitions.measures) if wanted(m)}  # type: ignore[operator]


def measure_cubes(measures: dict[str, Measure], relations: Roster) -> Iterator[tuple[list[str], sa.CompoundSelect]]:
    """Yield the statements that count the measures, a column each, with the names of those columns.

    Those that are counts of institutions are columns of `scopes_cube`.
    """
    totals = {name: m for name, m in measures.items() if m.source in AMOUNTS}
    yield list(totals), total_cube(amounts(totals, relations.in_force, relations), list(totals))
    for source, keyed in DISTINCT.items():
        for across in (False, True):
            chosen = {n: m for n, m in measures.items() if m.source == source and m.across_kinds == across}
            if chosen:
                yield list(chosen), distinct_cube(keyed(chosen, relations), list(chosen), across_kinds=across)


def scopes_cube(relations: Roster) -> sa.CompoundSelect:
    """Count the institutions of every scope: expected, reported, on_time."""
    expected = relations.expected
    columns = [*(expected.c[name] for name in PLACE), expected.c.reported, expected.c.on_time]
    rows = sa.select(*columns, sa.literal(1).label("expected")).cte("rows")
    return total_cube(rows, list(COUNTED_OVER_EXPECTED))


def count(
    connection: sa.Connection, definitions: Definitions, known: Knowledge, dates: tuple[date, ...],
    boundaries: date | None = None,
) -> Counts:  # fmt: skip
    """Count every measure for the dates, as known; on the boundaries of a day where one is given."""
    relations = roster(connection, known, dates, boundaries)
    measured = _chosen(definitions, lambda m: True)
    frames = [_frame(connection, cube) for _, cube in measure_cubes(measured, relations)]
    scopes = _frame(connection, scopes_cube(relations))
    rosters = _chosen(definitions, lambda m: m.source in COUNTED_OVER_EXPECTED)
    frames.append(pd.DataFrame({name: scopes[m.source] for name, m in rosters.items()}, index=scopes.index))
    measures = pd.concat([f.reindex(scopes.index) for f in frames], axis=1)
    return Counts(
        _nobody_is_zero(measures, definitions, scopes), scopes, _missing(connection, definitions, relations, scopes)
    )


def _nobody_is_zero(measures: pd.DataFrame, definitions: Definitions, scopes: pd.DataFrame) -> pd.DataFrame:
    """Where institutions reported and no key was met, the count is 0."""
    counted = list(_chosen(definitions, lambda m: m.source in DISTINCT))
    measures[counted] = measures[counted].fillna(0).where(scopes["reported"] > 0)
    return measures


def _missing(
    connection: sa.Connection, definitions: Definitions, relations: Roster, scopes: pd.DataFrame
) -> pd.DataFrame:
    students = _chosen(definitions, lambda m: m.source == STUDENTS)
    place = relations.last_known
    known = amounts(students, place, relations)
    unknown = sa.select(
        *(place.c[name] for name in PLACE), sa.case((place.c.headcount.is_(None), 1), else_=0).label("unknown")
    ).cte("unknown")
    frames = [
        _frame(connection, total_cube(known, list(students))),
        _frame(connection, total_cube(unknown, ["unknown"])),
    ]
    return pd.concat([f.reindex(scopes.index) for f in frames], axis=1).fillna(0)
