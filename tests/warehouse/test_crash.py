"""An intake killed anywhere: the next one reaches the state of an undisturbed run."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.town import clear_litter, deliver
from tests.forked import Forked
from tests.installations import ENGINES, installation, rows, settings_for, state, take, vault_rows
from tests.warehouse.dying_intake import POINTS
from tests.workbooks import PAIRS, PEOPLE, submission, write
from warehouse.storage.lake import orphans
from warehouse.tables.tables import table

pytestmark = pytest.mark.slow  # processes are killed
TELLING = {"lake written", "committed, no receipt"}  # run every time: before and after the commit
ON_POSTGRESQL = {*TELLING, "vault kept", "half of the facts stored", "receipts written, inbox as it was"}
MARKS = {"duckdb": pytest.mark.thorough, "postgresql": pytest.mark.slow}  # `make sweep` kills at every call besides
CASES = [
    pytest.param(engine, point, marks=[] if engine == "duckdb" and point in TELLING else MARKS[engine])
    for engine in ENGINES
    for point in POINTS
    if engine == "duckdb" or point in ON_POSTGRESQL
]
Kill = Callable[[Path, str | None, str | None], list[int]]


@pytest.fixture(scope="module")
def kill(forked: Forked) -> Kill:
    """Run an intake that dies at a point, or three at once that don't; return their exit codes."""

    def intake(home: Path, url: str | None, point: str | None) -> list[int]:
        return forked.call("tests.warehouse.dying_intake", 1 if point else 3, home=str(home), url=url, point=point)

    return intake


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    folder = tmp_path_factory.mktemp("undisturbed") / "home"
    settings_for(folder)
    deliver(folder)
    with installation(folder) as home:
        assert take(home).verdicts == {
            "accepted": 1,
            "accepted_with_errors": 1,
            "rejected": 1,
            "duplicate": 1,
        }
        return state(home)


@pytest.mark.parametrize(("engine", "point"), CASES)
def test_a_killed_intake_is_completed_by_the_next(
    kill: Kill,
    undisturbed: dict[str, object],
    tmp_path: Path,
    request: pytest.FixtureRequest,
    engine: str,
    point: str,
) -> None:
    url = _fresh(request) if engine == "postgresql" else None
    folder = tmp_path / "home"
    settings_for(folder)
    deliver(folder)
    assert kill(folder, url, point) == [-signal.SIGKILL]
    with installation(folder, url) as home:
        take(home)
        clear_litter(folder)
        after = state(home)
        assert orphans(home.settings.lake, {path for (path,) in rows(home, table("lake_files"), "path")}) == []
    for part, was in undisturbed.items():
        assert after[part] == was, part


@pytest.mark.slow
def test_people_of_a_delivery_that_never_came_again_are_forgotten(kill: Kill, tmp_path: Path) -> None:
    """Killed once the vault had them; then the sender put another file in its place."""
    folder = tmp_path / "home"
    settings_for(folder)
    path = write(folder / "inbox/NSH-S007/a.zip", submission())
    assert kill(folder, None, "vault kept") == [-signal.SIGKILL]
    with installation(folder) as home:
        assert len(vault_rows(home)["personal.participants"]) == 3
        path.unlink()
        write(path, submission(Участники=PEOPLE.replace("У-2 ", "У-22"), Пары=PAIRS.replace("У-2 ", "У-22")))
        take(home)
        (line,) = rows(home, table("deliveries"), "delivery")
        kept = vault_rows(home)
    assert {row[0] for found in kept.values() for row in found} == set(line)


def _fresh(request: pytest.FixtureRequest) -> str:
    from tests.postgres import fresh_database

    database = fresh_database(request.getfixturevalue("postgres_url"))
    url = database.__enter__()
    request.addfinalizer(lambda: database.__exit__(None, None, None))
    return url


@pytest.mark.slow
@pytest.mark.parametrize("engine", ENGINES)
def test_intakes_at_once_take_each_file_once(
    kill: Kill, tmp_path: Path, request: pytest.FixtureRequest, engine: str
) -> None:
    """Three processes, one inbox, twenty files: the losers wait, and find nothing left."""
    url = _fresh(request) if engine == "postgresql" else None
    folder = tmp_path / "home"
    settings_for(folder)
    for number in range(20):
        write(folder / "inbox" / f"NSH-T{number:03d}" / "a.zip", submission(f"NSH-T{number:03d}"))
    assert kill(folder, url, None) == [0, 0, 0]
    with installation(folder, url) as home:
        lines = rows(home, table("deliveries"), "institution_code", "verdict")
    assert Counter(code for code, _ in lines) == {f"NSH-T{number:03d}": 1 for number in range(20)}
    assert {verdict for _, verdict in lines} == {"rejected"}  # the order's register does not know them: all were judged
