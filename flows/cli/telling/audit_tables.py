"""The audit journal as a table and CSV."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from flows.cli.frame.screen import console, table

if TYPE_CHECKING:
    from warehouse.access.audit import Line

COLUMNS = ("number", "at", "actor", "action", "subject", "counts")


def show_audit(lines: list[Line], zone: ZoneInfo) -> None:
    """Show acts, oldest first, in the installation's own time."""
    rows = [
        (str(one.number), _local(one.at, zone), one.actor, one.action, one.subject, _counts(one.counts))
        for one in lines
    ]
    console().print(table("Журнал аудита", ("№", "Когда", "Кто", "Действие", "Над чем", "Сколько"), rows, right=(0,)))


def audit_csv(lines: list[Line]) -> str:
    """Return acts as CSV."""
    from warehouse.findings.listing import csv_line

    rows = ((one.number, one.at, one.actor, one.action, one.subject, _counts(one.counts)) for one in lines)
    return "".join(map(csv_line, [COLUMNS, *rows]))


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {number}" for name, number in counts.items())


def _local(at: str, zone: ZoneInfo) -> str:
    return f"{datetime.fromisoformat(at).astimezone(zone):%d.%m.%Y %H:%M:%S}"
