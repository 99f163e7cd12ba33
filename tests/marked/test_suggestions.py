"""What was probably meant, case by case."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workbooks import snils
from warehouse.marked.dates import meant_date
from warehouse.marked.ids import Ids
from warehouse.marked.suggestions import latin_words, name_words, snils_words

AS_OF = date(2021, 12, 31)
DATES = {
    "01/09/2020": date(2020, 9, 1),
    "2020.09.01": date(2020, 9, 1),
    "1 сентября 2020 г.": date(2020, 9, 1),
    "5 мая 2009": date(2009, 5, 5),
    "12 марта 2009 года": date(2009, 3, 12),
    "09/13/2020": date(2020, 9, 13),  # no month has the number 13
    "О1.О9.2020": date(2020, 9, 1),  # letters for zeros
    "01.09.20": date(2020, 9, 1),
    "12.03.85": date(1985, 3, 12),  # 2085 is after the reporting date
    "01092020": date(2020, 9, 1),
    "вчера": None,
    "31.09.2020": None,
    "2020": None,
    "01.09.202": None,
    "": None,
    44075.0: date(2020, 9, 1),  # Excel's number of the day
    5.0: None,
    True: None,
}


@pytest.mark.parametrize(("written", "meant"), DATES.items(), ids=str)
def test_the_date_meant(written, meant) -> None:
    assert meant_date(written, AS_OF) == meant


IDS = ("У-0012", "У-0013", "У-0105", "17", "А-1")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("У-12", "У-0012"),  # zeros lost
        ("у0012", "У-0012"),
        ("Y-0012", "У-0012"),  # a Latin letter
        ("У - 0013", "У-0013"),
        ("У-0150", "У-0105"),  # neighbours exchanged
        ("У-00124", "У-0012"),  # one sign too many
        ("У-0014", None),  # as near to 0012 as to 0013
        ("9999", None),
        ("A-1", "А-1"),
    ],
)
def test_the_id_meant(written: str, meant: str | None) -> None:
    assert Ids(IDS).meant(written) == meant


@given(st.integers(1, 999_999_998), st.integers(0, 10), st.integers(1, 9))
def test_one_wrong_digit_of_a_snils_is_told_as_one(number: int, place: int, change: int) -> None:
    right = snils(number)
    wrong = right[:place] + str((int(right[place]) + change) % 10) + right[place + 1 :]
    words = snils_words(f"{wrong[:3]}-{wrong[3:6]}-{wrong[6:9]} {wrong[9:]}")
    # 100 and 101 have the same check digits as 0: some wrong digits cannot be seen, and no finding asks about them
    assert words is None or words.startswith("СНИЛС: одна цифра неверна")


def test_other_faults_of_a_snils() -> None:
    assert snils_words("1122334459") == "СНИЛС: цифр 10, а должно быть 11."
    assert snils_words("нет") == "СНИЛС: кроме цифр, есть другие знаки."
    assert snils_words("00000000000") is None


def test_signs_of_a_name_are_shown() -> None:
    assert latin_words("Ивaнoв") == "Латинские буквы: «a» (3-я), «o» (5-я). По-русски: «Иванов»."
    assert latin_words("Иванов") is None
    assert name_words("Пётр2!") == "Лишние знаки: «2», «!»."
