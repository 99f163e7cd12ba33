"""The evidence of breakdowns, counted over the lake: people by pattern, pairs and enrolment of every member.

Each breakdown has patterns of its own: no row tells of somebody's form, age and category together.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from warehouse.indicators.definitions import Breakdown, Definitions
from warehouse.proof.added import Book
from warehouse.proof.evidence import PART_AMOUNTS, PART_PEOPLE
from warehouse.proof.lake_rows import Lake
from warehouse.proof.part_names import ENROLLED, OF_ENROLLED, PAIRS, PARTICIPANTS, STUDENTS, part
from warehouse.proof.part_rows import Involved, Truth, Whole, held, involved, starts
from warehouse.proof.persons import Persons
from warehouse.proof.places import Place


def parts(
    places: list[Place], lake: Lake, persons: Persons, book: Book, counted: Mapping[date, Definitions]
) -> tuple[pa.Table, pa.Table]:
    """Count every breakdown of every date: people by pattern (PART_PEOPLE), what is added (PART_AMOUNTS)."""
    people, added = [PART_PEOPLE.empty_table()], [PART_AMOUNTS.empty_table()]
    for of in involved(places, lake, persons):
        for one in counted[of.places[0].as_of].breakdowns:
            if of.rows.num_rows:
                flags = held(one, of)
                people.append(_people(one, of, flags))
                added.append(_pairs(one, of, flags))
            if OF_ENROLLED in one.measures:
                added.append(_enrolled(one, of.places, book))
    return pa.concat_tables(people), pa.concat_tables(added)


def _people(one: Breakdown, of: Involved, flags: Truth) -> pa.Table:
    """Count people by pattern: at which places they are met, and in which members there, as students or not."""
    names = np.array([part(measure, code) for measure in (PARTICIPANTS, STUDENTS) for code in _codes(one)])
    order, begins = of.by_person
    person, place = (of.numbers(name)[order][begins] for name in ("person", "place"))
    met = np.logical_or.reduceat(np.hstack([flags, flags & of.student[:, None]])[order], begins, axis=0)
    sets, number, _ = _different(np.packbits(met, axis=1))
    told = [" ".join(names[np.unpackbits(one_set, count=len(names)).astype(bool)]) for one_set in sets]
    cells, pattern, people = _patterns(person, place * len(sets) + number)
    codes = pa.array([here.institution_code for here in of.places], pa.string())
    columns = {
        "as_of": pa.repeat(of.places[0].as_of, len(cells)), "breakdown": pa.repeat(one.code, len(cells)),
        "pattern": pattern, "people": people,
        "institution_code": codes.take(pa.array(cells // len(sets))),
        "measures": pa.array(told, pa.string()).take(pa.array(cells % len(sets))),
    }  # fmt: skip
    return pa.table(columns).select(PART_PEOPLE.names).cast(PART_PEOPLE)


def _patterns(person: Whole, cells: Whole) -> tuple[Whole, Whole, Whole]:
    """Count equal runs of cells, a run a person; a row a cell of each pattern: the cell, the pattern, its people."""
    begins = starts(person)
    length = np.diff(np.append(begins, len(person)))
    found, last = [], 0
    for size in np.unique(length):
        runs = cells[begins[length == size][:, None] + np.arange(size)]
        different, _, people = _different(runs)
        numbers = last + 1 + np.arange(len(different))
        found.append((different.ravel(), np.repeat(numbers, size), np.repeat(people, size)))
        last += len(different)
    cell, number, people = map(np.concatenate, zip(*found, strict=True))
    return cell, number, people


def _pairs(one: Breakdown, of: Involved, flags: Truth) -> pa.Table:
    """Count the pairs of each place in which a member holds for either of the two."""
    order, begins = of.by_pair
    either, place = np.logical_or.reduceat(flags[order], begins, axis=0), of.numbers("place")[order][begins]
    return _added(
        one,
        (
            (here, part(PAIRS, code), int(pairs))
            for column, code in zip(either.T, _codes(one), strict=True)
            for here, pairs in zip(of.places, np.bincount(place[column], minlength=len(of.places)), strict=True)
        ),
    )


def _enrolled(one: Breakdown, places: list[Place], book: Book) -> pa.Table:
    """Add the students of each member's ages enrolled at each place."""
    rows = []
    for place in places:
        told = book.of(place.delivery or "")["enrolment"]
        for member in one.members:
            low, high = member.from_age or 0, math.inf if member.to_age is None else member.to_age
            students = sum(row["students"] for row in told if low <= row["age"] <= high)
            rows.append((place, part(ENROLLED, member.code), students))
    return _added(one, rows)


def _added(one: Breakdown, counts: Iterable[tuple[Place, str, int]]) -> pa.Table:
    """Rows of PART_AMOUNTS, none for nothing."""
    rows = [
        {
            "as_of": place.as_of, "breakdown": one.code, "institution_code": place.institution_code,
            "measure": measure, "amount": amount,
        }
        for place, measure, amount in counts
        if amount
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, PART_AMOUNTS)


def _codes(one: Breakdown) -> list[str]:
    """The whole and the members, as `held` has them."""
    return ["", *(member.code for member in one.members)]


def _different(rows: Any) -> tuple[Any, Whole, Whole]:
    """Tell the different rows of a matrix, sorted, which of them each row is, and how often each is met.

    By hashes: a region's rows are many and the different ones few.
    """
    width = rows.itemsize * rows.shape[1]
    buffers = [None, pa.py_buffer(np.ascontiguousarray(rows))]
    encoded = pa.Array.from_buffers(pa.binary(width), len(rows), buffers).dictionary_encode()
    different = np.frombuffer(encoded.dictionary.buffers()[1], rows.dtype).reshape(-1, rows.shape[1])
    order = np.lexsort(different.T[::-1])
    number = np.argsort(order)[np.asarray(encoded.indices)]
    return different[order], number, np.bincount(number)
