"""The official figures between two answers: every open pair of the queue one person, or every pair two."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import sqlalchemy as sa

from warehouse.indicators.identity import DIFFERENT, SAME
from warehouse.indicators.knowledge import Knowledge
from warehouse.indicators.series import series
from warehouse.persons.people import SCOPES
from warehouse.persons.queue import Queue
from warehouse.release.contents import REPORTED_KPI
from warehouse.release.wording import number, percent

HUNDREDTHS = Decimal("0.01")


@dataclass(frozen=True)
class Doubt:
    """A figure that open pairs could move. These bounds are of the queue alone: `low` and `high` of an extract are not.

    `same` and `different` are its numerator, were every pair one person, or every pair different people.
    """

    as_of: date
    scope_type: str
    scope_code: str
    numerator: int
    same: int
    different: int
    denominator: int | None
    target: Decimal | None

    def share(self, numerator: int) -> Decimal | None:
        """Return what the indicator would be, in per cent; None without a denominator."""
        if not self.denominator:
            return None
        return (Decimal(numerator * 100) / self.denominator).quantize(HUNDREDTHS, ROUND_HALF_UP)

    @property
    def decisive(self) -> bool:
        """Whether the target is met or not by how the pairs are decided."""
        if self.target is None or not self.denominator:
            return False
        met = [numerator * 100 >= self.target * self.denominator for numerator in (self.same, self.different)]
        return met[0] != met[1]


def doubts(
    connection: sa.Connection, known: Knowledge, queue: Queue, dates: Iterable[date] | None = None
) -> list[Doubt]:
    """Return the official figures that open pairs could move, of some dates or all, the newest and widest first."""
    same, different = (queue.people.all_decided(queue.pairs, kind, queue.stands) for kind in (SAME, DIFFERENT))
    wanted = None if dates is None else set(dates)
    moved = {figure for figure in same.keys() | different.keys() if wanted is None or figure[0] in wanted}
    if not moved:
        return []
    found = series(connection, known, dates=tuple(sorted({one[0] for one in moved})), indicators=(REPORTED_KPI,))
    made = []
    for row in found.to_pylist():
        figure = (row["as_of"], row["scope_type"], row["scope_code"])
        if figure in moved:
            now, whole = int(row["numerator"]), row["denominator"]
            counted = (now, now + same.get(figure, 0), now + different.get(figure, 0))
            made.append(Doubt(*figure, *counted, None if whole is None else int(whole), row["target"]))
    return sorted(made, key=lambda one: (-one.as_of.toordinal(), -SCOPES.index(one.scope_type), one.scope_code))


def doubt_words(one: Doubt) -> str:
    """Tell the bounds of a figure: «если все пары — один человек, 95 (31,7 %); если все — разные люди, 98 (32,7 %)»."""
    amounts = [f"{number(n)} ({percent(one.share(n), 2)})" for n in (one.same, one.different)]
    decides = " От ответов зависит, достигнута ли цель." if one.decisive else ""
    return f"если все пары — один человек, {amounts[0]}; если все — разные люди, {amounts[1]}.{decides}"
