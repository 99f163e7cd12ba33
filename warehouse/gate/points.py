"""A point of the checklist, and what the whole list comes to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from warehouse.installation.settings import Misconfigured

BLOCKS, WARNS, PASSES = "blocks", "warns", "passes"
LEVELS = {BLOCKS: "мешает", WARNS: "внимание", PASSES: "в порядке"}
SHOWN = 10  # names in one sentence; the rest are counted


@dataclass(frozen=True)
class Point:
    """One thing that was looked at. `detail` names codes of the register, dates and counts; never a person."""

    title: str
    level: str
    detail: str


def refuse(points: Iterable[Point]) -> None:
    """Raise Misconfigured with every point that blocks, if any does."""
    blocking = [point.detail for point in points if point.level == BLOCKS]
    if blocking:
        raise Misconfigured("\n".join(["Выпуск невозможен.", *blocking]))


def listed(names: Sequence[str]) -> str:
    """Name a few, count the rest."""
    rest = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" и ещё {rest}" if rest > 0 else "")
