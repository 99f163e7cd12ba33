"""No module of rules or indicators is left out of the mutation score, and what tries them is there."""

from __future__ import annotations

from pathlib import Path

from tests.mutation.score import Tried, interval, table
from tests.mutation.tried import TRIED, files_of

ROOT = Path(__file__).parents[2]
ON_A_CLUSTER = {"warehouse/indicators/on_spark.py", "warehouse/indicators/to_spark.py"}


def test_every_module_is_tried_by_tests_that_are_there() -> None:
    folders = ("expectations/rules", "warehouse/indicators")
    modules = {str(path.relative_to(ROOT)) for folder in folders for path in (ROOT / folder).glob("[!_]*.py")}
    assert modules - ON_A_CLUSTER <= TRIED.keys()
    assert [name for module in TRIED for name in (module, *files_of(module)) if not (ROOT / name).is_file()] == []


def test_the_score_is_weighed_by_the_size_of_a_module() -> None:
    share, half = interval([300, 100], [10, 10], [10, 5])
    assert (round(share, 3), 0.05 < half < 0.2) == (0.875, True)
    assert interval([10], [10], [9])[1] == 0  # all were tried
    found = [Tried("a.py", 1, "x", survived) for survived in (True, False)]
    assert "| `a.py` | 4 | 2 | 1 | 50% |" in table({"a.py": 4}, found)
