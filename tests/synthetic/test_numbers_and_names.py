"""Numbers with their check digits, names in agreement of gender."""

from __future__ import annotations

from random import Random

import duckdb
import pytest

from expectations.rules.cells import SNILS_GOOD, _inn_good
from warehouse.synthetic.names import GIVEN_NAMES, FullName, full_name
from warehouse.synthetic.numbers import (
    PRIME,
    STRIDE,
    inn_of_entrepreneur,
    inn_of_organisation,
    snils,
    written_snils,
)
from warehouse.synthetic.people import misspelled, without_yo

FEMALE_NAMES = set(GIVEN_NAMES[1])


def kept(condition: str, values: list[str]) -> int:
    """Count the values for which the product's own rule holds."""
    return duckdb.execute(f"SELECT count(*) FROM (SELECT unnest(?) AS v) WHERE {condition}", [values]).fetchone()[0]


def test_the_published_example_has_these_check_digits() -> None:
    # 112-233-445 95: the example of submission.md. Its serial undoes the scattering.
    serial = 112_233_445 * pow(STRIDE, -1, PRIME) % PRIME - 1
    assert written_snils(snils(serial)) == "112-233-445 95"


@pytest.mark.parametrize(
    ("make", "good"),
    [
        (snils, SNILS_GOOD.format(c="v")),
        (inn_of_organisation, _inn_good("v")),
        (inn_of_entrepreneur, _inn_good("v")),
    ],
)
def test_numbers_pass_the_rule_and_do_not_repeat(make, good: str) -> None:
    numbers = [make(serial) for serial in range(1, 3_001)]
    assert kept(good, numbers) == len(set(numbers)) == len(numbers)


def test_the_rule_refuses_a_changed_digit() -> None:
    digits = snils(7)
    assert kept(SNILS_GOOD.format(c="v"), [digits[:-1] + str((int(digits[-1]) + 1) % 10)]) == 0


def test_parts_of_a_name_agree_in_gender() -> None:
    rng = Random(1)
    names = [full_name(rng) for _ in range(3_000)]
    for surname, given_name, patronymic in names:
        woman = given_name in FEMALE_NAMES
        assert patronymic is None or patronymic.endswith("на" if woman else "ич")
        for part in surname.split("-"):
            declined = part.endswith(("ов", "ев", "ёв", "ин", "ый", "ий", "ва", "на", "ая"))
            assert not declined or part.endswith(("ва", "на", "ая")) == woman, surname
    assert any("-" in name.surname for name in names) and any(name.patronymic is None for name in names)


def test_other_spellings_are_still_the_same_person() -> None:
    from expectations.text import fold_name

    name = FullName("Воробьёв-Королёв", "Артём", "Алексеевич")
    spellings = {misspelled(name, Random(number)) for number in range(60)} | {without_yo(name)}
    assert len(spellings) >= 6
    assert {tuple(map(fold_name, spelling)) for spelling in spellings} == {tuple(map(fold_name, name))}
