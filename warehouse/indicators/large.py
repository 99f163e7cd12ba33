"""The series of a lake too large to be counted at once: one reporting date after another, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import partial

import pyarrow as pa
import sqlalchemy as sa

from warehouse.indicators.definitions import by_version, definitions
from warehouse.indicators.identity import people_known
from warehouse.indicators.knowledge import Knowledge
from warehouse.indicators.scopes import roster
from warehouse.indicators.series import figures_over, in_order, reporting_dates
from warehouse.storage.loading import fetch
from warehouse.storage.packed import Packed, packed_tables


def series_of(lake: Packed, seq: int, dates: tuple[date, ...] | None = None) -> Iterator[tuple[date, pa.Table]]:
    """Compute the figures (`FIGURES`) of each reporting date of a packed lake, as `series` would.

    What every statement asks for is kept in temporary tables: whose name is whose, and who is in which scope.
    """
    connection, known = lake.connection, Knowledge.at(seq)
    keep = partial(_kept, connection)
    people = people_known(connection, known)
    people = replace(people, owners=keep("owners", people.owners))
    days = reporting_dates(connection, seq) if dates is None else dates
    try:
        for version, held in by_version(days).items():
            for day in held:
                lake.show(day)
                relations = roster(connection, known, (day,), keep=keep, people=people)
                yield day, in_order(figures_over(partial(fetch, connection), definitions(version), relations))
    finally:
        lake.show()


def everything(lake: Packed) -> int:
    """Return the journal number up to which a packed lake knows: that of its last delivery or of what came after."""
    numbered = [sa.func.max(one.c[name]) for one in packed_tables() for name in ("seq", "known_seq") if name in one.c]
    return max(lake.connection.execute(sa.select(number)).scalar() or 0 for number in numbered)


def _kept(connection: sa.Connection, name: str, relation: sa.FromClause) -> sa.Table:
    """Keep the rows of a relation in a temporary table, in place of an earlier one of that name."""
    columns = (sa.Column(column.name, column.type) for column in relation.c)
    kept = sa.Table(f"kept_{name}", sa.MetaData(), *columns, prefixes=["TEMPORARY"])
    connection.execute(sa.schema.DropTable(kept, if_exists=True))
    kept.create(connection, checkfirst=False)
    connection.execute(kept.insert().from_select([column.name for column in relation.c], sa.select(relation)))
    return kept
