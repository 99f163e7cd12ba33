"""The clerk's decisions in the warehouse: who is one person as known at any number, and what is refused."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.indicators.deciding import AT, DEEDS, DELIVERIES, Clerk, deliver, partition, persons_found
from tests.indicators.linking import Identity
from warehouse.installation.settings import Misconfigured
from warehouse.journal.decisions import Place, decide, undo, withdraw

ANYA, ANYA_1, BORYA, BORYA_1 = (Identity(snils, name) for name in ("Аня", "Боря") for snils in (None, "1"))


@settings(max_examples=25)
@given(deliveries=DELIVERIES, deeds=DEEDS)
@example(  # told apart from the owner of her name, she is no rival of him whom it belongs to
    deliveries=[[ANYA, ANYA_1, BORYA], [ANYA, BORYA_1]], deeds=[("different", 0, 1), ("different", 0, 2)]
)
@example(  # whichever of the two was said first
    deliveries=[[ANYA, ANYA_1, BORYA], [ANYA, BORYA_1]], deeds=[("different", 0, 2), ("different", 0, 1)]
)
def test_the_warehouse_tells_people_as_clerks_decided(
    warehouse: sa.Connection, deliveries: list[list[Identity]], deeds: list[tuple]
) -> None:
    """At the end and as known at every number before."""
    with warehouse.begin() as transaction:
        try:
            deliver(warehouse, deliveries)
            clerk = Clerk(warehouse, deliveries)
            for deed in deeds:
                clerk.do(deed)
            for seq in range(1, len(deliveries) + len(clerk.made) + len(clerk.withdrawn) + 1):
                clerk.check(seq)
        finally:
            transaction.rollback()


def _lived(
    connection: sa.Connection, deliveries: list[list[Identity]], coming: list[int], pairs: list[tuple]
) -> set[frozenset[Identity]] | None:
    """Let deliveries come in an order and clerks decide in another; return who is one person, None for a conflict."""
    with connection.begin() as transaction:
        try:
            clerk = Clerk(connection, [deliveries[number] for number in coming])
            deliver(connection, clerk.deliveries)
            for kind, *two in pairs:
                left, right = (Place(str(coming.index(number)), row) for number, row in two)
                decide(connection, kind, left, right, AT, "clerk", "documents")
            found = persons_found(connection, 10**6)
        except Misconfigured:
            return None
        finally:
            transaction.rollback()
    return partition({clerk.deliveries[int(delivery)][row]: person for (delivery, row), person in found.items()})


@settings(max_examples=15)
@given(deliveries=DELIVERIES, data=st.data())
def test_the_order_of_what_becomes_known_decides_nothing(
    warehouse: sa.Connection, deliveries: list[list[Identity]], data: st.DataObject
) -> None:
    """Of deliveries, and of decisions of which none is about the same two or excludes another."""
    numbers = list(range(len(deliveries)))
    places = [(number, row) for number in numbers for row in range(len(deliveries[number]))]
    pair = st.tuples(st.sampled_from(["same", "different"]), st.sampled_from(places), st.sampled_from(places))

    def about(pair: tuple) -> frozenset[Identity]:
        return frozenset(deliveries[number][row] for number, row in pair[1:])

    pairs = data.draw(st.lists(pair.filter(lambda p: len(about(p)) == 2), max_size=4, unique_by=about))
    first = _lived(warehouse, deliveries, numbers, pairs)
    other = _lived(warehouse, deliveries, data.draw(st.permutations(numbers)), data.draw(st.permutations(pairs)))
    assert first == other or None in (first, other)


# -- what is refused


def _refusal(warehouse: sa.Connection, told: str, *deeds: str) -> str:
    """Do deeds over one delivery of rows 0, 1, …; return what the last of them is refused with."""
    rows = [Identity(None if one[0] == "-" else one[0], one[1]) for one in told.split()]

    def do(deed: str) -> None:
        kind, *rest = deed.split()
        if kind == "undo":
            undo(warehouse, int(rest[0]), AT, "clerk")
        elif kind == "withdraw":
            withdraw(warehouse, rest[0], AT)
        else:
            left, right = (Place(*((place.split(":")[0], int(place.split(":")[1])))) for place in rest)
            decide(warehouse, kind, left, right, AT, "clerk", "documents")

    with warehouse.begin() as transaction:
        try:
            deliver(warehouse, [rows])
            for deed in deeds[:-1]:
                do(deed)
            with pytest.raises(Misconfigured) as refused:
                do(deeds[-1])
        finally:
            transaction.rollback()
    return str(refused.value)


CONTRADICTION = "Решение противоречит прежним"
# The delivery is the journal's number 1; what is done takes the numbers from 2 on.
REFUSED = {
    "no such row": ("1А -Б", ["same 0:0 0:7"], "0:7: такой строки листа «Участники» нет среди принятых."),
    "no such delivery": ("1А -Б", ["same x:0 0:1"], "x:0: такой строки листа «Участники» нет среди принятых."),
    "the same of oneself": ("1А 1А", ["same 0:0 0:1"], "Это одна и та же запись"),
    "different through others": ("1А -Б 2В", ["same 0:0 0:1", "same 0:1 0:2", "different 0:0 0:2"], CONTRADICTION),
    "same against different": ("1А -Б 2В", ["same 0:0 0:1", "different 0:0 0:2", "same 0:1 0:2"], CONTRADICTION),
    "by a СНИЛС": ("1А 1Б -В", ["different 0:0 0:2", "same 0:1 0:2"], CONTRADICTION),
    "no such decision": ("1А -Б", ["undo 7"], "Решения № 7 нет."),
    "undo of an undo": ("1А -Б", ["same 0:0 0:1", "undo 2", "undo 3"], "Решения № 3 нет."),
    "undone twice": ("1А -Б", ["same 0:0 0:1", "undo 2", "undo 2"], "Решение № 2 уже отменено."),
    "undo that brings a contradiction back": (
        "1А -Б 2В", ["same 0:0 0:1", "different 0:0 0:1", "same 0:0 0:2", "different 0:1 0:2", "undo 3"], CONTRADICTION,
    ),
    "withdrawn twice": ("1А", ["withdraw 0", "withdraw 0"], "Сдача 0 уже отозвана."),
    "withdrawal of nothing": ("1А", ["withdraw 7"], "Принятой сдачи 7 нет."),
    "a row of what is withdrawn": ("1А -Б", ["withdraw 0", "same 0:0 0:1"], "0:0: эта сдача отозвана."),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(warehouse: sa.Connection, name: str) -> None:
    told, deeds, words = REFUSED[name]
    assert _refusal(warehouse, told, *deeds).startswith(words)


def test_the_last_decision_on_two_replaces_the_one_before(warehouse: sa.Connection) -> None:
    """And undone, it never was."""
    with warehouse.begin() as transaction:
        try:
            deliver(warehouse, [[Identity("1", "Аня"), Identity(None, "Боря")]])
            one, other = Place("0", 0), Place("0", 1)
            decide(warehouse, "same", one, other, AT, "clerk", "documents")  # № 2
            decide(warehouse, "different", other, one, AT, "clerk", "documents")  # № 3
            undo(warehouse, 3, AT, "clerk")  # № 4
            people = [len(set(persons_found(warehouse, seq).values())) for seq in range(1, 5)]
        finally:
            transaction.rollback()
    assert people == [2, 1, 2, 1]
