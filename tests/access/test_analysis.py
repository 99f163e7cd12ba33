"""The analysts' file: the same figures, by SQL, and nobody's name or token."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest
import sqlalchemy as sa

from tests.access.served import places
from tests.installations import ENGINES, figures, installation, moscow, take, warehouse_of
from tests.warehouse.test_privacy import CANARIES, PAIRS, PEOPLE
from tests.workbooks import submission, write
from warehouse.access.audit import read_lines
from warehouse.desk.analysis import TOKENS, make_analysis, refresh_analysis
from warehouse.indicators.functions import FIGURE
from warehouse.indicators.identity import NO_SNILS, SAME
from warehouse.installation.home import Home
from warehouse.journal.decisions import decide
from warehouse.tables.tables import tables_of

TOKEN = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@pytest.fixture(scope="module", params=ENGINES)
def home(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """Two schools, one with canaries in every personal field, and a decision about two rows."""
    url = request.getfixturevalue("postgres_database") if request.param == "postgresql" else None
    with installation(tmp_path_factory.mktemp("home") / "home", url) as opened:
        write(opened.settings.inbox / "NSH-S007/a.xlsx", submission(Участники=PEOPLE, Пары=PAIRS))
        write(opened.settings.inbox / "NSH-S008/a.xlsx", submission("NSH-S008"))
        take(opened)
        one, *_, other = places(opened)
        with opened.writing() as connection:
            decide(connection, SAME, one, other, moscow("2022-01-11 12:00"), "Канарейкина", "other")
        yield opened


@pytest.fixture(scope="module")
def file(home: Home, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_analysis(home, tmp_path_factory.mktemp("given") / "nastavnik.duckdb").path


def ask(file: Path, statement: str) -> list[tuple]:
    with duckdb.connect(str(file), read_only=True) as plain:
        return plain.execute(statement).fetchall()


@pytest.mark.parametrize("known_at", [None, moscow("2022-01-10 18:00")])
def test_figures_by_sql_equal_the_series(home: Home, file: Path, known_at) -> None:
    argument = f"known_at := '{known_at.isoformat()}'" if known_at else ""
    found = {row[:5]: row[5:] for row in ask(file, f"SELECT * FROM mentoring.kpi({argument})")}
    series = [tuple(row.values()) for row in figures(home, None, known_at).select(list(FIGURE)).to_pylist()]
    assert len(series) > 20
    assert found == {row[:5]: row[5:] for row in series}


def test_people_counted_by_hand(home: Home, file: Path) -> None:
    """Five kept people of one school and three of the other, as pseudonyms."""
    assert ask(file, "SELECT count(DISTINCT name_token) FROM mentoring.participants_in_force") == [
        (len({row[-2] for row in warehouse_of(home)["mentoring.participants"]}),)
    ]


def test_it_holds_the_documented_tables_alone(file: Path) -> None:
    tables = {(schema, name) for schema, name in ask(file, "SELECT schema_name, table_name FROM duckdb_tables()")}
    own = {(table.schema, table.name) for table in tables_of().tables.values()}
    assert tables - own == {("mentoring", "analysis_file")}
    assert own - tables == {
        ("journal", "decisions"), ("mentoring", "pending_receipts"), ("mentoring", "lake_files"),
        ("journal", "erasures"), ("journal", "destructions"), ("journal", "notes"), ("journal", "explanations"),
        ("journal", "restatements"),
        ("mentoring", "fingerprints"),
    }  # fmt: skip
    columns = ask(file, "SELECT column_name FROM duckdb_columns() WHERE schema_name = 'journal'")
    assert {name for (name,) in columns} == {"seq", "known_at", "event"}


def test_every_table_and_column_is_explained(file: Path) -> None:
    for catalogue, name in (("duckdb_tables", "table_name"), ("duckdb_columns", "column_name")):
        where = "AND table_name IN (SELECT table_name FROM duckdb_tables())" if catalogue == "duckdb_columns" else ""
        assert ask(file, f"SELECT {name} FROM {catalogue}() WHERE NOT internal AND comment IS NULL {where}") == []
    (comment,) = ask(file, "SELECT comment FROM duckdb_columns() WHERE table_name = 'participants' AND"
                           " column_name = 'name_token'")  # fmt: skip
    assert comment[0].startswith("псевдоним человека в этом файле")


def tokens_of(home: Home) -> set[str]:
    found = set()
    with home.reading() as connection:
        for table in tables_of().tables.values():
            for name in TOKENS:
                if name in table.c:
                    found |= set(connection.execute(sa.select(table.c[name])).scalars())
    return found - {None, NO_SNILS}


def test_no_token_and_no_canary_is_in_it(home: Home, file: Path) -> None:
    tokens = tokens_of(home)
    assert len(tokens) > 8
    content = file.read_bytes()
    tables = ask(file, "SELECT schema_name || '.' || table_name FROM duckdb_tables()")
    told = "".join(repr(ask(file, f"SELECT * FROM {name}")) for (name,) in tables)
    assert "participations" in "".join(name for (name,) in tables)
    for token in tokens:
        assert token not in told
        assert all(form not in content for form in (token.encode(), bytes.fromhex(token.replace("-", ""))))
    for canary in (*CANARIES, "Канарейкина"):
        assert canary not in told
        assert all(canary.encode(form) not in content for form in ("utf-8", "utf-16-le", "cp1251"))


def test_two_files_cannot_be_joined_by_people(home: Home, file: Path, tmp_path: Path) -> None:
    other = make_analysis(home, tmp_path / "other.duckdb").path
    people = "SELECT delivery, row, snils_token, name_token FROM mentoring.participants ORDER BY ALL"
    left, right = ask(file, people), ask(other, people)
    assert [row[:2] for row in left] == [row[:2] for row in right]
    assert not {one for row in left for one in row[2:] if one} & {one for row in right for one in row[2:] if one}


def test_what_holds_all_that_is_known_is_left(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "a.duckdb"
    assert make_analysis(home, path).fresh
    kept, lines = path.read_bytes(), len(read_lines(home.settings))
    assert not make_analysis(home, path).fresh
    assert (path.read_bytes(), len(read_lines(home.settings))) == (kept, lines)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.duckdb"]


def test_another_file_in_its_place_is_replaced(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "a.duckdb"
    path.write_bytes(b"x" * 9000)
    assert make_analysis(home, path).fresh
    assert ask(path, "SELECT seq FROM mentoring.analysis_file")


def test_it_is_closed_in_the_home_and_readable_by_the_group_elsewhere(home: Home, file: Path) -> None:
    own = make_analysis(home).path
    assert own == home.settings.home / "analysis/nastavnik.duckdb"
    assert [stat.S_IMODE(one.stat().st_mode) for one in (own, own.parent, file)] == [0o400, 0o700, 0o440]


def test_a_killed_run_leaves_the_former_file(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from warehouse.desk import analysis

    path = tmp_path / "a.duckdb"
    make_analysis(home, path)
    kept = path.read_bytes()
    monkeypatch.setattr(analysis, "version", lambda: "another")
    monkeypatch.setattr(analysis, "create_views", lambda _: (_ for _ in ()).throw(OSError(28, "full")))
    with pytest.raises(OSError, match="full"):
        make_analysis(home, path)
    assert path.read_bytes() == kept
    assert [one.name for one in tmp_path.iterdir()] == ["a.duckdb"]


def test_flows_refresh_it_where_there_is_no_server(home: Home) -> None:
    path = home.settings.analysis
    path.unlink(missing_ok=True)
    refresh_analysis(home)
    assert path.exists() is home.settings.embedded


def test_the_day_it_tells(file: Path) -> None:
    assert ask(file, "SELECT DISTINCT as_of FROM mentoring.in_force") == [(date(2021, 12, 31),)]
