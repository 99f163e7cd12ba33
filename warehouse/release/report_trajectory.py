"""The section of the report about the way to the targets."""

from __future__ import annotations

from typing import Any, NamedTuple

from warehouse.release.contents import REPORTED_KPI, Contents
from warehouse.release.overview import Overview, title_of


class Way(NamedTuple):
    """The way of one scope to its targets."""

    title: str
    row: dict[str, Any]
    is_top: bool  # of everything the release covers


def ways_of(overview: Overview) -> list[Way]:
    """Give the ways of the reported indicator: the whole first, then the others by their codes.

    Of several municipalities the kinds within each are left to the workbook.
    """
    contents: Contents = overview.contents
    rows = [row for row in contents.trajectory.to_pylist() if row["indicator"] == REPORTED_KPI]
    rows = [row for row in rows if row["scope_type"] != "kind"] if overview.folded else rows
    rows.sort(key=lambda row: (row["scope_code"] != overview.top.code, row["scope_code"]))
    return [
        Way(title_of(contents, row["scope_type"], row["scope_code"]), row, row["scope_code"] == overview.top.code)
        for row in rows
    ]
