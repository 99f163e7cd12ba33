"""Whose name is whose, kept: what new deliveries tell of it, and whose rows go over to somebody else by it."""

from __future__ import annotations

import sqlalchemy as sa

from warehouse.indicators.identity import decided_about, owners
from warehouse.indicators.incremental.state import KEPT, OWNERS, State
from warehouse.indicators.incremental.statements import EVERYTHING, names_told
from warehouse.tables.tables import table

RENAMED = "renamed"  # name, was, now: names whose owner changed; the name itself stands for nobody


def keep_names(state: State) -> None:
    """Keep the bearers of every name of the whole lake, and the identities that decisions rest on."""
    connection = state.lake.connection
    state.run(f"INSERT INTO {KEPT}.bearers {state.written('', {'names': names_told(connection)})['names']}")
    for one in decided_about(connection, EVERYTHING):
        state.run(f"INSERT INTO {KEPT}.decided VALUES (?, ?)", one.snils, one.name)


def all_owners(state: State) -> None:
    """Lay out the owners of the names that the whole lake asks about."""
    rows = sa.select(owners(EVERYTHING)).compile(state.lake.connection, compile_kwargs={"literal_binds": True})
    state.compute(OWNERS, str(rows))


def renew_names(state: State) -> None:
    """Take in what the deliveries shown tell; leave `RENAMED`, and the owners of the names they ask about."""
    state.compute("told_now", state.statements("")["names"])
    asked = " UNION ".join(
        f"SELECT name_token FROM mentoring.{one} WHERE snils_token IS NULL"
        for one in ("participants", "surveys", "participations")
    )
    state.compute("names_met", f"SELECT name FROM told_now UNION ({asked})")
    state.compute("told_before", f"SELECT * FROM {KEPT}.bearers WHERE name IN (FROM names_met)")
    state.compute(
        "told_since",
        """
        SELECT name, min(snils) AS snils, bool_or(several) OR min(snils) <> max(snils) AS several
        FROM (FROM told_before UNION ALL FROM told_now) GROUP BY name""",
    )
    state.compute(
        RENAMED,
        """
        SELECT name, if(b.several IS NOT FALSE, name, b.snils) AS was, if(s.several, name, s.snils) AS now
        FROM told_since s LEFT JOIN told_before b USING (name) WHERE was <> now""",
    )
    state.compute(OWNERS, "SELECT name AS name_token, snils AS owner FROM told_since WHERE NOT several")
    state.compute("told_new", "FROM told_since EXCEPT FROM told_before")
    state.run(
        f"DELETE FROM {KEPT}.bearers WHERE name IN (SELECT name FROM told_new SEMI JOIN told_before USING (name))"
    )
    state.run(f"INSERT INTO {KEPT}.bearers FROM told_new")


def touches_decisions(state: State) -> bool:
    """Whether the deliveries shown tell of anybody that decisions of the clerk rest on."""
    rows = table("participants")
    return bool(
        state.run(f"""SELECT 1 FROM mentoring.{rows.name} p WHERE EXISTS (SELECT 1 FROM {KEPT}.decided d
        WHERE d.name = p.name_token OR d.snils = p.snils_token) LIMIT 1""")
    )
