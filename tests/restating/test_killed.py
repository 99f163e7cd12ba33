"""A backfill killed with -9 between its batches: the same again reaches what an undisturbed one has reached."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.town import clear_litter
from tests.forked import Forked
from tests.installations import ENGINES, installation, state
from tests.postgres import fresh_database
from tests.restating.collection import AGED, STRICT, collect, rebuilt_alike, restated, sent
from tests.restating.dying_backfill import AT, POINTS
from warehouse.installation.home import Home

TELLING = {
    ("duckdb", "a batch judged anew"),
    ("postgresql", "half of the receipts written"),
}  # before and after commits
CASES = [
    pytest.param(engine, point, marks=pytest.mark.slow if (engine, point) in TELLING else pytest.mark.thorough)
    for engine in ENGINES
    for point in POINTS
]
Kill = Callable[[Path, str | None, str], int]


@pytest.fixture(scope="module")
def kill(forked: Forked) -> Kill:
    """Run a backfill that dies at a point; return its exit code."""

    def run(home: Path, url: str | None, point: str) -> int:
        return forked.call("tests.restating.dying_backfill", home=str(home), url=url, point=point)[0]

    return run


def wait(home: Home) -> None:
    """Two files of other schools, one a batch."""
    for code in ("NSH-S003", "NSH-S014"):
        sent(home, f"{code}/late.zip", code, Участники=AGED)


def settled(home: Home) -> dict[str, object]:
    """The state, without what a killed process was writing under another name."""
    clear_litter(home.settings.home)
    return state(home)


@pytest.fixture(scope="module")
def undisturbed(collected: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    folder = Path(shutil.copytree(collected, tmp_path_factory.mktemp("whole") / "home"))
    with installation(folder, NASTAVNIK_BATCH="1") as home:
        wait(home)
        assert len(restated(home, STRICT, AT).turned) == 3
        return settled(home)


@pytest.fixture
def begun(request: pytest.FixtureRequest, engine: str, tmp_path: Path) -> Iterator[tuple[Path, str | None]]:
    """The collection on an engine, with files that wait; closed."""
    if engine == "duckdb":
        shutil.copytree(request.getfixturevalue("collected"), tmp_path / "home")
        with installation(tmp_path / "home") as home:
            wait(home)
        yield tmp_path / "home", None
        return
    with fresh_database(request.getfixturevalue("postgres_url")) as url:
        with installation(tmp_path / "home", url) as home:
            collect(home)
            wait(home)
        yield tmp_path / "home", url


@pytest.mark.parametrize(("engine", "point"), CASES)
def test_a_killed_backfill_is_completed_by_the_same(
    kill: Kill, undisturbed: dict[str, object], begun: tuple[Path, str | None], engine: str, point: str
) -> None:
    assert kill(*begun, point) == -signal.SIGKILL
    with installation(*begun, NASTAVNIK_BATCH="1") as home:
        restated(home, STRICT, AT)
        told = settled(home)
        assert [name for name in undisturbed if told[name] != undisturbed[name]] == []
        assert restated(home, STRICT, AT).entry is None
        if point == "a batch judged anew":  # the other points led to the same state
            rebuilt_alike(home)
