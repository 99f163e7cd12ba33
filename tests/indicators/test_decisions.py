"""The clerk's decisions over the linking rule, resolved as a plain second implementation resolves them."""

from __future__ import annotations

from collections.abc import Hashable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.indicators.clerks import Decided, contradicts, in_effect, persons
from tests.indicators.deciding import IDENTITIES, partition
from tests.indicators.linking import Identity
from warehouse.indicators import identity
from warehouse.indicators.identity import resolve
from warehouse.journal.decisions import _allowed

# Identities are СНИЛС and name, «-А» is Аня without one; «=» ties two, «/» parts two; a line is what comes of it.
EXAMPLES = {
    "by the rule alone": ("1А 1Б -А -В", "", "1А 1Б -А | -В"),
    "a name of two people is nobody's": ("1А 2А -А", "", "1А | 2А | -А"),
    "unless a clerk says whose": ("1А 2А -А", "-А=2А", "1А | 2А -А"),
    "or makes the two one": ("1А 2А -А", "1А=2А", "1А 2А -А"),
    "a name taken from its owner": ("1А -А", "1А/-А", "1А | -А"),
    "one СНИЛС of two people": ("1А 1Б -А -Б", "1А/1Б", "1А -А | 1Б -Б"),
    "and the other way": ("1А 1Б -А -Б", "1Б/1А", "1А -А | 1Б -Б"),
    "three under one СНИЛС": ("1А 1Б 1В", "1А/1Б", "1А 1В | 1Б"),
    "through others": ("1А -Б 2В", "1А=-Б -Б=2В", "1А -Б 2В"),
    "names tied together go where either goes": ("1А -А -Б", "-А=-Б", "1А -А -Б"),
    "but make no two of one": ("1А 2Б -А -Б", "-А=-Б", "1А | 2Б | -А -Б"),
    "nor go past a word against it": ("1А -А -Б", "-А=-Б 1А/-Б", "1А | -А -Б"),
    "two names of one owner, said to be two": ("1А 1Б -А -Б", "-А/-Б", "1А 1Б | -А | -Б"),
    "a row that is withdrawn still ties": ("1А 2Б", "1А=-В -В=2Б", "1А 2Б"),
    "and bears no name": ("-А -Б", "1А=-Б", "-А | -Б"),
}


def _one(text: str) -> identity.Identity:
    return identity.Identity(None if text[0] == "-" else text[0], text[1])


@pytest.mark.parametrize("name", EXAMPLES)
def test_worked_examples(name: str) -> None:
    told, said, people = EXAMPLES[name]
    made = [
        identity.Verdict(number, "same" if sign == "=" else "different", _one(left), _one(right))
        for number, text in enumerate(said.split(), 1)
        for left, sign, right in [(text[:2], text[2], text[3:])]
    ]
    expected = {frozenset(map(_one, group.split())) for group in people.split("|")}
    assert partition(resolve(map(_one, told.split()), made)) == expected


@settings(max_examples=400)
@given(
    told=st.sets(IDENTITIES, max_size=9),
    pairs=st.lists(st.tuples(st.sampled_from(["same", "different"]), IDENTITIES, IDENTITIES), max_size=6),
)
def test_decisions_are_resolved_as_the_words_say(told: set[Identity], pairs: list) -> None:
    """Some of them speak of identities that nothing tells any more."""
    made: list[Decided] = []
    for number, (kind, left, right) in enumerate(pairs, 1):
        another = Decided(number, kind, left, right)
        if left != right and not contradicts(told, [*made, another]):
            made.append(another)
    assert partition(resolve(map(_ours, told), _verdicts(made))) == partition(_named(persons(told, made)))


@settings(max_examples=100)
@given(
    told=st.lists(IDENTITIES, max_size=9),
    pairs=st.lists(st.tuples(st.sampled_from(["same", "different"]), IDENTITIES, IDENTITIES), max_size=6),
    data=st.data(),
)
def test_order_decides_nothing(told: list[Identity], pairs: list, data: st.DataObject) -> None:
    made = _verdicts([Decided(n, *pair) for n, pair in enumerate(pairs, 1) if pair[1] != pair[2]])
    identities = [_ours(one) for one in told]
    shuffled = resolve(data.draw(st.permutations(identities)), data.draw(st.permutations(made)))
    assert shuffled == resolve(identities, made)


def test_nothing_more_is_allowed_where_what_holds_contradicts_itself() -> None:
    """As where a later program reads names otherwise; nor is it looked for without end."""
    one, other, third = map(_one, ("1А", "2Б", "3В"))
    held = [
        identity.Verdict(1, "same", one, other), identity.Verdict(2, "same", other, third),
        identity.Verdict(3, "different", one, third),
    ]  # fmt: skip
    assert _allowed(held, []) == []
    assert _allowed(held, [identity.Verdict(0, "same", one, _one("-Г"))]) == [False]


def _ours(one: Identity) -> identity.Identity:
    return identity.Identity(one.snils, one.name)  # type: ignore[arg-type]


def _verdicts(made: list[Decided]) -> list[identity.Verdict]:
    return [identity.Verdict(d.number, d.kind, _ours(d.left), _ours(d.right)) for d in in_effect(made)]


def _named(people: dict[Identity, Hashable]) -> dict[Identity, Hashable]:
    return {_ours(one): person for one, person in people.items()}
