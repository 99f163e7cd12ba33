"""The edge: failures become codes without a word of the error, and light commands stay light."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from sqlalchemy.exc import OperationalError
from xlsxwriter.exceptions import FileCreateError

from tests.cli.conftest import Run
from tests.workbooks import submission, write
from warehouse.installation.home import Home

CANARY = "Канарейкин Кенар"
HEAVY = {"prefect", "great_expectations", "pandas", "vl_convert", "jinja2", "xlsxwriter"}


class Broken(RuntimeError):
    """An error whose text quotes a cell, as databases do."""


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    def reading(home: Home) -> None:
        try:
            raise ValueError(f"Key (surname)=({CANARY}) already exists")
        except ValueError:
            raise Broken(f"duplicate {CANARY}")  # noqa: B904 (the chain must stay silent too)

    monkeypatch.setattr(Home, "reading", reading)


def test_a_failure_is_told_by_its_code(run_made: Run, broken: None) -> None:
    result = run_made("status")
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr.startswith("Сбой: код Broken в warehouse/collection/status.py, строка ")
    assert CANARY not in result.stderr


def test_a_trace_shows_the_way_and_no_text(run_made: Run, broken: None) -> None:
    result = run_made("--trace", "status")
    assert result.exit_code == 3
    assert "Broken:" in result.stderr and "ValueError:" in result.stderr and "status_of" in result.stderr
    assert CANARY not in result.stderr


def test_a_spoilt_database_is_a_failure(run_made: Run, tmp_path: Path) -> None:
    assert run_made("status").exit_code == 0
    (tmp_path / "home/warehouse.duckdb").write_text(CANARY)
    result = run_made("status")
    assert result.exit_code == 3
    assert CANARY not in result.stderr and str(tmp_path) not in result.stderr


FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), f"/secret/{CANARY}.xlsx")
IN_WORDS = duckdb.TransactionException(f'Could not write file "{CANARY}.wal": {os.strerror(errno.ENOSPC)}')


@pytest.mark.parametrize("error", [FULL, FileCreateError(FULL), OperationalError("COMMIT", {}, IN_WORDS)])
def test_a_full_disk_is_named(run: Run, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """By whoever met it: Python, the writer of workbooks, DuckDB."""

    def full(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("warehouse.installation.home.opened", full)
    result = run("status")
    assert (result.exit_code, result.stderr.split(".")[0]) == (3, "Сбой: на диске нет места")
    assert CANARY not in result.stderr


def test_a_stop_while_duckdb_computes_is_a_stop(run_made: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """DuckDB makes an error of its own of Ctrl+C."""

    def computing(home: Home) -> None:
        come = signal.getsignal(signal.SIGINT)
        assert callable(come)
        try:
            come(signal.SIGINT, None)  # not `raise_signal`: a finalizer of whoever is at work then would swallow it
        except KeyboardInterrupt:
            raise RuntimeError("Query interrupted") from None

    monkeypatch.setattr(Home, "reading", computing)
    before = signal.getsignal(signal.SIGINT)
    result = run_made("status")
    assert (result.exit_code, result.stderr) == (3, "Прервано; сделанное до этого осталось целым.\n")
    assert signal.getsignal(signal.SIGINT) is before


def nastavnik(home: Path, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a real process, which lists the modules it imported on its error stream."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    own = {"NASTAVNIK_HOME": str(home), "NASTAVNIK_SETTLE_SECONDS": "0"}
    command = [sys.executable, "-X", "importtime", "-c", "from flows.cli import main; main()", *words]
    return subprocess.run(
        command,
        env=kept | own | environ,
        capture_output=True,
        text=True,
        timeout=120,
        cwd=Path(__file__).parents[2],
    )


def imported(process: subprocess.CompletedProcess[str]) -> set[str]:
    lines = [line for line in process.stderr.splitlines() if line.startswith("import time:")]
    return {line.rpartition("|")[2].strip().partition(".")[0] for line in lines}


def test_help_imports_next_to_nothing(tmp_path: Path) -> None:
    process = nastavnik(tmp_path / "home", "--help")
    assert process.returncode == 0
    assert imported(process) & (HEAVY | {"sqlalchemy", "pyarrow", "duckdb", "rich", "numpy"}) == set()
    assert not (tmp_path / "home").exists()


def test_a_run_with_nothing_new_imports_nothing_heavy(tmp_path: Path) -> None:
    write(tmp_path / "home/inbox/NSH-S007/a.xlsx", submission())
    first = nastavnik(tmp_path / "home", "intake", "--received-at", "2022-01-10")
    again = nastavnik(tmp_path / "home", "intake")
    assert (first.returncode, again.returncode) == (0, 0)
    assert "great_expectations" in imported(first) and "altair" not in imported(first)
    assert imported(again) & HEAVY == set()
    assert again.stdout == "Нового нет.\n"


def test_a_bare_terminal_is_no_obstacle(tmp_path: Path) -> None:
    process = nastavnik(tmp_path / "home", "--help", PYTHONIOENCODING="ascii")
    assert process.returncode == 0
    assert "nastavnik" in process.stdout


def test_a_reader_that_leaves_is_no_failure(tmp_path: Path) -> None:
    script = f"{sys.executable} -c 'from flows.cli import main; main()' findings --format csv | true; echo ${{PIPESTATUS[0]}}"
    environ = os.environ | {"NASTAVNIK_HOME": str(tmp_path / "home")}
    process = subprocess.run(
        ["bash", "-c", script], env=environ, capture_output=True, text=True, cwd=Path(__file__).parents[2]
    )
    assert (process.stdout, process.stderr) == ("0\n", "")


@pytest.mark.parametrize(
    ("words", "to", "code"), [("--help", ">/dev/full", 3), ("nonsense", "2>/dev/full", 2), ("nonsense", "2>&-", 2)]
)
def test_a_full_log_does_not_change_the_exit_code(tmp_path: Path, words: str, to: str, code: int) -> None:
    script = f"{sys.executable} -c 'from flows.cli import main; main()' {words} {to}; echo $?"
    environ = os.environ | {"NASTAVNIK_HOME": str(tmp_path / "home")}
    process = subprocess.run(
        ["bash", "-c", script], env=environ, capture_output=True, text=True, cwd=Path(__file__).parents[2]
    )
    assert process.stdout == f"{code}\n"
