"""Every measure of a version over every scope and date, by a handful of statements."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import NamedTuple

import pandas as pd
import pyarrow as pa
import sqlalchemy as sa

from warehouse.indicators.amounts import AMOUNTS, COUNTED_OVER_EXPECTED, amounts
from warehouse.indicators.cubes import distinct_cube, total_cube
from warehouse.indicators.definitions import Definitions, Measure
from warehouse.indicators.knowledge import Knowledge
from warehouse.indicators.people import DISTINCT
from warehouse.indicators.scopes import PLACE, Roster, roster
from warehouse.storage.loading import fetch

SCOPE = ["scope_type", "scope_code", "as_of"]
STUDENTS = "students"
MISSING = "missing_"  # begins the names of what institutions that did not report last told
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
    rows = ask(statement)
    counts = {name: rows[name].cast(pa.float64()) for name in rows.column_names if name not in SCOPE}  # below 2**53
    return pa.table({name: rows[name] for name in SCOPE} | counts).to_pandas(date_as_object=True).set_index(SCOPE)


def _chosen(definitions: Definitions, wanted: object) -> dict[str, Measure]:
    return {_name(n): m for n, m in enumerate(definitions.measures) if wanted(m)}  # type: ignore[operator]


def measure_cubes(measures: dict[str, Measure], relations: Roster) -> Iterator[Cube]:
    """Yield the statements that count the measures, a column each, with the names of those columns.

    Those that are counts of institutions are columns of `scopes_cube`.
    """
    totals = {name: m for name, m in measures.items() if m.source in AMOUNTS}
    yield list(totals), total_cube(amounts(totals, relations.in_force, relations), list(totals))
    for source, keys in keys_of(measures).items():
        rows = relations.keep(source, DISTINCT[source](keys.measures, relations))
        yield list(keys.measures), distinct_cube(rows, relations.places, list(keys.measures), keys.across)


class Keys(NamedTuple):
    """The measures of one source that tells keys apart: within each kind of institution, or across kinds."""

    parted: dict[str, Measure]
    across: dict[str, Measure]

    @property
    def measures(self) -> dict[str, Measure]:
        """All of them, in the order of their bits."""
        return self.parted | self.across


def keys_of(measures: dict[str, Measure]) -> dict[str, Keys]:
    """Return the measures of each source of keys that has any."""
    found = {}
    for source in DISTINCT:
        parted, across = ({n: m for n, m in measures.items() if m.source == source and m.across_kinds == kinds}
                          for kinds in (False, True))  # fmt: skip
        if parted or across:
            found[source] = Keys(parted, across)
    return found


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


def measured(definitions: Definitions) -> dict[str, Measure]:
    """Return the measures of a version by the names of their columns."""
    return _chosen(definitions, lambda m: True)


def counted(ask: Ask, definitions: Definitions, relations: Roster) -> Counts:
    """Count every measure over relations; the scopes are sorted."""
    rows = added(definitions, relations)
    wide = _frame(ask, total_cube(rows, added_names(definitions))).sort_index()
    _, *keyed = measure_cubes(measured(definitions), relations)
    return counts_of(
        pd.concat([wide, *(_frame(ask, cube).reindex(wide.index) for _, cube in keyed)], axis=1), definitions
    )


def counts_of(wide: pd.DataFrame, definitions: Definitions) -> Counts:
    """Make counts of one frame that has the columns of `added` and of the cubes that tell keys apart."""
    institutions = _chosen(definitions, lambda m: m.source in COUNTED_OVER_EXPECTED)
    keyed = list(_chosen(definitions, lambda m: m.source in DISTINCT))
    # Where institutions reported and no key was met, the count is 0.
    nobody_is_zero = wide[keyed].fillna(0).where(wide["reported"] > 0)
    counted_over = wide[[m.source for m in institutions.values()]].set_axis(list(institutions), axis=1)
    measures = pd.concat([wide[list(totals(definitions))], counted_over, nobody_is_zero], axis=1)
    missing = wide[[name for name in added_names(definitions) if name.startswith(MISSING)]].fillna(0)
    missing = missing.rename(columns=lambda name: name.removeprefix(MISSING))
    return Counts(measures, wide[list(COUNTED_OVER_EXPECTED)], missing)


def totals(definitions: Definitions) -> dict[str, Measure]:
    """Return the measures that are added up of what institutions tell; nothing told is not 0."""
    return _chosen(definitions, lambda m: m.source in AMOUNTS)


def added_names(definitions: Definitions) -> list[str]:
    """Name the columns of `added` that are amounts."""
    missing = [f"{MISSING}{name}" for name in _chosen(definitions, lambda m: m.source == STUDENTS)]
    return [*COUNTED_OVER_EXPECTED, *totals(definitions), *missing, f"{MISSING}unknown"]


def added(definitions: Definitions, relations: Roster) -> sa.CTE:
    """One row an institution and date expected, of all that is added over scopes.

    Flags of the institution; the totals of what it told; of one that did not report, the students it last told of,
    and whether it never told of any.
    """
    expected, absent = relations.expected, relations.last_known
    told = amounts(totals(definitions), relations.in_force, relations)
    last = amounts(_chosen(definitions, lambda m: m.source == STUDENTS), absent, relations)
    joined = expected
    for rows in (told, absent, last):
        same = (rows.c.told_by == expected.c.told_by) & (rows.c.as_of == expected.c.as_of)
        joined = joined.outerjoin(rows, same)
    untold = sa.case((sa.and_(absent.c.told_by.is_not(None), absent.c.headcount.is_(None)), 1), else_=0)
    columns = {
        "expected": sa.literal(1), "reported": expected.c.reported, "on_time": expected.c.on_time,
        **{name: told.c[name] for name in totals(definitions)},
        **{f"{MISSING}{name}": last.c[name] for name in _chosen(definitions, lambda m: m.source == STUDENTS)},
        f"{MISSING}unknown": untold,
    }  # fmt: skip
    places = [expected.c[name] for name in PLACE]
    return (
        sa.select(*places, *(column.label(name) for name, column in columns.items())).select_from(joined).cte("added")
    )
