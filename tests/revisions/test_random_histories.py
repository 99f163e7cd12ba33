"""Random histories: every change is split exactly, and each part is what a history with those events alone would show.

The second account is a counterfactual one. For each exchange the warehouse is written anew with only the events that
have been exchanged by then, and its plain figures are held against those of the mixed knowledge.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import pyarrow as pa
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.revisions.told import (
    AUTUMN,
    SCHOOLS,
    WINTER,
    Child,
    Decided,
    Delivery,
    Event,
    Plans,
    Register,
    Withdrawal,
    store,
)
from warehouse.indicators.series import series
from warehouse.revisions.causes import CAUSES, RULES
from warehouse.revisions.institutions import by_institution
from warehouse.revisions.parts import AMOUNTS, FIGURE, UNITS, parts_of, way_between
from warehouse.revisions.states import State

CHILDREN = st.builds(Child, st.sampled_from("АБВГ"), st.sampled_from(["", "", "1", "2"]))
PICK = st.integers(0, 11)
DELIVERIES = st.builds(
    Delivery, st.sampled_from(["S1", "S1", "S2", "D1", "N1"]), st.sampled_from([AUTUMN, WINTER, WINTER]),
    st.lists(CHILDREN, min_size=1, max_size=4).map(tuple), st.integers(1, 60), st.integers(0, 9), st.booleans(),
    st.sampled_from(["0", "2.25"]),
)  # fmt: skip
REGISTERS = st.builds(
    Register,
    st.sampled_from([SCHOOLS, {**SCHOOLS, "N1": ("ОУ", "L")}, {**SCHOOLS, "S2": ("УДО", "M")}, {"S1": ("ОУ", "L")}]),
)
EVENTS = st.one_of(
    DELIVERIES,
    DELIVERIES,
    st.tuples(st.just("withdraw"), PICK),
    st.tuples(st.sampled_from(["same", "different"]), PICK, PICK, PICK, PICK),
    st.tuples(st.just("undo"), PICK),
    REGISTERS,
    st.builds(Plans, st.dictionaries(st.sampled_from(["S1", "S2"]), st.integers(1, 9), min_size=1)),
)


def history_of(drawn: list) -> dict[int, Event]:
    """Number the events; a clerk's deeds speak of what came before them, and are left out where there is nothing."""
    history: dict[int, Event] = {1: Register(SCHOOLS)}
    for one in drawn:
        event = _deed(history, one) if isinstance(one, tuple) else one
        if event is not None:
            history[len(history) + 1] = event
    return history


def _deed(history: dict[int, Event], deed: tuple) -> Event | None:
    kind, *picks = deed
    gone = {one.of for one in history.values() if isinstance(one, Withdrawal)}
    deliveries = [n for n, one in history.items() if isinstance(one, Delivery)]
    made = [n for n, one in history.items() if isinstance(one, Decided) and one.kind != "undo"]
    if kind == "undo":
        return Decided("undo", undoes=made[picks[0] % len(made)]) if made else None
    if not deliveries:
        return None
    if kind == "withdraw":
        number = deliveries[picks[0] % len(deliveries)]
        return None if number in gone else Withdrawal(number)
    left, right = (_row(history, deliveries, *picks[start : start + 2]) for start in (0, 2))
    return Decided(kind, left, right) if _told(history, left) != _told(history, right) else None


def _row(history: Mapping[int, Event], deliveries: list[int], pick: int, child: int) -> tuple[int, int]:
    number = deliveries[pick % len(deliveries)]
    return number, child % len(history[number].children)  # type: ignore[union-attr]


def _told(history: Mapping[int, Event], place: tuple[int, int]) -> Child:
    return history[place[0]].children[place[1]]  # type: ignore[union-attr]


# -- the counterfactual histories


def in_force(history: Mapping[int, Event]) -> dict[tuple, int]:
    """The newest delivery of each institution and date that is not withdrawn."""
    gone = {one.of for one in history.values() if isinstance(one, Withdrawal)}
    return {
        (one.institution, one.day): number
        for number, one in sorted(history.items())
        if isinstance(one, Delivery) and number not in gone
    }


def exchanged(history: dict[int, Event], before: int, cause: str) -> tuple[dict[int, Event], dict[int, int]]:
    """What is known once a cause has been exchanged: all before, and of the rest the kinds up to it.

    Second: deliveries that tell another's enrolment.
    """
    old = {number: one for number, one in history.items() if number <= before}
    told, order = in_force(old), [one for one in CAUSES if one != RULES].index(cause)  # nothing is judged anew here

    def came(number: int, one: Event) -> bool:
        if number <= before:
            return True
        if isinstance(one, Withdrawal):
            one = history[one.of]
        if isinstance(one, Delivery):
            return order >= 1 or (one.institution, one.day) not in told
        return order >= (3 if isinstance(one, Decided) else 4)

    known = {number: one for number, one in history.items() if came(number, one)}
    now = in_force(known)
    enrolled_as = {now[key]: number for key, number in told.items() if key in now} if order == 1 else {}
    return known, enrolled_as


def amounts(connection: sa.Connection, number: int) -> dict[tuple, tuple]:
    figures = series(connection, number, dates=(AUTUMN, WINTER), definition="1.0")
    return by_key(figures)


def by_key(figures: pa.Table) -> dict[tuple, tuple]:
    """Figures that are not nothing, by their key."""
    found = {
        tuple(row[name] for name in FIGURE): (round((row["numerator"] or 0) * UNITS), row["denominator"] or 0)
        for row in figures.to_pylist()
    }
    return {key: amount for key, amount in found.items() if any(amount)}


def check(connection: sa.Connection, drawn: list, since: int, definition: str) -> None:
    history = history_of(drawn)
    before, after = since % len(history), len(history)
    store(connection, history)
    first, last = State("before", before, definition="1.0"), State("after", after, definition=definition)
    way = way_between(connection, first, last)
    old = {number: one for number, one in history.items() if number <= before}
    days = tuple(sorted({day for known in (old, history) for _, day in in_force(known)}))
    start = by_key(series(connection, before, dates=days, definition="1.0"))
    end = by_key(series(connection, after, dates=days, definition=definition))
    changes = {
        key: tuple(b - a for a, b in zip(start.get(key, (0, 0)), end.get(key, (0, 0)), strict=True))
        for key in start.keys() | end.keys()
    }
    changes = {key: change for key, change in changes.items() if any(change)}
    if way is None:
        assert changes == {}
        return
    assert sums(parts_of(way, "before", "after")) == changes
    above = {key: change for key, change in changes.items() if key[1] != "institution"}
    assert sums(by_institution(connection, way)) == above
    assert sorted(way.causes, key=list(CAUSES).index) == list(way.causes)
    for cause, frame in zip(way.causes, way.met[1:], strict=True):
        if cause != "definition":
            store(connection, *exchanged(history, before, cause))
            alone = amounts(connection, after)
            seen = {key: tuple(map(int, row)) for key, row in zip(frame.index, frame[AMOUNTS].to_numpy(), strict=True)}
            assert seen == {key: alone.get(key, (0, 0)) for key in seen}, cause


def sums(parts: pa.Table) -> dict[tuple, tuple]:
    """Add up the parts of each figure."""
    found: dict[tuple, tuple] = {}
    for row in parts.to_pylist():
        key = tuple(row[name] for name in FIGURE)
        part = (round(row["numerator_change"] * UNITS), row["denominator_change"])
        assert any(part)
        found[key] = tuple(a + b for a, b in zip(found.get(key, (0, 0)), part, strict=True))
    return {key: change for key, change in found.items() if any(change)}


HISTORIES = {
    "drawn": st.lists(EVENTS, min_size=3, max_size=14),
    "since": st.integers(1, 14),
    "definition": st.sampled_from(["1.0", "1.0", "9.0"]),
}
QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
UNSHRUNK = (Phase.explicit, Phase.reuse, Phase.generate)  # an example takes seconds: shrinking would take an hour


@settings(max_examples=5, suppress_health_check=QUIET, phases=UNSHRUNK)
@given(**HISTORIES)
def test_parts_add_up_and_are_what_their_events_alone_would_show(
    warehouse: sa.Connection, drawn: list, since: int, definition: str
) -> None:
    check(warehouse, drawn, since, definition)


@pytest.mark.thorough
@settings(max_examples=200, suppress_health_check=QUIET, phases=UNSHRUNK)
@given(**HISTORIES)
def test_the_same_over_many_histories(warehouse: sa.Connection, drawn: list, since: int, definition: str) -> None:
    check(warehouse, drawn, since, definition)


def test_causes_are_exchanged_one_after_another(warehouse: sa.Connection) -> None:
    """What is known once grows by one kind of fact at a time, from the one state to the other."""
    store(warehouse, history_of([Delivery("S1", WINTER, (Child("А"),), 10)] * 2))
    way = way_between(warehouse, State("before", 1, definition="1.0"), State("after", 3, definition="9.0"))
    assert way is not None
    assert way.causes == ("late_submission", "definition")
    for left, entered in pairwise(way.known):
        told = zip(vars(left).values(), vars(entered).values(), strict=True)
        assert all(a <= b for a, b in told if a is not None and b is not None)  # no rules were exchanged
