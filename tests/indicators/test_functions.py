"""The series as a function of SQL: equal to the series figure for figure, of any vintage, under any definition."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

import duckdb
import pytest
import sqlalchemy as sa

from tests.indicators import towns
from tests.indicators.cases_of_reports import REPORTS
from tests.indicators.worlds import deliver, random_region, register
from tests.installations import installation, learn, moscow, rows, take
from warehouse.indicators.definitions import all_definitions
from warehouse.indicators.functions import FIGURE
from warehouse.indicators.identity import DIFFERENT, SAME
from warehouse.indicators.series import boundaries_of, series
from warehouse.ingestion.rebuild import rebuild
from warehouse.installation.home import Home
from warehouse.installation.settings import Misconfigured
from warehouse.journal.decisions import Place, decide, undo, withdraw
from warehouse.journal.journal import known_by
from warehouse.journal.ledger import ACCEPTED
from warehouse.tables.tables import decisions, entries, table

BEGUN = moscow("2021-09-01 12:00")
WAVES = ("2021-10-10 12:00", "2022-01-10 12:00", "2022-01-20 12:00")
HEADS = {
    "institutions": "code,name,aliases,kind,level,municipality,region,valid_from,valid_to",
    "plans": "institution_code,school_year,planned_participants,source",
    "targets": "indicator,scope_type,scope_code,as_of,target_percent,direction,source",
}
LINES = {"institutions": towns.register_lines, "plans": towns.plan_lines, "targets": towns.target_lines}
TOWNS = [replace(town, number=number) for number, town in enumerate(REPORTS, 1)]


@pytest.fixture(scope="module", params=["duckdb", pytest.param("postgresql", marks=pytest.mark.slow)])
def home(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """Golden towns, random regions, and clerks who decide, take back and withdraw between the collections."""
    url = request.getfixturevalue("postgres_database") if request.param == "postgresql" else None
    folder, regions = tmp_path_factory.mktemp("vintages"), [random_region(seed) for seed in (1, 2)]
    with installation(folder / "home", url, BEGUN, NASTAVNIK_BATCH="16") as home:
        reference = {n: "\n".join([head, *(x for t in TOWNS for x in LINES[n](t))]) for n, head in HEADS.items()}
        reference["institutions"] += "\n" + register(regions).split("\n", 1)[1]
        learn(home, folder / "reference", BEGUN, **reference)
        for wave, day in enumerate(WAVES):
            deliver(regions, wave, home.settings.inbox)
            for town in TOWNS if wave == 1 else ():
                towns.deliver(town, home.settings.inbox)
            take(home, moscow(day))
            _live(home, Random(wave), moscow(day))
        moved = reference["institutions"].replace(",ОУ,СОШ,Q01A,", ",УДО,УДО,Q01A,")
        learn(home, folder / "moved", moscow("2022-03-01 12:00"), institutions=moved)
        yield home


def _live(home: Home, random: Random, at: datetime) -> None:
    """Decide about people who bear one name or one СНИЛС, undo one decision, withdraw one delivery."""
    people, ledger = table("participants"), table("deliveries")
    with home.reading() as connection:
        accepted = sa.select(people).join(ledger, ledger.c.delivery == people.c.delivery)
        known = list(
            connection.execute(accepted.where(ledger.c.verdict.in_(ACCEPTED), ledger.c.institution_code.like("Q%")))
        )
    places = sorted((Place(row.delivery, row.row) for row in known), key=str)
    for number in range(12):
        at += timedelta(minutes=1)
        with home.writing() as connection, suppress(Misconfigured):
            decide(connection, random.choice((SAME, DIFFERENT)), *random.sample(places, 2), at, "клерк", "other")
        if number == 6:
            with home.writing() as connection:
                undo(
                    connection, connection.execute(sa.select(sa.func.max(decisions().c.seq))).scalar_one(), at, "клерк"
                )
        if number == 9:
            with home.writing() as connection, suppress(Misconfigured):
                withdraw(connection, random.choice(places).delivery, at)


def by_series(home: Home, at: datetime | None, as_of: date | None, definition: str | None) -> dict[tuple, tuple]:
    with home.reading() as connection:
        found = series(connection, known_by(connection, at), as_of, definition).select(list(FIGURE)).to_pylist()
    return {tuple(row.values())[:5]: tuple(row.values())[5:] for row in found}


def by_function(home: Home, at: datetime | None, as_of: date | None, definition: str | None) -> dict[tuple, tuple]:
    text = "SELECT * FROM mentoring.kpi(CAST(:as_of AS date), CAST(:at AS timestamptz), CAST(:version AS text))"
    with home.reading() as connection:
        arguments = {"as_of": as_of, "at": at and at.isoformat(), "version": definition}
        found = [tuple(row) for row in connection.execute(sa.text(text), arguments)]
    assert len({row[:5] for row in found}) == len(found)
    return {row[:5]: row[5:] for row in found}


@pytest.fixture(scope="module")
def moments(home: Home) -> list[datetime]:
    journal = entries()
    with home.reading() as connection:
        return list(connection.execute(sa.select(journal.c.known_at).distinct().order_by(journal.c.known_at)).scalars())


NOW = [(version, None) for version in all_definitions()] + [(None, date(2021, 12, 31)), (None, date(2025, 12, 31))]


@pytest.mark.parametrize(("definition", "as_of"), NOW)
def test_now(home: Home, definition: str | None, as_of: date | None) -> None:
    """Under every definition, of every date and of one, of one for which nobody has reported."""
    found = by_function(home, None, as_of, definition)
    assert found == by_series(home, None, as_of, definition)
    assert {row[4] for row in found} >= ({as_of} if as_of else {date(2021, 9, 30), date(2021, 12, 31)})


def test_of_every_vintage(home: Home, moments: list[datetime]) -> None:
    assert len(moments) > 30
    seen = set()
    for at in [BEGUN - timedelta(days=1), *moments[::7], moments[-1]]:
        found = by_function(home, at, None, None)
        assert found == by_series(home, at, None, None), at
        seen.add(tuple(sorted(found.items(), key=str)))
    assert len(seen) > 4  # decisions, withdrawals and the register move figures


def test_between_two_moments_the_earlier_is_known(home: Home, moments: list[datetime]) -> None:
    before, at = moments[-2:]
    assert by_function(home, at - timedelta(seconds=1), None, None) == by_function(home, before, None, None)
    assert by_function(home, at, None, None) == by_function(home, None, None, None)


def test_an_unknown_definition_has_no_figures(home: Home) -> None:
    assert by_function(home, None, None, "0") == {}


def test_the_view_is_what_is_known_now(home: Home) -> None:
    with home.reading() as connection:
        rows_now = connection.execute(sa.text("SELECT * FROM mentoring.kpi_now"))
        assert list(rows_now.keys()) == list(FIGURE)
        assert {tuple(row)[:5]: tuple(row)[5:] for row in rows_now} == by_function(home, None, None, None)


def test_arguments_may_be_left_out(home: Home) -> None:
    with home.reading() as connection:
        count = connection.execute(
            sa.text("SELECT count(*) FROM mentoring.kpi(definition => '1.0', known_at => '2022-01-11 00:00:00+03')")
        )
        assert count.scalar() == len(by_series(home, moscow("2022-01-11 00:00"), None, "1.0"))


def test_decisions_are_made_anew_by_a_rebuild(home: Home) -> None:
    """However the deliveries are cut into batches."""
    kept = rows(home, table("decided_people"))
    assert len(kept) > 5 and any(row[-1] is None for row in kept)
    rebuild(home)
    assert rows(home, table("decided_people")) == kept


def test_without_successions_both_boundaries_are_one(home: Home) -> None:
    with home.reading() as connection:
        seq = known_by(connection, None)
        was = series(connection, seq)
        assert series(connection, seq, boundaries=boundaries_of(connection, seq)) == was


def test_any_duckdb_gives_the_same(home: Home, tmp_path: Path) -> None:
    """An analyst's own program has none of our settings."""
    if not home.settings.embedded:
        pytest.skip("DuckDB alone")
    with home.reading() as connection:
        connection.exec_driver_sql("CHECKPOINT")
    copy = shutil.copy(str(home.engine.url.database), tmp_path / "copy.duckdb")
    with duckdb.connect(str(copy), read_only=True) as plain:
        found = plain.execute("SELECT * FROM mentoring.kpi()").fetchall()
    assert {row[:5]: row[5:] for row in found} == by_series(home, None, None, None)


def test_changed_code_makes_functions_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home that an older version left answers as this one does."""
    from warehouse.installation import home as homes

    with installation(tmp_path / "home") as home, home.writing() as connection:
        connection.exec_driver_sql("CREATE OR REPLACE MACRO mentoring.kpi(a := 1) AS TABLE SELECT 0 AS older")
    monkeypatch.setattr(homes, "version", lambda: f"{homes.HEAD} of another day")
    for _ in range(2):
        with installation(tmp_path / "home") as home, home.reading() as connection:
            assert list(connection.exec_driver_sql("SELECT * FROM mentoring.kpi()").keys()) == list(FIGURE)
