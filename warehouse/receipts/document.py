"""The receipt for programs: receipt.json, as docs/reference/receipt.md describes it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date

from expectations.rules.wording import Finding, Group, message_of
from warehouse.receipts.contents import Other, Receipt
from warehouse.receipts.words import title_of, what_next
from warehouse.review.held import Held

RECEIPT_VERSION = 1  # raised when a key changes its meaning or goes; new keys may come


def document(receipt: Receipt) -> Iterator[bytes]:
    """Yield a receipt as JSON, finding by finding: a file may give a million. Equal receipts give equal bytes."""
    content = {
        "receipt_version": RECEIPT_VERSION,
        "delivery": receipt.delivery,
        "institution": {"code": receipt.institution_code, "name": receipt.institution_name},
        "verdict": {"code": receipt.verdict, "title": title_of(receipt), "next": what_next(receipt)},
        "as_of": receipt.as_of.isoformat() if receipt.as_of else None,
        "received_at": receipt.received_at.isoformat(),
        "late": receipt.late,
        "ruleset": receipt.ruleset,
        "duplicate_of": _other(receipt.duplicate_of),
        "in_force": _other(receipt.in_force),
        "restates": receipt.restates,
        "held": _held(receipt.held),
        "counts": [asdict(one) for one in receipt.counts],
        "totals": {name: count for name, count in asdict(receipt.totals).items() if name != "sheet"},
        "groups": [_group(one, len(receipt.explained_in(one))) for one in receipt.groups],
    }
    yield _spelled(content).removesuffix("\n}").encode()
    yield b',\n "findings": ['
    for number, one in enumerate(receipt.findings, 1):
        told = _spelled(_finding(one, number, receipt.explained.get(number))).replace("\n", "\n  ")
        yield f"{',' if number > 1 else ''}\n  {told}".encode()
    yield b"\n ]\n}\n" if receipt.findings else b"]\n}\n"


def _spelled(content: dict[str, object]) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1)


def _other(other: Other | None) -> dict[str, str] | None:
    if other is None:
        return None
    return {
        "delivery": other.delivery,
        "received_at": other.received_at.isoformat(),
        "verdict": other.verdict,
    }


def _held(held: Held | None) -> dict[str, object] | None:
    if held is None:
        return None
    return {
        "waits": held.waits,
        "confirmed_at": held.confirmed_at.isoformat() if held.confirmed_at else None,
        "before": held.drop.before,
        "after": held.drop.after,
        "compared_to": held.drop.compared_to,
        "compared_on": held.drop.compared_on.isoformat(),
    }


def _group(group: Group, explained: int) -> dict[str, object]:
    return {
        "rule": group.rule,
        "severity": group.severity.value,
        "sheet": group.sheet,
        "column": group.letter,
        "heading": group.heading,
        "count": group.count,
        "explained": explained,
        "rows": group.rows,
        "sentence": group.sentence,
        "remedy": group.remedy,
    }


def _finding(finding: Finding, number: int, explained: date | None) -> dict[str, object]:
    sheet, row, letter, column, rule, severity, detail = finding
    message = message_of(rule, column, detail, sheet=sheet, row=row, letter=letter)
    return {
        "number": number,
        "explained_on": explained.isoformat() if explained else None,
        "sheet": sheet,
        "row": row,
        "column": letter,
        "rule": rule,
        "severity": severity,
        "message": message,
    }
