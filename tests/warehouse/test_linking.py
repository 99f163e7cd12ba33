"""What the queue finds of people written down twice, on made-up people whose truth is known; how names are read."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.linking import measure
from warehouse.persons.linking import read_name
from warehouse.synthetic.doubles import MISTAKES, WRITTEN_TWICE, people_told

ONE_SOUND = """
    Юлия       | Iuliia    | Yuliya     | ЮЛИЯ
    Софья      | София     | Sofia      | Sofiya
    Мария      | Maria     | Mariia     | Mariya
    Наталья    | Наталия   | Natalia    | Nataliya
    Дмитрий    | Dmitrii   | Dmitriy    | Dmitry
    Фёдор      | Федор     | Fedor      | Fyodor
    Щукин      | Shchukin  | Schukin    | ЩУКИН
    Чернышёв   | Чернышев  | Chernyshev | Chernishev
    Анна-Мария | Анна Мария | Anna-Mariia | анна  мария
"""
APART = ["Анна", "Алла", "Инна", "Яна", "Иван", "Ян", "Щукин", "Шукин", "Белов", "Белова", "Алина", "Арина", ""]


@pytest.mark.parametrize("line", ONE_SOUND.strip().splitlines())
def test_names_of_one_sound(line: str) -> None:
    assert len({read_name(name.strip()) for name in line.split("|")}) == 1


def test_other_names_stay_other() -> None:
    assert len({read_name(name) for name in APART}) == len(APART)
    assert read_name(None) == ""


def test_the_made_up_people_are_as_told() -> None:
    told = people_told(5, 2000, 7)
    assert told == people_told(5, 2000, 7)
    first, again = [one for one in told if not one.mistake], [one for one in told if one.mistake]
    assert sorted(one.person for one in first) == list(range(2000))
    assert len(again) == 2000 * WRITTEN_TWICE
    assert {one.mistake for one in again} == set(MISTAKES)
    by_person = {one.person: one for one in first}
    for one in again:
        assert one.written != by_person[one.person].written
        assert one.place != by_person[one.person].place


@pytest.mark.parametrize("people", [2000, pytest.param(10_000, marks=pytest.mark.slow)])
def test_nearly_all_are_found_and_hardly_anybody_is_asked_in_vain(tmp_path: Path, people: int) -> None:
    """The seed is none of those the thresholds were chosen by."""
    found = measure(tmp_path, people, 632)
    assert found["recall"] >= 0.95
    assert found["precision"] >= 0.98
    assert min(found["recall_by_mistake"].values()) >= 0.9
