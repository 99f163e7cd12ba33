"""Clocks that jump, zones that change, years that end."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest
import yaml

from tests.installations import ENGINES, figures, installation, moscow, rows, take
from tests.workbooks import submission, write
from warehouse.ingestion.batch import Arrival
from warehouse.ingestion.storing import _AGE
from warehouse.installation.settings import read_settings
from warehouse.journal.journal import RECEIVED, Entry
from warehouse.tables.tables import table

AS_OF, DUE = date(2021, 12, 31), moscow("2022-01-15 23:59")
ZONES = (  # of Russia, from +2 to +12
    "Europe/Kaliningrad", "Europe/Moscow", "Europe/Samara", "Asia/Yekaterinburg", "Asia/Omsk", "Asia/Krasnoyarsk",
    "Asia/Irkutsk", "Asia/Yakutsk", "Asia/Vladivostok", "Asia/Magadan", "Asia/Kamchatka",
)  # fmt: skip


def in_utc(at: datetime) -> datetime:
    """A moment as the warehouse's rows tell it: in UTC, without saying so."""
    return at.astimezone(UTC).replace(tzinfo=None)


def received_on(at: datetime, zone: str) -> date:
    """The day of a delivery, as deadlines are held against it."""
    arrival = Arrival(Entry(1, at, RECEIVED, "NSH-S007", received_at=at.astimezone(UTC)), "D")
    return arrival.received_on(read_settings({"NASTAVNIK_HOME": "/nowhere", "NASTAVNIK_TIMEZONE": zone}))


def test_a_clock_that_jumps_between_runs_loses_no_file(tmp_path: Path) -> None:
    """Two hours back, ten years on, and back: the last sent is in force, late is what came late by its own clock."""
    moments = (DUE, DUE - timedelta(hours=2), DUE.replace(year=2032), DUE - timedelta(minutes=1))
    folder = tmp_path / "home"
    with installation(folder) as home:
        for number, at in enumerate(moments):
            write(folder / "inbox/NSH-S007/a.zip", submission(students=100 + number), modified=int(at.timestamp()))
            assert take(home, at).verdicts == {"accepted": 1}
        ledger = rows(home, table("deliveries"), "seq", "late", "known_at", "received_at")
        (told,) = {
            row["denominator"] for row in figures(home, AS_OF).to_pylist() if row["scope_code"] == "NSH-S007"
            and row["denominator"] in range(100, 104)
        }  # fmt: skip
    assert [late for _, late, *_ in ledger] == [False, False, True, False]
    assert [received for *_, received in ledger] == [in_utc(at) for at in moments]
    known = [at for _, _, at, _ in ledger]
    assert known == sorted(known)
    assert told == 103


@pytest.mark.parametrize("zone", ZONES)
def test_a_deadline_ends_at_midnight_of_the_region(zone: str) -> None:
    last = datetime(2022, 1, 15, 23, 59, 59, 900_000, ZoneInfo(zone))
    assert received_on(last, zone) == date(2022, 1, 15)
    assert received_on(last + timedelta(milliseconds=100), zone) == date(2022, 1, 16)


@pytest.mark.parametrize(
    ("at", "day"),
    [
        ("2018-01-15 21:30", date(2018, 1, 16)),  # +3 until 28 October 2018
        ("2020-01-15 20:30", date(2020, 1, 16)),  # +4
        ("2021-01-15 20:30", date(2021, 1, 15)),  # +3 again since 27 December 2020
    ],
)
def test_a_region_that_changed_its_zone_keeps_its_days(at: str, day: date) -> None:
    assert received_on(datetime.fromisoformat(at).replace(tzinfo=UTC), "Europe/Volgograd") == day


@pytest.mark.parametrize("engine", ENGINES)
def test_another_zone_in_the_settings_moves_no_stored_time(
    tmp_path: Path, request: pytest.FixtureRequest, engine: str
) -> None:
    url = request.getfixturevalue("postgres_database") if engine == "postgresql" else None
    folder, columns = tmp_path / "home", ("seq", "known_at", "received_at", "late", "verdict")
    with installation(folder, url) as home:
        write(folder / "inbox/NSH-S007/a.zip", submission(), modified=1_640_000_000)
        take(home, DUE)
        was = rows(home, table("deliveries"), *columns)
    assert was[0][1] == in_utc(DUE)
    with installation(folder, url, NASTAVNIK_TIMEZONE="Asia/Kamchatka") as home:
        assert rows(home, table("deliveries"), *columns) == was


def years_on_next_new_year(born: date, as_of: date) -> int:
    """Count years of age on 1 January after a reporting date."""
    return as_of.year + 1 - born.year - ((born.month, born.day) > (1, 1))


@pytest.mark.parametrize("as_of", [date(2020, 12, 31), date(2021, 1, 1), date(2021, 9, 1), date(2024, 2, 29)])
def test_ages_around_new_year_and_leap_days(as_of: date) -> None:
    """Whoever is born on 1 January is a year older that day; 29 February is no date of its own."""
    born = [date(2007, 12, 31), date(2008, 1, 1), date(2008, 1, 2), date(2008, 2, 29), date(2008, 3, 1)]
    counted = [
        duckdb.execute(f"SELECT {_AGE} FROM (SELECT ?::DATE AS birth_date) s, (SELECT ?::DATE AS as_of) h", [one, as_of])
        .fetchall()[0][0]
        for one in born
    ]  # fmt: skip
    assert counted == [years_on_next_new_year(one, as_of) for one in born]


DECLARED = yaml.safe_load((Path(__file__).parents[2] / "deployments" / "prefect.yaml").read_text())
DAILY = sorted(
    {one["cron"] for of in DECLARED["deployments"] for one in of.get("schedules", []) if one["cron"].endswith("* * *")}
)


@pytest.mark.slow
@pytest.mark.parametrize("zone", ["Europe/Moscow", "Europe/Berlin", "Europe/Volgograd"])
def test_a_schedule_runs_once_a_day_when_clocks_are_changed(zone: str) -> None:
    """Prefect's own dates, asked for anew every seven hours as its scheduler does: one each day, no other."""
    from prefect.server.schemas.schedules import CronSchedule

    for first in (date(2018, 10, 26), date(2020, 12, 25), date(2026, 3, 27), date(2026, 10, 23)):
        midnight = datetime(first.year, first.month, first.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)
        end = midnight + timedelta(days=5)
        for cron in DAILY:
            schedule, found = CronSchedule(cron=cron, timezone=zone), set()
            for hours in range(0, 96, 7):
                start = midnight + timedelta(hours=hours)
                found |= {at.astimezone(UTC) for at in asyncio.run(schedule.get_dates(n=99, start=start, end=end))}
            days = Counter(at.astimezone(ZoneInfo(zone)).date() for at in found)
            assert {days[first + timedelta(days=number)] for number in range(4)} == {1}, (zone, cron, first)
