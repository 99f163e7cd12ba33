"""Every way to what a role must not see, tried by a real login on a real server; and what each role is for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from tests.access.refused import FOR_NO_ANALYST
from tests.access.served import CANARY, Served, places, served
from tests.cli.conftest import runner
from tests.holding.pupils import with_pupils
from tests.installations import figures, moscow, take
from tests.workbooks import submission, write
from warehouse.access import roles
from warehouse.findings.across import findings_across
from warehouse.indicators.functions import FIGURE
from warehouse.indicators.identity import DIFFERENT
from warehouse.indicators.knowledge import Knowledge
from warehouse.installation.faults import Fault
from warehouse.installation.settings import Misconfigured
from warehouse.journal.decisions import decide
from warehouse.journal.journal import known_by
from warehouse.persons.sheet import records
from warehouse.release.publish import make_release
from warehouse.review.explaining import explain
from warehouse.review.held import waiting_deliveries
from warehouse.review.holding import confirm_held
from warehouse.storage.vault import may_read

DOCS = Path(__file__).parents[2] / "docs"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def world(postgres_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("roles"), postgres_database) as made:
        yield made


@pytest.mark.parametrize("statement", FOR_NO_ANALYST.strip().splitlines())
def test_an_analyst_is_refused(world: Served, statement: str) -> None:
    assert CANARY not in world.refused("analyst", statement)


def test_catalogues_tell_an_analyst_nothing_of_people(world: Served) -> None:
    stats = "SELECT count(*) FROM pg_stats WHERE schemaname IN ('personal', 'journal') AND attname <> 'seq'"
    assert world.ask("service", stats)[0][0] > 0
    assert world.ask("analyst", f"{stats} AND attname NOT IN ('known_at', 'event')") == [(0,)]
    for view in ("tables", "columns", "routines", "views"):
        place = {"routines": "routine_schema"}.get(view, "table_schema")
        assert world.ask("analyst", f"SELECT count(*) FROM information_schema.{view} WHERE {place} = 'personal'") == [
            (0,)
        ]
    seen = world.ask("analyst", "SELECT column_name FROM information_schema.columns WHERE table_schema = 'journal'")
    assert {name for (name,) in seen} == set(roles.KNOWN)


def test_another_session_shows_no_query(world: Served) -> None:
    with world.session("clerk") as clerk:
        clerk.execute(f"SELECT '{CANARY}'")
        asked = f"SELECT query FROM pg_stat_activity WHERE usename = 'clerk_{world.suffix}'"
        assert {text for (text,) in world.ask("analyst", asked)} == {"<insufficient privilege>"}
        clerk.execute("PREPARE theirs AS SELECT 1")
        assert world.ask("analyst", "SELECT count(*) FROM pg_prepared_statements") == [(0,)]


def test_large_objects_are_their_owners(world: Served) -> None:
    with world.session("service") as service:
        number = service.execute("SELECT lo_from_bytea(0, %s)", [CANARY.encode()]).fetchone()[0]  # type: ignore[index]
    assert CANARY not in world.refused("analyst", f"SELECT lo_get({number})")


@pytest.mark.parametrize("who", ["analyst", "service"])
def test_functions_of_ones_own_do_not_stand_in_for_the_engines(world: Served, postgres_database: str, who: str) -> None:
    """As if an administrator had given somebody a schema: what is in it is never called by ours."""
    with psycopg.connect(autocommit=True, **superuser_of(postgres_database)) as superuser:
        superuser.execute(f"CREATE SCHEMA IF NOT EXISTS evil AUTHORIZATION analyst_{world.suffix}")
        superuser.execute("GRANT USAGE ON SCHEMA evil TO PUBLIC")
    with world.session("analyst") as mine:
        mine.execute("CREATE OR REPLACE FUNCTION evil.stolen() RETURNS bigint LANGUAGE plpgsql AS"
                     " $$ BEGIN RAISE EXCEPTION 'called'; END $$")  # fmt: skip
        mine.execute("CREATE OR REPLACE AGGREGATE evil.max(bigint) (SFUNC = int8pl, STYPE = bigint)")
        mine.execute("CREATE OR REPLACE FUNCTION evil.timezone(text, timestamptz) RETURNS timestamp"
                     " LANGUAGE sql AS $$ SELECT '2000-01-01'::timestamp WHERE evil.stolen() > 0 $$")  # fmt: skip
    asked = "SELECT * FROM mentoring.kpi(known_at => '2022-02-01 00:00:00+03') ORDER BY 1, 2, 3, 4, 5"
    right = world.ask(who, asked)
    assert right
    with world.session(who) as session:
        session.execute("SET search_path = evil, pg_catalog")
        assert session.execute(asked).fetchall() == right
        assert len(session.execute("SELECT * FROM mentoring.kpi_now").fetchall()) == len(right)


def superuser_of(database: str) -> dict[str, str]:
    """What psycopg needs to open a database as its superuser."""
    url = sa.make_url(database)
    return {"host": str(url.query["host"]), "dbname": str(url.database), "user": str(url.username)}


def test_everybody_else_stays_outside(world: Served) -> None:
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"), world.session("nobody"):
        pass


OPEN_TO_PUBLIC = """
WITH acls AS (
    SELECT nspname AS place, coalesce(nspacl, acldefault('n', nspowner)) AS acl, oid AS schema FROM pg_namespace
    UNION ALL SELECT relname, coalesce(relacl, acldefault('r', relowner)), relnamespace FROM pg_class
    UNION ALL SELECT proname, coalesce(proacl, acldefault('f', proowner)), pronamespace FROM pg_proc)
SELECT place FROM acls, aclexplode(acl) AS one
WHERE one.grantee = 0 AND schema::regnamespace::text IN ('mentoring', 'journal', 'personal')
"""


def test_nothing_is_open_to_public(world: Served) -> None:
    assert world.ask("service", OPEN_TO_PUBLIC) == []


def test_views_and_functions_ask_the_readers_own_rights(world: Served) -> None:
    views = world.ask(
        "service",
        "SELECT relname FROM pg_class WHERE relkind = 'v' AND relnamespace::regnamespace::text IN ('mentoring')"
        " AND NOT coalesce(reloptions, '{}') @> '{security_invoker=true}'",
    )
    functions = world.ask(
        "service",
        "SELECT proname FROM pg_proc WHERE pronamespace::regnamespace::text IN ('mentoring', 'personal', 'journal')"
        " AND (prosecdef OR proname = 'kpi' AND proconfig IS NULL)",
    )
    assert (views, functions) == ([], [])


# For each role what it is given: the table, and the rights on it.
GRANTED = {
    "analyst": {"mentoring.participants": "SELECT", "mentoring.later": "SELECT"},
    "officer": {"mentoring.releases": "SELECT INSERT", "journal.entries": "SELECT INSERT", "journal.decisions": "SELECT",
                "mentoring.confirmations": "SELECT INSERT", "journal.explanations": "SELECT INSERT",
                "journal.restatements": "SELECT"},
    "clerk": {
        "personal.sealed": "SELECT", "personal.later": "SELECT", "journal.decisions": "SELECT INSERT",
        "mentoring.withdrawals": "SELECT INSERT", "mentoring.confirmations": "SELECT INSERT",
        "journal.notes": "SELECT INSERT",
    },
    "engineer": {
        "personal.sealed": "INSERT DELETE", "personal.later": "INSERT DELETE", "journal.entries": "SELECT INSERT",
        "journal.decisions": "SELECT INSERT", "mentoring.deliveries": "SELECT INSERT UPDATE DELETE",
    },
}  # fmt: skip
RIGHTS = "SELECT INSERT UPDATE DELETE TRUNCATE REFERENCES TRIGGER".split()


@pytest.mark.parametrize("who", GRANTED)
def test_a_role_has_what_it_is_for_and_no_more(world: Served, who: str) -> None:
    asked = "SELECT has_table_privilege('{}', '{}')"
    for name, granted in GRANTED[who].items():
        held = [right for right in RIGHTS if world.ask(who, asked.format(name, right)) == [(True,)]]
        assert (name, " ".join(held)) == (name, granted)


@pytest.mark.parametrize("who", ["officer", "engineer"])
def test_who_is_no_clerk_reads_nothing_personal(world: Served, who: str) -> None:
    for statement in ("SELECT sealed FROM personal.sealed", "SELECT surname FROM personal.later", "SELECT personal.told()",
                      "DELETE FROM personal.later RETURNING surname", "SET ROLE nastavnik_clerk"):  # fmt: skip
        assert CANARY not in world.refused(who, statement)


@pytest.mark.parametrize("who", ["analyst", "officer", "clerk", "engineer"])
def test_nobody_rewrites_the_journal(world: Served, who: str) -> None:
    for statement in ("UPDATE journal.entries SET subject = ''", "DELETE FROM journal.decisions", "TRUNCATE journal.entries",
                      "CREATE TRIGGER t BEFORE INSERT ON journal.entries FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()"):  # fmt: skip
        world.refused(who, statement)


def queries(page: str) -> list[str]:
    """The queries a page shows, each as it is typed."""
    blocks = re.findall(r"```sql\n(.*?)```", (DOCS / page).read_text(encoding="utf-8"), re.S)
    return [one for block in blocks for one in block.split(";") if re.search(r"^SELECT", one, re.M)]


@pytest.mark.parametrize("query", [*queries("analysts/vintages.md"), *queries("engineers/roles.md")])
def test_an_analyst_asks_what_the_pages_show(world: Served, query: str) -> None:
    assert world.ask("analyst", query) == world.ask("service", query)
    for view in ("participants_in_force", "in_force", "kpi_now", "later"):
        assert world.ask("analyst", f"SELECT * FROM mentoring.{view}")


def test_an_analysts_figures_are_those_of_the_series(world: Served) -> None:
    with world.opened("service", moscow("2022-01-11 13:00"), write=False) as home:
        series = [tuple(row.values()) for row in figures(home).select(list(FIGURE)).to_pylist()]
    assert len(series) > 20
    assert sorted(world.ask("analyst", "SELECT * FROM mentoring.kpi()"), key=str) == sorted(series, key=str)


def test_an_engineer_takes_in_without_reading_the_vault(world: Served) -> None:
    with world.opened("engineer", moscow("2022-01-12 12:00")) as home:
        write(home.settings.inbox / "NSH-S003/a.xlsx", submission("NSH-S003"))
        assert take(home, moscow("2022-01-12 12:00")).verdicts == {"accepted": 1}


def test_an_officer_who_is_a_clerk_too_releases(world: Served, postgres_database: str) -> None:
    """The checklist compares names to see whose pairs are open: who may not read them releases nothing, not half."""
    at, as_of = moscow("2022-02-01 12:00"), date(2021, 12, 31)
    with pytest.raises(Fault, match="InsufficientPrivilege"), world.opened("officer", at) as home:
        make_release(home, as_of, at)
    with psycopg.connect(autocommit=True, **superuser_of(postgres_database)) as superuser:
        superuser.execute(f"CREATE ROLE both_{world.suffix} LOGIN IN ROLE nastavnik_officer, nastavnik_clerk")
    with world.opened("both", at) as home:
        assert make_release(home, as_of, at).name == "2021-12-31-1"


@pytest.mark.parametrize("who", ["officer", "clerk"])
def test_submissions_are_compared_without_names_too(world: Served, who: str) -> None:
    """Who may not read names is told what tokens alone tell, and nothing fails."""
    with world.opened(who, moscow("2022-02-02 11:00"), write=False) as home, home.reading() as connection:
        assert may_read(home.vault) is (who == "clerk")
        found = findings_across(connection, home.vault, Knowledge.at(known_by(connection, None)))
    assert "same-kind-double-membership" in {one.rule for every in found.values() for one in every}


def test_a_clerk_reads_two_records_and_decides(world: Served) -> None:
    at = moscow("2022-02-02 12:00")
    with world.opened("clerk", at) as home:
        left, right = places(home)[1:3]
        with home.writing() as connection:
            assert all(one.birth_date for one in records(connection, home.vault, 10**6, [left, right]).values())
            decide(connection, DIFFERENT, left, right, at, "регистратор", "documents")


@pytest.mark.parametrize("who", ["officer", "clerk"])
def test_an_officer_and_a_clerk_confirm_and_explain(world: Served, who: str) -> None:
    """What is owed to the school is written by the service account, at the next intake."""
    at, sender = moscow("2022-02-03 12:00"), {"officer": "NSH-S014", "clerk": "NSH-S016"}[who]
    with world.opened("service", at) as home:
        for pupils in (4, 1):
            write(home.settings.inbox / sender / "a.xlsx", with_pupils(pupils, sender))
            take(replace(home, settings=replace(home.settings, hold_drop=30)), at)
        with home.reading() as connection:
            (held,) = [one for one in waiting_deliveries(connection, 10**6) if one.institution_code == sender]
    with world.opened(who, at) as home:
        confirm_held(home, held.delivery, at, who, "все выпустились")
        assert explain(home, held.delivery, "document-missing", "на подписи", at, who)[1] == 4


def acls(world: Served) -> list[tuple]:
    return world.ask(
        "service",
        "SELECT relname, relacl::text FROM pg_class UNION ALL SELECT nspname, nspacl::text FROM pg_namespace"
        " UNION ALL SELECT attname, attacl::text FROM pg_attribute WHERE attacl IS NOT NULL"
        " UNION ALL SELECT proname, proacl::text FROM pg_proc WHERE proacl IS NOT NULL"
        " UNION ALL SELECT defaclnamespace::text || defaclobjtype::text, defaclacl::text FROM pg_default_acl"
        " UNION ALL SELECT datname, datacl::text FROM pg_database ORDER BY 1, 2",
    )


def test_applied_again_nothing_changes_and_what_a_hand_granted_is_taken_back(world: Served) -> None:
    with world.opened("service", moscow("2022-03-01 12:00")) as home, home.writing() as connection:
        roles.apply(connection)
        printed = ";\n".join(roles.statements(connection))
    asked = ("roles", "apply", "--dry-run", "--format", "json")
    told = runner(world.folder / "home")(*asked, NASTAVNIK_WAREHOUSE_URL=world.url_of("service"))
    assert ";\n".join(json.loads(told.stdout)["statements"]) == printed
    kept = acls(world)
    with world.session("service") as session:
        session.execute("GRANT SELECT ON personal.sealed TO nastavnik_analyst")
        session.execute("GRANT USAGE ON SCHEMA personal TO PUBLIC, nastavnik_officer")
        session.execute("GRANT SELECT (decided_by) ON journal.decisions TO nastavnik_analyst")
        session.execute("GRANT TEMPORARY ON DATABASE " + session.info.dbname + " TO PUBLIC")
        assert acls(world) != kept
        session.execute(printed)  # what --dry-run shows, given to an administrator
    assert acls(world) == kept


def test_an_account_that_may_not_is_told(world: Served) -> None:
    with (
        world.opened("engineer", moscow("2022-03-01 12:00"), write=False) as home,
        pytest.raises(Misconfigured, match="dry-run"),
        home.reading() as connection,
    ):
        roles.apply(connection)
