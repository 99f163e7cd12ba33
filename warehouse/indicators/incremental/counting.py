"""Counts and figures of scopes, kept: changed by what places that change make after less what they made before."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import pyarrow as pa

from warehouse.indicators.counts import SCOPE, added_names, counts_of, totals
from warehouse.indicators.definitions import Definitions
from warehouse.indicators.figures import figures_of
from warehouse.indicators.incremental.keys import BEFORE, EARLIER, change_keys
from warehouse.indicators.incremental.since import NEW, Unforeseen
from warehouse.indicators.incremental.state import (
    HAS,
    KEPT,
    NOW,
    PLACE_COLUMNS,
    PLACED,
    TOUCHED,
    State,
    added_columns,
    numbered,
)
from warehouse.indicators.incremental.statements import EVERYTHING, keyed
from warehouse.indicators.incremental.sums import change_sums, make_sums
from warehouse.indicators.series import in_order
from warehouse.storage.loading import fetch
from warehouse.storage.packed import of_senders

ROSTER = ("expected", "in_force", "last_known")
_SCOPE = ", ".join(SCOPE)
# What of a place a new delivery may change.
_TOLD = f"""SELECT {PLACE_COLUMNS} FROM {NOW}expected
    LEFT JOIN (SELECT place, headcount AS last_told FROM {NOW}last_known) USING (place)"""
_MAY_CHANGE = ("delivery", "reported", "on_time", "last_told")


def counts_table(chosen: Definitions) -> str:
    """Name the table of the counts of a version, a row a scope and date."""
    return f"{KEPT}.counts_{numbered(chosen)}"


def make_counts(state: State, chosen: Definitions) -> None:
    """Make the tables of a version."""
    make_sums(state, chosen)
    names = [*(f"{name} DECIMAL(38, 8)" for name in added_columns(chosen)), *(f"{n} BIGINT" for n in keyed(chosen)[0])]
    columns = f"scope INTEGER, scope_type VARCHAR, scope_code VARCHAR, as_of DATE, {', '.join(names)}"
    state.run(f"CREATE TABLE {counts_table(chosen)} ({columns})")


def count_whole(state: State, chosen: Definitions, texts: Mapping[str, str]) -> None:
    """Count the one date of `DAYS`, of which nothing is kept."""
    first = state.run(f"SELECT coalesce(max(place), 0) FROM {PLACED}")[0][0]
    _lay_out_roster(state, f"SELECT * REPLACE (place + {first} AS place) FROM ({texts['expected']})", texts)
    state.compute(TOUCHED, _TOLD)
    _change(state, chosen, texts, whole=True)
    counts = counts_table(chosen)
    first = state.run(f"SELECT count(*) FROM {counts}")[0][0]
    state.compute("renewed", f"SELECT {first} + row_number() OVER () AS scope, * FROM changes")
    state.run(f"INSERT INTO {counts} BY NAME FROM renewed")
    _renew_figures(state, chosen)


def count_changed(state: State, chosen: Definitions, texts: Mapping[str, str]) -> int:
    """Count what the deliveries shown change of the dates of `DAYS`; return how many figures were made."""
    state.compute("placed_before", f"FROM {PLACED} WHERE {of_senders(PLACED, 'institution_code')}")
    numbers = f"""SELECT e.* REPLACE (p.place AS place) FROM ({texts["expected"]}) e
        JOIN placed_before p USING (as_of, institution_code)"""
    _lay_out_roster(state, numbers, texts)
    same = " AND ".join(f"t.{name} IS NOT DISTINCT FROM p.{name}" for name in _MAY_CHANGE)
    state.compute(TOUCHED, f"SELECT t.* FROM ({_TOLD}) t JOIN placed_before p USING (place) WHERE NOT ({same})")
    if state.run(f"SELECT 1 FROM {TOUCHED} WHERE coalesce(delivery, last_told) NOT IN (FROM {NEW}) LIMIT 1"):
        raise Unforeseen("в силу вступили прежние сдачи")
    for name in ROSTER:
        state.run(f"DELETE FROM {NOW}{name} WHERE place NOT IN (SELECT place FROM {TOUCHED})")
    _change(state, chosen, texts, whole=False)
    counts = counts_table(chosen)
    more = ", ".join(f"c.{name} + n.{name} AS {name}" for name in _counts(chosen))
    state.compute("renewed", f"SELECT c.scope, {_SCOPE}, {more} FROM {counts} c JOIN changes n USING ({_SCOPE})")
    state.run(f"DELETE FROM {counts} WHERE scope IN (SELECT scope FROM renewed)")
    state.run(f"INSERT INTO {counts} BY NAME FROM renewed")
    return _renew_figures(state, chosen)


def _counts(chosen: Definitions) -> list[str]:
    return [*added_columns(chosen), *keyed(chosen)[0]]


def _lay_out_roster(state: State, expected: str, texts: Mapping[str, str]) -> None:
    """Lay out who is expected, who reported and who did not, each made of those before."""
    for name in ROSTER:
        state.compute(f"{NOW}{name}", expected if name == "expected" else texts[name])


def _change(state: State, chosen: Definitions, texts: Mapping[str, str], *, whole: bool) -> None:
    """Keep the touched places as they are now; leave in `changes` by how much each count of each scope changes."""
    change_sums(state, chosen, texts["sums"])
    change_keys(state, texts["keys"], whole=whole)
    state.compute("cube_sums", texts["cube_sums"])
    state.compute("cube_keys", texts["cube_keys"])
    signed = ", ".join(f"if({BEFORE}, -{name}, {name}) AS {name}" for name in keyed(chosen)[0])
    when = f"if({BEFORE}, as_of + {EARLIER}, as_of) AS as_of"
    summed = ", ".join(f"coalesce(sum({name}), 0) AS {name}" for name in _counts(chosen))
    some = " OR ".join(f"{name} <> 0" for name in _counts(chosen))
    rows = f"FROM cube_sums UNION ALL BY NAME SELECT scope_type, scope_code, {when}, {signed} FROM cube_keys"
    state.compute("changes", f"SELECT {_SCOPE}, {summed} FROM ({rows}) GROUP BY ALL HAVING {some}")
    if not whole:
        state.run(f"DELETE FROM {PLACED} WHERE place IN (SELECT place FROM {TOUCHED})")
    state.run(f"INSERT INTO {PLACED} ({PLACE_COLUMNS}) SELECT {PLACE_COLUMNS} FROM {TOUCHED}")


def _renew_figures(state: State, chosen: Definitions) -> int:
    """Make the figures of the scopes in `renewed` of their counts, in place of those kept."""
    told = {name: name for name in [*added_names(chosen), *keyed(chosen)[0]]}
    told |= {name: f"if({HAS}{name} > 0, {name}, NULL)" for name in totals(chosen)}
    columns = ", ".join(f"CAST({value} AS DOUBLE) AS {name}" for name, value in told.items())
    rows: pa.Table = state.duck.sql(f"SELECT {_SCOPE}, {columns} FROM renewed ORDER BY ALL").to_arrow_table()
    counts = counts_of(rows.to_pandas(date_as_object=True).set_index(SCOPE), chosen)
    made = in_order(figures_of(partial(fetch, state.lake.connection), chosen, counts, EVERYTHING))
    kept = f"{KEPT}.figures"
    state.run(f"DELETE FROM {kept} WHERE scope IN (SELECT scope FROM renewed)")
    state.duck.register("figures_made", made)
    state.run(f"INSERT INTO {kept} BY NAME SELECT r.scope, f.* FROM figures_made f JOIN renewed r USING ({_SCOPE})")
    state.duck.unregister("figures_made")
    return made.num_rows
