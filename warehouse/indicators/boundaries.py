"""Whose history is counted as whose: as it was, or on the boundaries of a later day."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from warehouse.indicators.knowledge import Knowledge
from warehouse.register.reference import last_entries
from warehouse.register.successions import known_successions, successors

HEIR = {"code": "institution_code", "kind": "kind", "municipality": "municipality", "region": "region"}


def heirs(connection: sa.Connection, known: Knowledge, on: date) -> sa.Subquery:
    """Return for every institution (`told_by`) the one it is counted as on a day's boundaries, with its place.

    Renamed and merged institutions are counted as their successor; all in the place the register last gives by then.
    """
    entry, heir = last_entries(known.register, on), last_entries(known.register, on).alias("heir")
    steps = successors(known_successions(connection, known.register), on)
    code = sa.case(steps, value=entry.c.code, else_=entry.c.code) if steps else entry.c.code
    columns = [heir.c[name].label(label) for name, label in HEIR.items()]
    joined = entry.join(heir, heir.c.code == code)
    return sa.select(entry.c.code.label("told_by"), *columns).select_from(joined).subquery("heirs")


def united(expected: sa.CTE, heirs: sa.Subquery) -> sa.CTE:
    """Put every institution and date of `expected` in the place of its heir."""
    place = {name: heirs.c[name] for name in HEIR.values()}
    columns = [place.get(column.name, column) for column in expected.c]
    return sa.select(*columns).join(heirs, heirs.c.told_by == expected.c.told_by).cte("united")
