"""What is shown of a release is ranked, compared and worded right."""

import dataclasses
from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest

from tests.release.made_contents import DATES, make_contents, region, town
from tests.release.made_contents import Institution as Taught
from warehouse.release.contents import FIGURES
from warehouse.release.overview import Figure, overview_of
from warehouse.release.wording import PERSONS, change, counted, natural, number, percent


def figure(numerator, denominator, target) -> Figure:
    target = None if target is None else Decimal(target)
    return Figure(Decimal(numerator), denominator, None, target, None, "final", 1, 1, None, None, None)


@pytest.mark.parametrize(
    ("numerator", "denominator", "target", "people"),
    [
        (299, 1000, 30, 1),
        (300, 1000, 30, 0),
        (301, 1000, 30, 0),
        (0, 7, 30, 3),  # 2.1 people is three people
        (2, 7, "28.57", 0),  # 1.9999 people is two
        (5, 0, 30, None),
        (5, None, 30, None),
        (5, 10, None, None),
    ],
)
def test_people_missing_to_a_target(numerator, denominator, target, people):
    assert figure(numerator, denominator, target).people_missing == people


def test_equal_shares_hold_the_same_place():
    overview = overview_of(town(missing=("NSH-S079",)))
    shares = {"NSH-S001": (1, 2), "NSH-S003": (3, 6), "NSH-S004": (9, 10), "NSH-S005": (1, 3)}
    scopes = [overview.institutions[code].scope for code in [*shares, "NSH-S079"]]
    figures = {
        ("students_involved", "institution", code, overview.contents.as_of): figure(*share, None)
        for code, share in shares.items()
    }
    ranked = dataclasses.replace(overview, figures=figures).rank(scopes)
    assert [(standing.place, standing.scope.code) for standing in ranked] == [
        (1, "NSH-S004"), (2, "NSH-S001"), (2, "NSH-S003"), (4, "NSH-S005"), (None, "NSH-S079"),
    ]  # fmt: skip


def test_change_is_since_the_annual_date_before():
    quarterly = date(2021, 3, 31)
    overview = overview_of(town(dates=(DATES[0], quarterly, DATES[1])))
    assert overview.dates == (DATES[0], quarterly, DATES[1])
    assert overview.previous == DATES[0]
    now, then = overview.figure(overview.top), overview.figure(overview.top, DATES[0])
    (standing,) = overview.rank([overview.top])
    assert standing.change == now.value - then.value
    assert standing.history == tuple(overview.figure(overview.top, as_of).value for as_of in overview.dates)


def test_the_first_date_has_nothing_to_compare_with():
    overview = overview_of(town(dates=DATES[:1]))
    assert overview.previous is None
    assert [standing.change for standing in overview.rank([overview.top])] == [None]


@pytest.mark.parametrize(
    ("contents", "top", "parts"),
    [
        (town(dates=DATES[-1:]), ("municipality", "NSH", "Новошахтинск"), ["Школы", "Дополнительное образование"]),
        (region(6, DATES[-1:]), ("region", "61", "Ростовская область"), [f"Район № {n}" for n in range(1, 7)]),
        (
            make_contents([Taught("A-1", "Школа", "ОУ", "СОШ", "A", "01", 9), Taught("B-1", "Школа", "ОУ", "СОШ", "B", "02", 9)], DATES[-1:]),
            ("country", "RU", "Россия"),
            ["Регион 01", "Регион 02"],
        ),
    ],
    ids=["town", "region", "country"],
)  # fmt: skip
def test_the_top_is_the_smallest_scope_that_holds_everybody(contents, top, parts):
    overview = overview_of(contents)
    assert overview.top == top
    assert [part.title for part in overview.parts] == parts
    assert overview.figure(overview.top).expected == len(overview.institutions)


def test_of_two_definitions_at_a_date_the_one_shown_last_is_told():
    contents = town(dates=DATES[-1:])
    rows = contents.figures.to_pylist()
    newer = [row | {"definition": "2025.1", "numerator": Decimal(7)} for row in rows]
    passports = contents.indicators.to_pylist()
    passports += [row | {"definition": "2025.1"} for row in passports]
    both = dataclasses.replace(
        contents,
        figures=pa.Table.from_pylist(newer + rows, FIGURES),
        indicators=pa.Table.from_pylist(passports, contents.indicators.schema),
    )
    overview = overview_of(both)
    assert overview.figure(overview.top).numerator == 7


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (number(1234567), "1 234 567"),
        (number(Decimal("1234.5000")), "1 234,5"),
        (number(Decimal("100.0000")), "100"),
        (number(100), "100"),
        (number(Decimal("0.005"), 2), "0,01"),
        (number(None), "—"),
        (percent(Decimal("70.00")), "70 %"),
        (percent(Decimal("73.28"), 1), "73,3 %"),
        (change(Decimal("1.5")), "+1,50"),
        (change(Decimal("-0.25")), "−0,25"),
        (change(Decimal(0)), "0,00"),
        (counted(1, PERSONS), "1 человек"),
        (counted(3, PERSONS), "3 человека"),
        (counted(11, PERSONS), "11 человек"),
        (counted(121, PERSONS), "121 человек"),
        (counted(1002, PERSONS), "1 002 человека"),
    ],
)
def test_numbers_are_written_in_russian(written, expected):
    assert written.replace("\xa0", " ") == expected


def test_names_are_listed_as_people_list_them():
    assert sorted(["СОШ № 14", "СОШ № 3", "сош № 4"], key=natural) == ["СОШ № 3", "сош № 4", "СОШ № 14"]
