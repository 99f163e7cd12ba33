"""The series: every indicator over every scope and date, as known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import partial

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from warehouse.indicators.counts import SCOPE, STUDENTS, Ask, Counts, counted
from warehouse.indicators.definitions import Definitions, Indicator, Measure, by_version, definitions
from warehouse.indicators.knowledge import Knowledge
from warehouse.indicators.scopes import Roster, roster
from warehouse.ledger import in_force
from warehouse.loading import fetch
from warehouse.reference import known_reference
from warehouse.release.contents import FIGURES, FINAL, PERCENT, PROVISIONAL

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
    parts = [
        part
        for version, held in by_version(dates, definition, newest).items()
        for part in figures_over(
            partial(fetch, connection),
            _only(definitions(version), indicators),
            roster(connection, known, held, boundaries),
        )
    ]
    return in_order(parts)


def _only(chosen: Definitions, codes: tuple[str, ...]) -> Definitions:
    kept = tuple(one for one in chosen.indicators if one.code in codes)
    return replace(chosen, indicators=kept) if codes else chosen


Part = tuple[Indicator, pa.Table]  # the figures of one indicator of one version, sorted by scope and date


def figures_over(ask: Ask, chosen: Definitions, relations: Roster) -> list[Part]:
    """Compute the figures of each indicator of one version over relations."""
    counts = counted(ask, chosen, relations)
    targets = _targets(ask, relations.known.register)
    coverage = _coverage(counts, chosen)
    within = {scopes: counts.within(scopes) for scopes in {one.scopes for one in chosen.indicators}}
    places = {scopes: _places(mine.scopes) for scopes, mine in within.items()}
    return [
        (one, _typed(_figures(one, chosen, within[one.scopes], targets, coverage), one, places[one.scopes]))
        for one in chosen.indicators
    ]


def _places(scopes: pd.DataFrame) -> pa.Table:
    """The columns that tell where and when figures are, and how whole they are."""
    final = pa.array((scopes["expected"] == scopes["reported"]).to_numpy())
    columns = {name: pa.array(scopes.index.get_level_values(name), FIGURES.field(name).type) for name in SCOPE}
    return pa.table(columns | {"status": pc.if_else(final, FINAL, PROVISIONAL)})


def in_order(parts: Iterable[Part]) -> pa.Table:
    """Put the figures of indicators together in the order of their key, without a copy of their rows."""
    ordered = sorted(parts, key=lambda part: (part[0].code, part[0].definition))
    return pa.concat_tables([FIGURES.empty_table(), *(rows for _, rows in ordered)])


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
    targets, untold = _targets(partial(fetch, connection), known.register), pd.Series(np.nan, place)
    figures = _figures(indicator, chosen, counts, targets, untold)
    return _typed(figures, indicator, _places(counts.scopes)).to_pylist()[0]


def _targets(ask: Ask, seq: int) -> pd.DataFrame:
    known = known_reference("targets", seq)
    columns = ("indicator", *SCOPE, "target_percent")
    rows = ask(sa.select(*(known.c[name] for name in columns))).to_pandas(date_as_object=True)
    return rows.set_index(["indicator", *SCOPE]).astype("float64")


def _number(measure: Measure | None, chosen: Definitions) -> str | None:
    return None if measure is None else f"m{chosen.measures.index(measure)}"


def _figures(
    indicator: Indicator, chosen: Definitions, counts: Counts, targets: pd.DataFrame, coverage: pd.Series
) -> pd.DataFrame:
    """The figures of one indicator; whole counts as floats, shares as whole hundredths of a per cent."""
    scopes, measured = counts.scopes, counts.measures
    frame = pd.DataFrame(index=scopes.index)
    frame["numerator"] = measured[_number(indicator.numerator, chosen)]
    denominator = _number(indicator.denominator, chosen)
    frame["denominator"] = measured[denominator] if denominator else np.nan
    frame["value"] = hundredths(frame["numerator"], frame["denominator"])
    frame["expected"], frame["reported"] = scopes["expected"], scopes["reported"]
    _add_target(frame, indicator, targets)
    frame["coverage_students"] = coverage
    _add_bounds(frame, indicator, chosen, counts.missing)
    return frame


def hundredths(numerator: pd.Series, denominator: pd.Series) -> pd.Series:
    """numerator ÷ denominator × 100, half up to two decimals, in whole hundredths; nothing over zero or nothing.

    Exact: 2 × 10⁴ × numerator stays below 2⁵³ for any count of people.
    """
    over = denominator.where(denominator > 0)
    return (2 * 100 * HUNDREDTHS * numerator + over) // (2 * over)


def _add_target(frame: pd.DataFrame, indicator: Indicator, targets: pd.DataFrame) -> None:
    """A target is met on the exact ratio: numerator × 100 ≥ target × denominator, in integers of hundredths."""
    if indicator.code not in targets.index.get_level_values("indicator"):
        frame["target"], frame["meets_target"] = np.nan, pd.array([pd.NA], "boolean").repeat(len(frame))
        return
    percent = targets.xs(indicator.code)["target_percent"].reindex(frame.index)
    frame["target"] = (percent * HUNDREDTHS).round()
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
    open_ = (frame["expected"] != frame["reported"]) & (missing["unknown"] == 0)
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


def _typed(frame: pd.DataFrame, indicator: Indicator, places: pa.Table) -> pa.Table:
    """Give the figures of one indicator their key, status and types."""
    key = {"release": "", "indicator": indicator.code, "definition": indicator.definition}
    columns: dict[str, pa.Array] = {name: pa.repeat(told, len(frame)) for name, told in key.items()}
    columns |= {name: places[name] for name in places.column_names}
    for field in FIGURES:
        if field.name in columns:
            continue
        values = frame[field.name]
        if pa.types.is_decimal(field.type):
            columns[field.name] = exact_decimals(values * 10**4 if field.name == "numerator" else values, field.type)
        elif pa.types.is_integer(field.type):
            columns[field.name] = pa.array(values.to_numpy("float64"), from_pandas=True).cast(field.type)
        else:
            columns[field.name] = pa.array(values, type=field.type, from_pandas=True)
    return pa.table({name: columns[name] for name in FIGURES.names}, schema=FIGURES)
