"""Commands run as an operator types them, in a home of their own."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from flows.cli.root import cli
from tests.installations import OWN, new_home
from tests.workbooks import PAIRS, enrolment, submission, write

Run = Callable[..., Result]
ENDS_BEFORE_IT_STARTS = PAIRS.replace("01.10.2021  |                 ", "01.10.2021  | 01.09.2021      ")


def runner(home: Path) -> Run:
    """Return what runs a command line in a home."""

    def run(*words: str, **environ: str) -> Result:
        env = OWN | {"NASTAVNIK_HOME": str(home)} | environ
        return CliRunner(env=env).invoke(cli, list(map(str, words)))

    return run


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return runner(tmp_path / "home")


@pytest.fixture
def run_made(tmp_path: Path) -> Run:
    """The same in a home that is there already: to make one costs half a second."""
    return runner(new_home(tmp_path / "home").home)


@pytest.fixture(scope="session")
def first_intake(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """One intake of four schools: a good file, a spoilt one, a refused one, one with a strange sheet; not to be changed."""
    home = tmp_path_factory.mktemp("home") / "home"
    for name, content in {
        "NSH-S007/a.xlsx": submission(),
        "NSH-S003/b.xlsx": submission("NSH-S003", Пары=ENDS_BEFORE_IT_STARTS),
        "NSH-S004/c.xlsx": submission("NSH-S004", Контингент=enrolment(0)),
        "NSH-S008/d.xlsx": submission("NSH-S008", **{"=1+1": "a | b"}),
    }.items():
        write(home / "inbox" / name, content)
    return home, runner(home)("intake", "--received-at", "2022-01-10")


@pytest.fixture(scope="module")
def collected(first_intake: tuple[Path, Result], tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Path, Result]:
    """A copy of the home after it, for a module."""
    home = Path(shutil.copytree(first_intake[0], tmp_path_factory.mktemp("home") / "home"))
    return runner(home), home, first_intake[1]
