"""The series: every indicator over every scope and date, as known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import sqlalchemy as sa

from warehouse.indicators.counts import SCOPE, STUDENTS, Counts, count
from warehouse.indicators.definitions import Definitions, Indicator, Measure, by_version, definitions
from warehouse.indicators.knowledge import Knowledge
from warehouse.ledger import in_force
from warehouse.reference import known_reference
from warehouse.release.contents import FIGURES, FINAL, KEY, PERCENT, PROVISIONAL

HUNDREDTHS = 100


def reporting_dates(connection: sa.Connection, seq: int, until: date | None = None) -> tuple[date, ...]:
    """Return the reporting dates with a delivery in force, oldest first, none after `until`."""
    now = in_force(seq)
    statement = sa.select(now.c.as_of).distinct().order_by(now.c.as_of)
    if until is not None:
        statement = statement.where(now.c.as_of <= until)
    return tuple(connection.execute(statement).scalars())


def boundaries_of(connection: sa.Connection, seq: int, as_of: date | None = None) -> date | None:
    """Return the day whose boundaries are today's: the newest date with a submission, or a later one asked about."""
    return max([*reporting_dates(connection, seq), *([as_of] if as_of else [])], default=None)


def series(
    connection: sa.Connection, seq: int | Knowledge, as_of: date | None = None, definition: str | None = None,
    dates: tuple[date, ...] | None = None, boundaries: date | None = None, newest: str | None = None,
    indicators: tuple[str, ...] = (),
) -> pa.Table:  # fmt: skip
    """Compute the figures (`FIGURES`, release empty), sorted by their key.

    For one date, for `dates`, or for every reporting date with a submission; as known at journal number `seq`.
    Institutions are counted as they were, or on the boundaries of a day (`warehouse/indicators/boundaries.py`).
    Under `definition`, or each date under the version that holds on it, `newest` being the last one there was.
    All indicators, or those named.
    """
    known = seq if isinstance(seq, Knowledge) else Knowledge.at(seq)
    dates = (as_of,) if as_of else dates if dates is not None else reporting_dates(connection, known.submissions)
    frames = [
        _under(_only(definitions(version), indicators), connection, known, held, boundaries)
        for version, held in by_version(dates, definition, newest).items()
    ]
    return _typed(pd.concat(frames, ignore_index=True)) if frames else FIGURES.empty_table()


def _only(chosen: Definitions, codes: tuple[str, ...]) -> Definitions:
    kept = tuple(one for one in chosen.indicators if one.code in codes)
    return replace(chosen, indicators=kept) if codes else chosen


def _under(
    chosen: Definitions, connection: sa.Connection, known: Knowledge, dates: tuple[date, ...],
    boundaries: date | None,
) -> pd.DataFrame:  # fmt: skip
    """The figures of the dates counted under one version."""
    counts = count(connection, chosen, known, dates, boundaries)
    targets = _targets(connection, known.register)
    coverage = _coverage(counts, chosen)
    return pd.concat([_figures(i, chosen, counts, targets, coverage) for i in chosen.indicators], ignore_index=True)


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
    targets, untold = _targets(connection, known.register), pd.Series(np.nan, place)
    return _typed(_figures(indicator, chosen, counts, targets, untold)).to_pylist()[0]


def _targets(connection: sa.Connection, seq: int) -> pd.DataFrame:
    known = known_reference("targets", seq)
    columns = ("indicator", "scope_type", "scope_code", "as_of", "target_percent")
    rows = connection.execute(sa.select(*(known.c[name] for name in columns))).all()
    return pd.DataFrame(rows, columns=columns).set_index(["indicator", *SCOPE])


def _number(measure: Measure | None, chosen: Definitions) -> str | None:
    return None if measure is None else f"m{chosen.measures.index(measure)}"


def _figures(
    indicator: Indicator, chosen: Definitions, counts: Counts, targets: pd.DataFrame, coverage: pd.Series
) -> pd.DataFrame:
    """The figures of one indicator; whole counts as floats, shares as whole hundredths of a per cent."""
    scopes = counts.scopes[counts.scopes.index.get_level_values("scope_type").isin(indicator.scopes)]
    measured, missing = counts.measures.reindex(scopes.index), counts.missing.reindex(scopes.index)
    frame = pd.DataFrame(index=scopes.index)
    frame["numerator"] = measured[_number(indicator.numerator, chosen)]
    denominator = _number(indicator.denominator, chosen)
    frame["denominator"] = measured[denominator] if denominator else np.nan
    frame["value"] = hundredths(frame["numerator"], frame["denominator"])
    frame["expected"], frame["reported"] = scopes["expected"], scopes["reported"]
    frame["status"] = np.where(scopes["expected"] == scopes["reported"], FINAL, PROVISIONAL)
    _add_target(frame, indicator, targets)
    frame["coverage_students"] = coverage.reindex(scopes.index)
    _add_bounds(frame, indicator, chosen, missing)
    return frame.reset_index().assign(indicator=indicator.code, definition=indicator.definition, release="")


def hundredths(numerator: pd.Series, denominator: pd.Series) -> pd.Series:
    """numerator ÷ denominator × 100, half up to two decimals, in whole hundredths; nothing over zero or nothing.

    Exact: 2 × 10⁴ × numerator stays below 2⁵³ for any count of people.
    """
    over = denominator.where(denominator > 0)
    return (2 * 100 * HUNDREDTHS * numerator + over) // (2 * over)


def _add_target(frame: pd.DataFrame, indicator: Indicator, targets: pd.DataFrame) -> None:
    """A target is met on the exact ratio: numerator × 100 ≥ target × denominator, in integers of hundredths."""
    of_indicator = targets[targets.index.get_level_values("indicator") == indicator.code].droplevel("indicator")
    percent = of_indicator["target_percent"].reindex(frame.index)
    frame["target"] = (percent.astype("float64") * HUNDREDTHS).round()
    judged = frame["target"].notna() & frame["value"].notna()
    met = frame["numerator"] * 100 * HUNDREDTHS >= frame["target"] * frame["denominator"]
    frame["meets_target"] = met.astype("boolean").where(judged)


def _coverage(counts: Counts, chosen: Definitions) -> pd.Series:
    """The share of students whose institution reported; unknown while a missing one never told its enrolment."""
    all_students = _number(Measure(STUDENTS), chosen)
    told = counts.measures[all_students].fillna(0)
    whole = told + counts.missing[all_students]
    return hundredths(told, whole).where(counts.missing["unknown"] == 0)


def _add_bounds(frame: pd.DataFrame, indicator: Indicator, chosen: Definitions, missing: pd.DataFrame) -> None:
    """What the value could become: nobody, or everybody, of the missing institutions' last known enrolment."""
    frame["low"] = frame["high"] = np.nan
    if indicator.unit != PERCENT or indicator.denominator is None or indicator.denominator.source != STUDENTS:
        return
    open_ = (frame["status"] == PROVISIONAL) & (missing["unknown"] == 0)
    absent = missing[_number(indicator.denominator, chosen)]
    # A club's children count in the numerator even where its enrolment does not in the denominator.
    everybody = missing[_number(indicator.denominator.of_any_kind, chosen)]
    told, whole = frame["numerator"].fillna(0), frame["denominator"].fillna(0) + absent
    frame["low"] = hundredths(told, whole).where(open_)
    frame["high"] = hundredths(told + everybody, whole).where(open_)


def exact_decimals(units: pd.Series, kind: pa.DataType) -> pa.Array:
    """Turn whole numbers of 10⁻ˢᶜᵃˡᵉ into exact decimals: their 128-bit integers are laid down as they are."""
    missing = units.isna().to_numpy()
    whole = units.fillna(0).round().to_numpy("float64").astype("int64")
    words = np.stack([whole, whole >> 63], axis=1)
    validity = pa.array(~missing).buffers()[1]
    return pa.Array.from_buffers(kind, len(whole), [validity, pa.py_buffer(words.tobytes())])


def _typed(frame: pd.DataFrame) -> pa.Table:
    frame = frame.sort_values(list(KEY), kind="stable")
    columns = {}
    for field in FIGURES:
        values = frame[field.name]
        if pa.types.is_decimal(field.type):
            columns[field.name] = exact_decimals(values * 10**4 if field.name == "numerator" else values, field.type)
        elif pa.types.is_integer(field.type):
            columns[field.name] = pa.array(values.to_numpy("float64"), from_pandas=True).cast(field.type)
        else:
            columns[field.name] = pa.array(values, type=field.type, from_pandas=True)
    return pa.table(columns, schema=FIGURES)
