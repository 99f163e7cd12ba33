"""The rows that breakdowns count: everybody's part in the pairs of one date's year, and in which members it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from expectations.form import STUDENT
from warehouse.indicators.definitions import Breakdown, Member
from warehouse.proof.company import in_company
from warehouse.proof.lake_rows import Lake
from warehouse.proof.persons import TOKENS, Persons
from warehouse.proof.places import Place

TOLD = ["row", "role", "category", "age", "form", "started_on", "ended_on"]
ALONE, TOGETHER = "alone", "together"
Whole = NDArray[np.int64]
Truth = NDArray[np.bool_]


@dataclass(frozen=True)
class Involved:
    """Everybody's part in the pairs of one date's year.

    `rows`, one a pair and role: TOLD, `until` (the last day, or the date), and numbers without meaning: `place`
    (within `places`), `pair` (those of one place stand together) and `person`.
    """

    places: list[Place]
    rows: pa.Table

    def numbers(self, name: str) -> Whole:
        return np.asarray(self.rows[name], np.int64)

    @cached_property
    def by_person(self) -> tuple[Whole, Whole]:
        """An order of the rows by person and place, and where in it another person or place begins."""
        person, place = self.numbers("person"), self.numbers("place")
        order = np.argsort(person * len(self.places) + place, kind="stable")
        return order, starts(person[order], place[order])

    @cached_property
    def by_pair(self) -> tuple[Whole, Whole]:
        """An order of the rows by pair, and where in it another pair begins."""
        pair = self.numbers("pair")
        order = np.argsort(pair, kind="stable")
        return order, starts(pair[order])

    @cached_property
    def student(self) -> Truth:
        return truth(pc.equal(self.rows["category"], STUDENT))

    @cached_property
    def company(self) -> pa.ChunkedArray:
        together = pc.is_in(self.rows["pair"], in_company(self.rows))
        return pc.if_else(together, TOGETHER, ALONE)


def _among(column: str) -> Callable[[Member, Involved], Truth]:
    return lambda member, of: truth(pc.is_in(of.rows[column], pa.array(member.values, pa.string())))


def _of_age(member: Member, of: Involved) -> Truth:
    age, every = of.rows["age"], np.full(of.rows.num_rows, True)
    if member.from_age is not None:
        every &= truth(pc.greater_equal(age, member.from_age))
    if member.to_age is not None:
        every &= truth(pc.less_equal(age, member.to_age))
    return every


GROUPINGS: dict[str, Callable[[Member, Involved], Truth]] = {
    "form": _among("form"),
    "category": _among("category"),
    "age": _of_age,
    "company": lambda member, of: truth(pc.is_in(of.company, pa.array(member.values, pa.string()))),
}


def held(one: Breakdown, of: Involved) -> Truth:
    """Tell whether each row is in each member; the first column is the whole, in which every row is."""
    every = np.full(of.rows.num_rows, True)
    return np.stack([every, *(GROUPINGS[one.by](member, of) for member in one.members)], axis=1)


def involved(places: list[Place], lake: Lake, persons: Persons) -> Iterator[Involved]:
    """Give the parts of each date that anybody reported for."""
    of_date: dict[date, list[Place]] = {}
    for place in places:
        if place.delivery is not None:
            of_date.setdefault(place.as_of, []).append(place)
    rows = lake.rows("participations", [one.delivery for one in places if one.delivery], [*TOLD, *TOKENS])
    if rows.num_rows:
        rows = rows.append_column("person", _persons(rows, persons)).drop_columns(TOKENS)
    for as_of, here in of_date.items():
        yield Involved(here, _of_year(rows, as_of, here) if rows.num_rows else rows)


def _of_year(rows: pa.Table, as_of: date, places: list[Place]) -> pa.Table:
    """The rows told by these places, of pairs begun by the date and not ended before 1 January of its year."""
    place = pc.index_in(rows["delivery"], pa.array([one.delivery for one in places], pa.string()))
    begun = pc.less_equal(rows["started_on"], pa.scalar(as_of))
    going = pc.greater_equal(rows["ended_on"], pa.scalar(date(as_of.year, 1, 1)))
    of_year = pc.and_(begun, pc.or_kleene(pc.is_null(rows["ended_on"]), going))
    rows = rows.append_column("place", place.cast(pa.int64())).filter(pc.and_kleene(pc.is_valid(place), of_year))
    number, last = rows["row"].cast(pa.int64()), pc.max(rows["row"]).as_py() or 0
    rows = rows.append_column("pair", pc.add(pc.multiply(rows["place"], last + 1), number))
    return rows.append_column("until", pc.coalesce(rows["ended_on"], pa.scalar(as_of)))


def _persons(rows: pa.Table, persons: Persons) -> pa.Array:
    """Number the person of each row."""
    snils, name = (rows[token].combine_chunks().cast(pa.string()) for token in TOKENS)
    codes = [pc.fill_null(one.dictionary_encode().indices, -1) for one in (snils, name)]
    by_snils, by_name = (np.asarray(one, np.int64) + 1 for one in codes)
    numbers = by_snils * (by_name.max() + 1) + by_name
    _, first, identity = np.unique(numbers, return_index=True, return_inverse=True)
    told = zip(snils.take(first).to_pylist(), name.take(first).to_pylist(), strict=True)
    who = pa.array([persons.of(*one) for one in told], pa.string()).dictionary_encode().indices
    return who.cast(pa.int64()).take(identity)


def starts(*keys: Whole) -> Whole:
    """Tell where in sorted keys another one begins."""
    if not len(keys[0]):
        return np.zeros(0, np.int64)
    changes = np.any([key[1:] != key[:-1] for key in keys], axis=0)
    return np.flatnonzero(np.append(True, changes))


def truth(mask: pa.ChunkedArray | pa.Array) -> Truth:
    """Make a mask of numpy's; what is unknown is not true."""
    return np.asarray(pc.fill_null(mask, False), np.bool_)
