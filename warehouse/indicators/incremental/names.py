"""Whose name is whose, kept: what new deliveries tell of it, and whose rows go over to somebody else by it."""

from __future__ import annotations

import sqlalchemy as sa

from warehouse.indicators.identity import TOKEN, bearers, decided_about
from warehouse.indicators.incremental.state import KEPT, State
from warehouse.indicators.knowledge import Knowledge
from warehouse.tables.tables import table

RENAMED = "renamed"  # name, was, now: names whose owner changed; the name itself stands for nobody
OWNERS = "owners_met"


def keep_names(state: State, known: Knowledge) -> None:
    """Keep the bearers of every name of the whole lake, and the identities that decisions rest on."""
    rows = str(bearers(known).compile(state.lake.connection, compile_kwargs={"literal_binds": True}))
    state.run(f"INSERT INTO {KEPT}.bearers {rows}")
    for one in decided_about(state.lake.connection, known):
        state.run(f"INSERT INTO {KEPT}.decided VALUES (?, ?)", one.snils, one.name)


def renew_names(state: State, known: Knowledge) -> None:
    """Take in what the deliveries shown tell; leave `RENAMED`, and the owners of the names they ask about."""
    state.compute("told_now", bearers(known))
    asked = " UNION ".join(
        f"SELECT name_token FROM mentoring.{one} WHERE snils_token IS NULL" for one in ("participants", "surveys")
    )
    asked += " UNION SELECT name_token FROM mentoring.participations WHERE snils_token IS NULL"
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
    state.run(f"DELETE FROM {KEPT}.bearers WHERE name IN (SELECT name FROM told_new)")
    state.run(f"INSERT INTO {KEPT}.bearers FROM told_new")


def owners_met() -> sa.TableClause:
    """Return the owners of the names that the deliveries shown ask about."""
    return sa.table(OWNERS, sa.column("name_token", TOKEN), sa.column("owner", TOKEN))


def touches_decisions(state: State) -> bool:
    """Whether the deliveries shown tell of anybody that decisions of the clerk rest on."""
    rows = table("participants")
    return bool(
        state.run(f"""SELECT 1 FROM mentoring.{rows.name} p WHERE EXISTS (SELECT 1 FROM {KEPT}.decided d
        WHERE d.name = p.name_token OR d.snils = p.snils_token) LIMIT 1""")
    )
