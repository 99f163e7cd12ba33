"""The way to the targets: the worked example of docs/officers/trajectory.md, its edges, and the line against another reckoning."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import exp, lgamma, log, pi, sqrt
from pathlib import Path
from statistics import NormalDist, linear_regression

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.installations import installation, moscow, take
from tests.workbooks import submission, write
from warehouse.indicators.projection import NORMAL, T, project, rounded
from warehouse.indicators.trajectory import Plan, months_between, people_missing, trajectory, trajectory_known
from warehouse.journal.journal import known_by
from warehouse.release.contents import FIGURES, TRAJECTORY

YEARS = {year: date(year, 12, 31) for year in range(2019, 2030)}
SCOPE = ("students_involved", "kind", "NSH/ОУ")
EXAMPLE = {2020: (106, 1000), 2021: (310, 1000), 2022: (434, 1000)}
TARGETS = {2020: 10, 2021: 30, 2022: 45, 2023: 60, 2024: 70}


def figures(told: dict[date, tuple[int, int | None]]) -> pa.Table:
    rows = [
        {
            "release": "", "indicator": SCOPE[0], "definition": "1.0", "scope_type": SCOPE[1], "scope_code": SCOPE[2],
            "as_of": as_of, "numerator": Decimal(numerator), "denominator": denominator, "status": "final",
            "expected": 1, "reported": 1,
        }
        for as_of, (numerator, denominator) in told.items()
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, FIGURES)


def way(told: dict[int, tuple[int, int | None]], at: int, targets: dict[int, int] = TARGETS) -> dict:
    plan = Plan({SCOPE: {YEARS[year]: Decimal(target) for year, target in targets.items()}}, frozenset(YEARS.values()))
    (row,) = trajectory(figures({YEARS[year]: figure for year, figure in told.items()}), plan, YEARS[at]).to_pylist()
    return row


def test_the_worked_example() -> None:
    assert way(EXAMPLE, 2022) == {
        "release": "", "indicator": "students_involved", "definition": "1.0", "scope_type": "kind",
        "scope_code": "NSH/ОУ", "as_of": YEARS[2022], "numerator": 434, "denominator": 1000, "value": None,
        "status": "final",
        "target": Decimal("45.00"), "missing": 16,  # 450 − 434
        "next_as_of": YEARS[2023], "next_target": Decimal("60.00"), "next_missing": 166, "months": 12,  # 600 − 434
        "pace_needed": Decimal("13.83"), "pace_so_far": Decimal("10.33"),  # 166 ÷ 12, (434 − 310) ÷ 12
        "method": "linear_trend", "points": 3, "projected": Decimal("61.13"),
        "projected_low": Decimal("42.78"), "projected_high": Decimal("79.49"),
        "met_on": date(2024, 5, 31),  # 166 ÷ 10.33 = 16.06: in the seventeenth month
    }  # fmt: skip


def test_two_years_give_a_line_without_an_interval() -> None:
    row = way({2020: (106, 1000), 2021: (310, 1000)}, 2021)
    assert (row["method"], row["points"], row["projected"]) == ("two_points", 2, Decimal("51.40"))  # 31 + (31 − 10.6)
    assert (row["projected_low"], row["projected_high"]) == (None, None)


def test_one_year_gives_no_projection_and_no_pace() -> None:
    row = way({2020: (106, 1000)}, 2020)
    assert [row[name] for name in ("method", "points", "projected", "pace_so_far", "met_on")] == [None] * 5
    assert (row["next_missing"], row["pace_needed"]) == (194, Decimal("16.17"))


def test_a_target_met_already_is_met_on_the_date() -> None:
    row = way({2020: (106, 1000), 2021: (700, 1000)}, 2021)
    assert (row["missing"], row["next_missing"], row["pace_needed"], row["met_on"]) == (
        0,
        0,
        Decimal("0.00"),
        YEARS[2021],
    )


@pytest.mark.parametrize("now", [310, 300, 311])
def test_at_no_pace_or_in_more_than_a_hundred_years_a_target_is_never_met(now: int) -> None:
    row = way({2020: (310, 1000), 2021: (now, 1000)}, 2021, {2021: 30, 2022: 45})
    assert row["pace_so_far"] == rounded(Fraction(now - 310, 12))
    assert row["met_on"] is None


@pytest.mark.parametrize(("now", "met_on"), [(3300, date(2121, 12, 31)), (3299, None)])
def test_a_hundred_years_are_the_farthest(now: int, met_on: date | None) -> None:
    """One more a month, of 4500 to reach."""
    row = way({2020: (now - 12, 10000), 2021: (now, 10000)}, 2021, {2022: 45})
    assert (row["next_missing"], row["met_on"]) == (4500 - now, met_on)


def test_after_the_last_target_nothing_is_expected() -> None:
    row = way(EXAMPLE | {2024: (650, 1000)}, 2024)
    assert (row["missing"], row["next_as_of"], row["projected"], row["months"]) == (50, None, None, None)
    assert row["met_on"] == date(2025, 6, 30)  # (650 − 434) ÷ 24 = 9 a month, 50 ÷ 9 = 5.6: in the sixth month


def test_a_scope_whose_targets_are_past_has_no_way() -> None:
    plan = Plan({SCOPE: {YEARS[2020]: Decimal(10)}}, frozenset(YEARS.values()))
    assert trajectory(figures({YEARS[2021]: (1, 10)}), plan, YEARS[2021]) == TRAJECTORY.empty_table()


def test_a_year_without_enrolment_is_no_point_of_the_line() -> None:
    names = ("method", "points", "projected", "projected_low", "projected_high")
    known, more = (way(told, 2022) for told in (EXAMPLE, EXAMPLE | {2019: (0, 0)}))
    assert [more[name] for name in names] == [known[name] for name in names]
    assert more["points"] == 3


@pytest.mark.parametrize("denominator", [None, 0])
def test_nobody_enrolled_is_no_way_but_a_target(denominator: int | None) -> None:
    row = way({2020: (0, denominator)}, 2020)
    assert (row["target"], row["next_target"], row["missing"]) == (Decimal(10), Decimal(30), None)
    assert (row["numerator"], row["denominator"]) == (0, denominator)  # as the figure has them: `verify` compares


def test_a_quarter_counts_from_itself_by_the_pace_of_whole_years() -> None:
    march = date(2022, 3, 31)
    plan = Plan({SCOPE: {YEARS[2022]: Decimal(45)}}, frozenset(YEARS.values()))
    told = figures({YEARS[2020]: (106, 1000), YEARS[2021]: (310, 1000), march: (330, 1000)})
    (row,) = trajectory(told, plan, march).to_pylist()
    assert (row["months"], row["next_missing"], row["pace_needed"]) == (9, 120, Decimal("13.33"))
    assert (row["pace_so_far"], row["points"], row["met_on"]) == (Decimal("17.00"), 2, date(2022, 11, 30))


@given(st.integers(0, 5000), st.integers(1, 5000), st.decimals(0, 100, places=2))
def test_the_fewest_people_that_meet_a_target(numerator: int, denominator: int, target: Decimal) -> None:
    missing = people_missing(numerator, denominator, target)
    assert (numerator + missing) * 100 >= target * denominator
    assert missing == 0 or (numerator + missing - 1) * 100 < target * denominator


@pytest.mark.parametrize(
    ("earlier", "later", "months"),
    [(date(2021, 12, 31), date(2022, 12, 31), 12), (date(2021, 9, 30), date(2021, 12, 31), 3)],
)
def test_months(earlier: date, later: date, months: int) -> None:
    assert months_between(earlier, later) == months


def student(t: float, degrees: int) -> float:
    """The distribution function, by Simpson's rule over the density."""
    scale = exp(lgamma((degrees + 1) / 2) - lgamma(degrees / 2)) / sqrt(degrees * pi)
    steps = 2000
    heights = [scale * exp(-(degrees + 1) / 2 * log(1 + (t * i / steps) ** 2 / degrees)) for i in range(steps + 1)]
    return 0.5 + t / steps / 3 * (heights[0] + heights[-1] + 4 * sum(heights[1:-1:2]) + 2 * sum(heights[2:-1:2]))


def test_quantiles_leave_a_tenth_above() -> None:
    for degrees, quantile in enumerate(T, 1):
        assert student(float(quantile), degrees) == pytest.approx(0.9, abs=2e-5), degrees
    assert NormalDist().cdf(float(NORMAL)) == pytest.approx(0.9, abs=1e-5)


@given(st.lists(st.integers(0, 1000), min_size=3, max_size=12))
def test_the_line_is_that_of_least_squares(shares: list[int]) -> None:
    months, values = [12 * year for year in range(len(shares))], [share / 10 for share in shares]
    found = project(
        [(month, Fraction(share, 10)) for month, share in zip(months, shares, strict=True)], 12 * len(shares)
    )
    slope, start = linear_regression(months, values)
    expected = min(max(start + slope * 12 * len(shares), 0), 100)
    assert float(found.value) == pytest.approx(expected, abs=0.0051)
    assert 0 <= found.low <= found.value <= found.high <= 100


def test_a_scope_of_the_installation_is_told_as_known(tmp_path: Path) -> None:
    """A school of 100 with 2 involved: the kind and the town owe 28 more for 30 %, 43 for 45 %."""
    with installation(tmp_path / "home") as home:
        write(home.settings.inbox / "NSH-S007/a.xlsx", submission())
        take(home, moscow("2022-01-10 12:00"))
        with home.reading() as connection:
            seq = known_by(connection, None)
            rows = {row["scope_code"]: row for row in trajectory_known(connection, seq).to_pylist()}
            assert trajectory_known(connection, 1).num_rows == 0
    assert rows.keys() == {"NSH/ОУ", "NSH/УДО", "NSH"}
    for code in ("NSH/ОУ", "NSH"):
        assert [rows[code][name] for name in ("numerator", "missing", "next_missing", "status")] == [
            2,
            28,
            43,
            "provisional",
        ]
    assert (rows["NSH/УДО"]["numerator"], rows["NSH/УДО"]["target"]) == (None, Decimal("30.00"))
