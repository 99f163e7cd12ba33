"""Random sequences of deliveries, confirmations and withdrawals against the plain model; then everything made anew."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.holding.model import Content, School, Sent
from tests.holding.pupils import with_pupils
from tests.installations import COLLECTED, forget_all_but_the_journal, rows, state, take
from tests.workbooks import write
from warehouse.ingestion.rebuild import rebuild
from warehouse.installation.home import Home
from warehouse.installation.settings import Misconfigured
from warehouse.journal.decisions import withdraw
from warehouse.journal.journal import HELD, RECEIVED, all_entries, known_by
from warehouse.journal.ledger import in_force
from warehouse.proof.facts import read_facts
from warehouse.proof.places import holding
from warehouse.receipts import write_pending_receipts
from warehouse.review.held import waiting_deliveries
from warehouse.review.holding import confirm
from warehouse.tables.tables import table

SCHOOLS = ("NSH-S001", "NSH-S003", "NSH-S007", "NSH-S008", "NSH-S014")
DATES = ("31.12.2020", "31.12.2021")
ROUNDS = 6


class Town:
    """The installation and the model, led through the same events."""

    def __init__(self, home: Home, draw: random.Random) -> None:
        self.home, self.draw, self.at = home, draw, COLLECTED
        self.schools = {code: School() for code in SCHOOLS}
        self.names: dict[int, str] = {}  # delivery by journal number

    def round(self) -> None:
        """Let every school send something and the clerk do something."""
        sent = {code: self._content() for code in SCHOOLS}
        for code, (day, pupils, mark) in sent.items():
            as_of = DATES[int(day)]
            books = with_pupils(pupils, code, as_of, Контингент=f"Возраст, полных лет | Обучающихся\n12 | {100 + mark}")
            write(self.home.settings.inbox / code / "a.zip", books, modified=1_640_000_000 + len(self.names))
        before = self._last()
        take(self.home, self.at)
        self._arrived(sent, before)
        self._clerk()
        self.at += timedelta(hours=1)

    def _content(self) -> Content:
        return self.draw.choice("011"), self.draw.choice((2, 5, 6, 9)), self.draw.choice((0, 0, 0, 1))

    def _last(self) -> int:
        with self.home.reading() as connection:
            return known_by(connection, None)

    def _arrived(self, sent: dict[str, Content], before: int) -> None:
        with self.home.reading() as connection:
            new = [entry for entry in all_entries(connection) if entry.seq > before]
        self.names |= dict(rows(self.home, table("deliveries"), "seq", "delivery"))
        for entry in (one for one in new if one.event == RECEIVED):
            school = self.schools[entry.subject]
            one = school.deliver(sent[entry.subject], entry.seq)
            held = [other.seq for other in new if other.event == HELD and other.subject == self.names[entry.seq]]
            assert bool(held) == school.drops(one), (entry, one)
            one.held = held[0] if held else None

    def _clerk(self) -> None:
        """Confirm or withdraw at random; what the model does not allow is refused."""
        for school in self.schools.values():
            waits = [one for one in school.sent if school.waits(one)]
            one = self.draw.choice(waits if waits and self.draw.random() < 0.5 else school.sent)
            if self.draw.random() < 0.25:
                allowed, act = not one.repeats and not one.withdrawn, withdraw
            else:
                allowed, act = school.waits(one), confirm
            with self.home.writing() as connection:
                if not allowed:
                    with pytest.raises(Misconfigured):
                        act(connection, self.names[one.seq], self.at)
                    continue
                seq = act(connection, self.names[one.seq], self.at).seq
            one.withdrawn, one.confirmed = (seq, one.confirmed) if act is withdraw else (one.withdrawn, seq)

    def told(self, seq: int) -> dict[tuple[str, str], str]:
        """What is in force at a journal number, by the model."""
        found: dict[tuple[str, str], str] = {}
        for code, school in self.schools.items():
            for number, as_of in enumerate(DATES):
                if (one := school.in_force(str(number), seq)) is not None:
                    found[code, as_of] = self.names[one.seq]
        return found

    def waiting(self) -> set[str]:
        every: list[tuple[School, Sent]] = [(school, one) for school in self.schools.values() for one in school.sent]
        return {self.names[one.seq] for school, one in every if school.waits(one)}


@pytest.fixture(scope="module")
def town(home: Home) -> Town:
    made = Town(home, random.Random(632))
    for _ in range(ROUNDS):
        made.round()
    return made


def test_every_vintage_is_the_models(town: Town) -> None:
    with town.home.reading() as connection:
        for seq in range(1, known_by(connection, None) + 1):
            now = in_force(seq)
            found = connection.execute(sa.select(now.c.institution_code, now.c.as_of, now.c.delivery))
            told = {(row.institution_code, f"{row.as_of:%d.%m.%Y}"): row.delivery for row in found}
            assert told == town.told(seq), seq
            second = holding(read_facts(connection, seq))
            assert {(code, f"{day:%d.%m.%Y}"): name for (code, day), name in second.items()} == told, seq


def test_what_waits_is_what_the_model_waits_for(town: Town) -> None:
    with town.home.reading() as connection:
        found = waiting_deliveries(connection, known_by(connection, None))
    assert {one.delivery for one in found} == town.waiting()
    assert all(one.waits and one.drop.over(30) and one.confirmed_at is None for one in found)


def test_the_sequence_was_worth_it(town: Town) -> None:
    """Every kind of event happened, several times: the numbers are of the seed."""
    sent = [one for school in town.schools.values() for one in school.sent]
    counts = [sum(bool(getattr(one, name)) for one in sent) for name in ("held", "confirmed", "withdrawn", "repeats")]
    assert all(count >= 2 for count in counts), counts


def test_it_is_rebuilt_row_for_row(town: Town) -> None:
    write_pending_receipts(town.home)  # those confirmed are owed another
    before = state(town.home)
    forget_all_but_the_journal(town.home)
    rebuild(town.home)
    after = state(town.home)
    for part, was in before.items():
        assert after[part] == was, part
