"""Causes in the layout of a file: sheets and headings under other names, absent headings, moved values."""

from __future__ import annotations

from collections import defaultdict
from difflib import SequenceMatcher

from expectations.reading.headings import fold
from expectations.rules.wording import Finding
from expectations.structure import Column, Sheet
from warehouse.marked.evidence import DOCUMENTS, SHEETS, Evidence
from warehouse.marked.grouping import Grouping

ALIKE = 0.45  # of two headings, by difflib's ratio: below it one is not the other misspelt
FEW_HEADINGS = 3  # required headings absent together, from which on the whole row of them is


def renamed_sheets(grouping: Grouping, evidence: Evidence) -> None:
    """A sheet of the form that is absent, and an unknown one with its headings, are one sheet renamed."""
    unknown = {one.sheet: number for number, one in grouping.left("unknown-sheet") if one.sheet}
    taken: set[str] = set()
    for number, one in list(grouping.left("missing-sheet")):
        found = next((u for u in unknown if evidence.resembles.get(u) == one.sheet and u not in taken), None)
        if found is None:
            grouping.claim(("sheet", one.sheet), [number])
            continue
        taken.add(found)
        grouping.claim(("sheet", one.sheet), [number, unknown[found]], *_renamed(found, str(one.sheet)))
    for title, number in unknown.items():
        like = evidence.resembles.get(title)
        if title not in taken and like is not None:
            cause = grouping.claim(("sheet", title), [number], *_renamed(title, like))
            if like == DOCUMENTS:
                grouping.lead(cause, [n for n, _ in grouping.left("document-missing")])


def _renamed(written: str, title: str) -> tuple[str, str]:
    return (
        f"Лист «{written}» по заголовкам похож на лист «{title}», но назван иначе и поэтому не прочитан.",
        f"Переименуйте лист: «{title}».",
    )


def absent_headings(grouping: Grouping, evidence: Evidence) -> None:
    """A heading that is absent, an unknown one in its stead, and all findings on its empty cells are one cause."""
    for title, sheet in SHEETS.items():
        missing = {one.column: n for n, one in grouping.left("missing-column", sheet=title)}
        absent = _without_column(grouping, sheet)
        required = [column for column in sheet.columns if column.required]
        if len(missing) == len(required) >= FEW_HEADINGS:
            _no_heading_row(grouping, title, list(missing.values()))
            continue
        unknown = dict(grouping.left("unknown-column", sheet=title))
        for column in sheet.columns:
            empty = absent.get(column.name, [])
            if column.name not in missing and not empty:
                continue
            written = _written_instead(column, unknown, len(missing) + len(unknown))
            numbers = [missing[column.name]] if column.name in missing else []
            words = ("", "")
            if written is not None:
                words = _written_otherwise(column, unknown.pop(written), sheet.vertical)
                numbers.append(written)
            elif not numbers:
                words = _no_heading(column)
                numbers, empty = empty, []
            cause = grouping.claim(("heading", title, column.name), numbers, *words)
            grouping.lead(cause, empty)


def _without_column(grouping: Grouping, sheet: Sheet) -> dict[str, list[int]]:
    """Return findings on rows in columns that a sheet does not have, by column."""
    found: dict[str, list[int]] = defaultdict(list)
    for number, one in grouping.left(sheet=sheet.title):
        if one.column is not None and one.row is not None and one.letter is None and not sheet.vertical:
            found[one.column].append(number)
    return found


def _written_instead(column: Column, unknown: dict[int, Finding], candidates: int) -> int | None:
    """Return the finding on the unknown heading that is most like a column's; the only one needs less likeness."""
    likeness = {n: _alike(column.heading, one.detail or "") for n, one in unknown.items() if _named(one)}
    best = max(likeness, key=lambda n: (likeness[n], -n), default=None)
    if best is None or (likeness[best] < ALIKE and candidates > 2):
        return None
    return best


def _named(finding: Finding) -> bool:
    return not (finding.detail or "").endswith(" без заголовка")


def _alike(heading: str, written: str) -> float:
    return SequenceMatcher(None, fold(heading), fold(written)).ratio()


def _written_otherwise(column: Column, finding: Finding, label: bool) -> tuple[str, str]:
    place = f" ({finding.letter}{finding.row})" if finding.letter and finding.row else ""
    kind = "Строка" if label else "Заголовок"
    if label:  # the text of an unknown label is not repeated in findings
        return (
            f"Не найдена строка «{column.heading}»; судя по всему, она названа иначе{place}.",
            f"Впишите в этой строке «{column.heading}».",
        )
    return (
        f"{kind} «{column.heading}» не найден; судя по всему, он написан иначе: «{finding.detail}»{place}.",
        f"Впишите в эту ячейку «{column.heading}».",
    )


def _no_heading(column: Column) -> tuple[str, str]:
    return (
        f"На листе нет столбца «{column.heading}», а он нужен в этих строках.",
        f"Добавьте столбец с заголовком «{column.heading}» и заполните его.",
    )


def _no_heading_row(grouping: Grouping, title: str, numbers: list[int]) -> None:
    cause = grouping.claim(
        ("headings", title),
        numbers,
        f"На листе «{title}» не найдена строка заголовков.",
        "Верните строку заголовков, как в шаблоне: все заголовки в одной строке, не ниже двадцатой.",
    )
    grouping.lead(cause, [n for n, one in grouping.left("unknown-column") if one.sheet == title])
