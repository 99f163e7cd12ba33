"""The shape of the code: who may import whom, and how long a module may grow."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LAYERS = ("expectations", "warehouse", "flows")  # each may import itself and those before it
CLI_LAYERS = ("frame", "telling", "commands")  # likewise, within flows/cli
LONGEST_MODULE = 300  # lines; the aim is about 100


def python_files(*folders: str) -> list[Path]:
    """Paths of the modules under the folders, relative to the repository."""
    return sorted(path.relative_to(ROOT) for folder in folders for path in (ROOT / folder).rglob("*.py"))


def imported_modules(source: str) -> Iterator[str]:
    """Yield the module of every absolute import, those inside functions too."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def imported_packages(source: str) -> Iterator[str]:
    """Yield the top-level package of every absolute import."""
    return (module.partition(".")[0] for module in imported_modules(source))


def importers(package: str) -> list[Path]:
    return [path for path in python_files(*LAYERS) if package in imported_packages((ROOT / path).read_text())]


def flow_files() -> list[Path]:
    """The files Prefect loads by path; `flows/cli` and the like are ordinary packages."""
    return [path for path in python_files("flows") if path.parent == Path("flows") and path.name != "__init__.py"]


@pytest.mark.parametrize(
    ("source", "packages"),
    [
        ("import warehouse.tables.tables as t, json", {"warehouse", "json"}),
        ("from flows import cli", {"flows"}),
        ("def late():\n    from great_expectations import get_context", {"great_expectations"}),
        ("from . import text\nfrom .rules import RULES", set()),
        ("import great_expectations.expectations as gxe", {"great_expectations"}),
    ],
)
def test_imports_are_seen(source: str, packages: set[str]) -> None:
    assert set(imported_packages(source)) == packages


@pytest.mark.parametrize("layer", LAYERS)
def test_imports_go_one_way(layer: str) -> None:
    forbidden = set(LAYERS[LAYERS.index(layer) + 1 :]) | {"tests", "benchmarks"}
    modules = python_files(layer)
    assert modules
    assert {
        str(path): found
        for path in modules
        if (found := forbidden.intersection(imported_packages((ROOT / path).read_text())))
    } == {}


@pytest.mark.parametrize("layer", CLI_LAYERS)
def test_commands_stand_on_words_and_words_on_the_frame(layer: str) -> None:
    later = tuple(f"flows.cli.{name}" for name in (*CLI_LAYERS[CLI_LAYERS.index(layer) + 1 :], "root"))
    modules = python_files(f"flows/cli/{layer}")
    assert modules
    assert {
        str(path): found
        for path in modules
        if (found := [name for name in imported_modules((ROOT / path).read_text()) if name.startswith(later)])
    } == {}


def test_one_module_imports_great_expectations() -> None:
    assert importers("great_expectations") == [Path("expectations/suites.py")]


def test_only_flow_files_import_prefect() -> None:
    assert [path for path in importers("prefect") if path.parent != Path("flows")] == []


def test_flow_files_hold_no_classes() -> None:
    """Prefect loads them under another module name: their classes would exist twice. Its server loads ours by its own."""
    assert [
        f"{path}: {node.name}"
        for path in flow_files()
        if path != Path("flows/messaging.py")
        for node in ast.walk(ast.parse((ROOT / path).read_text()))
        if isinstance(node, ast.ClassDef)
    ] == []


def test_flow_files_hide_no_package() -> None:
    """Prefect puts `flows/` first on `sys.path`: a file there named like a package is imported in its place."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    dependencies = {re.split(r"[^\w.-]", name)[0].replace("-", "_") for name in declared}
    taken = dependencies | set(LAYERS) | set(sys.stdlib_module_names)
    assert [path for path in flow_files() if path.stem in taken] == []


def test_modules_stay_short() -> None:
    lengths = {
        str(path): len((ROOT / path).read_text().splitlines()) for path in python_files(*LAYERS, "tests", "benchmarks")
    }
    assert {path: length for path, length in lengths.items() if length > LONGEST_MODULE} == {}
