"""What commands say in words."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from warehouse.checking import Checked
    from warehouse.intake import IntakeSummary

VERDICT_COUNTS = {
    "accepted": "принято целиком",
    "accepted_with_errors": "принято без строк с ошибками",
    "rejected": "не принято",
    "duplicate": "повторов",
}


def intake_words(summary: IntakeSummary, receipts: Path) -> str:
    """Tell what one run of intake did."""
    lines = []
    if summary.lines:
        lines += [
            f"Получено сдач: {len(summary.lines)}: {verdict_words(summary.verdicts)}.",
            f"Протоколы: {receipts}",
        ]
    else:
        lines.append("Нового нет.")
    if summary.unsettled:
        lines.append(f"Ещё записывается, оставлено до следующего раза: {summary.unsettled}.")
    if summary.odd:
        lines.append(f"Не файлы в папках организаций (ссылки, вложенные папки и прочее), не тронуто: {summary.odd}.")
    return "\n".join(lines)


def verdict_words(verdicts: Counter[str]) -> str:
    """Count deliveries by verdict: «принято целиком 12, не принято 1»."""
    return ", ".join(f"{words} {verdicts[code]}" for code, words in VERDICT_COUNTS.items() if verdicts[code])


def checked_words(checked: Checked) -> str:
    """Tell the verdict on one file and its findings by cause."""
    from warehouse.receipts.words import VERDICTS, section

    lines = [f"{_printable(checked.path.name)}: {VERDICTS[checked.verdict].lower()}"]
    severity = None
    for group in checked.groups:
        if group.severity != severity:
            severity = group.severity
            lines.append(f"  {section(severity.value, checked.verdict)}")
        lines.append(f"    {group.place or 'Весь файл'} ({group.count}): {group.sentence} {group.remedy}")
    return "\n".join(lines)


def _printable(name: str) -> str:
    """Write a file's name without what would move the terminal's cursor."""
    return "".join(sign if sign.isprintable() else "�" for sign in name)
