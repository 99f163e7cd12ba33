"""Figures made of counts: an indicator is a numerator over a denominator, on every scope and date at once.

Whole counts are floats, which are exact below 2⁵³; shares are whole hundredths of a per cent; NaN is nothing told.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import partial
from typing import overload

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from warehouse.indicators.counts import SCOPE, STUDENTS, Ask, Counts
from warehouse.indicators.definitions import Definitions, Indicator, Measure, definitions
from warehouse.indicators.knowledge import Knowledge
from warehouse.register.reference import known_reference
from warehouse.release.contents import FIGURES, FINAL, PERCENT, PROVISIONAL
from warehouse.storage.loading import fetch

HUNDREDTHS = 100
NUMERATOR_UNITS = 10**4
Part = tuple[Indicator, pa.Table]  # the figures of one indicator of one version, sorted by scope and date


def figures_of(ask: Ask, chosen: Definitions, counts: Counts, known: Knowledge) -> list[Part]:
    """Make the figures of each indicator of one version of its counts."""
    targets = _targets(ask, known.register)
    within = {scopes: _Scopes.of(counts.within(scopes), chosen) for scopes in {one.scopes for one in chosen.indicators}}
    return [(one, _figures(one, within[one.scopes], targets)) for one in chosen.indicators]


def figure_of(
    connection: sa.Connection, known: Knowledge, indicator: Indicator, scope: tuple[str, str], as_of: date,
    counted: tuple[Decimal | None, Decimal | None], institutions: tuple[int, int],
) -> dict:  # fmt: skip
    """Make one figure of a numerator and denominator got in another way; neither its coverage nor its bounds.

    `institutions` are those expected and those that reported.
    """
    chosen = replace(definitions(indicator.definition), indicators=(indicator,))
    place = pd.MultiIndex.from_tuples([(*scope, as_of)], names=SCOPE)
    names = [_number(measure, chosen) for measure in (indicator.numerator, indicator.denominator)]
    measures = {name: value for name, value in zip(names, counted, strict=True) if name is not None}
    counts = Counts(
        pd.DataFrame(measures, place, dtype="float64"),
        pd.DataFrame([institutions], place, ["expected", "reported"], dtype="float64"),
        pd.DataFrame(np.nan, place, ["unknown", *(_number(measure, chosen) for measure in chosen.measures)]),
    )
    targets = _targets(partial(fetch, connection), known.register)
    return _figures(indicator, _Scopes.of(counts, chosen, coverage=False), targets).to_pylist()[0]


def _targets(ask: Ask, seq: int) -> dict[str, pd.Series]:
    """The targets of each indicator that has any, in per cent by scope and date."""
    known = known_reference("targets", seq)
    columns = ("indicator", *SCOPE, "target_percent")
    rows = ask(sa.select(*(known.c[name] for name in columns))).to_pandas(date_as_object=True)
    by_scope = rows.set_index(SCOPE).astype({"target_percent": "float64"})
    return {str(code): of_one["target_percent"] for code, of_one in by_scope.groupby("indicator")}


def _number(measure: Measure | None, chosen: Definitions) -> str | None:
    return None if measure is None else f"m{chosen.measures.index(measure)}"


@dataclass(frozen=True)
class _Scopes:
    """The counts of some scopes as arrays; `alike` has the columns that all indicators share, typed once."""

    index: pd.Index
    chosen: Definitions
    measures: dict[str, np.ndarray]
    missing: dict[str, np.ndarray]
    open: np.ndarray  # somebody is missing, and everybody who is once told their enrolment
    alike: dict[str, pa.Array]

    @classmethod
    def of(cls, counts: Counts, chosen: Definitions, *, coverage: bool = True) -> _Scopes:
        measures, missing = _arrays(counts.measures), _arrays(counts.missing)
        expected, reported = (counts.scopes[name].to_numpy() for name in ("expected", "reported"))
        index = counts.scopes.index
        alike = {name: pa.array(index.get_level_values(name), FIGURES.field(name).type) for name in SCOPE}
        alike["status"] = pc.if_else(pa.array(expected == reported), FINAL, PROVISIONAL)
        alike |= {"expected": _typed("expected", expected), "reported": _typed("reported", reported)}
        if coverage:
            alike["coverage_students"] = _typed("coverage_students", _coverage(measures, missing, chosen))
        return cls(index, chosen, measures, missing, (expected != reported) & (missing["unknown"] == 0), alike)


def _arrays(frame: pd.DataFrame) -> dict[str, np.ndarray]:
    return dict(zip(map(str, frame.columns), frame.to_numpy().T, strict=True))


def _figures(indicator: Indicator, scopes: _Scopes, targets: dict[str, pd.Series]) -> pa.Table:
    """The figures of one indicator; a column that is not told of is nothing throughout."""
    over = scopes.measures[_number(indicator.numerator, scopes.chosen) or ""]
    made = {"numerator": over}
    if (denominator := _number(indicator.denominator, scopes.chosen)) is not None:
        under = scopes.measures[denominator]
        made |= {"denominator": under, "value": hundredths(over, under)}
        made |= _target(indicator, scopes, made, targets) | _bounds(indicator, scopes, over, under)
    key = {"release": "", "indicator": indicator.code, "definition": indicator.definition}
    columns = scopes.alike | {name: pa.repeat(told, len(over)) for name, told in key.items()}
    columns |= {name: _typed(name, values) for name, values in made.items()}
    told = [columns[one.name] if one.name in columns else pa.nulls(len(over), one.type) for one in FIGURES]
    return pa.table(told, schema=FIGURES)


@overload
def hundredths(numerator: pd.Series, denominator: pd.Series) -> pd.Series: ...
@overload
def hundredths(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray: ...
def hundredths(numerator, denominator):  # type: ignore[no-untyped-def]
    """numerator ÷ denominator × 100, half up to two decimals, in whole hundredths; nothing over zero or nothing.

    Exact: 2 × 10⁴ × numerator stays below 2⁵³ for any count of people.
    """
    over = denominator + np.where(denominator > 0, 0.0, np.nan)
    return (2 * 100 * HUNDREDTHS * numerator + over) // (2 * over)


def _target(indicator: Indicator, scopes: _Scopes, made: dict[str, np.ndarray], targets: dict[str, pd.Series]) -> dict:
    """A target is met on the exact ratio: numerator × 100 ≥ target × denominator, in integers of hundredths."""
    if indicator.code not in targets:
        return {}
    percent = targets[indicator.code].reindex(scopes.index).to_numpy()
    target = (percent * HUNDREDTHS).round()
    met = made["numerator"] * 100 * HUNDREDTHS >= target * made["denominator"]
    judged = ~np.isnan(target) & ~np.isnan(made["value"])
    return {"target": target, "meets_target": np.where(judged, met, np.nan)}


def _coverage(measures: dict[str, np.ndarray], missing: dict[str, np.ndarray], chosen: Definitions) -> np.ndarray:
    """The share of students whose institution reported; unknown while a missing one never told its enrolment."""
    students = _number(Measure(STUDENTS), chosen) or ""
    told = np.nan_to_num(measures[students])
    return np.where(missing["unknown"] == 0, hundredths(told, told + missing[students]), np.nan)


def _bounds(indicator: Indicator, scopes: _Scopes, over: np.ndarray, under: np.ndarray) -> dict[str, np.ndarray]:
    """What the value could become: nobody, or everybody, of the missing institutions' last known enrolment."""
    if indicator.unit != PERCENT or indicator.denominator is None or indicator.denominator.source != STUDENTS:
        return {}
    absent = scopes.missing[_number(indicator.denominator, scopes.chosen) or ""]
    # A club's children count in the numerator even where its enrolment does not in the denominator.
    everybody = scopes.missing[_number(indicator.denominator.of_any_kind, scopes.chosen) or ""]
    told, whole = np.nan_to_num(over), np.nan_to_num(under) + absent
    bounds = {"low": hundredths(told, whole), "high": hundredths(told + everybody, whole)}
    return {name: np.where(scopes.open, bound, np.nan) for name, bound in bounds.items()}


def exact_decimals(units: pd.Series | np.ndarray, kind: pa.DataType) -> pa.Array:
    """Turn whole numbers of 10⁻ˢᶜᵃˡᵉ into exact decimals: their 128-bit integers are laid down as they are."""
    values = np.asarray(units, dtype="float64")
    missing = np.isnan(values)
    whole = np.where(missing, 0, np.rint(values)).astype("int64")
    words = np.stack([whole, whole >> 63], axis=1)
    validity = pa.array(~missing).buffers()[1]
    return pa.Array.from_buffers(kind, len(whole), [validity, pa.py_buffer(words.tobytes())])


def _typed(name: str, values: np.ndarray) -> pa.Array:
    """Give the values of a column of figures its type."""
    kind = FIGURES.field(name).type
    if pa.types.is_decimal(kind):
        return exact_decimals(values * NUMERATOR_UNITS if name == "numerator" else values, kind)
    missing = np.isnan(values)
    return pa.array(np.where(missing, 0, values).astype("int64"), mask=missing).cast(kind)
