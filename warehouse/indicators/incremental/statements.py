"""The statements of the full count over tables that bear names, as texts: written once, and kept with the counts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql import visitors

from warehouse.indicators.counts import added, keys_of, measured
from warehouse.indicators.cubes import distinct_cube, total_cube
from warehouse.indicators.definitions import Definitions
from warehouse.indicators.identity import TOKEN, bearers, people_known
from warehouse.indicators.incremental.state import CHANGED_KEYS, CHANGED_SUMS, DAYS, NOW, OWNERS, PLACES, added_columns
from warehouse.indicators.knowledge import Knowledge
from warehouse.indicators.people import DISTINCT
from warehouse.indicators.scopes import PLACE, Roster, relations
from warehouse.journal.ledger import EVER
from warehouse.tables.reference import LOADS

EVERYTHING = Knowledge.at(EVER)  # that the lake shows
_NAMED: dict[str, sa.types.TypeEngine] = {
    "as_of": sa.Date(),
    **dict.fromkeys(PLACE[1:], sa.Text()),
    "place": sa.Integer(),
    "mask": sa.BigInteger(),
}
_NAMED |= dict.fromkeys(("key", "name_token", "owner"), TOKEN)


def names_told(connection: sa.Connection) -> str:
    """Write the statement of who bears each name in the deliveries shown."""
    return _text(connection, bearers(EVERYTHING))


def statements(connection: sa.Connection, chosen: Definitions) -> dict[str, str]:
    """Write the statements that count a version, by name.

    The roster's relations on the dates of `DAYS`, each over those before it as tables (`NOW`); over them `sums`, what
    each place adds, and `keys`, who is met there, by the names of `OWNERS`. `cube_sums` of `CHANGED_SUMS`, and
    `cube_keys` of `CHANGED_KEYS` and `PLACES`, count over scopes.
    """
    texts: dict[str, str] = {}

    def keep(name: str, relation: sa.FromClause) -> sa.FromClause:
        texts[name] = _text(connection, relation.select())
        return sa.table(f"{NOW}{name}", *(sa.column(column.name, column.type) for column in relation.c))

    people = replace(people_known(connection, EVERYTHING), owners=_table(OWNERS, "name_token", "owner"))
    placed = relations(EVERYTHING, _table(DAYS, "as_of"), people, keep=keep)
    names, across = keyed(chosen)
    written = {
        "sums": added(chosen, placed),
        "keys": _met(chosen, placed),
        "cube_sums": total_cube(_table(CHANGED_SUMS, *PLACE, *added_columns(chosen)), added_columns(chosen)),
        "cube_keys": distinct_cube(
            _table(CHANGED_KEYS, "as_of", "place", "key", "mask"), _table(PLACES, "place", *PLACE), names, across
        ),
    }
    return texts | {name: _text(connection, statement) for name, statement in written.items()}


def keyed(chosen: Definitions) -> tuple[list[str], set[str]]:
    """Name the counts that tell keys apart, in the order of their bits, and those of them that do across kinds."""
    sources = keys_of(measured(chosen)).values()
    return [name for keys in sources for name in keys.measures], {name for keys in sources for name in keys.across}


def _met(chosen: Definitions, placed: Roster) -> sa.Select:
    """Who is met where, of all sources in one: a row a place, key and the name it was told by, if it was."""
    rows = sa.union_all(*_sources(chosen, placed)).subquery()
    apart = [rows.c[name] for name in ("as_of", "place", "key", "name")]
    return sa.select(*apart, sa.func.bit_or(rows.c.mask, type_=sa.BigInteger).label("mask")).group_by(*apart)


def _sources(chosen: Definitions, placed: Roster) -> Iterator[sa.Select]:
    """The rows of each source: its bits after those of the sources before it, and keys that are texts as tokens."""
    bits = 0
    for source, keys in keys_of(measured(chosen)).items():
        rows = DISTINCT[source](keys.measures, placed)
        by_token = "name" in rows.c
        key = rows.c.key if by_token else sa.cast(sa.func.md5(rows.c.key), TOKEN)
        name = rows.c.name if by_token else sa.cast(sa.null(), TOKEN)
        mask = rows.c.mask.bitwise_lshift(bits)
        yield sa.select(rows.c.as_of, rows.c.place, key.label("key"), name.label("name"), mask.label("mask"))
        bits += len(keys.measures)


def _table(name: str, *columns: str) -> sa.TableClause:
    return sa.table(name, *(sa.column(column, _NAMED.get(column, sa.Numeric())) for column in columns))


def _text(connection: sa.Connection, statement: sa.ClauseElement) -> str:
    """Write a statement with its values in it, single ones that it looks up too: days of the roadmap, last loads.

    Looked up anew in each place, they cost a statement most of its planning; a state is made anew when they change.
    """

    def found(element: Any, **_: Any) -> Any:
        if isinstance(element, sa.Exists):  # rests on the row around it, without saying so
            return element
        if not isinstance(element, sa.ScalarSelect) or not _of_days(element):
            return None
        value = connection.execute(sa.select(element)).scalar()
        return sa.null() if value is None else sa.literal(value, element.type)

    known: Any = visitors.replacement_traverse(statement, {}, found)
    return str(known.compile(connection, compile_kwargs={"literal_binds": True}))


def _of_days(element: sa.ScalarSelect) -> bool:
    """Whether a subquery asks the roadmap and the loads of the register alone."""
    return {one.name for one in visitors.iterate(element) if isinstance(one, sa.TableClause)} <= {"milestones", LOADS}
