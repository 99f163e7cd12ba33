"""The date that was probably meant by a cell which is none."""

from __future__ import annotations

import re
from datetime import date, timedelta

from expectations.reading.cells import FIRST_YEAR, LAST_YEAR
from warehouse.marked.raw_cells import Raw

EPOCH = date(1899, 12, 30)  # Excel's day 0, as of March 1900
DAYS = (15_000, 73_050)  # numbers taken for dates of people's lives: 1941 to 2099
MONTHS = ("янв", "фев", "мар", "апр", "ма[йя]", "июн", "июл", "авг", "сен", "окт", "ноя", "дек")
_LOOK_ALIKES = str.maketrans("ОоOoЗзIlІ", "000033111")
_THREE = re.compile(r"\D*(\d{1,4})\D+(\d{1,2})\D+(\d{1,4})\D*")
_WORDED = re.compile(r"(\d{1,2})[\s.,-]*([а-я]{3,9})[\s.,-]*(\d{4})\s*(?:г|года?)?\.?", re.IGNORECASE)
_RUN = re.compile(r"(\d{2})(\d{2})(\d{4})")
_LONGEST = 40


def meant_date(cell: Raw, as_of: date | None) -> date | None:
    """Return the only date a cell can be read as, None where there is none or more than one.

    `as_of` decides the century of a year of two digits: the date is not after it.
    """
    if isinstance(cell, bool):
        return None
    if isinstance(cell, float | int):
        return EPOCH + timedelta(days=int(cell)) if DAYS[0] < cell < DAYS[1] else None
    text = cell.strip()
    if len(text) > _LONGEST:
        return None
    if found := _WORDED.fullmatch(text):
        month = next((n for n, stem in enumerate(MONTHS, 1) if re.match(stem, found[2], re.IGNORECASE)), 0)
        return _date(int(found[3]), month, int(found[1]))
    text = text.translate(_LOOK_ALIKES)
    if found := _RUN.fullmatch(text):
        return _date(int(found[3]), int(found[2]), int(found[1]))
    found = _THREE.fullmatch(text)
    return _of_three(found[1], found[2], found[3], as_of) if found else None


def _of_three(first: str, second: str, third: str, as_of: date | None) -> date | None:
    if len(first) == 4:
        return _date(int(first), int(second), int(third)) if len(third) < 3 else None
    if len(first) > 2 or len(third) not in (2, 4):
        return None
    years = [int(third)] if len(third) == 4 else [2000 + int(third), 1900 + int(third)]
    for year in years:
        found = _date(year, int(second), int(first)) or _date(year, int(first), int(second))
        if found is not None and (len(third) == 4 or as_of is None or found <= as_of):
            return found
    return None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if FIRST_YEAR <= year <= LAST_YEAR else None
    except ValueError:
        return None
