"""Every command that a page tells to type is typed, page by page, on a machine of its own with a tiny town."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import click
import pytest

from flows.cli.root import cli
from tests.forked import Forked
from tests.pages.blocks import PAGES, WITH_SHELL, fenced, name_of, said_commands, typed_lines
from tests.pages.shell import programs, run
from tests.pages.town import FIRST, settle

CI, MINUTES, ROOT, POSTGRES = "CI runs it", "takes minutes", "needs root", "needs a PostgreSQL server"
ELSEWHERE, ASKS, SPARK = "needs a machine elsewhere", "asks a person", "needs Spark and Java"
SERVES = "goes on until it is stopped"
# What is not typed here, by how its line begins, and why.
NOT_TYPED = {
    "make ": CI,
    ".venv/bin/python benchmarks": MINUTES,
    ".venv-spark/": SPARK,
    "useradd": ROOT, "git clone": ELSEWHERE, "install ": ROOT, "cd /opt": ROOT, "cp nastavnik-": ROOT, "systemctl": ROOT,
    "chgrp": ROOT,
    "nastavnik up": SERVES,
    "nastavnik roles apply": POSTGRES, "psql": POSTGRES,
    "nastavnik intake --inbox sftp:": ELSEWHERE,
    "nastavnik intake # everything that waits in all": ELSEWHERE,
    "nastavnik backfill --from 2021-12-31 --to 2021-12-31 --set": ASKS,
    "pip install frictionless": "the environment has it",
    "python3 -c 'import sys; a, b": "needs two media",
    "nastavnik erase --ground request": ASKS,
}  # fmt: skip
# A question is asked once of all pages, and by settling the town.
READS = {"check", "explain", "kpi", "release", "revisions", "status", "trajectory", "verify"}
TYPED_AT = "слово\n"  # what a page reads from the keyboard


class Machine(NamedTuple):
    """A folder with the town, the programs, what examples of the pages are in it, and what was asked of it."""

    root: Path
    path: Path
    examples: dict[str, str]
    asked: set[tuple[str, str]]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, forked: Forked) -> Iterator[Machine]:
    root = tmp_path_factory.mktemp("machine")
    with programs(forked) as path:
        yield Machine(root, path, settle(root, path), {("", line.strip()) for line in FIRST.splitlines()})


def _to_type(page: str, asked: set[tuple[str, str]]) -> Iterator[str]:
    """Yield the lines of a page to type: of what only reads, and another page asked already, none."""
    home = ""
    for line in typed_lines(page):
        home = line if line.startswith("export NASTAVNIK") else home
        question = home, line.partition(" #")[0]
        if line.startswith(tuple(NOT_TYPED)) or (READS & set(line.split()[1:2]) and question in asked):
            continue
        asked.add(question)
        yield line


@pytest.mark.slow
@pytest.mark.parametrize("page", WITH_SHELL)
def test_commands_of_a_page(town: Machine, page: str, tmp_path: Path) -> None:
    lines = "\n".join(_to_type(page, town.asked))
    for example, real in town.examples.items():
        lines = lines.replace(example, real)
    root = Path(shutil.copytree(town.root, tmp_path / "machine"))
    done = run(lines, root, town.path, TYPED_AT)
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-2000:]}"


@pytest.mark.parametrize("begins", NOT_TYPED)
def test_a_reason_is_needed(begins: str) -> None:
    assert [page for page in WITH_SHELL if any(line.startswith(begins) for line in typed_lines(page))]


@pytest.mark.slow
def test_what_is_not_typed_would_fail(town: Machine, tmp_path: Path) -> None:
    root = Path(shutil.copytree(town.root, tmp_path / "machine"))
    ours = tuple(begins for begins, why in NOT_TYPED.items() if begins.startswith("nastavnik") and why != SERVES)
    for page in WITH_SHELL:
        exports = [line for line in typed_lines(page) if line.startswith("export")]
        for line in (line for line in typed_lines(page) if line.startswith(ours)):
            assert run("\n".join([*exports, line]), root, town.path).returncode > 1, f"no reason is needed: {line}"


def test_commands_stand_in_blocks_of_shell() -> None:
    loose = [
        name_of(page)
        for page in PAGES
        for language, text in fenced(page)
        if language != "sh" and any(line.startswith("nastavnik ") for line in text.splitlines())
    ]
    assert loose == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_commands_named_in_a_page_exist(page: Path) -> None:
    """Those that stand in a sentence too: the command, and each option of it."""
    assert [said for said in said_commands(page) if not _exists(said.split()[1:])] == []


def _exists(words: list[str], command: click.Command = cli) -> bool:
    """Whether words are a command with options that it has."""
    if isinstance(command, click.Group) and words and not words[0].startswith("-"):
        inner = command.commands.get(words[0])
        return inner is not None and _exists(words[1:], inner)
    options = {name for param in command.params for name in param.opts} | {"--help"}
    named = {
        word.partition("=")[0] for word in words if word.startswith("-") and word[1:2].isalpha() | (word[:2] == "--")
    }
    return named <= options
