"""Findings and figures as lines for other programs."""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pyarrow as pa
import sqlalchemy as sa

from expectations.rules.structure import Severity
from expectations.rules.wording import Finding, message_of
from warehouse.tables import table

FINDINGS_HEADER = ("delivery", "institution", "sheet", "row", "column", "rule", "severity", "message")
AT_ONCE = 500  # deliveries whose findings are held in memory together
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def findings_csv(connection: sa.Connection) -> Iterator[str]:
    """Yield the findings on every delivery known, as lines of CSV; column is the letter in Excel.

    Sorted by institution, delivery and number. A cell that a spreadsheet would take for a formula (a sheet's
    title and a folder's name come from outside) begins with an apostrophe.
    """
    yield _line(FINDINGS_HEADER)
    ledger = table("deliveries")
    known = connection.execute(sa.select(ledger.c.institution_code, ledger.c.delivery)).all()
    senders = {delivery: institution for institution, delivery in sorted(map(tuple, known))}
    deliveries = list(senders)
    for start in range(0, len(deliveries), AT_ONCE):
        some = deliveries[start : start + AT_ONCE]
        found = findings_of(connection, some)
        for delivery in some:
            yield from (_line(_cells(delivery, senders[delivery], one)) for one in found[delivery])


def findings_of(connection: sa.Connection, deliveries: list[str]) -> dict[str, list[Finding]]:
    """Return the findings of deliveries in the order of their numbers."""
    findings = table("findings")
    columns = (findings.c[name] for name in ("delivery", *Finding._fields))
    statement = sa.select(*columns).where(findings.c.delivery.in_(deliveries))
    found: dict[str, list[Finding]] = defaultdict(list)
    for delivery, *finding in connection.execute(statement.order_by(findings.c.delivery, findings.c.number)):
        found[delivery].append(Finding(*finding))
    return found


def _cells(delivery: str, institution: str, finding: Finding) -> tuple[object, ...]:
    sheet, row, letter, column, rule, severity, detail = finding
    message = message_of(rule, column, detail, sheet=sheet, row=row, letter=letter)
    return (delivery, institution, sheet, row, letter, rule, severity, message)


def _line(cells: tuple[object, ...]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow([_harmless(cell) for cell in cells])
    return buffer.getvalue()


def _harmless(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_SIGNS) else cell


@dataclass(frozen=True)
class RuleCount:
    """How often a rule was broken in the deliveries of one reporting date."""

    as_of: date | None
    rule: str
    severity: str
    institutions: int
    findings: int


def count_findings(connection: sa.Connection) -> list[RuleCount]:
    """Count the findings on every delivery known, by reporting date and rule."""
    findings, ledger = table("findings"), table("deliveries")
    keys = (ledger.c.as_of, findings.c.rule, findings.c.severity)
    statement = (
        sa.select(*keys, sa.func.count(ledger.c.institution_code.distinct()), sa.func.count())
        .join(ledger, ledger.c.delivery == findings.c.delivery)
        .group_by(*keys)
    )
    counted = [RuleCount(*row) for row in connection.execute(statement)]
    grave = [severity.value for severity in Severity]
    return sorted(counted, key=lambda one: (one.as_of or date.min, grave.index(one.severity), -one.findings, one.rule))


def figures_json(figures: pa.Table) -> str:
    """Write figures as a JSON list of rows; absent values are null."""
    return json.dumps([_plain(row) for row in figures.to_pylist()], ensure_ascii=False, indent=1)


def _plain(row: dict[str, object]) -> dict[str, object]:
    return {name: json_value(value) for name, value in row.items()}


def json_value(value: object) -> object:
    """Give a value as JSON has it: whole numbers and shares as numbers, dates as texts."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value.isoformat() if isinstance(value, date) else value
