"""What is added over institutions: enrolment, staff, plans, pairs, hours, practices, milestones."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from expectations.judged import SCHOOL_YEAR_STARTS_IN
from expectations.rules.rows import AGREED_DOCUMENTS
from expectations.rules.submission import APPROVERS, FOUR_DOCUMENTS
from warehouse.indicators.definitions import Measure
from warehouse.proof.evidence import AMOUNTS, PLACES
from warehouse.proof.facts import Facts, Row
from warehouse.proof.lake_rows import Lake
from warehouse.proof.places import Place

STUDENTS = "students"
TABLES = {  # tables of the lake and the columns that amounts are made of
    "enrolment": ["age", "students"],
    "organisation": ["teachers", "young_specialists"],
    "pairs": ["ended_on", "outcome", "counted"],
    "events": ["held_on", "kind", "hours", "attendees"],
    "practices": [],
    "documents": ["kind", "agreed_on", "agreed_by"],
}
Told = Mapping[str, list[Row]]  # by table: the rows of one delivery
Amount = float | None


class Book:
    """The rows of every delivery that holds or was told last, by delivery and table."""

    def __init__(self, places: list[Place], lake: Lake, facts: Facts) -> None:
        self._rows: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
        self.milestones = {row["code"]: row for row in facts.reference["milestones"]}
        self.plans = {
            (row["institution_code"], row["school_year"]): row["planned_participants"]
            for row in facts.reference["plans"]
        }
        holding = {place.delivery for place in places if place.delivery}
        last_told = {place.last_told for place in places if place.last_told}
        for name, columns in TABLES.items():
            wanted = holding | last_told if name == "enrolment" else holding
            rows = lake.rows(name, wanted, columns)
            if name == "pairs":  # most of them go on, and would cost a region seconds
                rows = rows.filter(pc.is_valid(rows["ended_on"]))
            for row in rows.to_pylist():
                self._rows[row["delivery"]][name].append(row)

    def of(self, delivery: str) -> Told:
        return self._rows[delivery]

    def within(self, code: str | None, day: date | None) -> bool:
        """Whether a day lies within a milestone of the roadmap."""
        milestone = self.milestones.get(code)
        if milestone is None or day is None:
            return False
        return day <= milestone["due_on"] and (milestone["starts_on"] is None or milestone["starts_on"] <= day)


def _students(measure: Measure, place: Place, told: Told, book: Book) -> Amount:
    low, high = measure.ages or (-math.inf, math.inf)
    return sum(row["students"] for row in told["enrolment"] if low <= row["age"] <= high)


def _declared(name: str) -> Callable[[Measure, Place, Told, Book], Amount]:
    def amount(measure: Measure, place: Place, told: Told, book: Book) -> Amount:
        said = [row[name] for row in told["organisation"] if row[name] is not None]
        return sum(said) if said else None

    return amount


def _planned(measure: Measure, place: Place, told: Told, book: Book) -> Amount:
    """The plan of the school year that contains the date."""
    first = place.as_of.year - (place.as_of.month < SCHOOL_YEAR_STARTS_IN)
    return book.plans.get((place.institution_code, f"{first}/{first + 1}"))


def _pairs_ended(measure: Measure, place: Place, told: Told, book: Book) -> Amount:
    """Pairs ended in the year, each once, with the measure's outcome or any."""
    return sum(
        row["counted"] and row["ended_on"].year == place.as_of.year
        and measure.outcome in (None, row["outcome"])
        for row in told["pairs"]
    )  # fmt: skip


def _training_hours(measure: Measure, place: Place, told: Told, book: Book) -> Amount:
    """Person-hours of the year's events of the measure's kinds."""
    return math.fsum(
        row["hours"] * row["attendees"]
        for row in told["events"]
        if row["kind"] in measure.any and row["held_on"] is not None and row["held_on"].year == place.as_of.year
        if row["hours"] is not None and row["attendees"] is not None
    )


def _practices(measure: Measure, place: Place, told: Told, book: Book) -> Amount:
    return len(told["practices"])


def _documents_ready(measure: Measure, place: Place, told: Told, book: Book) -> Amount:
    """1 where the four documents are there, the three of item 6.7 agreed in time by whom they must be."""

    def good(row: Row) -> bool:
        in_time = book.within(measure.milestone, row["agreed_on"])
        return row["kind"] not in AGREED_DOCUMENTS or (in_time and row["agreed_by"] == APPROVERS.get(place.kind, ""))

    return int(set(FOUR_DOCUMENTS) <= {row["kind"] for row in told["documents"] if good(row)})


def _events_held(measure: Measure, place: Place, told: Told, book: Book) -> Amount:
    """1 where every kind asked for, or any one of them, was held within the milestone."""
    held = {row["kind"] for row in told["events"] if book.within(measure.milestone, row["held_on"])}
    return int(set(measure.every) <= held if measure.every else bool(held & set(measure.any)))


AMOUNTS_OF: dict[str, Callable[[Measure, Place, Told, Book], Amount]] = {
    STUDENTS: _students,
    "teachers": _declared("teachers"),
    "young_specialists": _declared("young_specialists"),
    "planned": _planned,
    "pairs_ended": _pairs_ended,
    "training_hours": _training_hours,
    "practices": _practices,
    "documents_ready": _documents_ready,
    "events_held": _events_held,
}


def amounts(places: list[Place], book: Book, measures: Mapping[str, Measure]) -> pa.Table:
    """Return every amount of every place (AMOUNTS); one that does not exist has no row."""
    rows: list[dict[str, Any]] = []
    for place in places:
        for name, measure in measures.items():
            if measure.source in AMOUNTS_OF and (not measure.kinds or place.kind in measure.kinds):
                amount, last = _amount(measure, place, book), _last_known(measure, place, book)
                if amount is not None or last is not None:
                    rows.append({
                        "as_of": place.as_of, "institution_code": place.institution_code, "measure": name,
                        "amount": amount, "last_known": last,
                    })  # fmt: skip
    return pa.Table.from_pylist(rows, schema=AMOUNTS)


def _amount(measure: Measure, place: Place, book: Book) -> Amount:
    if place.delivery is None:
        return None
    return AMOUNTS_OF[measure.source](measure, place, book.of(place.delivery), book)


def _last_known(measure: Measure, place: Place, book: Book) -> Amount:
    if place.last_told is None or measure.source != STUDENTS:
        return None
    return _students(measure, place, book.of(place.last_told), book)


def enrolled(places: list[Place], book: Book) -> pa.Table:
    """Return every place (PLACES) with its enrolment, or the last one known of it."""
    every = Measure(STUDENTS)
    rows = [
        {
            "as_of": place.as_of, "institution_code": place.institution_code, "kind": place.kind,
            "municipality": place.municipality, "region": place.region,
            "reported": place.reported, "on_time": place.on_time,
            "enrolled": _amount(every, place, book), "last_enrolled": _last_known(every, place, book),
        }
        for place in places
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=PLACES)
