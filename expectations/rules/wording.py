"""The sentence of a finding: where it is, what is wrong, what to do; and findings of one cause as one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from expectations.form import FORM
from expectations.rules.catalogue import RULES
from expectations.rules.structure import Rule, Severity
from expectations.structure import Column, Form

MOST_RANGES = 20  # a cause of thousands of scattered rows still has to fit a cell and a screen
MOST_DETAILS = 5
NOTHING = "—"


class Finding(NamedTuple):
    """A broken rule and its place, as stored: sheet is a title, column a name of the form."""

    sheet: str | None
    row: int | None
    letter: str | None
    column: str | None
    rule: str
    severity: str
    detail: str | None


@dataclass(frozen=True)
class Group:
    """Findings with one cause: the same rule broken in one column of one sheet."""

    rule: str
    severity: Severity
    sheet: str | None
    letter: str | None  # none where the cause is in several columns
    column: str | None
    heading: str | None
    count: int
    rows: str  # «2–14, 17»; empty where findings have no row
    sentence: str
    remedy: str

    @property
    def place(self) -> str:
        """Where it is, in Russian; empty for the whole file."""
        return place_words(self.sheet, self.rows, self.letter, self.heading)


def message_of(
    rule: str,
    column: str | None = None,
    detail: str | None = None,
    form: Form = FORM,
    *,
    sheet: str | None = None,
    row: int | None = None,
    letter: str | None = None,
) -> str:
    """Word one finding with its place: «Лист «…», строка 12, столбец F «…»: …». Holds no value of a cell."""
    found = column_of(form, sheet, column)
    problem, remedy = sentences(RULES[rule], found, [detail] if detail else [])
    where = place_words(sheet, str(row) if row else "", letter, found.heading if found else None)
    return f"{where}: {uncapitalised(problem)} {remedy}" if where else f"{problem} {remedy}"


def column_of(form: Form, sheet: str | None, column: str | None) -> Column | None:
    """Find a column by the title of its sheet and its own name; by the name alone without a sheet."""
    sheets = [one for one in form.sheets if sheet is None or one.title == sheet]
    return next((one.by_name[column] for one in sheets if column in one.by_name), None)


def sentences(rule: Rule, column: Column | None, details: list[str]) -> tuple[str, str]:
    """Fill a rule's problem and remedy; several details are listed, the way the sentence quotes them."""
    quoted = "«{detail}»" in rule.problem
    left = len(details) - MOST_DETAILS
    listed = details[:MOST_DETAILS] + ([] if left <= 0 else ["…"] if quoted else [f"и ещё {left}"])
    words = {
        "heading": column.heading if column else NOTHING,
        "allowed": column.allowed if column else NOTHING,
        "detail": ("», «" if quoted else "; ").join(listed) or NOTHING,
    }
    return rule.problem.format(**words), rule.remedy.format(**words)


def place_words(sheet: str | None, rows: str, letter: str | None, heading: str | None) -> str:
    """Word a place as far as it is known: «Лист «…», строки 2–5, столбец F «…»»."""
    parts = []
    if sheet:
        parts.append(f"Лист «{sheet}»")
    if rows:
        parts.append(f"строка {rows}" if rows.isdigit() else f"строки {rows}")
    if letter or heading:
        parts.append(" ".join(filter(None, ("столбец", letter, f"«{heading}»" if heading else ""))))
    return ", ".join(parts)


def uncapitalised(sentence: str) -> str:
    """Begin a sentence after a colon: in lower case, unless its first word is an abbreviation."""
    first = sentence.split(maxsplit=1)[0]
    return sentence if first[1:2].isupper() else sentence[0].lower() + sentence[1:]


def compact_rows(rows: Iterable[int], most: int | None = MOST_RANGES) -> str:
    """Write row numbers as ranges: «2–14, 17»; the tail of very many is counted, unless `most` is None."""
    ranges = list(_ranges(sorted(set(rows))))
    shown = [_range(*one) for one in ranges[:most]]
    left = sum(last - first + 1 for first, last in ranges[len(shown) :])
    return ", ".join(shown) + (f" и ещё {left}" if left else "")


def _ranges(rows: list[int]) -> Iterator[tuple[int, int]]:
    for _, run in groupby(enumerate(rows), lambda numbered: numbered[1] - numbered[0]):
        consecutive = [row for _, row in run]
        yield consecutive[0], consecutive[-1]


def _range(first: int, last: int) -> str:
    match last - first:
        case 0:
            return str(first)
        case 1:
            return f"{first}, {last}"
    return f"{first}–{last}"


def group_findings(findings: Iterable[Finding], form: Form = FORM) -> list[Group]:
    """Put findings of one cause together; the gravest first, then in the order of the form's sheets."""
    causes: dict[tuple, list[Finding]] = {}
    for one in findings:
        causes.setdefault((one.rule, one.sheet, one.column), []).append(one)
    order = {sheet.title: number for number, sheet in enumerate(form.sheets)}
    graveness = list(Severity)

    def rank(group: Group) -> tuple[int, int]:
        return graveness.index(group.severity), order.get(group.sheet or "", len(order) if group.sheet else -1)

    return sorted((_group(found, form) for found in causes.values()), key=rank)


def _group(found: list[Finding], form: Form) -> Group:
    first = found[0]
    column = column_of(form, first.sheet, first.column)
    details = list(dict.fromkeys(one.detail for one in found if one.detail))
    sentence, remedy = sentences(RULES[first.rule], column, details)
    letters = {one.letter for one in found}
    return Group(
        rule=first.rule,
        severity=Severity(first.severity),
        sheet=first.sheet,
        letter=first.letter if len(letters) == 1 else None,
        column=first.column,
        heading=column.heading if column else None,
        count=len(found),
        rows=compact_rows(one.row for one in found if one.row is not None),
        sentence=sentence,
        remedy=remedy,
    )
