"""Findings and figures as lines for other programs."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from expectations.rules.structure import Severity
from expectations.rules.wording import Finding, message_of
from warehouse.journal.ledger import EVER, judged_anew
from warehouse.tables.tables import table

Across = Mapping[str, Sequence[Finding]]  # by delivery
Cells = tuple[object, ...]
FINDINGS_HEADER = ("delivery", "institution", "sheet", "row", "column", "rule", "severity", "message")
AT_ONCE = 500  # deliveries whose findings are held in memory together
INVISIBLE = " \u00a0\u200b\ufeff"  # what a program may skip before it looks for a formula
FORMULA_SIGNS = (
    "=",
    "+",
    "-",
    "@",
    "|",
    "%",
    "\t",
    "\r",
    "\n",
    "＝",
    "＋",
    "－",
    "＠",
)  # wide ones too: Excel reads them


def findings_csv(connection: sa.Connection, across: Across, delivery: str | None = None) -> Iterator[str]:
    """Yield the findings on every delivery known, or on one, as lines of CSV under FINDINGS_HEADER.

    A cell that a spreadsheet would take for a formula (a sheet's title and a folder's name come from outside) begins
    with an apostrophe.
    """
    yield csv_line(FINDINGS_HEADER)
    yield from map(csv_line, findings_rows(connection, across, delivery))


def findings_rows(connection: sa.Connection, across: Across, delivery: str | None = None) -> Iterator[Cells]:
    """Yield the findings on every delivery known, or on one, as cells under FINDINGS_HEADER; column is Excel's letter.

    Sorted by institution, delivery and number, those `across` submissions last.
    """
    ledger = table("deliveries")
    told = sa.select(ledger.c.institution_code, ledger.c.delivery).where(~judged_anew(ledger, EVER))
    known = connection.execute(told if delivery is None else told.where(ledger.c.delivery == delivery)).all()
    senders = {delivery: institution for institution, delivery in sorted(map(tuple, known))}
    deliveries = list(senders)
    for start in range(0, len(deliveries), AT_ONCE):
        some = deliveries[start : start + AT_ONCE]
        found = findings_of(connection, some)
        for name in some:
            for one in (*found[name], *across.get(name, ())):
                yield finding_cells(name, senders[name], one)


def findings_of(connection: sa.Connection, deliveries: list[str]) -> dict[str, list[Finding]]:
    """Return the findings of deliveries in the order of their numbers."""
    findings = table("findings")
    columns = (findings.c[name] for name in ("delivery", *Finding._fields))
    statement = sa.select(*columns).where(findings.c.delivery.in_(deliveries))
    found: dict[str, list[Finding]] = defaultdict(list)
    once: dict[Any, Any] = {}  # of a million findings the words are few
    for delivery, *finding in connection.execute(statement.order_by(findings.c.delivery, findings.c.number)):
        found[delivery].append(Finding(*(once.setdefault(word, word) for word in finding)))
    return found


def finding_cells(delivery: str, institution: str | None, finding: Finding) -> Cells:
    """Return a finding as cells under FINDINGS_HEADER."""
    sheet, row, letter, column, rule, severity, detail = finding
    message = message_of(rule, column, detail, sheet=sheet, row=row, letter=letter)
    return (delivery, institution, sheet, row, letter, rule, severity, message)


def csv_line(cells: Iterable[object]) -> str:
    """Return a line of CSV in which no text is a formula."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow([_harmless(cell) for cell in cells])
    return buffer.getvalue()


def _harmless(cell: object) -> object:
    """Put an apostrophe before a text that an office program would take for a formula; numbers stay numbers."""
    return f"'{cell}" if isinstance(cell, str) and cell.lstrip(INVISIBLE).startswith(FORMULA_SIGNS) else cell


@dataclass(frozen=True)
class RuleCount:
    """How often a rule was broken in the deliveries of one reporting date."""

    as_of: date | None
    rule: str
    severity: str
    institutions: int
    findings: int


def count_findings(connection: sa.Connection, across: Across) -> list[RuleCount]:
    """Count the findings on every delivery known, and those across them, by reporting date and rule."""
    findings, ledger = table("findings"), table("deliveries")
    keys = (ledger.c.as_of, findings.c.rule, findings.c.severity)
    statement = (
        sa.select(*keys, sa.func.count(ledger.c.institution_code.distinct()), sa.func.count())
        .join(ledger, ledger.c.delivery == findings.c.delivery)
        .where(~judged_anew(ledger, EVER))
        .group_by(*keys)
    )
    counted = [RuleCount(*row) for row in connection.execute(statement)] + _count_across(connection, across)
    grave = [severity.value for severity in Severity]
    return sorted(counted, key=lambda one: (one.as_of or date.min, grave.index(one.severity), -one.findings, one.rule))


def _count_across(connection: sa.Connection, across: Across) -> list[RuleCount]:
    ledger = table("deliveries")
    statement = sa.select(ledger.c.delivery, ledger.c.as_of, ledger.c.institution_code)
    found = connection.execute(statement.where(ledger.c.delivery.in_(across))).all() if across else ()
    told: dict[tuple[date, str, str], list[str]] = defaultdict(list)
    for delivery, as_of, institution in found:
        for one in across[delivery]:
            told[as_of, one.rule, one.severity].append(institution)
    return [RuleCount(*key, len(set(who)), len(who)) for key, who in told.items()]


def json_value(value: object) -> object:
    """Give a value as JSON has it: whole numbers and shares as numbers, dates as texts."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value.isoformat() if isinstance(value, date) else value
