"""The way to the targets: who is still missing, the pace needed and the pace so far, a projection.

Everything follows from the figures of the reporting dates and from the targets and the calendar as known. The pace
and the next target are reckoned on the denominator of the date asked about: how many will be enrolled is not known.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from warehouse.indicators.knowledge import Knowledge
from warehouse.indicators.projection import project, rounded
from warehouse.indicators.series import reporting_dates, series
from warehouse.register.reference import known_reference
from warehouse.release.contents import KEY, TRAJECTORY

ANNUAL = "annual"
MONTHS = 12
FARTHEST = 1200  # months: a target met later than in a hundred years is not met at this pace

Scope = tuple[str, str, str]  # indicator, scope type, scope code
Row = dict[str, Any]


@dataclass(frozen=True)
class Plan:
    """What is to be reached, and which dates tell whole years, as known."""

    targets: Mapping[Scope, Mapping[date, Decimal]]
    annual: frozenset[date]


def plan_known(connection: sa.Connection, seq: int) -> Plan:
    """Return the targets and the annual reporting dates known at a journal number."""
    rows = known_reference("targets", seq)
    columns = [rows.c[name] for name in ("indicator", "scope_type", "scope_code", "as_of", "target_percent")]
    targets: dict[Scope, dict[date, Decimal]] = {}
    for indicator, scope_type, scope_code, as_of, target in connection.execute(sa.select(*columns)):
        targets.setdefault((indicator, scope_type, scope_code), {})[as_of] = target
    dates = known_reference("reporting_dates", seq)
    annual = connection.execute(sa.select(dates.c.as_of).where(dates.c.kind == ANNUAL)).scalars()
    return Plan(targets, frozenset(annual))


def trajectory_known(connection: sa.Connection, seq: int, as_of: date | None = None) -> pa.Table:
    """Compute the trajectory on a reporting date, the newest with a submission for None, as known."""
    plan = plan_known(connection, seq)
    dates = reporting_dates(connection, seq, as_of)
    if as_of is None and not dates:
        return TRAJECTORY.empty_table()
    at = as_of or dates[-1]
    return trajectory(series(connection, Knowledge.at(seq), dates=tuple(sorted({*dates, at}))), plan, at)


def trajectory(figures: pa.Table, plan: Plan, as_of: date) -> pa.Table:
    """Return the way to the targets (`TRAJECTORY`) from a date, a row for each scope that has one then or later.

    `figures` are of that date and those before it.
    """
    told: dict[Scope, dict[date, Row]] = {}
    for row in figures.to_pylist():
        scope = (row["indicator"], row["scope_type"], row["scope_code"])
        if scope in plan.targets and row["as_of"] <= as_of:
            told.setdefault(scope, {})[row["as_of"]] = row
    rows = [
        _way(figure, plan.targets[scope], {when: by_date[when] for when in sorted(by_date) if when in plan.annual})
        for scope, by_date in told.items()
        if (figure := by_date.get(as_of)) is not None and max(plan.targets[scope]) >= as_of
    ]
    return pa.Table.from_pylist(rows, TRAJECTORY).sort_by([(name, "ascending") for name in KEY])


def _way(figure: Row, targets: Mapping[date, Decimal], years: Mapping[date, Row]) -> Row:
    as_of, denominator = figure["as_of"], figure["denominator"]
    later = min((when for when in targets if when > as_of), default=None)
    row = {name: figure[name] for name in (*KEY, "denominator", "value", "status")}
    row |= {"target": targets.get(as_of), "next_as_of": later, "next_target": targets[later] if later else None}
    row["months"] = months_between(as_of, later) if later else None
    numerator = row["numerator"] = None if figure["numerator"] is None else int(figure["numerator"])
    if numerator is None or not denominator:
        return row
    row["missing"] = people_missing(numerator, denominator, targets.get(as_of))
    row["next_missing"] = people_missing(numerator, denominator, row["next_target"])
    pace = _pace(years)
    row["pace_so_far"] = None if pace is None else rounded(pace)
    if later and row["months"]:
        row["pace_needed"] = rounded(Fraction(row["next_missing"], row["months"]))
        row |= _projected(years, later)
    row["met_on"] = _met_on(as_of, row["next_missing"] if later else row["missing"], pace)
    return row


def people_missing(numerator: int, denominator: int, target: Decimal | None) -> int | None:
    """Return the smallest n with (numerator + n) × 100 ≥ target × denominator; None without a target."""
    if target is None:
        return None
    return max(0, ceil(Fraction(target) * denominator / 100) - numerator)


def months_between(earlier: date, later: date) -> int:
    """Count calendar months: reporting dates are ends of months."""
    return (later.year - earlier.year) * MONTHS + later.month - earlier.month


def _shares(years: Mapping[date, Row]) -> list[tuple[int, Fraction]]:
    return [
        (when.year * MONTHS + when.month, Fraction(row["numerator"]) * 100 / row["denominator"])
        for when, row in years.items()
        if row["denominator"] and row["numerator"] is not None
    ]


def _pace(years: Mapping[date, Row]) -> Fraction | None:
    """People a month between the last two annual dates that were counted."""
    counted = [(when, row["numerator"]) for when, row in years.items() if row["numerator"] is not None]
    if len(counted) < 2 or not (months := months_between(counted[-2][0], counted[-1][0])):
        return None
    return Fraction(counted[-1][1] - counted[-2][1]) / months


def _projected(years: Mapping[date, Row], later: date) -> Row:
    found = project(_shares(years), later.year * MONTHS + later.month)
    if found is None:
        return {}
    row = {"method": found.method, "points": found.points, "projected": found.value}
    return row | {"projected_low": found.low, "projected_high": found.high}


def _met_on(as_of: date, missing: int | None, pace: Fraction | None) -> date | None:
    """The end of the month in which nobody is missing any more at this pace; the date itself where nobody is."""
    if missing is None or (missing and (pace is None or pace <= 0)):
        return None
    months = ceil(missing / pace) if missing and pace else 0
    if months > FARTHEST:
        return None
    if not months:
        return as_of
    year, month = divmod(as_of.year * MONTHS + as_of.month - 1 + months, MONTHS)
    return date(year, month + 1, calendar.monthrange(year, month + 1)[1])
