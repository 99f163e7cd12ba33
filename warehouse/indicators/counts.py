"""Every measure of a version over every scope and date, by a handful of statements."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial

import pandas as pd
import pyarrow as pa
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
Statement = sa.Select | sa.CompoundSelect
Ask = Callable[[Statement], pa.Table]  # the engine that answers
Cube = tuple[list[str], Statement]  # names of columns, and the statement that counts them over every scope


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

    def within(self, scopes: tuple[str, ...]) -> Counts:
        """Return the counts of scopes of some types alone."""
        mine = self.scopes.index.get_level_values("scope_type").isin(scopes)
        return Counts(self.measures[mine], self.scopes[mine], self.missing[mine])


def _name(number: int) -> str:
    return f"m{number}"


def _frame(ask: Ask, statement: Statement) -> pd.DataFrame:
    frame = ask(statement).to_pandas(date_as_object=True)
    return frame.set_index(SCOPE).astype("float64")  # counts are below 2**53: exact


def _chosen(definitions: Definitions, wanted: object) -> dict[str, Measure]:
    return {_name(n): m for n, m in enumerate(definitions.measures) if wanted(m)}  # type: ignore[operator]


def measure_cubes(measures: dict[str, Measure], relations: Roster) -> Iterator[Cube]:
    """Yield the statements that count the measures, a column each, with the names of those columns.

    Those that are counts of institutions are columns of `scopes_cube`.
    """
    totals = {name: m for name, m in measures.items() if m.source in AMOUNTS}
    yield list(totals), total_cube(amounts(totals, relations.in_force, relations), list(totals))
    for source, keyed in DISTINCT.items():
        parted, across = ({n: m for n, m in measures.items() if m.source == source and m.across_kinds == kinds}
                          for kinds in (False, True))  # fmt: skip
        if chosen := parted | across:
            rows = relations.keep(source, keyed(chosen, relations))
            yield list(chosen), distinct_cube(rows, relations.places, list(parted), list(across))


def scopes_cube(relations: Roster) -> sa.CompoundSelect:
    """Count the institutions of every scope: expected, reported, on_time."""
    expected = relations.expected
    columns = [*(expected.c[name] for name in PLACE), expected.c.reported, expected.c.on_time]
    rows = sa.select(*columns, sa.literal(1).label("expected")).cte()
    return total_cube(rows, list(COUNTED_OVER_EXPECTED))


def count(
    connection: sa.Connection, definitions: Definitions, known: Knowledge, dates: tuple[date, ...],
    boundaries: date | None = None,
) -> Counts:  # fmt: skip
    """Count every measure for the dates, as known; on the boundaries of a day where one is given."""
    return counted(partial(fetch, connection), definitions, roster(connection, known, dates, boundaries))


def counted(ask: Ask, definitions: Definitions, relations: Roster) -> Counts:
    """Count every measure over relations; the scopes are sorted."""
    measured = _chosen(definitions, lambda m: True)
    scopes = _frame(ask, scopes_cube(relations)).sort_index()

    def beside(cubes: Iterable[Cube]) -> list[pd.DataFrame]:
        return [_frame(ask, cube).reindex(scopes.index) for _, cube in cubes]

    rosters = _chosen(definitions, lambda m: m.source in COUNTED_OVER_EXPECTED)
    institutions = pd.DataFrame({name: scopes[m.source] for name, m in rosters.items()}, index=scopes.index)
    measures = pd.concat([*beside(measure_cubes(measured, relations)), institutions], axis=1)
    missing = pd.concat(beside(_missing_cubes(definitions, relations)), axis=1).fillna(0)
    return Counts(_nobody_is_zero(measures, definitions, scopes["reported"]), scopes, missing)


def _nobody_is_zero(measures: pd.DataFrame, definitions: Definitions, reported: pd.Series) -> pd.DataFrame:
    """Where institutions reported and no key was met, the count is 0."""
    keyed = list(_chosen(definitions, lambda m: m.source in DISTINCT))
    measures[keyed] = measures[keyed].fillna(0).where(reported > 0)
    return measures


def _missing_cubes(definitions: Definitions, relations: Roster) -> Iterator[Cube]:
    """Count over those that did not report: students last told of, and who never told of any."""
    students, place = _chosen(definitions, lambda m: m.source == STUDENTS), relations.last_known
    yield list(students), total_cube(amounts(students, place, relations), list(students))
    untold = sa.case((place.c.headcount.is_(None), 1), else_=0).label("unknown")
    yield ["unknown"], total_cube(sa.select(*(place.c[name] for name in PLACE), untold).cte(), ["unknown"])
