"""The journal's order is its numbers', whatever the clock says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.installations import ENGINES, moscow
from warehouse.installation.engine import create_schema, open_engine
from warehouse.journal.journal import RECEIVED, REFERENCE, RELEASE, Journal, all_entries, known_by, last_entry
from warehouse.storage.loading import fetch, insert_rows
from warehouse.tables.tables import entries, table, tables_of

NOON = moscow("2022-01-10 12:00")


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Engine]:
    path = tmp_path_factory.mktemp("journal") / "w.duckdb"
    url = request.getfixturevalue("postgres_database") if request.param == "postgresql" else f"duckdb:///{path}"
    engine = open_engine(url)
    with engine.begin() as connection:
        create_schema(connection, tables_of())
    yield engine
    engine.dispose()


@pytest.fixture
def connection(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A transaction that is undone after the test."""
    with engine.connect() as connection, connection.begin() as transaction:
        yield connection
        transaction.rollback()


def test_a_clock_that_goes_back_does_not_turn_the_order(connection: sa.Connection) -> None:
    for at in (NOON, NOON - timedelta(hours=2), NOON + timedelta(minutes=1)):
        journal = Journal(connection)
        journal.add(RECEIVED, "NSH-S007", at, received_at=at)
        journal.write()
    found = all_entries(connection)
    assert [entry.seq for entry in found] == [1, 2, 3]
    assert [entry.known_at for entry in found] == [NOON, NOON, NOON + timedelta(minutes=1)]
    assert [entry.received_at for entry in found] == [
        NOON,
        NOON - timedelta(hours=2),
        NOON + timedelta(minutes=1),
    ]


def test_deliveries_may_have_been_received_before_the_register_was_loaded(connection: sa.Connection) -> None:
    sent = [(REFERENCE, 0), (RECEIVED, 9), (REFERENCE, 0), (RECEIVED, 5), (RECEIVED, 7), (RELEASE, 0), (RECEIVED, 3)]
    for event, days in sent:
        journal = Journal(connection)
        journal.add(event, "institutions", NOON - timedelta(days=days))
        journal.write()
    assert [(NOON - entry.known_at).days for entry in all_entries(connection)] == [0, 9, 0, 5, 5, 0, 0]
    asked = {days: known_by(connection, NOON - timedelta(days=days)) for days in (10, 9, 6, 5, 1, 0)}
    assert asked == {10: 0, 9: 2, 6: 2, 5: 5, 1: 5, 0: 7}


def test_what_was_known_by_a_time(connection: sa.Connection) -> None:
    journal = Journal(connection)
    for minutes in (0, 1, 1):
        journal.add(RECEIVED, "NSH-S007", NOON + timedelta(minutes=minutes))
    journal.write()
    asked = (
        NOON - timedelta(seconds=1),
        NOON,
        NOON + timedelta(seconds=59),
        NOON + timedelta(minutes=1),
        None,
    )
    assert [known_by(connection, time) for time in asked] == [0, 1, 1, 3, 3]


def test_nothing_is_written_before_write(connection: sa.Connection) -> None:
    Journal(connection).add(RECEIVED, "NSH-S007", NOON)
    assert last_entry(connection) is None


def test_rows_of_different_shapes_lose_no_column(connection: sa.Connection) -> None:
    """The first row of a batch decides nothing: a duplicate's line has other columns than an accepted one's."""
    common = {"size": 1, "known_at": NOON, "event": RECEIVED}
    insert_rows(
        connection,
        entries(),
        [common | {"seq": 1, "subject": "A"}, common | {"seq": 2, "subject": "B", "arrival": "x"}],
    )
    assert [entry.arrival for entry in all_entries(connection)] == [None, "x"]


def test_moments_come_back_alike_from_every_engine(connection: sa.Connection) -> None:
    insert_rows(connection, entries(), [{"seq": 1, "known_at": NOON, "event": RECEIVED, "subject": "A"}])
    found = fetch(connection, sa.select(entries().c.known_at, entries().c.received_at))
    assert found.column("known_at").to_pylist() == [NOON.replace(hour=9, tzinfo=None)]
    assert found.column("received_at").null_count == 1


@pytest.mark.parametrize(
    "text",
    ["", " ", '"', 'a"b,c', "a\nb", "\\N", "NULL", "\\.", "ё\u2028", "=1+1", "'; DROP TABLE x; --", "%s {0}"],
)
def test_texts_come_back_as_they_were(connection: sa.Connection, text: str) -> None:
    practices = table("practices")
    insert_rows(connection, practices, [{"delivery": "d", "row": 2, "title": text, "result": None}])
    (found,) = connection.execute(sa.select(practices.c.title, practices.c.result)).all()
    assert tuple(found) == (text, None)
