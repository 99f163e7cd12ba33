"""No hidden cell of a public package can be narrowed: random towns against an auditor who reads the files alone."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from tests.disclosure.auditor import Cell, broken, contradictions, read_package
from tests.disclosure.random_towns import Made, figures_of, make_town, published
from warehouse.disclosure import suppress
from warehouse.disclosure.extract import write_csv

LEAST = 5
ABOVE = {"T", "61", "RU"}  # what is reported as it is


def audited(made: Made, folder: Path) -> dict[Cell, tuple[int, int]]:
    """Publish a town, read the file and return what the auditor narrows."""
    contents = published(made, LEAST)
    write_csv(contents, folder / "kpi.csv")
    package = read_package(folder)
    assert contradictions(package) == set()
    assert not {cell for cell, value in package.shown.items() if 0 < value < LEAST and cell[2] not in ABOVE}
    assert official(contents.figures) == official(figures_of(made))
    kinds = {f"T/{kind}": codes for kind, codes in made.kinds.items()}
    return broken(package, kinds, LEAST, added=made.added)


def official(figures: pa.Table) -> list[dict]:
    rows = [row for row in figures.to_pylist() if row["scope_code"] in ABOVE]
    return sorted(rows, key=lambda row: (row["indicator"], row["scope_code"]))


@pytest.mark.slow
def test_small_towns(tmp_path: Path) -> None:
    assert {seed: audited(make_town(seed, small=True), tmp_path) for seed in range(20)} == {
        seed: {} for seed in range(20)
    }


@pytest.mark.slow
def test_towns_with_every_indicator(tmp_path: Path) -> None:
    assert {seed: audited(make_town(seed), tmp_path) for seed in range(6)} == {seed: {} for seed in range(6)}


@pytest.mark.thorough
@pytest.mark.parametrize("first", range(1000, 1500, 50))
def test_five_hundred_towns(first: int, tmp_path: Path) -> None:
    for seed in range(first, first + 50):
        assert (seed, audited(make_town(seed, small=seed % 5 > 0), tmp_path)) == (seed, {})


def test_without_secondary_suppression_the_auditor_breaks_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suppress._Work, "run", lambda self: None)
    narrowed = [len(audited(make_town(seed, small=True), tmp_path)) for seed in range(8)]
    assert sum(count > 0 for count in narrowed) >= 6


def test_a_weaker_width_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One number fewer than the rule asks for is a number too few."""
    whole = suppress._Work.__init__

    def short(self, system, hidden, least):
        whole(self, system, hidden, least)
        self.least = least - 2

    monkeypatch.setattr(suppress._Work, "__init__", short)
    assert any(audited(make_town(seed, small=True), tmp_path) for seed in range(30))
