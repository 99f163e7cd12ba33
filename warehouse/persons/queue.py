"""The clerk's queue: pairs of records that a person should look at, and which figures hang on each."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import NamedTuple

import pyarrow as pa
import sqlalchemy as sa

from warehouse.indicators.definitions import by_version, definitions
from warehouse.indicators.identity import Identity, verdicts
from warehouse.indicators.knowledge import Knowledge
from warehouse.indicators.people import involved
from warehouse.indicators.scopes import PLACE, roster
from warehouse.indicators.series import reporting_dates
from warehouse.persons.candidates import CONFLICT, KINDS, Candidates
from warehouse.persons.people import SCOPES, Figure, Pair, People, Place, likeliest
from warehouse.storage.loading import fetch
from warehouse.storage.vault import Vault
from warehouse.tables.tables import table

QUEUE = pa.schema([
    ("kind", pa.string()),
    ("left_delivery", pa.string()),
    ("left_row", pa.int32()),
    ("right_delivery", pa.string()),
    ("right_row", pa.int32()),
    ("similarity", pa.float64()),  # Jaro–Winkler of the full names; null where the vault has not both
    ("influences", pa.bool_()),
    ("figures", pa.int32()),  # how many official figures would be another, were the two decided the other way
    ("change", pa.int32()),  # of the figure below, in people: it moves most; null where none does
    ("as_of", pa.date32()),
    ("scope_type", pa.string()),
    ("scope_code", pa.string()),
])  # fmt: skip


class Queue(NamedTuple):
    """What is open, and what it takes to tell what hangs on it."""

    pairs: list[Pair]
    people: People
    places: dict[Identity, tuple[str, int]]  # of an identity the record that is shown: delivery, row
    stands: dict[Identity, set[Place]]  # where it counts in official figures


def open_pairs(connection: sa.Connection, vault: Vault, known: Knowledge) -> pa.Table:
    """Return the pairs nobody decided yet, as `QUEUE`, those that move figures most first. Neither names nor tokens.

    A pair influences if the official numerator of any scope and date in force would be another, were the two decided
    the other way than they are counted now.
    """
    return as_table(open_queue(connection, vault, known))


def open_queue(connection: sa.Connection, vault: Vault, known: Knowledge) -> Queue:
    """Find the pairs nobody decided yet, in no order."""
    made = verdicts(connection, known)
    with Candidates(connection, vault, known) as candidates:
        found = candidates.pairs()
        decided = [(one.snils, one.name) for verdict in made for one in (verdict.left, verdict.right)]
        around = candidates.around(
            pa.table({"snils": [s for s, _ in decided], "name": [n for _, n in decided]},
                     pa.schema([("snils", pa.string()), ("name", pa.string())]))
        )  # fmt: skip
        identities = {number: Identity(snils, name) for number, snils, name, _, _ in around}
        places = {identities[number]: (delivery, row) for number, _, _, delivery, row in around}
        pairs = [Pair(kind, identities[a], identities[b], similarity) for kind, a, b, similarity in found]
        people = People(set(places), made)
        open_ = _best(people, [pair for pair in pairs if people.is_open(pair)])
        stands: dict[Identity, set[Place]] = defaultdict(set)
        if open_:
            for number, *place in candidates.involved(_involved(connection, known)):
                stands[identities[number]].add(tuple(place))
    return Queue(open_, people, places, stands)


def as_table(queue: Queue) -> pa.Table:
    """Give a queue as `QUEUE`, ordered by influence."""
    rows = []
    for pair in queue.pairs:
        moved = queue.people.moved(pair, queue.stands)
        places = (*queue.places[pair.left], *queue.places[pair.right])
        rows.append((pair.kind, *places, pair.similarity, bool(moved), len(moved), *_most(moved)))
    rows.sort(key=lambda row: (-abs(row[8] or 0), -row[7], list(KINDS).index(row[0]), -(row[5] or 0), row[1:5]))
    return pa.Table.from_pylist([dict(zip(QUEUE.names, row, strict=True)) for row in rows], schema=QUEUE)


def _most(moved: dict[Figure, int]) -> tuple[int | None, date | None, str | None, str | None]:
    """The figure that moves most: of the newest date, of the narrowest scope."""
    if not moved:
        return None, None, None, None
    as_of, scope, code = min(
        moved, key=lambda one: (-abs(moved[one]), -one[0].toordinal(), SCOPES.index(one[1]), one[2])
    )
    return moved[as_of, scope, code], as_of, scope, code


def _best(people: People, pairs: list[Pair]) -> list[Pair]:
    """Keep one pair of any two persons: one answer settles them all. Of one СНИЛС every record is looked at."""
    best: dict[object, Pair] = {}
    for pair in sorted(pairs, key=likeliest):
        key = (pair.left, pair.right) if pair.kind == CONFLICT else people.two(pair)
        best.setdefault(key, pair)
    return list(best.values())


def _involved(connection: sa.Connection, known: Knowledge) -> pa.Table:
    """Where each identity counts in the official numerator, by the definition of each date: tokens and PLACE."""
    schema = pa.schema(
        [("snils", pa.string()), ("name", pa.string())]
        + [(name, pa.date32() if name == "as_of" else pa.string()) for name in PLACE]
    )
    parts = [schema.empty_table()]
    for version, dates in by_version(reporting_dates(connection, known.submissions)).items():
        (measure,) = (i.numerator for i in definitions(version).indicators if i.reported)
        present, rows = roster(connection, known, dates).in_force, table("participations")
        tokens = (sa.cast(rows.c[f"{name}_token"], sa.Text).label(name) for name in ("snils", "name"))
        statement = (
            sa.select(*tokens, *(present.c[name] for name in PLACE))
            .join(present, present.c.delivery == rows.c.delivery)
            .where(involved(measure, rows, present))
            .distinct()
        )
        parts.append(fetch(connection, statement, schema))
    return pa.concat_tables(parts)
