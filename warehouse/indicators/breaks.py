"""Breaks of series: the days from which a scope is not what it was."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby, pairwise
from typing import NamedTuple

import pyarrow as pa
import sqlalchemy as sa

from warehouse.register.reference import known_reference
from warehouse.register.successions import DAY, known_successions
from warehouse.release.contents import BREAKS

KIND, MUNICIPALITY, REGION = "kind", "municipality", "region"


class Break(NamedTuple):
    """A scope that changed on a day; the fields are those of BREAKS."""

    scope_type: str
    scope_code: str
    happened_on: date
    kind: str  # of a succession, or what of the institution's place changed
    before: str
    after: str | None


@dataclass(frozen=True)
class Entry:
    """Where the register puts an institution for some time."""

    code: str
    kind: str
    municipality: str
    region: str
    valid_from: date
    valid_to: date | None

    def holds(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


def breaks(connection: sa.Connection, seq: int, until: date) -> pa.Table:
    """Return the breaks up to a day, as known at a journal number (`BREAKS`, sorted).

    A succession breaks the series of predecessor and successor; an institution that changes its kind, municipality or
    region breaks its own and those of the scopes that it leaves and enters, and so does a successor in another place.
    """
    entries = _entries(connection, seq)
    found = {one for one in [*_successions(connection, seq, entries), *_moves(entries)] if one.happened_on <= until}
    rows = [dict(zip(BREAKS.names, one, strict=True)) for one in sorted(found, key=str)]
    keys: list[tuple[str, str]] = [(name, "ascending") for name in BREAKS.names]
    return pa.Table.from_pylist(rows, BREAKS).sort_by(keys)


def _entries(connection: sa.Connection, seq: int) -> dict[str, list[Entry]]:
    register = known_reference("institutions", seq)
    columns = [register.c[name] for name in Entry.__annotations__]
    rows = connection.execute(sa.select(*columns).order_by(register.c.code, register.c.valid_from))
    return {code: list(entries) for code, entries in groupby((Entry(*row) for row in rows), key=lambda one: one.code)}


def _successions(connection: sa.Connection, seq: int, entries: dict[str, list[Entry]]) -> Iterator[Break]:
    for one in known_successions(connection, seq):
        for code in filter(None, (one.predecessor, one.successor)):
            yield Break("institution", code, one.happened_on, one.kind, one.predecessor, one.successor)
        if one.successor is not None:
            before = next(entry for entry in entries[one.predecessor] if entry.holds(one.happened_on - DAY))
            after = next(entry for entry in entries[one.successor] if entry.holds(one.happened_on))
            yield from _above(before, after, one.happened_on)


def _moves(entries: dict[str, list[Entry]]) -> Iterator[Break]:
    for history in entries.values():
        for before, after in pairwise(history):
            for name in (KIND, MUNICIPALITY, REGION):
                left, entered = getattr(before, name), getattr(after, name)
                if left != entered:
                    yield Break("institution", after.code, after.valid_from, name, left, entered)
            yield from _above(before, after, after.valid_from)


def _above(before: Entry, after: Entry, on: date) -> Iterator[Break]:
    """The scopes above an institution that it left and entered, each with what of its place changed."""
    changed = [name for name in (REGION, MUNICIPALITY, KIND) if getattr(before, name) != getattr(after, name)]
    for left, entered in zip(_scopes(before), _scopes(after), strict=True):
        for scope in (left, entered) if left != entered else ():
            yield Break(*scope, on, changed[0], left[1], entered[1])


def _scopes(one: Entry) -> list[tuple[str, str]]:
    return [(KIND, f"{one.municipality}/{one.kind}"), (MUNICIPALITY, one.municipality), (REGION, one.region)]
