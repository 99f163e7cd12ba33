"""One mutant tried: a fork of a process that has imported the libraries runs its tests in a copy of the tree."""

from __future__ import annotations

import importlib
import os
import resource
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

LIBRARIES = """
    hypothesis numpy pandas pyarrow.parquet pyarrow.compute duckdb duckdb_engine sqlalchemy great_expectations
    great_expectations.expectations alembic.command jinja2 xlsxwriter openpyxl python_calamine cryptography.fernet scipy
    click rich.console boto3 psycopg docxtpl msoffcrypto pysdmx vl_convert
""".split()
OPTIONS = [
    "-x", "-p", "no:xdist", "-p", "no:cacheprovider", "-m", "not slow and not thorough", "-k", "not postgresql",
]  # fmt: skip
CPU_SECONDS = 120  # the slowest list of tests takes 80: a mutant that takes longer has gone round in circles
WALL_SECONDS = 900  # of a busy machine
SAID = Path("build/said.txt")  # what pytest said of the last mutant
SURVIVED = 0  # pytest's own code of tests that all passed


class Narrow:
    """What a trial asks of pytest: files in the order given, no PostgreSQL."""

    def __init__(self, files: list[str]) -> None:
        self._place = {Path(file): number for number, file in enumerate(files)}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        from tests import postgres

        postgres.running_postgres = _absent
        items.sort(key=lambda item: self._place[item.path.relative_to(Path.cwd())])


def _absent() -> None:
    pytest.skip("a mutant is tried on DuckDB alone")


def warm() -> None:
    """Import what every trial needs and no mutant is of."""
    for name in LIBRARIES:
        importlib.import_module(name)


def prepared(tree: Path, folder: Path, files: list[str]) -> None:
    """Copy what git knows of a tree, as it is now, and compile the tests and what they import: half of a trial's time."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=tree, capture_output=True, check=True)
    for name in listed.stdout.decode().splitlines():
        if (tree / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(tree / name, folder / name)
    if _passed(folder, ["--collect-only", *files], files, compiled=True):
        return
    raise RuntimeError((folder / SAID).read_text())


def tried(folder: Path, module: str, source: str, files: list[str]) -> bool:
    """Return whether the tests pass with this source in place of the module's."""
    path = folder / module
    original, made = path.read_text(), path.stat().st_mtime_ns
    path.write_text(source)  # newer than what was compiled of it
    passed = _passed(folder, files, files)
    path.write_text(original)
    os.utime(path, ns=(made, made))
    return passed


def _passed(folder: Path, asked: list[str], files: list[str], *, compiled: bool = False) -> bool:
    child = os.fork()
    if child == 0:
        _run(folder, asked, Narrow(files), compiled=compiled)
    status = os.waitpid(child, 0)[1]
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)  # readers that a killed test left
    return status == SURVIVED


def _run(folder: Path, asked: list[str], narrow: Narrow, *, compiled: bool) -> None:
    os.setpgid(0, 0)
    signal.alarm(WALL_SECONDS)
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, resource.RLIM_INFINITY))  # readers set their own
    (folder / SAID).parent.mkdir(exist_ok=True)
    for stream in (1, 2):
        os.dup2(os.open(folder / SAID, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), stream)
    os.chdir(folder)
    sys.path[:] = [str(folder), *(place for place in sys.path if place)]
    os.environ |= {"PYTHONPATH": str(folder)} | ({} if compiled else {"PYTHONDONTWRITEBYTECODE": "1"})
    sys.dont_write_bytecode = not compiled
    ended = 1
    try:
        ended = pytest.main([*OPTIONS, "--basetemp", str(folder / "build" / "tmp"), *asked], plugins=[narrow])
    finally:
        os._exit(int(ended))
