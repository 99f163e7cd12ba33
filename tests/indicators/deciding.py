"""A clerk who does at random what clerks may do, in a warehouse, and keeps by hand what should come of it."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from hypothesis import strategies as st

from tests.indicators.clerks import Decided, contradicts, persons
from tests.indicators.linking import Identity
from warehouse.indicators.identity import people_known
from warehouse.indicators.knowledge import Knowledge
from warehouse.installation.settings import Misconfigured
from warehouse.journal.decisions import Place, decide, undo, withdraw
from warehouse.journal.journal import RECEIVED, Journal
from warehouse.storage.loading import insert_rows
from warehouse.tables.tables import table

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
