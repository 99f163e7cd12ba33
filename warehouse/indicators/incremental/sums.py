"""What each place adds, kept: amounts of changed places, those before taken away, for the statement that adds them."""

from __future__ import annotations

from warehouse.indicators.counts import added_names, totals
from warehouse.indicators.definitions import Definitions
from warehouse.indicators.incremental.state import CHANGED_SUMS, HAS, KEPT, TOUCHED, State, numbered
from warehouse.indicators.scopes import PLACE

EXACT = "DECIMAL(30, 8)"  # an amount of a place: sums of them are the same in whatever order they are added


def sums_table(chosen: Definitions) -> str:
    """Name the table of what places add under a version."""
    return f"{KEPT}.sums_{numbered(chosen)}"


def make_sums(state: State, chosen: Definitions) -> None:
    """Make the table of a version."""
    columns = ", ".join(f"{name} {EXACT}" for name in added_names(chosen))
    state.run(f"CREATE TABLE {sums_table(chosen)} (place INTEGER, {columns})")


def change_sums(state: State, chosen: Definitions, told: str) -> None:
    """Put the amounts of touched places (`told`, a statement) in place of those kept; leave both for `cube_sums`."""
    kept, names = sums_table(chosen), added_names(chosen)
    amounts = ", ".join(f"CAST(s.{name} AS {EXACT}) AS {name}" for name in names)
    state.compute(
        "sums_now", f"SELECT t.place, {amounts} FROM ({told}) s JOIN {TOUCHED} t USING (as_of, institution_code)"
    )
    places = ", ".join(f"t.{name}" for name in PLACE)

    def changed(rows: str, sign: str) -> str:
        columns = [*(f"{sign}coalesce(s.{name}, 0) AS {name}" for name in names),
                   *(f"{sign}if(s.{name} IS NULL, 0, 1) AS {HAS}{name}" for name in totals(chosen))]  # fmt: skip
        return f"SELECT {places}, {', '.join(columns)} FROM {rows} s JOIN {TOUCHED} t USING (place)"

    state.compute(CHANGED_SUMS, f"{changed('sums_now', '')} UNION ALL {changed(kept, '-')}")
    state.run(f"DELETE FROM {kept} WHERE place IN (SELECT place FROM {TOUCHED})")
    state.run(f"INSERT INTO {kept} FROM sums_now")
