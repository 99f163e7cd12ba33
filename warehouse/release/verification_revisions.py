"""The proof of revisions.csv: the parts of a figure lead from the value before to that of this release."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from pathlib import Path
from typing import Any

import pyarrow as pa

from warehouse.indicators.projection import rounded
from warehouse.release.contents import KEY, REVISION_KEY, REVISIONS
from warehouse.release.verification_parts import read_part
from warehouse.revisions.causes import CAUSES

NAME = "revisions.csv"
Row = Mapping[str, Any]


def check_revisions(folder: Path, figures: pa.Table) -> Iterator[str]:
    """Give what disagrees in revisions.csv with itself and with the figures, in Russian."""
    try:
        rows = read_part(folder / NAME, REVISIONS).to_pylist()
    except (OSError, pa.ArrowException):
        yield f"{NAME}: не читается."
        return
    if [_key(row) for row in rows] != sorted({_key(row) for row in rows}):
        yield f"{NAME}: строки не по порядку или повторяются."
    known = {tuple(row[name] for name in KEY): row for row in figures.to_pylist()}
    for key, parts in groupby(rows, key=lambda row: tuple(row[name] for name in KEY)):
        where = ", ".join(map(str, key[1:]))
        yield from (f"{NAME}, {where}: {fault}" for fault in _faults(list(parts), known.get(key, {})))


def _key(row: Row) -> tuple[str, ...]:
    return tuple(str(row[name]) for name in REVISION_KEY)


def _faults(parts: list[Row], figure: Row) -> Iterator[str]:
    if any(part["cause"] not in CAUSES for part in parts):
        yield "неизвестная причина."
    if any(not part["numerator_change"] and not part["denominator_change"] for part in parts):
        yield "часть, которая ничего не изменила."
    if any(part["value_after"] != figure.get("value") for part in parts):
        yield "value_after не то, что в kpi.csv."
    numerator = (figure.get("numerator") or Decimal(0)) - sum(part["numerator_change"] for part in parts)
    denominator = (figure.get("denominator") or 0) - sum(part["denominator_change"] for part in parts)
    before = {part["value_before"] for part in parts}
    # Empty too where the numerator was absent, which its parts do not tell from a zero.
    if before != {None} and (not denominator or before != {rounded(Fraction(100 * Fraction(numerator), denominator))}):
        yield "value_before не следует из показателя и частей его изменения."
