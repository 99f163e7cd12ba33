"""Every case by its number, which names its delivery and its institution."""

from __future__ import annotations

from tests.rules import cases_of_cells, cases_of_columns, cases_of_files, cases_of_rows, cases_of_submissions
from tests.rules.cases import Case

_MODULES = (cases_of_files, cases_of_cells, cases_of_rows, cases_of_submissions, cases_of_columns)
CASES: dict[int, Case] = dict(enumerate(case for module in _MODULES for case in module.CASES))


def number_of(rule: str, shows: str) -> int:
    """Return the number of the one case of a rule that shows something."""
    (number,) = (number for number, case in CASES.items() if (case.rule, case.shows) == (rule, shows))
    return number
