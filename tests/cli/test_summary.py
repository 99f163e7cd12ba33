"""What a demonstration came to: bars against targets, who is missing, how many people a scope lacks."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from flows.cli.telling.summary import BAR, bar, missing_words, reach_words, scope_words, series_line

DAY = date(2021, 12, 31)


@pytest.mark.parametrize(
    ("value", "target", "drawn"),
    [
        (None, None, "─" * 25),
        (Decimal(0), Decimal(10), "─│" + "─" * 23),
        (Decimal(40), None, "━" * 10 + "─" * 15),
        (Decimal(40), Decimal(60), "━" * 10 + "─" * 4 + "│" + "─" * 10),
        (Decimal(60), Decimal(40), "━" * 9 + "│" + "━" * 5 + "─" * 10),
        (Decimal(100), Decimal(100), "━" * 24 + "│"),
        (Decimal(140), None, "━" * 25),
    ],
)
def test_a_bar(value: Decimal | None, target: Decimal | None, drawn: str) -> None:
    assert bar(value, target) == drawn
    assert len(drawn) == BAR


@pytest.mark.parametrize(
    ("value", "target", "met", "told"),
    [
        (Decimal("31.28"), Decimal(30), True, "31,28 %  цель 30 % достигнута"),
        (Decimal("100.00"), Decimal(70), True, "100,00 %  цель 70 % достигнута"),
        (Decimal("7.50"), Decimal(15), False, "7,50 %  цель 15 % не достигнута"),
        (Decimal("7.50"), None, None, "7,50 %"),
        (None, Decimal(15), None, "—"),
    ],
)
def test_a_line_fits_a_screen(value: Decimal | None, target: Decimal | None, met: bool | None, told: str) -> None:
    line = series_line({"as_of": DAY, "value": value, "target": target, "meets_target": met}).plain
    assert line.replace("\xa0", " ").strip().startswith("31.12.2021")
    assert line.replace("\xa0", " ").rstrip().endswith(told)
    assert len(line) <= 80


@pytest.mark.parametrize(
    ("missing", "told"),
    [
        ([], "На 31.12.2021 сдали все организации."),
        (["A"], "На 31.12.2021 не сдала 1 организация: A."),
        (list("ABCDEFG"), "На 31.12.2021 не сдали 7 организаций: A, B, C, D, E и ещё 2."),
    ],
)
def test_who_is_missing(missing: list[str], told: str) -> None:
    assert missing_words(DAY, missing).replace("\xa0", " ") == told


def test_how_many_people_a_scope_lacks() -> None:
    row = {"scope_code": "NSH/ОУ", "numerator": Decimal(28), "denominator": 100, "target": Decimal(30)}
    assert reach_words(row).replace("\xa0", " ") == "Школы (NSH/ОУ): до цели 30 % не хватает 2 человека."
    assert reach_words(row | {"numerator": Decimal(30)}).endswith("хватает всех.")
    assert scope_words("NSH") == "NSH"
