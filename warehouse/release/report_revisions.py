"""What changed since the release before, and why: the rows of the report's section and of the workbook's sheet."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from warehouse.release.contents import KEY, REPORTED_KPI
from warehouse.release.overview import Overview, title_of
from warehouse.revisions.causes import CAUSES

MOST_ROWS = 200  # institutions on the page; the rest are in revisions.csv
FIGURE = KEY[1:]
Row = dict[str, Any]


class Part(NamedTuple):
    """What one cause added."""

    cause: str  # in words
    numerator: Decimal
    denominator: int


class Revised(NamedTuple):
    """One figure that changed."""

    title: str
    scope_type: str
    as_of: date
    before: Decimal | None
    after: Decimal | None
    parts: tuple[Part, ...]

    @property
    def numerator(self) -> Decimal:
        return sum((part.numerator for part in self.parts), Decimal(0))

    @property
    def denominator(self) -> int:
        return sum(part.denominator for part in self.parts)


class Revisions(NamedTuple):
    """The reported indicator's changes, of scopes and of institutions, and how many other figures changed."""

    scopes: list[Revised]
    institutions: list[Revised]
    left_out: int  # rows of institutions that the page has no room for
    others: int


def in_order(revisions: pa.Table) -> list[Row]:
    """Return revisions figure by figure, the causes of each in the order of their exchange."""
    order = list(CAUSES).index
    rows = revisions.to_pylist()
    return sorted(rows, key=lambda row: (*(row[name] for name in FIGURE), order(row["cause"])))


def revisions_of(overview: Overview) -> Revisions:
    """Give what the report tells of the changes."""
    table = overview.contents.revisions
    reported = table.filter(pc.equal(table["indicator"], REPORTED_KPI))
    changed = [_revised(overview, list(rows)) for _, rows in groupby(in_order(reported), key=_figure)]
    shown = {(scope.type, scope.code): place for place, scope in enumerate((overview.top, *overview.parts))}
    others = {_figure(row) for row in table.to_pylist() if row["indicator"] != REPORTED_KPI}
    scopes = [(shown[key], one) for key, one in changed if key in shown]
    institutions = [one for (scope_type, _), one in changed if scope_type == "institution"]
    return Revisions(
        [one for _, one in sorted(scopes, key=lambda item: (item[0], item[1].as_of))],
        sorted(institutions, key=lambda one: (one.as_of, one.title))[:MOST_ROWS],
        max(0, len(institutions) - MOST_ROWS),
        len(others),
    )


def _figure(row: Row) -> tuple:
    return tuple(row[name] for name in FIGURE)


def _revised(overview: Overview, rows: Iterable[Row]) -> tuple[tuple[str, str], Revised]:
    first, *_ = rows
    scope = first["scope_type"], first["scope_code"]
    parts = tuple(Part(CAUSES[r["cause"]], r["numerator_change"], r["denominator_change"]) for r in rows)
    title = title_of(overview.contents, *scope)
    return scope, Revised(title, scope[0], first["as_of"], first["value_before"], first["value_after"], parts)
