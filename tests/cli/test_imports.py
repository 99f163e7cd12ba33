"""What each command may import of what takes time: a command pays for what it uses."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from expectations.deferred import defer

ROOT = Path(__file__).parents[2]
HEAVY = (
    "prefect great_expectations pandas numpy pyarrow duckdb sqlalchemy scipy jinja2 xlsxwriter vl_convert cryptography "
    "python_calamine psycopg pysdmx openlineage rich altair prometheus_client opentelemetry"
).split()
STORE = "numpy pyarrow duckdb sqlalchemy cryptography"  # any look into the warehouse
ALLOWED = {
    "--help": "",
    "kpi --help": "",
    "audit list": "rich",
    "status": f"{STORE} pandas rich",
    "intake": f"{STORE} python_calamine",  # nothing new
    "findings --format csv": f"{STORE} pandas",
    "kpi --as-of 2021-12-31": f"{STORE} pandas python_calamine rich",
    "template --institution NSH-S007 --as-of 2021-12-31 -o book.xlsx": f"{STORE} xlsxwriter",
}
# Each command in a fork of a process that has imported nothing yet.
PROGRAM = """
import json, os, sys
for line in json.loads(sys.argv[1]):
    if os.fork() == 0:
        told = os.dup(1)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.argv = ["nastavnik", *line.split()]
        from flows.cli import main
        try:
            main()
        except SystemExit as end:
            os.write(told, json.dumps([line, end.code, sorted(sys.modules)]).encode() + b"\\n")
        os._exit(0)
    os.wait()
"""


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """What each command has imported, in a home that an earlier command has made."""
    folder = tmp_path_factory.mktemp("imports")
    environ = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environ |= {"NASTAVNIK_HOME": str(folder / "home"), "NASTAVNIK_SETTLE_SECONDS": "0", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", PROGRAM, json.dumps(["status", *ALLOWED])]
    run = subprocess.run(command, env=environ, cwd=folder, capture_output=True, text=True, timeout=120, check=True)
    told = [json.loads(line) for line in run.stdout.splitlines()]
    assert [(line, code) for line, code, _ in told] == [("status", 0), *((line, 0) for line in ALLOWED)], run.stderr
    return {line: set(modules) for line, _, modules in told}


@pytest.mark.parametrize("line", ALLOWED)
def test_a_command_imports_what_it_uses(imported: dict[str, set[str]], line: str) -> None:
    assert imported[line].intersection(HEAVY) - set(ALLOWED[line].split()) == set()


def test_a_deferred_module_is_loaded_by_its_first_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    defer("colorsys")
    placed = importlib.import_module("colorsys")
    assert "rgb_to_hsv" not in vars(placed)
    assert placed.rgb_to_hsv(0, 0, 0) == (0, 0, 0)
    assert sys.modules["colorsys"] is not placed


def test_a_module_that_is_there_is_not_deferred() -> None:
    defer("json")
    assert sys.modules["json"] is json
