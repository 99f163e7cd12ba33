"""Where a share goes if it goes on as before: a straight line through its annual values, exact until it is rounded.

Fewer than three values give no interval: two points lie on their line whatever the next year brings.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from typing import NamedTuple

LINEAR_TREND, TWO_POINTS = "linear_trend", "two_points"
# In eight years of ten the share lies within the interval, if years scatter as before.
# Student's t, quantile 0.90, for 1, 2, 3… degrees of freedom (annual values less two); then the normal quantile.
T = (
    "3.0777 1.8856 1.6377 1.5332 1.4759 1.4398 1.4149 1.3968 1.3830 1.3722 1.3634 1.3562 1.3502 1.3450 1.3406 "
    "1.3368 1.3334 1.3304 1.3277 1.3253 1.3232 1.3212 1.3195 1.3178 1.3163 1.3150 1.3137 1.3125 1.3114 1.3104"
).split()
NORMAL = "1.2816"
EXACT = Context(prec=40)  # far beyond the two decimals shown


class Projection(NamedTuple):
    """A share expected on a date, in per cent to two decimals, within 0 and 100; the interval where there is one."""

    method: str
    points: int
    value: Decimal
    low: Decimal | None = None
    high: Decimal | None = None


def project(history: Sequence[tuple[int, Fraction]], at: int) -> Projection | None:
    """Continue (month, per cent) to the month `at` by least squares; None for fewer than two months."""
    count = len(history)
    if count < 2:
        return None
    mean_x = Fraction(sum(x for x, _ in history), count)
    mean_y = _total(y for _, y in history) / count
    spread = _total((x - mean_x) ** 2 for x, _ in history)
    slope = _total((x - mean_x) * (y - mean_y) for x, y in history) / spread
    value = mean_y + slope * (at - mean_x)
    if count == 2:
        return Projection(TWO_POINTS, count, _within(value))
    residuals = _total((y - mean_y - slope * (x - mean_x)) ** 2 for x, y in history)
    around = 1 + Fraction(1, count) + (at - mean_x) ** 2 / spread
    variance = residuals / (count - 2) * around
    half = Fraction(_root(variance)) * Fraction(T[count - 3] if count - 3 < len(T) else NORMAL)
    return Projection(LINEAR_TREND, count, _within(value), _within(value - half), _within(value + half))


def _total(parts: Iterable[Fraction]) -> Fraction:
    return sum(parts, Fraction(0))


def _root(square: Fraction) -> Decimal:
    return EXACT.sqrt(EXACT.divide(Decimal(square.numerator), Decimal(square.denominator)))


def _within(share: Fraction) -> Decimal:
    return rounded(min(max(share, Fraction(0)), Fraction(100)))


def rounded(number: Fraction) -> Decimal:
    """Round half up (away from zero) to two decimals."""
    return EXACT.divide(Decimal(number.numerator), Decimal(number.denominator)).quantize(Decimal("0.01"), ROUND_HALF_UP)
