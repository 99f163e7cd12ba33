"""Nothing of a person leaves a command: not at DEBUG, not when it breaks, not on either engine."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.canaries import Search, search
from tests.installations import ENGINES
from tests.leaks.birds import BIRDS, GOOD, fly_in
from tests.leaks.breaking import CODE, FAULTS
from tests.workbooks import write

ROOT = Path(__file__).parents[2]
AFTER = (
    "status", "findings", "findings --format csv", "kpi", "kpi --breakdown form --format csv", "release --as-of 2021-12-31",
    "persons queue", "persons list", "explain --indicator students_involved --scope institution:NSH-S007 --as-of 2021-12-31",
)  # fmt: skip


def looking() -> Search:
    return search(canary for bird in BIRDS for canary in bird.canaries)


def environ_of(home: Path, url: str | None = None, **more: str) -> dict[str, str]:
    own = {"NASTAVNIK_HOME": str(home), "NASTAVNIK_SETTLE_SECONDS": "0"}
    return os.environ | own | ({"NASTAVNIK_WAREHOUSE_URL": url} if url else {}) | more


def command(words: str, environ: dict[str, str], folder: Path) -> subprocess.CompletedProcess[bytes]:
    """Run a command in a process of its own that logs all it can, in an empty folder."""
    return subprocess.run(
        [sys.executable, "-c", CODE, *words.split()],
        env=environ | {"PYTHONPATH": str(ROOT)}, cwd=folder, capture_output=True, timeout=300,
    )  # fmt: skip


class Told:
    """An installation that took everything, and what every command said of it."""

    def __init__(self, folder: Path, url: str | None) -> None:
        self.home, self.working = folder / "home", folder / "working"
        self.working.mkdir()
        environ = environ_of(self.home, url)
        fly_in(self.home / "inbox")
        self.said = {
            words: command(words, environ, self.working) for words in ("intake --received-at 2022-01-10", *AFTER)
        }


@pytest.fixture(scope="module", params=ENGINES)
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Told:
    url = request.getfixturevalue("postgres_database") if request.param == "postgresql" else None
    return Told(tmp_path_factory.mktemp("told"), url)


@pytest.mark.slow
def test_no_command_says_a_persons_word(told: Told) -> None:
    found = looking()
    for words, process in told.said.items():
        assert process.returncode in (0, 1), process.stderr.decode()[-2000:]
        found.content(process.stdout, f"{words}: output")
        found.content(process.stderr, f"{words}: errors and log")
    assert found.found == set()
    assert b"DEBUG:sqlalchemy" in told.said["status"].stderr  # the log was on
    assert told.said["findings --format csv"].stdout.count(b"NSH-S004") > 1


@pytest.mark.slow
def test_no_file_holds_a_persons_word(told: Told) -> None:
    """Received files and vault are no exception: they are sealed."""
    found = looking()
    found.folder(told.home)
    found.folder(told.working)
    assert found.found == set()
    assert list((told.home / "releases").rglob("kpi.xlsx"))
    assert list(told.working.iterdir()) == []


@pytest.fixture(scope="module", params=ENGINES)
def taking(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str | None]:
    """An empty home on an engine that was opened once."""
    url = request.getfixturevalue("postgres_database") if request.param == "postgresql" else None
    return tmp_path_factory.mktemp("broken"), url


@pytest.mark.slow
@pytest.mark.parametrize("fault", [name for name in FAULTS if name != "hang"])
def test_no_failure_says_a_persons_word(taking: tuple[Path, str | None], fault: str) -> None:
    folder, url = taking
    home, working = folder / "home", folder / "working"
    working.mkdir(exist_ok=True)
    (folder / "fault").write_text(fault)
    write(home / "inbox" / GOOD.institution / f"{GOOD.surname}.xlsx", GOOD.submission())
    environ = environ_of(home, url, CANARY_FAULT=str(folder / "fault"))
    process = command("--trace intake --received-at 2022-01-10", environ, working)
    expected = {"crash": -11, "thread": 0}.get(fault, 3)
    assert process.returncode == expected, process.stderr.decode()[-2000:]
    found = looking()
    found.content(process.stdout, "output")
    found.content(process.stderr, "errors and log")
    found.folder(home, without=[home / "inbox"])
    found.folder(working)
    assert found.found == set()
    assert list(working.iterdir()) == []  # no core file, no spilled table
