"""Each cause on a town that can be counted on one's fingers.

At the first state two schools have told: S1 two mentees of 100 students, S2 one of 50; the club D1 has not.
"""

from __future__ import annotations

from decimal import Decimal

import pytest
import sqlalchemy as sa

from tests.revisions.told import SCHOOLS, WINTER, Child, Decided, Delivery, Event, Plans, Register, Withdrawal, store
from warehouse.release.contents import REPORTED_KPI
from warehouse.revisions.exchanges import exchanges
from warehouse.revisions.institutions import by_institution
from warehouse.revisions.parts import parts_of, way_between
from warehouse.revisions.states import State

ANNA, BORIS, VERA, GLEB = Child("Анна"), Child("Борис"), Child("Вера"), Child("Глеб")
START: dict[int, Event] = {
    1: Register(SCHOOLS),
    2: Plans({"S1": 4}),
    3: Delivery("S1", WINTER, (ANNA, BORIS), 100),
    4: Delivery("S2", WINTER, (VERA,), 50),
}
BEFORE = 4


def parts(connection: sa.Connection, *events: Event, definition: str = "1.0") -> dict[tuple[str, str, str], tuple]:
    """What changed after the events: (numerator, denominator) by indicator, scope code and cause."""
    history = START | dict(enumerate(events, start=BEFORE + 1))
    store(connection, history)
    first, last = State("1", BEFORE, definition="1.0"), State("2", len(history), definition=definition)
    way = way_between(connection, first, last)
    rows = parts_of(way, "1", "2").to_pylist() if way else []
    return {
        (row["indicator"], row["scope_code"], row["cause"]): (row["numerator_change"], row["denominator_change"])
        for row in rows
    }


def reported(found: dict[tuple[str, str, str], tuple], scope: str = "M") -> dict[str, tuple]:
    return {
        cause: part for (indicator, code, cause), part in found.items() if (indicator, code) == (REPORTED_KPI, scope)
    }


def test_a_late_submission(warehouse: sa.Connection) -> None:
    """3 of 150 become 4 of 170; the club's own figure appears: nothing counts as 0 of 0."""
    found = parts(warehouse, Delivery("D1", WINTER, (GLEB,), 20))
    assert reported(found) == {"late_submission": (1, 20)}
    assert reported(found, "D1") == {"late_submission": (1, 20)}
    assert reported(found, "M/ОУ") == {}
    assert found["reporting_complete", "M", "late_submission"] == (1, 0)


def test_a_late_submission_and_its_own_correction_are_one_late_submission(warehouse: sa.Connection) -> None:
    events = (Delivery("D1", WINTER, (GLEB,), 20), Delivery("D1", WINTER, (GLEB, ANNA), 25))
    assert reported(parts(warehouse, *events)) == {"late_submission": (2, 25)}


def test_a_late_submission_withdrawn_before_the_second_state_changes_nothing(warehouse: sa.Connection) -> None:
    assert parts(warehouse, Delivery("D1", WINTER, (GLEB,), 20), Withdrawal(5)) == {}


def test_a_correction_is_parted_from_the_enrolment_it_brings(warehouse: sa.Connection) -> None:
    """S1 tells a third child, and ten students more."""
    found = parts(warehouse, Delivery("S1", WINTER, (ANNA, BORIS, GLEB), 110, teachers=12))
    assert reported(found) == {"correction": (1, 0), "enrolment": (0, 10)}
    assert found["educators_involved", "M", "enrolment"] == (0, 2)
    assert found["plan_fulfilment", "M", "correction"] == (1, 0)


def test_a_withdrawal_is_a_correction(warehouse: sa.Connection) -> None:
    """S2's only delivery goes, and its figure with it."""
    assert reported(parts(warehouse, Withdrawal(4))) == {"correction": (-1, -50)}


def test_a_withdrawal_that_brings_an_earlier_delivery_back(warehouse: sa.Connection) -> None:
    """Known first: the correction of S1 by 110 students. It is withdrawn, and 100 are in force again."""
    corrected = Delivery("S1", WINTER, (ANNA,), 110)
    store(warehouse, START | {5: corrected, 6: Withdrawal(5)})
    way = way_between(warehouse, State("1", 5, definition="1.0"), State("2", 6, definition="1.0"))
    assert way is not None
    rows = [
        row
        for row in parts_of(way, "1", "2").to_pylist()
        if (row["indicator"], row["scope_code"]) == (REPORTED_KPI, "M")
    ]
    assert [(row["cause"], row["numerator_change"], row["denominator_change"]) for row in rows] == [
        ("correction", 1, 0),
        ("enrolment", 0, -10),
    ]


def test_a_decision(warehouse: sa.Connection) -> None:
    """Anna of S1 and Vera of S2 are one girl: one child fewer among the schools, none fewer in either."""
    found = parts(warehouse, Decided("same", (3, 0), (4, 0)))
    assert reported(found) == {"decision": (-1, 0)}
    assert reported(found, "M/ОУ") == {"decision": (-1, 0)}
    assert reported(found, "S1") == {}


def test_the_register(warehouse: sa.Connection) -> None:
    """S2 becomes a club: the schools lose it, the clubs gain it, the town stays; then a plan changes."""
    found = parts(warehouse, Register({**SCHOOLS, "S2": ("УДО", "M")}), Plans({"S1": 5}))
    assert reported(found) == {}
    assert reported(found, "M/ОУ") == {"register": (-1, -50)}
    assert reported(found, "M/УДО") == {"register": (1, 50)}
    assert found["plan_fulfilment", "M", "register"] == (0, 1)


def test_an_institution_that_enters_the_register_after_it_has_reported(warehouse: sa.Connection) -> None:
    """Its submission counts for nothing until the register knows it."""
    events = (Delivery("N1", WINTER, (GLEB,), 30), Register({**SCHOOLS, "N1": ("ОУ", "M")}))
    assert reported(parts(warehouse, *events)) == {"register": (1, 30)}


def test_the_definition(warehouse: sa.Connection) -> None:
    """Version 9.0 counts mentors, and there are none; it has no training hours."""
    found = parts(warehouse, Delivery("D1", WINTER, (GLEB,), 20, hours="2.25"), definition="9.0")
    assert reported(found) == {"late_submission": (1, 20), "definition": (-4, 0)}
    assert ("training_hours", "M", "late_submission") not in found


def test_hours_are_split_to_the_hundredth(warehouse: sa.Connection) -> None:
    found = parts(warehouse, Delivery("D1", WINTER, (GLEB,), 20, hours="2.25"))
    assert found["training_hours", "M", "late_submission"] == (Decimal("2.25"), 0)


def test_everything_at_once_adds_up(warehouse: sa.Connection) -> None:
    """3 of 150 become 4 of 130: Gleb late; then S1 tells him too; Anna and Vera are one; S2 leaves without a child of its own."""
    found = parts(
        warehouse, Delivery("D1", WINTER, (GLEB,), 20), Delivery("S1", WINTER, (ANNA, BORIS, GLEB), 110),
        Decided("same", (3, 0), (4, 0)), Register({"S1": ("ОУ", "M"), "D1": ("УДО", "M")}),
    )  # fmt: skip
    assert reported(found) == {
        "late_submission": (1, 20), "correction": (1, 0), "enrolment": (0, 10), "decision": (-1, 0), "register": (0, -50),
    }  # fmt: skip


def test_only_what_happened_is_exchanged(warehouse: sa.Connection) -> None:
    store(warehouse, START | {5: Delivery("D1", WINTER, (GLEB,), 20)})
    assert [cause for cause, _ in exchanges(warehouse, BEFORE, 5)] == ["late_submission"]
    assert list(exchanges(warehouse, BEFORE, BEFORE)) == []
    store(
        warehouse, START | {5: Delivery("S1", WINTER, (GLEB,), 20), 6: Decided("undo", undoes=1), 7: Plans({"S1": 1})}
    )
    assert [cause for cause, _ in exchanges(warehouse, BEFORE, 7)] == [
        "correction",
        "enrolment",
        "decision",
        "register",
    ]


def shares(connection: sa.Connection, *events: Event) -> dict[tuple[str, str], tuple]:
    """The schools' change by institution and cause."""
    history = START | dict(enumerate(events, start=BEFORE + 1))
    store(connection, history)
    way = way_between(connection, State("1", BEFORE, definition="1.0"), State("2", len(history), definition="1.0"))
    assert way is not None
    rows = by_institution(connection, way).to_pylist()
    return {
        (row["institution_code"], row["cause"]): (row["numerator_change"], row["denominator_change"])
        for row in rows
        if (row["indicator"], row["scope_code"]) == (REPORTED_KPI, "M/ОУ")
    }


def test_institutions_that_made_a_change(warehouse: sa.Connection) -> None:
    """S1 adds Vera, whom S2 has too, and Gleb: two children for S1, one for the schools; the other is nobody's alone."""
    found = shares(warehouse, Delivery("S1", WINTER, (ANNA, BORIS, VERA, GLEB), 100))
    assert found == {("S1", "correction"): (2, 0), ("", "correction"): (-1, 0)}


def test_an_institution_that_leaves_a_scope_takes_its_figure_with_it(warehouse: sa.Connection) -> None:
    assert shares(warehouse, Register({**SCHOOLS, "S2": ("УДО", "M")})) == {("S2", "register"): (-1, -50)}


@pytest.mark.parametrize("seq", [1, BEFORE])
def test_equal_states_differ_in_nothing(warehouse: sa.Connection, seq: int) -> None:
    store(warehouse, START)
    assert way_between(warehouse, State("1", seq), State("2", seq)) is None
