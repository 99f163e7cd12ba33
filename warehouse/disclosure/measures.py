"""Which measures count people, and which of them are parts of which."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from expectations.form import EDUCATOR, MENTEE, MENTOR, STUDENT, YOUNG_SPECIALIST
from warehouse.indicators.definitions import Measure

PEOPLE, RESPONDENTS, STUDENTS, TEACHERS, SPECIALISTS, PAIRS = (
    "people", "respondents", "students", "teachers", "young_specialists", "pairs_ended",
)  # fmt: skip
OF_PEOPLE = {PEOPLE, RESPONDENTS, STUDENTS, TEACHERS, SPECIALISTS, PAIRS}
DECLARED = {STUDENTS: {STUDENT}, SPECIALISTS: {YOUNG_SPECIALIST}, TEACHERS: {YOUNG_SPECIALIST, EDUCATOR}}


def counts_people(measure: Measure | None) -> bool:
    """Whether a count of this measure is protected: people, or pairs of them.

    Plans are published with the order; hours, practices, partners and institutions are not people.
    """
    return measure is not None and measure.source in OF_PEOPLE


def within(part: Measure, whole: Measure) -> bool:
    """Whether everybody counted in `part` is counted in `whole` in the same scope, whatever is delivered."""
    if part == whole or not _band(part.ages, whole.ages) or not _kinds(part, whole):
        return False
    if part.source == PEOPLE and whole.source in DECLARED:
        return not part.across_kinds and set(part.categories) <= DECLARED[whole.source]
    if part.source == SPECIALISTS and whole.source == TEACHERS:
        return True
    if part.source != whole.source:
        return False
    match part.source:
        case "people":
            return (
                part.across_kinds == whole.across_kinds
                and whole.basis in ("year", part.basis)
                and whole.role in (None, part.role)
                and set(part.categories) <= set(whole.categories)
            )
        case "respondents":
            alike = (part.role, part.stage) == (whole.role, whole.stage)
            return alike and (whole.at_least is None or (part.at_least or 0) >= whole.at_least)
        case "pairs_ended":
            return whole.outcome in (None, part.outcome)
    return part.source == STUDENTS


def unions(measures: Iterable[Measure]) -> Iterator[tuple[Measure, Measure, Measure]]:
    """Yield wholes with the two parts that make them up together: those of either role."""
    known = set(measures)
    for whole in known:
        roles = [replace(whole, role=role) for role in (MENTEE, MENTOR)]
        if whole.source == PEOPLE and whole.role is None and known.issuperset(roles):
            yield whole, roles[0], roles[1]


def _band(part: tuple[int, int] | None, whole: tuple[int, int] | None) -> bool:
    if whole is None:
        return True
    return part is not None and whole[0] <= part[0] and part[1] <= whole[1]


def _kinds(part: Measure, whole: Measure) -> bool:
    return not whole.kinds or (bool(part.kinds) and set(part.kinds) <= set(whole.kinds))
