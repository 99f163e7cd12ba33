"""A clerk's answers to the queue, recorded together."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from warehouse.decisions import Place, decide
from warehouse.indicators.identity import SAME, identities_of, verdicts
from warehouse.indicators.knowledge import Knowledge
from warehouse.journal import known_by
from warehouse.settings import Misconfigured


@dataclass(frozen=True)
class Answer:
    """What a clerk answered in a line of a workbook; None where it could not be read."""

    line: int
    left: Place | None
    right: Place | None
    kind: str | None  # SAME or DIFFERENT


@dataclass
class Recorded:
    """What became of a workbook's answers."""

    recorded: int = 0
    repeated: int = 0  # in effect already
    refused: list[tuple[int, str]] = field(default_factory=list)  # line, why


def decide_all(
    connection: sa.Connection, answers: list[Answer], at: datetime, decided_by: str, ground: str
) -> Recorded:
    """Record one answer after another; one that is refused keeps no other back, one in effect is not recorded anew."""
    done = Recorded()
    for answer in answers:
        if answer.left is None or answer.right is None or answer.kind is None:
            done.refused.append((answer.line, "Ответ или ключ записи не читается."))
        elif _holds(connection, answer.kind, answer.left, answer.right):
            done.repeated += 1
        else:
            try:
                decide(connection, answer.kind, answer.left, answer.right, at, decided_by, ground)
                done.recorded += 1
            except Misconfigured as error:
                done.refused.append((answer.line, str(error)))
    return done


def _holds(connection: sa.Connection, kind: str, left: Place, right: Place) -> bool:
    """Whether this very decision is in effect."""
    known = Knowledge.at(known_by(connection, None))
    told = identities_of(connection, [(left.delivery, left.row), (right.delivery, right.row)], known)
    two = (told.get((left.delivery, left.row)), told.get((right.delivery, right.row)))
    same_way = {two, two[::-1]} if kind == SAME else {two}
    return any(v.kind == kind and (v.left, v.right) in same_way for v in verdicts(connection, known))
