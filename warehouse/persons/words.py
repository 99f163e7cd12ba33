"""What hangs on a pair of the queue, in Russian."""

from __future__ import annotations

from datetime import date
from typing import Any

from warehouse.release.wording import NO, SCOPES, day, signed


def figure_words(scope_type: str, scope_code: str, as_of: date) -> str:
    """Name an official figure: «муниципалитет NSH, 31.12.2021»."""
    return f"{SCOPES[scope_type]} {scope_code}, {day(as_of)}"


def influence_words(pair: dict[str, Any]) -> str:
    """Tell what hangs on a pair of the queue: «−1: муниципалитет NSH, 31.12.2021», «нет» where nothing does."""
    if not pair["influences"]:
        return NO
    return f"{signed(pair['change'])}: {figure_words(pair['scope_type'], pair['scope_code'], pair['as_of'])}"
