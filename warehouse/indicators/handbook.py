"""The page about indicators and breakdowns, written out of the definitions."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from expectations.markdown import page_templates
from warehouse.indicators.definitions import Definitions, Indicator, all_definitions, definitions, ends_on
from warehouse.release.contents import PERCENT
from warehouse.release.wording import SCOPES, day

DIRECTIONS = {"at_least": "достигнута, если числитель × 100 ≥ цель × знаменатель, без округления"}
ROUNDINGS = {"half_up": "половина вверх"}
MEASURES = {
    "pairs": "пары (`pairs`)",
    "participants": "разные люди (`participants`)",
    "students": "разные обучающиеся (`students`)",
    "students_of_enrolled": "обучающиеся этого возраста от всех зачисленных этого возраста (`students_of_enrolled`)",
}


def render_indicators() -> str:
    """Return every version of the definitions in Russian, as Markdown; a later one tells what it changes."""
    templates = page_templates("warehouse.indicators")
    templates.filters |= {
        "day": day,
        "words_of_scope": SCOPES.__getitem__,
        "words_of_measure": MEASURES.__getitem__,
    }
    words: dict[str, Any] = {"directions": DIRECTIONS, "roundings": ROUNDINGS, "formula": formula}
    told: dict[str, Callable] = {"indicators": _own("indicators"), "breakdowns": _own("breakdowns"), "ends": ends_on}
    return templates.get_template("indicators.md.j2").render(versions=all_definitions().values(), **words, **told)


def formula(indicator: Indicator) -> str:
    """Return an indicator's formula in words."""
    if indicator.denominator is None:
        return indicator.numerator_words
    ratio = f"{indicator.numerator_words} ÷ {indicator.denominator_words}"
    return f"{ratio} × 100" if indicator.unit == PERCENT else ratio


def _own(name: str) -> Callable[[Definitions], list[Any]]:
    """What a version has that the one it is based on has not."""

    def own(version: Definitions) -> list[Any]:
        base = getattr(definitions(version.based_on), name) if version.based_on else ()
        taken = [replace(one, definition=version.version) for one in base]
        return [one for one in getattr(version, name) if one not in taken]

    return own


if __name__ == "__main__":
    (Path(sys.argv[1]) / "indicators.md").write_text(render_indicators(), encoding="utf-8", newline="\n")
