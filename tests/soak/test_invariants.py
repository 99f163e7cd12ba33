"""Every invariant of the soak sees what it is there to see, in a small season gone through without Prefect."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.installations import installation, rows, settings_for
from tests.leaks.birds import GOOD
from tests.soak.arrivals import nights, posted
from tests.soak.growth import PROCESSES, WARM, Measured, grown
from tests.soak.invariants import INVARIANTS, Season, broken, frozen, whole
from tests.soak.prefects import TABLES
from tests.soak.season import undisturbed
from tests.soak.strikes import STRIKES, chosen
from warehouse.tables.tables import table

SEED = 3
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def gone_through(tmp_path_factory: pytest.TempPathFactory) -> Season:
    """Two nights, and all that the invariants ask about; its home is closed."""
    folder = tmp_path_factory.mktemp("season")
    coming = nights(posted("small", SEED, folder / "posted")[0], 2, SEED, folder / "posted")
    settings = settings_for(folder / "filled")
    undisturbed(settings, coming, SEED)
    with installation(folder / "filled") as home:
        return Season(home, coming, whole(home), frozen(home), [1.0, 1.0])


@pytest.fixture
def season(gone_through: Season, tmp_path: Path) -> Iterator[Season]:
    """A copy of it, to spoil."""
    folder = Path(shutil.copytree(gone_through.home.settings.home, tmp_path / "home"))
    with installation(folder) as home:
        yield replace(gone_through, home=home, nights=list(gone_through.nights), seconds=[], sinks=[])


def test_a_season_without_faults_keeps_all(season: Season) -> None:
    assert broken(season) == {}
    assert season.frozen  # something was released


def _lost_line(season: Season) -> None:
    with season.home.writing() as connection:
        connection.execute(table("deliveries").delete().where(table("deliveries").c.verdict == "rejected"))


def _lost_rows(season: Season) -> None:
    with season.home.writing() as connection:
        connection.execute(table("pairs").delete())


def _changed_release(season: Season) -> None:
    next(season.home.settings.releases.glob("*/kpi.csv")).write_text("x")


def _told_person(season: Season) -> None:
    (season.home.settings.home / "run/prefect.log").write_text(GOOD.surname)


def _another_row(season: Season) -> None:
    with season.home.writing() as connection:
        connection.execute(table("participants").update().values(age=99))


def _slow_night(season: Season) -> None:
    season.seconds.append(3600.0)


@pytest.mark.parametrize(
    ("spoil", "seen"),
    [
        (_lost_line, {"I1", "I6", "I7"}), (_lost_rows, {"I2", "I6"}), (_changed_release, {"I3", "I4", "I6"}),
        (_told_person, {"I5"}), (_another_row, {"I6"}), (_slow_night, {"I7"}),
    ],
)  # fmt: skip
def test_what_is_spoilt_is_seen(season: Season, spoil: Callable[[Season], None], seen: set[str]) -> None:
    spoil(season)
    assert set(broken(season)) == seen


def test_every_invariant_is_worded() -> None:
    assert all(str(invariant.__doc__).startswith(f"{name}: ") for name, invariant in INVARIANTS.items())


def test_every_kind_strikes_before_one_strikes_twice() -> None:
    assert {one.name for one in chosen(SEED, len(STRIKES))} == {one.name for one in STRIKES}
    assert chosen(SEED, 30) == chosen(SEED, 30)


def measured(nights: int = 20, life: int = 20, growing: str = "") -> list[Measured]:
    """Nights of processes that live so many each, where one thing grows."""
    steady = dict.fromkeys((*TABLES, *(f"{name} {of}" for name in PROCESSES for of in ("pid", "MB", "fds"))), 100.0)
    told = [steady | {f"{name} pid": number // life for name in PROCESSES} for number in range(nights)]
    for number, one in enumerate(told):
        if growing:
            one[growing] += 10.0 * number
    return told


@pytest.mark.parametrize("what", ["server MB", "worker fds", "log", ""])
def test_growth_is_told(what: str) -> None:
    assert bool(grown(measured(growing=what))) == bool(what)
    assert grown(measured(WARM + 1, growing=what)) == {}


def test_descriptors_that_come_and_go_are_no_growth() -> None:
    """Connections of a pool are open in one night and not in the next; what is lost a night stays."""
    nights = measured()
    for number, one in enumerate(nights):
        one["server fds"] += 11.0 * (number % 2)
    assert grown(nights) == {}
    for number, one in enumerate(nights):
        one["server fds"] += 2.0 * number
    assert grown(nights) == {"growth": ["server: 16 descriptors more"]}


@pytest.mark.parametrize(("life", "told"), [(4, ["server: 10.0 MB more a night, over 8 nights"]), (2, [])])
def test_memory_is_judged_over_all_lives(life: int, told: list[str]) -> None:
    """Lives of two nights tell nothing: in its first night a process is still beginning."""
    assert grown(measured(life=life, growing="server MB")).get("growth", []) == told


def test_deliveries_are_told_by_the_seed(gone_through: Season, tmp_path: Path) -> None:
    coming = nights(posted("small", SEED, tmp_path)[0], 2, SEED, tmp_path)
    told = [[(one.folder, one.name, one.kind, one.slow) for one in night.arrived] for night in coming]
    assert told == [
        [(one.folder, one.name, one.kind, one.slow) for one in night.arrived] for night in gone_through.nights
    ]
    taken = rows(gone_through.home, table("deliveries"), "delivery")
    assert len(taken) == sum(map(len, told))
