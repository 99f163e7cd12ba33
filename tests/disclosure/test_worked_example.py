"""The worked example of docs/officers/disclosure.md, and the rules of what is hidden, one by one."""

from __future__ import annotations

import pytest

from warehouse.disclosure.measures import unions, within
from warehouse.disclosure.suppress import suppress
from warehouse.disclosure.town import Town, primary
from warehouse.indicators.definitions import Measure, definitions

INVOLVED = Measure("people", basis="year", categories=("обучающийся",))
MENTEE = Measure("people", basis="year", role="наставляемый", categories=("обучающийся",))
MENTOR = Measure("people", basis="year", role="наставник", categories=("обучающийся",))
STUDENTS = Measure("students")
GLAD = Measure("respondents", role="наставляемый", stage="после", at_least=7)
ASKED = Measure("respondents", role="наставляемый", stage="после")
SCHOOLS = ("S1", "S2", "S3")


def town(shares=((INVOLVED, STUDENTS),), published=None, hidden=frozenset(), **counts: dict[Measure, int]) -> Town:
    """A town «T» with one kind; counts of schools by code. The kind and the town are their sums."""
    codes = tuple(counts)
    told = {(measure, code): value for code, values in counts.items() for measure, value in values.items()}
    for measure in {measure for measure, _ in told}:
        whole = sum(told[measure, code] for code in codes)
        told |= {(measure, "T/ОУ"): whole, (measure, "T"): whole}
    return Town("T", {"T/ОУ": codes}, told, tuple(shares), published or {}, hidden, {INVOLVED: 2, STUDENTS: 3})


def involved(*numbers: int, of: int = 100, **options) -> Town:
    return town(**options, **{code: {INVOLVED: n, STUDENTS: of} for code, n in zip(SCHOOLS, numbers, strict=True)})


def hidden_of(one: Town, least: int = 5) -> set[tuple[Measure, str]]:
    return set(suppress(one, least).hidden)


def test_the_worked_example() -> None:
    """3 of 100 is too few; 12 and 40 are not, but 55 - 12 - 40 = 3: the cheapest of the others goes too."""
    assert primary(involved(3, 12, 40), 5) == {(INVOLVED, "S1")}
    assert hidden_of(involved(3, 12, 40)) == {(INVOLVED, "S1"), (INVOLVED, "S2")}


def test_nothing_is_hidden_where_nobody_is_few() -> None:
    assert hidden_of(involved(12, 0, 40)) == set()  # nobody of a hundred says nothing of anybody
    assert hidden_of(involved(5, 12, 95)) == set()  # the threshold itself is shown, and the rest of 95


def test_the_rest_of_a_share_is_people_too() -> None:
    assert primary(involved(97, 12, 40), 5) == {(INVOLVED, "S1")}
    assert primary(involved(100, 12, 40), 5) == set()  # all of many


def test_all_of_a_small_group_is_hidden() -> None:
    few = town(S1={INVOLVED: 0, STUDENTS: 4}, S2={INVOLVED: 30, STUDENTS: 90}, S3={INVOLVED: 20, STUDENTS: 80})
    assert primary(few, 5) == {(STUDENTS, "S1"), (INVOLVED, "S1")}


def test_answers_that_are_all_alike_are_hidden() -> None:
    answers = {code: {GLAD: glad, ASKED: 12} for code, glad in zip(SCHOOLS, (12, 0, 6), strict=True)}
    assert primary(town(((GLAD, ASKED),), **answers), 5) == {(GLAD, "S1"), (GLAD, "S2")}


def test_a_difference_of_two_shown_counts_is_hidden() -> None:
    """40 involved of whom 38 are mentees: the other two are alone mentors."""
    roles = {code: {INVOLVED: 40, MENTEE: mentees} for code, mentees in zip(SCHOOLS, (38, 30, 20), strict=True)}
    found = hidden_of(town((), **roles))
    assert (MENTEE, "S1") in found and (INVOLVED, "S1") not in found
    assert len(found) == 2  # and one more, so that the sum does not tell


def test_what_was_hidden_stays_hidden_and_what_was_shown_is_of_no_use_to_hide() -> None:
    assert hidden_of(involved(9, 12, 40, hidden=frozenset({(INVOLVED, "S1")}))) >= {(INVOLVED, "S1")}
    shown = {(INVOLVED, "S2"): frozenset({12}), (INVOLVED, "S3"): frozenset({40})}
    found = suppress(involved(3, 12, 40, published=shown), 5)
    assert found.told == {(INVOLVED, "S1")}  # 55 - 12 - 40: nothing can be done here


def test_a_small_change_is_told_only_among_others() -> None:
    """12 was published and 14 is true: shown, or worked out of the town's figure, it tells of two pupils."""
    shown = {(INVOLVED, code): frozenset({n}) for code, n in zip(SCHOOLS, (12, 20, 40), strict=True)}
    assert suppress(involved(14, 20, 40, published=shown), 5).told == {(INVOLVED, "S1")}
    found = suppress(involved(14, 29, 40, published=shown), 5)
    assert not found.told and found.hidden == {(INVOLVED, "S1"), (INVOLVED, "S2")}
    assert suppress(involved(22, 20, 40, published=shown), 5).hidden == frozenset()


@pytest.mark.parametrize(
    ("part", "whole"), [(MENTEE, INVOLVED), (MENTOR, INVOLVED), (INVOLVED, STUDENTS), (MENTEE, STUDENTS), (GLAD, ASKED)]
)
def test_parts_are_known(part: Measure, whole: Measure) -> None:
    assert within(part, whole) and not within(whole, part)


def test_the_relations_of_the_shipped_definitions() -> None:
    """Every pair by hand, by the codes of the indicators whose numerators they are."""
    numerators = {one.code: one.numerator for one in definitions().indicators}
    del numerators["plan_fulfilment"]  # the numerator of students_involved
    pairs = {(a, b) for a, one in numerators.items() for b, other in numerators.items() if within(one, other)}
    of_students = ("mentee", "mentor", "active", "entered")
    assert pairs == {
        *((f"students_involved_{name}", "students_involved") for name in of_students),
        ("mentees_10_19", "students_involved"), ("mentees_10_19", "students_involved_mentee"),
        ("mentors_15_19", "students_involved"), ("mentors_15_19", "students_involved_mentor"),
        ("young_specialists_mentored", "educators_involved"),
    }  # fmt: skip
    assert list(unions(numerators.values())) == [(INVOLVED, MENTEE, MENTOR)]
