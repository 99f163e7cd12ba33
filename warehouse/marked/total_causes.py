"""Findings on totals and on what is absent, put under the errors that made the totals small."""

from __future__ import annotations

from functools import partial

from expectations.rules.wording import Finding
from warehouse.marked.evidence import DOCUMENTS, ENROLMENT, ORGANISATION, PAIRS, PARTICIPANTS
from warehouse.marked.grouping import Grouping

OF_ENROLMENT = ("enrolment-empty", "participants-exceed-enrolment", "enrolment-jump")
OF_INVOLVED = ("participation-drop", "fewer-than-planned")
OF_REPORTING_DATE = (
    "starts-after-reporting-date",
    "late-submission",
    "outcome-contradicts-dates",
    "age-implausible",
    "document-late",
)


def one_cell_one_cause(grouping: Grouping) -> None:
    """On the sheet of labels every cell is a question of its own: what is told of it has one cause."""
    for number, one in list(grouping.left()):
        if one.sheet == ORGANISATION and one.column is not None and one.rule != "late-submission":
            grouping.claim(("label", one.column), [number])


def wrong_reporting_date(grouping: Grouping) -> None:
    """A wrong reporting date makes good dates look late."""
    for cause in grouping.causes_with(lambda f: f.rule == "bad-reporting-date"):
        grouping.lead(cause, [n for n, _ in grouping.left(*OF_REPORTING_DATE)])


def same_row(grouping: Grouping) -> None:
    """Of dates in the wrong order the outcome cannot be right."""
    for cause in grouping.causes_with(lambda f: f.rule == "ends-before-start"):
        rows = {grouping.findings[n].row for n in cause.own if grouping.findings[n].rule == "ends-before-start"}
        found = [n for n, f in grouping.left("outcome-contradicts-dates") if f.sheet == PAIRS and f.row in rows]
        grouping.lead(cause, found)


def totals(grouping: Grouping) -> None:
    """Rows put aside are missing in the totals: what is told of these goes with them."""
    for rules, sheets in (
        (OF_ENROLMENT, (ENROLMENT,)),
        (OF_INVOLVED, (PARTICIPANTS, PAIRS)),
        (("document-missing",), (DOCUMENTS,)),
    ):
        numbers = [n for n, _ in grouping.left(*rules)]
        if not numbers:
            continue
        graver = grouping.causes_with(partial(_is_error, sheets))
        if graver:
            grouping.lead(max(graver, key=lambda cause: cause.size), numbers)
        else:
            grouping.claim(("totals", rules[0]), numbers)


def _is_error(sheets: tuple[str, ...], finding: Finding) -> bool:
    return finding.sheet in sheets and finding.severity != "warning"
