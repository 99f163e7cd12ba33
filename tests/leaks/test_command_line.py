"""Nothing of a person leaves a command: not at DEBUG, not when it breaks, not on either engine."""

from __future__ import annotations

import logging
import os
import re
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.canaries import Search, search
from tests.cli.conftest import runner
from tests.forked import Forked
from tests.installations import ENGINES, OWN, installation, vault_rows
from tests.leaks.birds import BIRDS, GOOD, fly_in
from tests.leaks.breaking import CODE, FAULTS, LIBRARIES, breaking
from tests.leaks.server import log_of, seen_at_work, superuser, talkative
from tests.workbooks import write
from warehouse.ingestion import batch
from warehouse.ingestion.storing import Kept
from warehouse.installation.engine import open_engine
from warehouse.installation.faults import Fault
from warehouse.installation.home import Home

KILLING = {"crash": -11, "thread": 0}  # what a process ends with
AFTER = (
    "status", "findings", "findings --format csv", "kpi", "kpi --breakdown form --format csv", "release --as-of 2021-12-31",
    "persons queue", "persons list", "explain --indicator students_involved --scope institution:NSH-S007 --as-of 2021-12-31",
)  # fmt: skip


def looking() -> Search:
    return search(canary for bird in BIRDS for canary in bird.canaries)


def environ_of(home: Path, url: str | None = None, **more: str) -> dict[str, str]:
    own = OWN | {"NASTAVNIK_HOME": str(home), "TMPDIR": str(home.parent / "tmp"), "NASTAVNIK_LOG": "json"}
    own["NASTAVNIK_METRICS_FILE"] = str(home.parent / "tmp/figures.prom")  # searched with all that lies there
    (home.parent / "tmp").mkdir(exist_ok=True, parents=True)
    return os.environ | own | ({"NASTAVNIK_WAREHOUSE_URL": url} if url else {}) | more


class Told:
    """An installation that took everything, and what every command said of it, logging all it can."""

    def __init__(self, folder: Path, url: str | None, forked: Forked) -> None:
        self.home, self.working, self.url = folder / "home", folder / "working", url
        self.working.mkdir()
        environ = environ_of(self.home, url)
        fly_in(self.home / "inbox")
        self.said = {
            words: forked(words.split(), environ, self.working, code=CODE)
            for words in ("intake --received-at 2022-01-10", *AFTER)
        }


@pytest.fixture(scope="module", params=ENGINES)
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, forked: Forked) -> Told:
    url = talkative(request.getfixturevalue("postgres_database")) if request.param == "postgresql" else None
    return Told(tmp_path_factory.mktemp("told"), url, forked)


@pytest.mark.slow
def test_no_command_says_a_persons_word(told: Told) -> None:
    found = looking()
    for words, process in told.said.items():
        assert process.returncode in (0, 1), process.stderr.decode()[-2000:]
        found.content(process.stdout, f"{words}: output")
        found.content(process.stderr, f"{words}: errors and log")
    assert found.found == set()
    assert b"DEBUG:sqlalchemy" in told.said["status"].stderr  # the log was on
    assert b'"event": "run-ended"' in told.said["intake --received-at 2022-01-10"].stderr  # and so were events
    assert told.said["findings --format csv"].stdout.count(b"NSH-S004") > 1


@pytest.mark.slow
def test_no_file_holds_a_persons_word(told: Told) -> None:
    """Received files and vault are no exception: they are sealed."""
    found = looking()
    found.folder(told.home)
    found.folder(told.working)
    found.folder(told.home.parent / "tmp")
    assert found.found == set()
    assert list((told.home / "releases").rglob("kpi.xlsx"))
    assert list(told.working.iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize("told", ["postgresql"], indirect=True)
def test_a_server_that_logs_everything_writes_no_persons_word(told: Told, tmp_path: Path) -> None:
    """Statements, parameters, lines of COPY and rows that failed: of intake, forms, decisions, erasure and retention."""
    assert told.url is not None
    with installation(told.home, told.url) as home:
        one, other = (f"{place}:{row}" for place, row, *_ in vault_rows(home)["personal.participants"][:2])
    with seen_at_work(told.url) as seen:
        for words in (
            f"forms --institution {GOOD.institution} -o {tmp_path / 'forms.xlsx'}",
            f"persons different {one} {other} --ground documents",
            f"persons queue -o {tmp_path / 'queue.xlsx'}",
            f"erase {one} --ground request",
            "retention",
            "findings --format csv",
        ):
            result = runner(told.home)(*words.split(), NASTAVNIK_WAREHOUSE_URL=told.url)
            assert result.exit_code == 0, result.output
        for kept in REFUSING:
            refusal(told, kept)
    found, log = looking(), log_of(told.url)
    found.content(log, "log of the server")
    found.text("\n".join(seen), "pg_stat_activity")
    assert found.found == set()
    assert {sign for sign in SAID if sign not in log} == set()  # it did write them all down
    assert len(seen) > 20 and any("COPY" in text for text in seen)


REFUSING = ("personal.sealed", "mentoring.participants")  # tables, each made to refuse every row
SAID = (
    b"statement: COPY", b"arameters: $1", b"Failing row contains", b"CONTEXT:  COPY sealed, line 1",
    b"CONTEXT:  COPY participants, line 1", b"STATEMENT:  COPY",
)  # fmt: skip


def refusal(told: Told, kept: str) -> None:
    """Take a delivery in while a table refuses every row, so that the server quotes what it refused."""
    write(told.home / "inbox" / GOOD.institution / f"{GOOD.surname}.xlsx", GOOD.submission(students=90))
    with superuser(str(told.url)) as session:
        session.execute(f"ALTER TABLE {kept} ADD CONSTRAINT nothing CHECK (FALSE) NOT VALID")
        result = runner(told.home)("intake", "--received-at", "2022-01-11", NASTAVNIK_WAREHOUSE_URL=str(told.url))
        session.execute(f"ALTER TABLE {kept} DROP CONSTRAINT nothing")
    assert result.exit_code == 3 and "CheckViolation" in result.stderr, result.output


@pytest.fixture(scope="module")
def judged_once() -> Callable[..., Kept]:
    """What judges as ever, the first time: one delivery breaks in every case, only once it is to be stored."""
    real, kept = batch.judged, list[Kept]()

    def judged(*told: Any) -> Kept:
        if not kept:
            kept.append(real(*told))
        return kept[0]

    return judged


@pytest.fixture(scope="module", params=ENGINES)
def broken(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str | None]:
    """A folder for a home that takes nothing, and the URL of its warehouse."""
    url = request.getfixturevalue("another_database") if request.param == "postgresql" else None
    return tmp_path_factory.mktemp("broken"), url


def waiting(folder: Path, fault: str) -> Path:
    """Write a fault and a delivery for it to meet; return the home."""
    (folder / "fault").write_text(fault)
    home = folder / "home"
    write(home / "inbox" / GOOD.institution / f"{GOOD.surname}.xlsx", GOOD.submission())
    return home


def assert_silent(home: Path, said: bytes) -> None:
    found = looking()
    found.content(said, "said")
    found.folder(home, without=[home / "inbox"])
    assert found.found == set()


@pytest.mark.slow
@pytest.mark.parametrize("fault", [name for name in FAULTS if name not in (*KILLING, "hang")])
def test_no_failure_says_a_persons_word(
    broken: tuple[Path, str | None],
    judged_once: Callable[..., Kept],
    fault: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    folder, url = broken
    home = waiting(folder, fault)
    monkeypatch.setenv("CANARY_FAULT", str(folder / "fault"))
    monkeypatch.setattr(batch.Batch, "store", breaking(batch.Batch.store))
    monkeypatch.setattr(batch, "judged", judged_once)
    for name in (None, *LIBRARIES.split()):
        caplog.set_level(logging.DEBUG, name)
    own = {"NASTAVNIK_WAREHOUSE_URL": url} if url else {}
    own |= {"NASTAVNIK_LOG": "json", "NASTAVNIK_METRICS_FILE": str(home / "figures.prom")}
    result = runner(home)("--trace", "intake", "--received-at", "2022-01-10", **own)
    assert result.exit_code == 3, result.stderr
    assert re.search("Сбой: (код [A-Z]|на диске нет места)", result.stderr)
    logged = "\n".join(map(logging.Formatter("%(message)s").format, caplog.records))  # with what tracebacks they carry
    assert_silent(home, (result.output + logged).encode())


@pytest.mark.slow
@pytest.mark.parametrize("fault", KILLING)
def test_no_death_says_a_persons_word(tmp_path: Path, fault: str, forked: Forked) -> None:
    home = waiting(tmp_path, fault)
    (tmp_path / "working").mkdir()
    environ = environ_of(home, CANARY_FAULT=str(tmp_path / "fault"))
    process = forked(["intake"], environ, tmp_path / "working", code=CODE)
    assert process.returncode == KILLING[fault]
    assert_silent(home, process.stdout + process.stderr)
    assert list((tmp_path / "working").iterdir()) == []  # no core file


def test_an_error_is_replaced_by_its_code_and_place(tmp_path: Path) -> None:
    """Whoever works with an opened installation sees no text of a driver, in no part of the error."""
    with pytest.raises(Fault, match=r"^ProgrammingError/\w+.* @ ") as raised, installation(tmp_path) as home:
        fetch_nothing(home)
    assert GOOD.surname not in "".join(traceback.format_exception(raised.value))


def fetch_nothing(home: Home) -> None:
    with home.reading() as connection:
        connection.execute(sa.text(f"SELECT '{GOOD.surname}'::INTEGER FROM nowhere"))


def test_fetched_rows_are_not_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "sqlalchemy.engine")
    engine = open_engine(f"duckdb:///{tmp_path / 'a.duckdb'}")
    with engine.connect() as connection:
        connection.execute(sa.text("SELECT :name"), {"name": GOOD.surname}).all()
    engine.dispose()
    assert "SELECT" in caplog.text and GOOD.surname not in caplog.text


def test_a_server_is_asked_to_log_no_values(postgres_database: str) -> None:
    engine = open_engine(postgres_database)
    asked = ("log_parameter_max_length", "log_parameter_max_length_on_error", "log_error_verbosity")
    with engine.connect() as connection:
        told = [connection.execute(sa.text(f"SHOW {name}")).scalar() for name in asked]
    engine.dispose()
    assert told == ["0", "0", "terse"]
