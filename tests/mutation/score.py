"""The mutation score: of how many mutants of rules and indicators some test says that they are wrong.

usage: python -m tests.mutation.score MUTATOR [--sample 16] [--seed 632] [--workers 2] [--only PART] [--lines FILE]
MUTATOR is the Python in whose environment mutmut is installed. FILE gets a line of JSON for each mutant, as it was tried.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from tests.mutation.trial import SAID, prepared, tried, warm
from tests.mutation.tried import TRIED, files_of

TREE = Path(__file__).parents[2]
NORMAL = 1.96  # 95 % of a normal distribution
_tree: Path  # the copy of this process


@dataclass(frozen=True)
class Task:
    """A mutant of a module and the tests that try it; that of line 0 is the module as it is."""

    module: str
    line: int
    change: str
    source: str
    files: list[str]


@dataclass(frozen=True)
class Tried:
    """What became of it."""

    module: str
    line: int
    change: str
    survived: bool
    said: str = ""


def made(mutator: str, modules: list[str], sample: int, seed: int) -> dict[str, tuple[int, list[dict]]]:
    """Return, of each module, how many mutants it has and those drawn."""
    command = [mutator, "-m", "tests.mutation.mutants", str(sample), str(seed), *modules]
    return json.loads(subprocess.run(command, cwd=TREE, capture_output=True, text=True, check=True).stdout)


def _begin(prepared_tree: Path) -> None:
    global _tree
    _tree = shutil.copytree(prepared_tree, prepared_tree.with_name(str(os.getpid())))


def _try(task: Task) -> Tried:
    survived = tried(_tree, task.module, task.source, task.files)
    said = "" if task.line else (_tree / SAID).read_text()
    return Tried(task.module, task.line, task.change, survived, said)


def results(tasks: list[Task], workers: int) -> Iterator[Tried]:
    """Yield what became of each mutant, as it becomes known."""
    warm()
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        prepared(TREE, tree, sorted({file for task in tasks for file in task.files}))
        with get_context("fork").Pool(workers, _begin, (tree,)) as pool:
            yield from pool.imap_unordered(_try, tasks)


def _as_they_are(modules: list[str]) -> list[Task]:
    """All tests that try these modules: where one fails without a mutant, it proves nothing."""
    files = sorted({file for module in modules for file in files_of(module)})
    return [Task(modules[0], 0, "as it is", (TREE / modules[0]).read_text(), [file]) for file in files]


def interval(whole: list[int], tried_: list[int], killed: list[int]) -> tuple[float, float]:
    """Return the share killed of all mutants, and half of its 95 % interval: a sample of each module, weighed by size."""
    share = [k / n for k, n in zip(killed, tried_, strict=True)]
    weight = [size / sum(whole) for size in whole]
    spread = (
        w * w * (k + 1) / (n + 2) * (1 - (k + 1) / (n + 2)) / n * (1 - n / size)
        for w, k, n, size in zip(weight, killed, tried_, whole, strict=True)
    )
    return sum(w * s for w, s in zip(weight, share, strict=True)), NORMAL * math.sqrt(sum(spread))


def table(sizes: dict[str, int], found: list[Tried]) -> str:
    """Return the score of each module and of all as a table of a page."""
    lines = ["| module | mutants | tried | killed | score |", "|---|---:|---:|---:|---:|"]
    counts = []
    for module, size in sizes.items():
        mine = [one for one in found if one.module == module]
        killed = sum(not one.survived for one in mine)
        counts.append((size, len(mine), killed))
        lines.append(f"| `{module}` | {size} | {len(mine)} | {killed} | {killed / len(mine):.0%} |")
    whole, tries, kills = (list(column) for column in zip(*counts, strict=True))
    share, half = interval(whole, tries, kills)
    lines.append(f"| **all, weighed** | {sum(whole)} | {sum(tries)} | {sum(kills)} | {share:.1%} ± {half:.1%} |")
    return "\n".join(lines)


def main() -> None:
    """Try the mutants, tell each that survives and the table at the end."""
    given = argparse.ArgumentParser()
    given.add_argument("mutator")
    for name, default in (("--sample", 16), ("--seed", 632), ("--workers", 2)):
        given.add_argument(name, type=int, default=default)
    given.add_argument("--only", default="")
    given.add_argument("--lines", type=Path, default=Path(os.devnull))
    asked = given.parse_args()
    modules = [module for module in TRIED if asked.only in module]
    drawn = made(asked.mutator, modules, asked.sample, asked.seed)
    tasks = [Task(module, **one, files=files_of(module)) for module, (_, some) in drawn.items() for one in some]
    random.Random(asked.seed).shuffle(tasks)  # a run that is cut off has tried some of every module
    found: list[Tried] = []
    with asked.lines.open("w", encoding="utf-8") as lines:
        for one in results([*_as_they_are(modules), *tasks], asked.workers):
            lines.write(json.dumps(vars(one), ensure_ascii=False) + "\n")
            lines.flush()
            if not one.line and not one.survived:
                sys.exit(f"{one.said}\nThese tests fail without a mutant.")
            if one.line:
                found.append(one)
            if one.line and one.survived:
                print(f"{one.module}:{one.line}: {one.change}", flush=True)  # noqa: T201
    print(table({module: size for module, (size, _) in drawn.items()}, found))  # noqa: T201


if __name__ == "__main__":
    main()
