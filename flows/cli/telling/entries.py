"""What commands about deliveries answer to programs: the same as their words, and of people nothing more."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from warehouse.findings.listing import Cells
    from warehouse.ingestion.intake import IntakeSummary
    from warehouse.preview.checking import Checked
    from warehouse.review.explained import Explained

Entry = dict[str, Any]


def intake_entry(summary: IntakeSummary, foreign: Container[str]) -> Entry:
    """Return what one run of intake did: each delivery, counts by verdict, what was left, which channels failed."""
    deliveries = [
        {
            "delivery": line.delivery,
            "institution": line.institution_code,
            "verdict": line.verdict,
            "held": line.delivery in summary.held,
            "foreign": line.delivery in foreign,
        }
        for line in summary.lines
    ]
    left = {name: getattr(summary, name) for name in ("unsettled", "odd", "unread", "strangers")}
    return {"deliveries": deliveries, "verdicts": summary.verdicts, "left": left, "faults": summary.faults}


def checked_entry(one: Checked) -> Entry:
    """Return the verdict on one file, its findings by their numbers, and what it would change."""
    findings = [
        dict(zip(("sheet", "row", "column", "rule", "severity", "message"), _cells(finding)[2:], strict=True))
        | {"number": number, "explained_on": one.explained.get(number)}
        for number, finding in enumerate(one.findings, 1)
    ]
    return {"file": one.path, "verdict": one.verdict, "findings": findings, "effect": one.effect}


def _cells(finding: Any) -> Cells:
    from warehouse.findings.listing import finding_cells

    return finding_cells("", None, finding)


def finding_entries(rows: Iterable[Cells], explained: Mapping[int, Explained], zone: ZoneInfo) -> list[Entry]:
    """Return the findings of one delivery by their numbers, with the day on which each was explained."""
    from warehouse.findings.listing import FINDINGS_HEADER

    days = {number: one.known_at.astimezone(zone).date() for number, one in explained.items()}
    return [
        dict(zip(FINDINGS_HEADER, cells, strict=True)) | {"number": number, "explained_on": days.get(number)}
        for number, cells in enumerate(rows, 1)
    ]
