"""The desk on a server: the star by the analyst's role, and no way to write or to read more."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
import sqlalchemy as sa

from tests.access.served import CANARY, Served, served
from tests.desk.star_promises import asked, disagreeing_figures, explained, lost_rows, repeated_keys
from warehouse import open_analysis
from warehouse.desk.asking import asked as asked_of
from warehouse.desk.opening import Analysis
from warehouse.desk.refusals import NO_COLUMN, NO_RIGHT, NO_TIME, NOT_WRITTEN_RIGHT, ONLY_READ, WRONG_VALUE, refusal_of
from warehouse.installation.settings import Misconfigured

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def world(postgres_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("desk"), postgres_database) as made:
        yield made


@pytest.fixture(scope="module")
def desk(world: Served) -> Iterator[Analysis]:
    with open_analysis(world.url_of("analyst")) as opened:
        yield opened


def test_the_star_keeps_its_promises(desk: Analysis) -> None:
    assert disagreeing_figures(desk) == {}
    assert (lost_rows(desk), repeated_keys(desk)) == ({}, [])


def test_each_view_and_column_is_explained(desk: Analysis) -> None:
    told = """SELECT c.relname AS view, coalesce(a.attname, '') AS name, d.description FROM pg_description d
        JOIN pg_class c ON c.oid = d.objoid LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.objsubid
        AND d.objsubid > 0 WHERE c.relkind = 'v' AND c.relnamespace = 'mentoring'::regnamespace"""
    assert set(asked(desk, told)) == explained()


def test_types_are_those_of_the_answer(desk: Analysis) -> None:
    rows = desk.arrow("""SELECT 1::bigint AS n, 1.50::numeric AS d, NULL::numeric AS nothing, DATE '2021-12-31' AS w,
        true AS ok, '00000000-0000-0000-0000-000000000001'::uuid AS u, ARRAY[1, 2] AS l, 'a%b' AS t, now() AS m""")  # fmt: skip
    assert [str(one) for one in rows.schema.types[:5]] == [
        "int64",
        "decimal128(3, 2)",
        "decimal128(38, 2)",
        "date32[day]",
        "bool",
    ]
    assert rows.to_pylist()[0]["u"].endswith("-000000000001") and rows.to_pylist()[0]["l"] == "[1, 2]"
    assert desk.arrow("SELECT person FROM mentoring.fact_surveys").num_rows == 0
    assert (
        str(desk.frame("SELECT 2.5::numeric AS d, DATE '2021-12-31' AS w").dtypes.tolist())
        == "[dtype('float64'), dtype('<M8[ms]')]"
    )


REFUSED = [
    ("DELETE FROM mentoring.releases", (NO_RIGHT, ONLY_READ)),
    ("CREATE TABLE mentoring.mine (n int)", (NO_RIGHT, ONLY_READ)),
    ("SELECT * FROM personal.sealed", (NO_RIGHT,)),
    ("SELECT subject FROM journal.entries", (NO_RIGHT,)),
    ("SELECT 1; DELETE FROM mentoring.releases", (NOT_WRITTEN_RIGHT,)),
    ("SET TRANSACTION READ WRITE", (ONLY_READ, "база его не приняла")),
    ("RESET ROLE", (ONLY_READ,)),
    ("COMMIT", (ONLY_READ,)),
    ("SELECT nope FROM mentoring.fact_pairs", (NO_COLUMN,)),
    (f"SELECT CAST('{CANARY}' AS int)", (WRONG_VALUE,)),
]


@pytest.mark.parametrize(("sql", "sentences"), REFUSED, ids=lambda value: value[:30] if isinstance(value, str) else "")
def test_what_is_no_question_is_refused_without_a_value(desk: Analysis, sql: str, sentences: tuple[str, ...]) -> None:
    with pytest.raises(Exception) as raised:  # noqa: PT011 (whatever the driver raises is what is told of)
        desk.arrow(sql)
    refusal = refusal_of(raised.value)
    assert refusal is not None and refusal.sentence in sentences
    assert CANARY not in refusal.told(sql)


@pytest.mark.parametrize("who", ["engineer", "officer"])
@pytest.mark.parametrize("before", ["RESET ROLE", "SET default_transaction_read_only = off", "COMMIT", "ROLLBACK",
                                    "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE"])  # fmt: skip
def test_who_may_write_elsewhere_does_not_at_the_desk(world: Served, who: str, before: str) -> None:
    """What one question sets is gone with it: the next one is an analyst's again."""
    with open_analysis(world.url_of(who)) as desk, desk.engine.connect() as connection:
        for sql in (before, "INSERT INTO journal.entries (seq) VALUES (10)"):
            with pytest.raises(Exception) as raised:  # noqa: PT011
                asked_of(connection, sql, 5)
        assert refusal_of(raised.value).sentence in (NO_RIGHT, ONLY_READ)  # type: ignore[union-attr,arg-type]
        assert asked_of(connection, "SELECT current_user AS who", 5).to_pylist() == [{"who": "nastavnik_analyst"}]


def test_one_question_cannot_undo_its_own_bounds(world: Served) -> None:
    with open_analysis(world.url_of("engineer")) as desk:
        for inside in ("COMMIT; DELETE FROM mentoring.releases", "RESET ROLE; DELETE FROM mentoring.releases",
                       "SET transaction_read_only = off; RESET ROLE; DELETE FROM mentoring.releases"):  # fmt: skip
            with pytest.raises(psycopg.Error):
                desk.arrow(f"DO $$ BEGIN {inside}; END $$")


def test_sqlalchemy_sessions_only_read(desk: Analysis) -> None:
    with desk.engine.connect() as connection:
        assert connection.execute(sa.text("SHOW transaction_read_only")).scalar() == "on"
        with pytest.raises(sa.exc.DBAPIError):
            connection.execute(sa.text("CREATE TEMPORARY TABLE mine (n int)"))


def test_a_long_question_is_interrupted(world: Served) -> None:
    with open_analysis(world.url_of("analyst"), seconds=0.2) as desk:
        with pytest.raises(psycopg.Error) as raised:
            desk.arrow("SELECT pg_sleep(30)")
        assert refusal_of(raised.value).sentence == NO_TIME  # type: ignore[union-attr]
        assert desk.arrow("SELECT 1 AS one").to_pylist() == [{"one": 1}]


def test_who_has_not_the_role_is_told_how_to_get_it(world: Served) -> None:
    with pytest.raises(Misconfigured, match="GRANT nastavnik_analyst"):
        open_analysis(world.url_of("service"))
