"""A clerk's answers to the queue, recorded together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from warehouse.indicators.identity import SAME, identities_of, verdicts
from warehouse.indicators.knowledge import Knowledge
from warehouse.journal.decisions import Asked, Place, decide_together
from warehouse.journal.journal import known_by


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
    """Record answers in one batch; one that is refused keeps no other back, one in effect is not recorded anew."""
    done, lines = Recorded(), list[int]()
    asked, in_effect = list[Asked](), _in_effect(connection, answers)
    for answer in answers:
        if answer.left is None or answer.right is None or answer.kind is None:
            done.refused.append((answer.line, "Ответ или ключ записи не читается."))
        elif in_effect(answer.kind, answer.left, answer.right):
            done.repeated += 1
        else:
            lines.append(answer.line)
            asked.append(Asked(answer.kind, answer.left, answer.right))
    for line, outcome in zip(lines, decide_together(connection, asked, at, decided_by, ground), strict=True):
        if isinstance(outcome, str):
            done.refused.append((line, outcome))
        else:
            done.recorded += 1
    done.refused.sort()
    return done


def _in_effect(connection: sa.Connection, answers: list[Answer]) -> Callable[[str, Place, Place], bool]:
    """Return the question whether a very decision is in effect."""
    known = Knowledge.at(known_by(connection, None))
    places = {place for answer in answers for place in (answer.left, answer.right) if place is not None}
    told = identities_of(connection, {(place.delivery, place.row) for place in places}, known)
    held = {(verdict.kind, verdict.left, verdict.right) for verdict in verdicts(connection, known)}
    held |= {(kind, right, left) for kind, left, right in held if kind == SAME}
    return lambda kind, *two: (kind, *(told.get((place.delivery, place.row)) for place in two)) in held
