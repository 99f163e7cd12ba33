"""Root causes: the findings of one file put together by what the sender has to mend."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable

from expectations.rules.wording import Finding
from expectations.spellings import Kind
from warehouse.marked.dates import meant_date
from warehouse.marked.evidence import REFERENCES, SHEETS, Evidence
from warehouse.marked.grouping import Cause, Grouping
from warehouse.marked.layout_causes import absent_headings, renamed_sheets
from warehouse.marked.references import ALONE, UNKNOWN, participants_alone, unknown_participants
from warehouse.marked.shifted_causes import exchanged_columns, shifted_rows
from warehouse.marked.total_causes import (
    OF_ENROLMENT,
    OF_INVOLVED,
    OF_REPORTING_DATE,
    one_cell_one_cause,
    same_row,
    totals,
    wrong_reporting_date,
)

SEVERAL = 3  # cells alike: a habit of the writer, no slip
LED = frozenset({UNKNOWN, ALONE, "document-missing", *OF_ENROLMENT, *OF_INVOLVED, *OF_REPORTING_DATE})


def causes_of(findings: Iterable[Finding], evidence: Evidence) -> tuple[Grouping, list[Cause]]:
    """Group findings by cause; every finding is in exactly one cause, the gravest cause is first.

    The same findings and evidence give the same causes.
    """
    grouping = Grouping(findings)
    renamed_sheets(grouping, evidence)
    absent_headings(grouping, evidence)
    shifted_rows(grouping, evidence)
    exchanged_columns(grouping, evidence)
    one_cell_one_cause(grouping)
    _by_rule(grouping, evidence, [(n, one) for n, one in grouping.left() if one.rule not in LED])
    wrong_reporting_date(grouping)
    same_row(grouping)
    unknown_participants(grouping, evidence)
    _by_rule(grouping, evidence, list(grouping.left(UNKNOWN)))
    participants_alone(grouping, evidence)
    totals(grouping)
    _by_rule(grouping, evidence, list(grouping.left()))
    return grouping, grouping.in_order()


def _by_rule(grouping: Grouping, evidence: Evidence, left: list[tuple[int, Finding]]) -> None:
    """Group findings by rule and column, and by what is alike in their cells."""
    habits = _habits(left, evidence)
    for number, one in left:
        grouping.claim(_key(number, one, habits), [number])
    for cause in grouping.causes.values():
        _word(cause, grouping, evidence)


def _key(number: int, one: Finding, habits: dict[int, Hashable]) -> Hashable:
    if one.rule == "formula-without-value":
        return (one.rule,)  # it is the program the book was saved by, not a cell
    if one.rule == "excel-error-value" and (one.sheet, one.column) in REFERENCES:
        return (one.rule, "references")  # one broken link to the sheet of participants breaks them all
    if one.rule in ("unknown-column", "duplicate-column"):
        return (one.rule, one.sheet, one.letter, one.row)
    return (one.rule, one.sheet, one.column, habits.get(number))


def _habits(left: list[tuple[int, Finding]], evidence: Evidence) -> dict[int, Hashable]:
    """Tell the cells that are wrong in one way from single slips in the same column."""
    ways: dict[tuple, Counter] = defaultdict(Counter)
    of: dict[int, tuple[tuple, Hashable]] = {}
    for number, one in left:
        raw = evidence.raw(one)
        place = (one.rule, one.sheet, one.column)
        column = (
            SHEETS[one.sheet].by_name.get(one.column or "") if one.sheet is not None and one.sheet in SHEETS else None
        )
        if column is None or not isinstance(raw, str):
            continue
        if one.rule == "wrong-type" and column.kind is Kind.DATE and meant_date(raw, None) is not None:
            of[number] = place, date_pattern(raw)
        elif one.rule == "not-in-list":
            of[number] = place, raw.strip().casefold()
        if number in of:
            ways[place][of[number][1]] += 1
    return {number: _habit(place, way, ways[place]) for number, (place, way) in of.items()}


def _habit(place: tuple, way: Hashable, ways: Counter) -> Hashable:
    if place[0] == "not-in-list":  # a list spelled another way has its rare values too
        return "spelling" if max(ways.values()) >= SEVERAL else None
    return way if ways[way] >= SEVERAL else None


def date_pattern(text: str) -> str:
    """Return how a date is written: «ДД/ММ/ГГГГ» for «01/09/2020», with words for months as «месяц»."""
    words = re.sub(r"[^\W\d_]{3,}", "месяц", text.strip())
    return re.sub(r"\d+", lambda found: "ГГГГ" if len(found[0]) == 4 else "ЧЧ", words)


def _word(cause: Cause, grouping: Grouping, evidence: Evidence) -> None:
    """Word a cause that is more than its rule."""
    if cause.sentence or not isinstance(cause.key, tuple) or len(cause.own) < SEVERAL:
        return
    match cause.key:
        case ("wrong-type", sheet, column, str(pattern)):
            heading = SHEETS[sheet].by_name[column].heading
            cause.sentence = f"В столбце «{heading}» даты записаны текстом вида «{pattern}», а не датами."
            cause.remedy = "Впишите даты как ДД.ММ.ГГГГ; вероятные даты предложены в примечаниях."
        case ("not-in-list", sheet, column, "spelling"):
            heading = SHEETS[sheet].by_name[column].heading
            written = Counter(str(evidence.raw(grouping.findings[n])).strip() for n in cause.own)
            listed = ", ".join(f"«{value}» ({count})" for value, count in written.most_common(SEVERAL))
            cause.sentence = f"В столбце «{heading}» значения списка записаны по-своему: {listed}."
            cause.remedy = "Замените каждое значением из выпадающего списка (Ctrl+H меняет все сразу)."
        case ("excel-error-value", "references"):
            cause.sentence = (
                "ID вычислялись формулами, ссылки в них сломаны: лист, куда они вели, переименован или удалён."
            )
            cause.remedy = "Почините ссылки в формулах или впишите ID значениями."
        case ("formula-without-value",):
            cause.sentence = "Книга сохранена без вычисленных значений формул."
            cause.remedy = "Откройте её в Excel, дайте пересчитаться, сохраните и пришлите снова."
