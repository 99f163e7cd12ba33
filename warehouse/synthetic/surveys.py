"""Questionnaires filled in before and after a pair's work, with plausible marks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from expectations.form import AFTER, BEFORE, MENTEE, MENTOR
from warehouse.synthetic.members import Answer, Pair

SURVEYED = 0.12  # of the pairs
BEST = 10
EXPECTED, CONTENT, DISCONTENT = (4, 9), (7, 10), (3, 6)  # marks before; after, where it went well or badly
CONTENT_SHARE = 0.84
LEFT_BLANK = 0.04


def _marks(rng: Random, low: int, high: int) -> tuple[int | None, ...]:
    """Draw four marks, some left blank, and the satisfaction, which must be there."""
    four = (None if rng.random() < LEFT_BLANK else min(BEST, rng.randint(low, high)) for _ in range(4))
    return (*four, rng.randint(low, high))


def _answers(rng: Random, pair: Pair, stage: str, on: date, content: float) -> Iterator[Answer]:
    for member, role in ((pair.mentor, MENTOR), (pair.mentee, MENTEE)):
        after = CONTENT if rng.random() < content else DISCONTENT
        yield Answer(member, role, stage, on, _marks(rng, *(EXPECTED if stage == BEFORE else after)))


def answers_before(rng: Random, pair: Pair) -> list[Answer]:
    """Ask some pairs, a week or so into their work, what they expect."""
    if rng.random() >= SURVEYED:
        return []
    pair.surveyed = True
    return list(_answers(rng, pair, BEFORE, pair.started_on + timedelta(days=rng.randrange(3, 12)), CONTENT_SHARE))


def answers_after(rng: Random, pair: Pair) -> list[Answer]:
    """Ask a pair that was asked before how it went, on its last day."""
    if not pair.surveyed or pair.ended_on is None:
        return []
    return list(_answers(rng, pair, AFTER, pair.ended_on, CONTENT_SHARE))
