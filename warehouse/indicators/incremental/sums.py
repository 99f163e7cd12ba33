"""What each place adds, kept: amounts of changed places before and after, for the one statement that adds them."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from warehouse.indicators.counts import added, added_names, totals
from warehouse.indicators.cubes import total_cube
from warehouse.indicators.definitions import Definitions
from warehouse.indicators.incremental.state import KEPT, State
from warehouse.indicators.scopes import PLACE, Roster

EXACT = "DECIMAL(30, 8)"  # an amount of a place: sums of them are the same in whatever order they are added
HAS = "has_"  # begins the name of a count of amounts that are told: nothing told is not 0
EARLIER = 365_000  # days: what was is counted as a date of its own, far before any, by the same statement


def numbered(chosen: Definitions) -> str:
    """Name a version in names of tables."""
    return "_".join(map(str, chosen.number))


def sums_table(chosen: Definitions) -> str:
    """Name the table of what places add under a version."""
    return f"{KEPT}.sums_{numbered(chosen)}"


def added_columns(chosen: Definitions) -> list[str]:
    """Name the counts that are added."""
    return [*added_names(chosen), *(f"{HAS}{name}" for name in totals(chosen))]


def make_sums(state: State, chosen: Definitions) -> None:
    """Make the table of a version."""
    columns = ", ".join(f"{name} {EXACT}" for name in added_names(chosen))
    state.run(f"CREATE TABLE {sums_table(chosen)} (as_of DATE, place INTEGER, {columns})")


def change_sums(state: State, chosen: Definitions, relations: Roster) -> sa.CompoundSelect:
    """Put the amounts of relations in place of those kept; return the statement that adds what was and what is.

    `touched` has the places.
    """
    names, kept = added_names(chosen), sums_table(chosen)
    amounts = ", ".join(f"CAST(s.{name} AS {EXACT}) AS {name}" for name in names)
    state.compute("sums_told", added(chosen, relations))
    state.compute(
        "sums_now",
        f"""
        SELECT t.as_of, t.place, {amounts} FROM sums_told s JOIN touched t USING (as_of, institution_code)""",
    )
    state.compute("sums_was", f"SELECT * FROM {kept} WHERE place IN (SELECT place FROM touched)")
    told = ", ".join([
        *(f"coalesce(s.{name}, 0) AS {name}" for name in names),
        *(f"if(s.{name} IS NULL, 0, 1) AS {HAS}{name}" for name in totals(chosen)),
    ])  # fmt: skip
    places = ", ".join(f"t.{name}" for name in PLACE[1:])
    state.compute(
        "sums_changed",
        f"""
        SELECT s.as_of, {places}, {told} FROM sums_now s JOIN touched t USING (place) UNION ALL
        SELECT s.as_of - {EARLIER}, {places}, {told} FROM sums_was s JOIN touched t USING (place)""",
    )
    state.run(f"DELETE FROM {kept} WHERE place IN (SELECT place FROM touched)")
    state.run(f"INSERT INTO {kept} FROM sums_now")
    return total_cube(_named("sums_changed", added_columns(chosen)), added_columns(chosen))


def _named(name: str, columns: list[str]) -> sa.TableClause:
    return sa.table(name, *_places(), *(sa.column(column, sa.Numeric()) for column in columns))


def _places() -> Iterator[sa.ColumnClause]:
    for name in PLACE:
        yield sa.column(name, sa.Date() if name == "as_of" else sa.Text())
