"""Who was met where, kept: the people of changed places, before and after, wherever they are met."""

from __future__ import annotations

import sqlalchemy as sa

from warehouse.indicators.counts import Keys
from warehouse.indicators.cubes import distinct_cube
from warehouse.indicators.incremental.names import RENAMED
from warehouse.indicators.incremental.state import KEPT, KEY_TYPES, TOKEN, State
from warehouse.indicators.incremental.sums import EARLIER
from warehouse.indicators.people import DISTINCT
from warehouse.indicators.scopes import PLACE, Roster


def change_keys(state: State, source: str, keys: Keys, relations: Roster, *, whole: bool) -> sa.Select:
    """Put what relations tell of a source's keys in place of what is kept; return the statement that counts both.

    `whole`: nothing of the dates is kept yet. Else `touched` has the places; a key that is met in one of them, or
    whose name changed its owner, is counted with all places it is met in.
    """
    fresh, changed = f"fresh_{source}", f"changed_{source}"
    rows = DISTINCT[source](keys.measures, relations)
    name = rows.c.name if "name" in rows.c else sa.cast(sa.null(), sa.Uuid).label("name")
    state.compute(fresh, sa.select(rows.c.as_of, rows.c.place, rows.c.key, name, rows.c.mask))
    if not whole:
        _replace(state, source, fresh, changed)
    for told in ("NOT NULL", "NULL"):  # apart, so that whoever looks for names finds them together
        state.run(f"INSERT INTO {KEPT}.met_{source} FROM {fresh} WHERE name IS {told}")
    counted = _met(fresh if whole else changed, KEY_TYPES[source])
    return distinct_cube(counted, places(), list(keys.parted), list(keys.across))


def _replace(state: State, source: str, fresh: str, changed: str) -> None:
    """Lay out the rows, before and after, of every key that changes anywhere; take the old ones out of what is kept."""
    kept, touched = f"{KEPT}.met_{source}", "SELECT place FROM touched"
    named = f"(SELECT * FROM {kept} WHERE name IS NOT NULL AND as_of IN (FROM days)) JOIN {RENAMED} USING (name)"
    state.compute("moved", f"SELECT as_of, place, key, name, mask, now FROM {named}")
    state.compute(
        "keys_met",
        f"""
        SELECT as_of, key FROM {kept} WHERE place IN ({touched}) UNION SELECT as_of, key FROM {fresh}
        UNION SELECT as_of, unnest([key, now::{KEY_TYPES[source]}]) FROM moved""",
    )
    state.compute("around", f"SELECT k.* FROM {kept} k SEMI JOIN keys_met USING (as_of, key)")
    state.compute(
        changed,
        f"""
        SELECT as_of - {EARLIER} AS as_of, -place AS place, key, mask FROM around
        UNION ALL SELECT as_of, place, coalesce(now::{KEY_TYPES[source]}, key), mask
            FROM around LEFT JOIN {RENAMED} USING (name) WHERE place NOT IN ({touched})
        UNION ALL SELECT as_of, place, key, mask FROM {fresh}""",
    )
    state.run(f"DELETE FROM {kept} WHERE place IN ({touched})")
    if state.run("SELECT 1 FROM moved LIMIT 1"):
        state.run(f"""UPDATE {kept} SET key = now FROM {RENAMED}
            WHERE {kept}.name = {RENAMED}.name AND as_of IN (FROM days)""")


def place_all(state: State, sources: list[str], *, whole: bool) -> None:
    """Lay out the places of the rows to be counted for `places`."""
    columns = ", ".join(PLACE[1:])
    if whole:
        state.compute("places_met", f"SELECT place, as_of, {columns} FROM touched")
        return
    met = " UNION ".join(f"SELECT place FROM changed_{source}" for source in sources)
    state.compute(
        "places_met",
        f"""
        SELECT m.place, if(m.place < 0, as_of - {EARLIER}, as_of) AS as_of, {columns}
        FROM ({met}) m JOIN {KEPT}.placed p ON p.place = abs(m.place)""",
    )


def places() -> sa.TableClause:
    """Name the places laid out."""
    texts = (sa.column(name, sa.Text()) for name in PLACE[1:])
    return sa.table("places_met", sa.column("place", sa.Integer()), sa.column("as_of", sa.Date()), *texts)


def _met(name: str, key: str) -> sa.TableClause:
    kind = sa.Text() if key != TOKEN else sa.Uuid(as_uuid=False)
    columns = (sa.column("as_of", sa.Date()), sa.column("place", sa.Integer()), sa.column("key", kind))
    return sa.table(name, *columns, sa.column("mask", sa.BigInteger()))
