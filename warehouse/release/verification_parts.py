"""The proof of what a package says beside its figures: breakdowns and the way to the targets follow from each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv

from warehouse.indicators.breakdowns import OF_ENROLLED, OF_ONE_KIND, STUDENTS_IN
from warehouse.indicators.projection import rounded
from warehouse.indicators.trajectory import months_between, people_missing
from warehouse.release.contents import BREAKDOWNS, KEY, REPORTED_KPI, TRAJECTORY

DISTINCT_KPI = "students_involved_distinct"
SAME = ("numerator", "denominator", "value", "target", "status")  # of a way and of its figure
Row = Mapping[str, Any]


def read_part(path: Path, schema: pa.Schema) -> pa.Table:
    """Read a CSV of the package back; raise pa.ArrowInvalid when it is not of its schema."""
    convert = pa.csv.ConvertOptions(column_types=schema, null_values=[""], strings_can_be_null=True)
    return pa.csv.read_csv(path, convert_options=convert).cast(schema)


def check_parts(folder: Path, figures: pa.Table) -> Iterator[str]:
    """Give what disagrees in breakdowns.csv and trajectory.csv with themselves and with the figures, in Russian."""
    told = {"breakdowns.csv": (BREAKDOWNS, _breakdown_faults), "trajectory.csv": (TRAJECTORY, _way_faults)}
    known = {tuple(row[name] for name in KEY): row for row in figures.to_pylist()}
    for name, (schema, faults) in told.items():
        try:
            rows = read_part(folder / name, schema).to_pylist()
        except (OSError, pa.ArrowException):
            yield f"{name}: не читается."
            continue
        for row in rows:
            where = ", ".join(str(row[key]) for key in schema.names[1:8] if row[key] is not None)
            yield from (f"{name}, {where}: {fault}" for fault in faults(row, known))


def _breakdown_faults(row: Row, figures: Mapping[tuple, Row]) -> Iterator[str]:
    numerator, denominator = row["numerator"], row["denominator"]
    if row["measure"] != OF_ENROLLED and not 0 <= numerator <= denominator:
        yield "часть больше целого."
    if row["measure"] == STUDENTS_IN:
        indicator = REPORTED_KPI if row["scope_type"] in OF_ONE_KIND else DISTINCT_KPI
        figure = figures.get(tuple({**row, "indicator": indicator}[name] for name in KEY))
        if figure is not None and figure["numerator"] != denominator:
            yield f"denominator не равен числителю {indicator}."


def _way_faults(row: Row, figures: Mapping[tuple, Row]) -> Iterator[str]:
    figure = figures.get(tuple(row[name] for name in KEY))
    if figure is None or any(row[name] != figure[name] for name in SAME):
        yield "не та строка, что в kpi.csv."
        return
    if row["next_as_of"] and row["months"] != months_between(row["as_of"], row["next_as_of"]):
        yield "months не равно числу месяцев между датами."
    if row["numerator"] is None or not row["denominator"]:
        return
    for missing, target in (("missing", "target"), ("next_missing", "next_target")):
        if row[missing] != people_missing(row["numerator"], row["denominator"], row[target]):
            yield f"{missing} не следует из числителя, знаменателя и цели."
    if row["months"] and row["pace_needed"] != rounded(Fraction(row["next_missing"] or 0, row["months"])):
        yield "pace_needed не равно next_missing ÷ months."
