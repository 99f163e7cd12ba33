"""Figures recomputed from evidence, held against what can be counted on fingers."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.proof.small import evidence, pattern, place
from warehouse.proof.evidence import Evidence
from warehouse.proof.figures import recompute
from warehouse.release.contents import KEY


def figure(of: Evidence, indicator: str, scope: str) -> dict:
    rows = recompute(of, "2021-12-31-1").to_pylist()
    return next(row for row in rows if (row["indicator"], row["scope_code"]) == (indicator, scope))


def shown(of: Evidence, indicator: str, scope: str) -> str:
    row = figure(of, indicator, scope)
    names = ("numerator", "denominator", "value", "status", "coverage_students", "low", "high")
    told = [
        "—" if row[name] is None else format(Decimal(row[name]).normalize(), "f") if name != "status" else row[name]
        for name in names
    ]
    return " ".join(told)


# Two schools and a club. 3 children only in A, 2 in A and B, 1 in A and the club, 4 only in the club.
TOWN = evidence(
    [place("A", enrolled=10), place("B", enrolled=20), place("C", "УДО", enrolled=30)],
    [*pattern(1, 3, "A"), *pattern(2, 2, "A", "B"), *pattern(3, 1, "A", "C"), *pattern(4, 4, "C")],
    hours={"A": 1.5, "B": 0.25},
)


@pytest.mark.parametrize(
    ("indicator", "scope", "expected"),
    [
        ("involved", "A", "6 10 60 final 100 — —"),
        ("involved", "B", "2 20 10 final 100 — —"),
        ("involved", "C", "5 30 16.67 final 100 — —"),
        ("involved", "T/ОУ", "6 30 20 final 100 — —"),  # the two of A and B are two
        ("involved", "T/УДО", "5 30 16.67 final 100 — —"),
        ("involved", "T", "11 60 18.33 final 100 — —"),  # the one of A and C counts in either kind
        ("involved", "RU", "11 60 18.33 final 100 — —"),
        ("distinct", "T", "10 30 33.33 final 100 — —"),  # and once over both; schools' children below
        ("hours", "T", "1.75 — — final 100 — —"),
        ("in_time", "T", "3 3 100 final 100 — —"),
    ],
)
def test_a_whole_town(indicator: str, scope: str, expected: str) -> None:
    assert shown(TOWN, indicator, scope) == expected


# B is silent; it taught 20 once. The club is silent and never told.
SILENT = [place("A", enrolled=10), place("B", last=20)]
KNOWN, UNKNOWN = (
    evidence(SILENT, pattern(1, 3, "A")),
    evidence([*SILENT, place("C", "УДО")], pattern(1, 3, "A")),
)


@pytest.mark.parametrize(
    ("of", "indicator", "scope", "expected"),
    [
        (KNOWN, "involved", "T", "3 10 30 provisional 33.33 10 76.67"),  # 3 of 30, or 23 of 30
        (KNOWN, "involved", "B", "— — — provisional 0 0 100"),
        (KNOWN, "in_time", "T", "1 2 50 provisional 33.33 — —"),
        (KNOWN, "hours", "B", "— — — provisional 0 — —"),
        (UNKNOWN, "involved", "T", "3 10 30 provisional — — —"),
        (UNKNOWN, "involved", "T/ОУ", "3 10 30 provisional 33.33 10 76.67"),
    ],
)
def test_institutions_that_told_nothing(of: Evidence, indicator: str, scope: str, expected: str) -> None:
    assert shown(of, indicator, scope) == expected


@pytest.mark.parametrize(
    ("numerator", "denominator", "value", "meets"),
    [
        (299999, 1000000, "30.00", False),  # rounds up to the target, yet is below it
        (300000, 1000000, "30.00", True),
        (1, 8, "12.50", False),
        (1, 16, "6.25", False),
        (1, 32, "3.13", False),  # 3.125: half up
        (5, 0, None, None),
    ],
)
def test_a_target_is_met_on_the_exact_ratio(
    numerator: int, denominator: int, value: str | None, meets: bool | None
) -> None:
    row = figure(evidence([place("A", enrolled=denominator)], pattern(1, numerator, "A"), target="30"), "involved", "T")
    assert (row["value"], row["meets_target"]) == (value and Decimal(value), meets)


def test_figures_are_sorted_and_none_is_told_twice() -> None:
    keys = [tuple(row[name] for name in KEY) for row in recompute(TOWN, "2021-12-31-1").to_pylist()]
    assert keys == sorted(set(keys))
