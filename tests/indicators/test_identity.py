"""One person stays one: names as they are compared, rows as they are linked."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from datetime import UTC, date, datetime
from typing import NamedTuple

import pyarrow as pa
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations.arrow import staged_schema
from expectations.form import FORM
from expectations.persons import person_of, same_name
from expectations.staging import CONTEXT, Staging
from expectations.tokens import name_token, snils_token
from tests.indicators.linking import Identity, owners, person
from tests.workbooks import snils
from warehouse.indicators.identity import owners as owners_known
from warehouse.indicators.knowledge import Knowledge
from warehouse.storage.loading import insert_rows
from warehouse.tables.tables import table

KEY, BORN = b"k" * 32, date(2010, 5, 5)
SAME = [
    ("Фёдоров/Пётр/Ильич", "Федоров/Петр/Ильич"),
    ("ИВАНОВ/ИВАН/ИВАНОВИЧ", "иванов/иван/иванович"),
    ("Салтыков-Щедрин/Ян/Львович", "Салтыков – Щедрин/Ян/Львович"),
    ("Салтыков-Щедрин/Ян/Львович", "Салтыков Щедрин/Ян/Львович"),
    ("Хан/Анна-Мария/", "Хан/Анна Мария/"),
    ("Иванoв/Ивaн/Иванович", "Иванов/Иван/Иванович"),  # Latin o and a
    ("Bасильев/Cемён/Mаркович", "Васильев/Семен/Маркович"),  # Latin capitals B, C, M
    ("Йыги/Юрий/", "И\u0306ыги/Юрии\u0306/"),  # й of one sign and of two
]
DIFFERENT = [
    ("Иванов/Иван/Иванович", "Иванов/Иван/"),
    ("Иванов/Иван/Иванович", "Иванова/Иван/Иванович"),
    ("Иванов/Иван/Иванович", "Иван/Иванов/Иванович"),
    ("Ким/Ан На/", "Ким Ан/На/"),
    ("Ким/Анна/", "Ким/Ан На/"),
]


def _token(full_name: str, born: date = BORN) -> str:
    return name_token(KEY, *_parts(full_name), born)


def _parts(full_name: str) -> tuple[str, str, str | None]:
    surname, given_name, patronymic = full_name.split("/")
    return surname, given_name, patronymic or None


@pytest.mark.parametrize(("one", "other"), SAME)
def test_spellings_of_one_name(one: str, other: str) -> None:
    assert _token(one) == _token(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different_names(one: str, other: str) -> None:
    assert _token(one) != _token(other)


def test_other_days_other_keys_other_people() -> None:
    name = "Иванов/Иван/Иванович"
    assert _token(name) != _token(name, date(2010, 5, 6))
    assert name_token(KEY, *_parts(name), BORN) != name_token(b"K" * 32, *_parts(name), BORN)
    assert snils_token(KEY, snils(1)) != snils_token(KEY, snils(2))


# -- linking


class Row(NamedTuple):
    """A good row of «Участники»: who sent it, what it tells; `known` is whether its delivery was accepted by then."""

    delivery: int
    snils: str | None
    name: str
    known: bool = True


ROWS = st.lists(
    st.builds(
        Row,
        st.integers(0, 3),
        st.sampled_from([None, None, "1", "2", "3"]),
        st.sampled_from(["Аня", "Боря", "Вера"]),
        st.just(True),
    ),
    max_size=12,
)
Link = Callable[[list[Row]], list[Hashable]]


def uuid(label: str | None) -> str | None:
    return hashlib.md5(label.encode(), usedforsecurity=False).hexdigest() if label else None


def partition(persons: Iterable[Hashable]) -> list[int]:
    """Name persons by the first row of each, so that only who is one with whom is compared."""
    first: dict[Hashable, int] = {}
    return [first.setdefault(one, number) for number, one in enumerate(persons)]


def _deliveries(rows: list[Row]) -> list[dict[str, object]]:
    verdicts = {row.delivery: "accepted" if row.known else "rejected" for row in rows}
    at = datetime(2022, 1, 10, tzinfo=UTC)
    return [
        {
            "seq": number + 1, "delivery": str(number), "institution_code": "S", "known_at": at, "received_at": at, "sha256": "",
            "verdict": verdict, "ruleset": "", "basis": "", "rows_read": 0, "rows_stored": 0, "rows_quarantined": 0, "rows_skipped": 0,
        }
        for number, verdict in verdicts.items()
    ]  # fmt: skip


def linked_by_the_warehouse(connection: sa.Connection, rows: list[Row]) -> list[Hashable]:
    """Store the rows, link them, forget them."""
    participants = table("participants")
    known = owners_known(Knowledge.at(2**40))
    joined = participants.outerjoin(known, same_name(participants, known))
    chosen = sa.select(person_of(participants, known)).select_from(joined).order_by(participants.c.row)
    people = [
        {
            "delivery": str(row.delivery),
            "row": number,
            "snils_token": uuid(row.snils),
            "name_token": uuid(row.name),
        }
        for number, row in enumerate(rows)
    ]
    with connection.begin() as transaction:
        insert_rows(connection, table("deliveries"), _deliveries(rows))
        insert_rows(connection, participants, people)
        found = [str(one) for one in connection.execute(chosen).scalars()]
        transaction.rollback()
    return found


@settings(max_examples=40)
@given(rows=ROWS)
def test_the_warehouse_links_as_the_words_say(warehouse: sa.Connection, rows: list[Row]) -> None:
    identities = [Identity(row.snils, row.name) for row in rows]
    bearers = owners(identities)
    expected = [person(one, bearers) for one in identities]
    assert partition(linked_by_the_warehouse(warehouse, rows)) == partition(expected)


@settings(max_examples=20)
@given(rows=ROWS, data=st.data())
def test_the_order_of_rows_and_deliveries_decides_nothing(
    warehouse: sa.Connection, rows: list[Row], data: st.DataObject
) -> None:
    order = data.draw(st.permutations(range(len(rows))))
    renumbered = data.draw(st.permutations(range(4)))
    shuffled = [rows[place]._replace(delivery=renumbered[rows[place].delivery]) for place in order]
    moved = dict(zip(order, linked_by_the_warehouse(warehouse, shuffled), strict=True))
    assert [moved[place] for place in range(len(rows))] == linked_by_the_warehouse(warehouse, rows)


@settings(max_examples=20)
@given(rows=ROWS, refused=st.integers(0, 3))
def test_a_refused_delivery_makes_nobody_known(warehouse: sa.Connection, rows: list[Row], refused: int) -> None:
    """A СНИЛС told only there owns no name."""
    told = [row._replace(known=row.delivery != refused) for row in rows]
    bearers = owners(Identity(row.snils, row.name) for row in told if row.known)
    expected = [person(Identity(row.snils, row.name), bearers) for row in told]
    assert partition(linked_by_the_warehouse(warehouse, told)) == partition(expected)


@pytest.fixture(scope="module")
def staging() -> Iterator[Staging]:
    with Staging() as staging:
        staging.load([], {name: schema.empty_table() for name, schema in CONTEXT.items()})
        yield staging


@settings(max_examples=40)
@given(rows=ROWS)
def test_a_staged_delivery_is_linked_within_itself(staging: Staging, rows: list[Row]) -> None:
    schema = staged_schema(FORM.by_name["participants"]).insert(0, pa.field("delivery", pa.string()))
    people = [
        {
            "delivery": str(row.delivery),
            "row": number,
            "snils_token": row.snils,
            "name_token": row.name,
            "category": "обучающийся",
        }
        for number, row in enumerate(rows)
    ]
    staging.put("staged_participants", pa.Table.from_pylist(people, schema=schema))
    found = [(delivery, one) for delivery, one in staging.run("SELECT delivery, person FROM persons ORDER BY row")]
    by_delivery = defaultdict(list)
    for row in rows:
        by_delivery[row.delivery].append(Identity(row.snils, row.name))
    expected = [
        (row.delivery, person(Identity(row.snils, row.name), owners(by_delivery[row.delivery]))) for row in rows
    ]
    assert partition(found) == partition(expected)
