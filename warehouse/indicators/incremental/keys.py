"""Who was met where, kept: the people of changed places, before and after, wherever they are met."""

from __future__ import annotations

from warehouse.indicators.incremental.names import RENAMED
from warehouse.indicators.incremental.state import CHANGED_KEYS, DAYS, KEPT, PLACED, PLACES, TOUCHED, State
from warehouse.indicators.scopes import PLACE

EARLIER = 365_000  # days: what was is counted as a date of its own, far before any, by the same statement
MET = f"{KEPT}.met"
BEFORE = "year(as_of) < 1900"
_HERE = f"place IN (SELECT place FROM {TOUCHED})"


def change_keys(state: State, told: str, *, whole: bool) -> None:
    """Put the keys of touched places (`told`, a statement) in place of those kept; leave both for `cube_keys`.

    `whole`: nothing of the dates is kept yet. Else a key that is met in a touched place, or whose name changed its
    owner, is counted with all places it is met in.
    """
    state.compute("met_now", told)
    if whole:
        state.compute(CHANGED_KEYS, "SELECT as_of, place, key, mask FROM met_now")
        state.compute(PLACES, f"SELECT place, {', '.join(PLACE)} FROM {TOUCHED}")
    else:
        _lay_out(state)
        state.run(f"DELETE FROM {MET} WHERE rowid IN (SELECT row FROM here)")
        if state.run("SELECT 1 FROM moved LIMIT 1"):
            theirs = f"met.name = {RENAMED}.name AND as_of IN (FROM {DAYS})"
            state.run(f"UPDATE {MET} SET key = now FROM {RENAMED} WHERE {theirs}")
    for told_by in ("NOT NULL", "NULL"):  # apart, so that whoever looks for names finds them together
        state.run(f"INSERT INTO {MET} FROM met_now WHERE name IS {told_by}")


def _lay_out(state: State) -> None:
    """Lay out the rows, before and after, of every key that changes anywhere, and their places."""
    named = f"(SELECT * FROM {MET} WHERE name IS NOT NULL AND as_of IN (FROM {DAYS})) JOIN {RENAMED} USING (name)"
    state.compute("moved", f"SELECT as_of, key, now FROM {named}")
    state.compute("here", f"SELECT rowid AS row, as_of, key FROM {MET} WHERE {_HERE}")
    state.compute(
        "keys_met",
        """
        SELECT as_of, key FROM here UNION SELECT as_of, key FROM met_now
        UNION SELECT as_of, unnest([key, now]) FROM moved""",
    )
    state.compute("around", f"SELECT m.* FROM {MET} m SEMI JOIN keys_met USING (as_of, key)")
    state.compute(
        CHANGED_KEYS,
        f"""
        SELECT as_of - {EARLIER} AS as_of, -place AS place, key, mask FROM around
        UNION ALL SELECT as_of, place, coalesce(now, key), mask
            FROM around LEFT JOIN {RENAMED} USING (name) WHERE NOT {_HERE}
        UNION ALL SELECT as_of, place, key, mask FROM met_now""",
    )
    state.compute(
        PLACES,
        f"""
        SELECT c.place, if(c.place < 0, as_of - {EARLIER}, as_of) AS as_of, {", ".join(PLACE[1:])}
        FROM (SELECT DISTINCT place FROM {CHANGED_KEYS}) c JOIN {PLACED} p ON p.place = abs(c.place)""",
    )
