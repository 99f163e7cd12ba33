"""The clerk's queue: what comes into it, what leaves it, and whether a figure really hangs on it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple
from uuid import UUID

import pyarrow as pa
import pytest

from expectations.tokens import name_token, snils_token
from tests.indicators.worlds import deliver, random_region, register
from tests.installations import ENGINES, figures, installation, learn, moscow, take
from tests.workbooks import snils
from warehouse.indicators.identity import DIFFERENT, SAME
from warehouse.indicators.knowledge import Knowledge
from warehouse.indicators.series import series
from warehouse.installation.home import Home
from warehouse.journal.decisions import Place, decide, decisions_in_effect, undo, withdraw
from warehouse.journal.journal import RECEIVED, Journal, known_by
from warehouse.persons.answers import Answer, decide_all
from warehouse.persons.queue import open_pairs
from warehouse.persons.sheet import places_of
from warehouse.storage.loading import insert_rows
from warehouse.storage.vault import keep_identities
from warehouse.tables.tables import table

AT = moscow("2022-01-20 12:00")
AMBIGUOUS, CONFLICT, NAME, DATE = "ambiguous-name", "snils-conflict", "near-name", "near-birth-date"


def pairs_of(home: Home, seq: int | None = None) -> pa.Table:
    with home.reading() as connection:
        return open_pairs(connection, home.vault, Knowledge.at(seq or known_by(connection, None)))


# -- what is alike

A, B = snils(111_222_333), snils(444_555_666)
FOUR = ("Белая", "Чёрная", "Красная", "Зелёная")


class Case(NamedTuple):
    """Children «Фамилия Имя Отчество, дата, СНИЛС», and the kinds of the pairs that come of them."""

    children: list[str]
    kinds: list[str]


CASES = {
    "nobody alike": Case(["Пробный Пётр Ильич 29.02.2008", "Мнимый Лев Ильич 05.05.2009"], []),
    "a letter lost": Case(["Мнимая Анна Львовна 05.06.2009", "Мнимая Ана Львовна 05.06.2009"], [NAME]),
    "a letter swapped in a surname": Case(["Учебный Ян - 05.06.2009", "Уечбный Ян - 05.06.2009"], [NAME]),
    "without a patronymic": Case(["Учебный Ян Ильич 05.06.2009", "Учебный Ян - 05.06.2009"], [NAME]),
    "one of them with a СНИЛС": Case([f"Учебный Ян Ильич 05.06.2009 {A}", "Учебный Ян Ильчи 05.06.2009"], [NAME]),
    "twins": Case(["Мнимая Анна Львовна 05.06.2009", "Мнимая Алла Львовна 05.06.2009"], []),
    "twins of longer names": Case(["Мнимый Алексей Львович 05.06.2009", "Мнимый Александр Львович 05.06.2009"], []),
    "two СНИЛС": Case([f"Мнимая Анна Львовна 05.06.2009 {A}", f"Мнимая Ана Львовна 05.06.2009 {B}"], []),
    "a letter and a day": Case(["Мнимая Анна Львовна 05.06.2009", "Мнимая Ана Львовна 15.06.2009"], []),
    "day and month changed places": Case(["Пробный Лев - 03.04.2010", "Пробный Лев - 04.03.2010"], [DATE]),
    "a digit off": Case(["Пробный Лев - 03.04.2010", "Пробный Лев - 03.04.2011"], [DATE]),
    "two digits off": Case(["Пробный Лев - 03.04.2010", "Пробный Лев - 14.04.2010"], []),
    "spelt otherwise, the same": Case(["Фёдоров Пётр - 03.04.2010", "ФЕДОРОВ Петр - 03.04.2010"], []),
    "one СНИЛС, two names": Case([f"Пробный Лев - 03.04.2010 {A}", f"Мнимая Анна - 05.06.2009 {A}"], [CONFLICT]),
    "one name of two": Case(
        [f"Пробный Лев - 03.04.2010 {A}", f"Пробный Лев - 03.04.2010 {B}", "Пробный Лев - 03.04.2010"],
        [AMBIGUOUS, AMBIGUOUS],
    ),
    "one name of one": Case([f"Пробный Лев - 03.04.2010 {A}", "Пробный Лев - 03.04.2010"], []),
    "two parts in each other's column": Case(
        ["Учебный Ян Ильич 05.06.2009", "Ян Учебный Ильич 05.06.2009"], [NAME]
    ),
    "the surname last": Case(["Учебный Ян Ильич 05.06.2009", "Ян Ильич Учебный 05.06.2009"], [NAME]),
    "a passport's letters": Case(["Учебная Юлия Львовна 05.06.2009", "Uchebnaia Iuliia Lvovna 05.06.2009"], [NAME]),
    "people's Latin letters": Case(["Щучья Юлия Львовна 05.06.2009", "Shchuchya Yuliya Lvovna 05.06.2009"], [NAME]),
    "Latin letters among Russian": Case(["Мнимая Анна - 05.06.2009", "Мнимaя Aннa - 05.06.2009"], []),
    "two ways to write a name": Case(["Мнимая Софья - 05.06.2009", "Мнимая София - 05.06.2009"], [NAME]),
    "half of a double surname": Case(["Мнимая-Учебная Анна - 05.06.2009", "Учебная Анна - 05.06.2009"], [NAME]),
    "a double name in one word": Case(["Мнимая Анна-Вера - 05.06.2009", "Мнимая Аннавера - 05.06.2009"], [NAME]),
    "twins whose names others bear too": Case(
        ["Мнимая Алина Львовна 05.06.2009", "Мнимая Арина Львовна 05.06.2009"]
        + [f"{surname} {name} - 0{day}.02.2010" for day, surname in enumerate(FOUR, 1) for name in ("Алина", "Арина")], []
    ),
    "three of one name": Case([f"Пробный Лев - 0{day}.04.2010" for day in (3, 4, 5)], [DATE] * 3),
    "four of one name": Case([f"Пробный Лев - 0{day}.04.2010" for day in (3, 4, 5, 6)], []),
    "one answer for two persons": Case(
        [f"Мнимая Анна - 05.06.2009 {A}", "Мнимая Анна - 05.06.2009", "Мнимая Ана - 05.06.2009"], [NAME]
    ),
}  # fmt: skip


@pytest.fixture(scope="module", params=ENGINES)
def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """The order's own town, where nobody has reported yet."""
    url = request.getfixturevalue("postgres_database") if request.param == "postgresql" else None
    folder = tmp_path_factory.mktemp("town")
    with installation(folder / "home", url) as home:
        yield home


def _told(home: Home, children: list[str]) -> str:
    """Store a delivery of school 7 in which every child has a mentor; return its key."""
    born = [date(*map(int, reversed(child.split()[3].split(".")))) for child in children]
    names = [[*child.split()[:2], child.split()[2].strip("-") or None] for child in children]
    numbers = [child.split()[4] if len(child.split()) == 5 else None for child in children]
    with home.writing() as connection:
        journal = Journal(connection)
        entry = journal.add(RECEIVED, "NSH-S007", AT)
        journal.write()
        delivery = f"{entry.seq:016}"
        tokens = [
            {
                "snils_token": numbers[row] and str(UUID(snils_token(home.ring.tokens, numbers[row]))),
                "name_token": str(UUID(name_token(home.ring.tokens, *names[row], born[row]))),
                "delivery": delivery, "category": "обучающийся",
            }
            for row in range(len(children))
        ]  # fmt: skip
        insert_rows(connection, table("deliveries"), [{
            "seq": entry.seq, "delivery": delivery, "institution_code": "NSH-S007", "as_of": date(2021, 12, 31),
            "known_at": AT, "received_at": AT, "sha256": "", "verdict": "accepted", "ruleset": "", "basis": "",
            "rows_read": 0, "rows_stored": 0, "rows_quarantined": 0, "rows_skipped": 0,
        }])  # fmt: skip
        insert_rows(connection, table("participants"), [one | {"row": row} for row, one in enumerate(tokens)])
        pair = {"role": "наставляемый", "form": "иная", "started_on": date(2021, 9, 1)}
        parts = [one | pair | {"row": row, "participant_row": row} for row, one in enumerate(tokens)]
        insert_rows(connection, table("participations"), parts)
    parts_of_names = dict(zip(("surname", "given_name", "patronymic"), zip(*names, strict=True), strict=True))
    people = {"delivery": [delivery] * len(children), "row": list(range(len(children))), "birth_date": born}
    keep_identities(home.vault, {"participants": pa.table(people | parts_of_names)}, [delivery])
    return delivery


@pytest.mark.parametrize("name", CASES)
def test_what_is_alike(town: Home, name: str) -> None:
    """Each case in its turn: what those before it left in the queue would be found here too."""
    delivery = _told(town, CASES[name].children)
    found = pairs_of(town)
    assert found["kind"].to_pylist() == CASES[name].kinds
    assert found["influences"].to_pylist() == [True] * len(CASES[name].kinds)
    with town.writing() as connection:
        withdraw(connection, delivery, AT)


def test_what_is_withdrawn_leaves_the_queue(town: Home) -> None:
    """That of every case before, and one that was seen in it."""
    delivery = _told(town, CASES["a letter lost"].children)
    assert pairs_of(town).num_rows == 1
    with town.writing() as connection:
        withdraw(connection, delivery, AT)
    assert pairs_of(town).num_rows == 0


# -- whether a figure hangs on it


@pytest.fixture(scope="module", params=["duckdb", pytest.param("postgresql", marks=pytest.mark.slow)])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """Two random regions after three collections, with decisions of clerks."""
    url = request.getfixturevalue("another_database") if request.param == "postgresql" else None
    regions, folder = [random_region(seed) for seed in (1, 2)], tmp_path_factory.mktemp("world")
    begun = moscow("2021-09-01 12:00")
    with installation(folder / "home", url, begun) as home:
        learn(home, folder / "register", begun, institutions=register(regions))
        for wave, day in enumerate(("2021-10-10 12:00", "2022-01-10 12:00", "2022-01-20 12:00")):
            deliver(regions, wave, home.settings.inbox)
            take(home, moscow(day))
        yield home


def reported(figures_: pa.Table) -> dict[tuple, object]:
    """The official numerators, by scope and date."""
    return {
        (row["scope_type"], row["scope_code"], row["as_of"]): row["numerator"]
        for row in figures_.to_pylist() if row["indicator"] == "students_involved"
    }  # fmt: skip


def test_a_pair_influences_just_where_the_figures_move(world: Home) -> None:
    """Each open pair is decided the other way, in earnest, and everything counted anew."""
    now, found = reported(figures(world)), pairs_of(world)
    told = found["influences"].to_pylist()
    chosen = [n for wanted in (True, False) for n in [n for n, one in enumerate(told) if one is wanted][:2]]
    assert {told[n] for n in chosen} == {True, False}
    for number in chosen:
        kind = DIFFERENT if found["kind"][number].as_py() == CONFLICT else SAME
        with world.engine.connect() as connection, connection.begin() as transaction:
            decide(connection, kind, *places_of(found)[number], AT, "clerk", "documents")
            after = reported(series(connection, known_by(connection, None)))
            transaction.rollback()
        row, moved = found.slice(number, 1).to_pylist()[0], {one for one in now if after[one] != now[one]}
        assert (bool(moved), len(moved)) == (told[number], row["figures"]), row
        if moved:
            figure = row["scope_type"], row["scope_code"], row["as_of"]
            assert after[figure] - now[figure] == row["change"]
            assert abs(row["change"]) == max(abs(after[one] - now[one]) for one in moved)


def test_what_moves_figures_most_comes_first(world: Home) -> None:
    weights = [(abs(row["change"] or 0), row["figures"]) for row in pairs_of(world).to_pylist()]
    assert weights == sorted(weights, reverse=True)
    assert weights[0] > weights[-1] == (0, 0)


def test_what_is_decided_leaves_the_queue_and_comes_back_when_undone(world: Home) -> None:
    before = pairs_of(world)
    with world.reading() as connection:
        seq = known_by(connection, None)
    (left, right), other = places_of(before)[0], places_of(before)[-1]
    entries = []
    for kind, two in ((DIFFERENT, (left, right)), (SAME, other)):
        with world.writing() as connection:
            entries.append(decide(connection, kind, *two, AT, "clerk", "documents"))
    after = places_of(pairs_of(world))
    assert (left, right) not in after
    assert other not in after
    assert pairs_of(world, seq).equals(before)  # as known before
    for entry in entries:
        with world.writing() as connection:
            undo(connection, entry.seq, AT, "clerk")
    assert pairs_of(world).equals(before)


def test_a_queue_says_no_more_than_places(world: Home) -> None:
    found = pairs_of(world)
    assert found.column_names == [
        "kind", "left_delivery", "left_row", "right_delivery", "right_row", "similarity", "influences",
        "figures", "change", "as_of", "scope_type", "scope_code",
    ]  # fmt: skip
    assert {len(one) for one in found["left_delivery"].to_pylist()} == {16}
    assert pairs_of(world).equals(found)


# -- hundreds of answers


def test_hundreds_of_answers_are_one_batch(town: Home) -> None:
    """One answer in the middle contradicts two before it; it alone is refused, whoever stands beside it."""
    children = [f"{surname} Лев Ильич {day:02}.{month:02}.2009" for month in range(1, 9) for day in range(1, 11)
                for surname in ("Пробный", "Пробыный")]  # fmt: skip
    delivery = _told(town, children)
    places = [Place(delivery, row) for row in range(len(children))]
    answers = [Answer(n, places[2 * n], places[2 * n + 1], SAME) for n in range(80)]
    answers.insert(40, Answer(80, places[1], places[2], SAME))
    answers.insert(60, Answer(81, places[0], places[3], DIFFERENT))
    answers.append(Answer(82, places[5], places[6], None))
    with town.writing() as connection:
        done = decide_all(connection, answers, AT, "clerk", "documents")
    assert (done.recorded, done.repeated) == (81, 0)
    assert done.refused == [
        (81, "Решение противоречит прежним: одних и тех же людей они и разводят, и связывают."),
        (82, "Ответ или ключ записи не читается."),
    ]
    with town.writing() as connection:
        made = decisions_in_effect(connection)
        again = decide_all(connection, answers, AT, "clerk", "documents")
    assert (again.recorded, again.repeated, len(again.refused)) == (0, 81, 2)
    assert {(one.left, one.right) for one in made} == {(one.left, one.right) for one in answers if one.kind == SAME}
    assert {(one.decided_by, one.ground, one.known_at) for one in made} == {("clerk", "documents", AT)}
    assert [one.seq for one in made] == list(range(made[0].seq, made[0].seq + 81))
    with town.writing() as connection:
        for one in made:
            undo(connection, one.seq, AT, "clerk")
        withdraw(connection, delivery, AT)
