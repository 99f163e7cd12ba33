"""Checksums of СНИЛС and ИНН: the condition in SQL, the reader and the words of their owners agree."""

from __future__ import annotations

import random

import duckdb
import pytest

from expectations.form import FORM
from expectations.judge import suites
from expectations.reading.persons import is_snils
from tests.rules.numbers import inn, inn_of_person, snils

RANDOM = random.Random(632)


def near_misses(number: str) -> list[str]:
    """Return a number with one digit changed at a time, and with two neighbours changed places."""
    changed = [
        number[:i] + str((int(number[i]) + RANDOM.randint(1, 9)) % 10) + number[i + 1 :] for i in range(len(number))
    ]
    return changed + [number[:i] + number[i + 1] + number[i] + number[i + 2 :] for i in range(len(number) - 1)]


def kept_by(rule: str, sheet: str, values: list[str]) -> set[str]:
    """Return the values that keep the rule by its condition in SQL."""
    (check,) = (check for check in suites(FORM)[sheet] if check.rule == rule)
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE cells AS SELECT unnest(?) AS {check.column}", [values])
        return {
            value
            for (value,) in connection.execute(f"SELECT {check.column} FROM cells WHERE NOT ({check.bad})").fetchall()
        }


def test_snils() -> None:
    right = [snils(RANDOM.randrange(10**9)) for _ in range(5_000)]  # enough for every remainder, 100 and 101 too
    values = (
        right
        + [miss for number in right[:50] for miss in near_misses(number)]
        + ["1" * 10, "1" * 12, "1234567890я", "١" * 11]
    )
    expected = {
        value
        for value in values
        if value.isascii() and value.isdecimal() and len(value) == 11 and value == snils(int(value[:9]))
    }
    assert kept_by("bad-snils", "participants", values) == expected
    assert {value for value in values if is_snils(value)} == expected
    assert {value[-2:] for value in right} == {f"{number:02}" for number in range(100)}


@pytest.mark.parametrize(("make", "digits"), [(inn, 9), (inn_of_person, 10)])
def test_inn(make, digits: int) -> None:
    right = [make(RANDOM.randrange(10**digits)) for _ in range(500)]
    values = (
        right
        + [miss for number in right[:50] for miss in near_misses(number)]
        + ["1" * 9, "1" * 11, "1" * 13, "77О7083893"]
    )
    expected = {
        value
        for value in values
        if value.isdecimal() and len(value) == len(right[0]) and value == make(int(value[:digits]))
    }
    for sheet in ("participants", "partners"):
        assert kept_by("bad-inn", sheet, values) == expected


def test_numbers_of_their_owners_examples() -> None:
    assert snils(112_233_445) == "11223344595"
    assert snils(87_654_303) == "08765430300"
    assert inn(770_708_389) == "7707083893"
    assert inn_of_person(5_001_007_322) == "500100732259"
