"""The clerk's decisions over the linking rule: against a plain second implementation, as known at any number."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.indicators.clerks import Decided, contradicts, in_effect, persons
from tests.indicators.linking import Identity
from tests.installations import ENGINES
from warehouse.decisions import Place, decide, undo, withdraw
from warehouse.engine import create_schema, open_engine
from warehouse.indicators import identity
from warehouse.indicators.identity import people_known, resolve
from warehouse.indicators.knowledge import Knowledge
from warehouse.journal import RECEIVED, Journal
from warehouse.loading import insert_rows
from warehouse.settings import Misconfigured
from warehouse.tables import table, tables_of

AT = datetime(2022, 1, 10, tzinfo=UTC)
IDENTITIES = st.builds(
    Identity, st.sampled_from([None, None, "1", "2", "3"]), st.sampled_from(["Аня", "Боря", "Вера", "Глеб"])
)
DELIVERIES = st.lists(st.lists(IDENTITIES, min_size=1, max_size=3), min_size=2, max_size=4)
PICK = st.integers(0, 11)
DEEDS = st.lists(
    st.one_of(
        st.tuples(st.just("same"), PICK, PICK),
        st.tuples(st.just("different"), PICK, PICK),
        st.tuples(st.just("undo"), PICK),
        st.tuples(st.just("withdraw"), PICK),
    ),
    max_size=9,
)


def uuid(label: Hashable) -> str | None:
    return hashlib.md5(str(label).encode(), usedforsecurity=False).hexdigest() if label else None


def partition(people: dict[Identity, Hashable]) -> set[frozenset[Identity]]:
    """Only who is one with whom is compared, not what they are called."""
    groups: dict[Hashable, set[Identity]] = {}
    for one, person in people.items():
        groups.setdefault(person, set()).add(one)
    return {frozenset(group) for group in groups.values()}


# -- the resolution alone

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


def _ours(one: Identity) -> identity.Identity:
    return identity.Identity(one.snils, one.name)  # type: ignore[arg-type]


def _verdicts(made: list[Decided]) -> list[identity.Verdict]:
    return [identity.Verdict(d.number, d.kind, _ours(d.left), _ours(d.right)) for d in in_effect(made)]


def _named(people: dict[Identity, Hashable]) -> dict[Identity, Hashable]:
    return {_ours(one): person for one, person in people.items()}


# -- the same in the warehouse, with the clerk's own commands


@pytest.fixture(scope="module", params=ENGINES)
def warehouse(request: pytest.FixtureRequest) -> Iterator[sa.Connection]:
    url = request.getfixturevalue("postgres_database") if request.param == "postgresql" else "duckdb:///:memory:"
    engine = open_engine(url)
    with engine.connect() as connection:
        create_schema(connection, tables_of())
        connection.commit()
        yield connection
    engine.dispose()


def deliver(connection: sa.Connection, deliveries: list[list[Identity]]) -> None:
    """Store deliveries of «Участники», one journal entry each."""
    journal = Journal(connection)
    ledger, people = [], []
    for number, rows in enumerate(deliveries):
        entry = journal.add(RECEIVED, "S", AT)
        ledger.append({
            "seq": entry.seq, "delivery": str(number), "institution_code": f"S{number}", "known_at": AT,
            "received_at": AT, "sha256": "", "verdict": "accepted", "ruleset": "", "basis": "", "rows_read": 0,
            "rows_stored": 0, "rows_quarantined": 0, "rows_skipped": 0,
        })  # fmt: skip
        people += [
            {"delivery": str(number), "row": row, "snils_token": uuid(one.snils), "name_token": uuid(one.name)}
            for row, one in enumerate(rows)
        ]
    journal.write()
    insert_rows(connection, table("deliveries"), ledger)
    insert_rows(connection, table("participants"), people)


def persons_found(connection: sa.Connection, seq: int) -> dict[tuple[str, int], str]:
    """Ask the warehouse's statements who every row is."""
    rows = table("participants")
    people = people_known(connection, Knowledge.at(seq))
    statement = sa.select(rows.c.delivery, rows.c.row, people.of(rows)).select_from(people.join(rows, rows))
    return {(delivery, row): str(person) for delivery, row, person in connection.execute(statement)}


@dataclass
class Clerk:
    """Does at random what a clerk may do, and keeps by hand what should come of it."""

    connection: sa.Connection
    deliveries: list[list[Identity]]
    made: list[Decided] = field(default_factory=list)
    withdrawn: dict[int, int] = field(default_factory=dict)  # delivery: journal number

    def told(self, seq: int) -> set[Identity]:
        return {
            one for number, rows in enumerate(self.deliveries) for one in rows
            if number + 1 <= seq and not self.withdrawn.get(number, seq + 1) <= seq
        }  # fmt: skip

    def do(self, deed: tuple) -> None:
        """Try a deed; it is refused just where the words refuse it."""
        kind, *picked = deed
        allowed, run, note = getattr(self, f"_{'decide' if kind in ('same', 'different') else kind}")(kind, *picked)
        if allowed:
            note(run().seq)
        else:
            with pytest.raises(Misconfigured):
                run()

    def _place(self, pick: int) -> tuple[Place, Identity]:
        places = [(n, row) for n, rows in enumerate(self.deliveries) for row in range(len(rows))]
        number, row = places[pick % len(places)]
        return Place(str(number), row), self.deliveries[number][row]

    def _decide(self, kind: str, *picks: int) -> tuple:
        (left, one), (right, other) = map(self._place, picks)
        gone = any(int(place.delivery) in self.withdrawn for place in (left, right))
        decided = Decided(10**6, kind, one, other)
        allowed = not gone and one != other and not contradicts(self.told(10**6), [*self.made, decided])
        return (
            allowed,
            lambda: decide(self.connection, kind, left, right, AT, "clerk", "documents"),
            lambda seq: self.made.append(decided._replace(number=seq)),
        )

    def _undo(self, _: str, pick: int) -> tuple:
        number = self.made[pick % len(self.made)].number if self.made else pick
        kinds = {one.number: one.kind for one in self.made}
        known = kinds.get(number) in ("same", "different") and number not in {one.undoes for one in self.made}
        after = Decided(10**6, "undo", undoes=number)
        return (
            known and not contradicts(self.told(10**6), [*self.made, after]),
            lambda: undo(self.connection, number, AT, "clerk"),
            lambda seq: self.made.append(after._replace(number=seq)),
        )

    def _withdraw(self, _: str, pick: int) -> tuple:
        number = pick % (len(self.deliveries) + 1)  # one of them there never was
        return (
            number < len(self.deliveries) and number not in self.withdrawn,
            lambda: withdraw(self.connection, str(number), AT),
            lambda seq: self.withdrawn.update({number: seq}),
        )

    def check(self, seq: int) -> None:
        """Hold the warehouse against the words, as known at a journal number."""
        by_hand = persons(self.told(seq), [one for one in self.made if one.number <= seq])
        found = persons_found(self.connection, seq)
        seen = {
            self.deliveries[int(delivery)][row]: person
            for (delivery, row), person in found.items() if self.deliveries[int(delivery)][row] in by_hand
        }  # fmt: skip
        assert partition(seen) == partition(by_hand)


@settings(max_examples=25)
@given(deliveries=DELIVERIES, deeds=DEEDS)
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
