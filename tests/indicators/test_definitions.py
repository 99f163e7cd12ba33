"""Definitions as versioned records: shipped ones never change, files are read strictly, a date chooses its version."""

from __future__ import annotations

import hashlib
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from warehouse.indicators.amounts import AMOUNTS, COUNTED_OVER_EXPECTED
from warehouse.indicators.breakdown_rows import GROUPINGS
from warehouse.indicators.definitions import all_definitions, by_version, definitions, definitions_on, ends_on
from warehouse.indicators.definitions_file import GROUPINGS as GROUPINGS_OF_FILE
from warehouse.indicators.definitions_file import read_definitions
from warehouse.indicators.handbook import render_indicators
from warehouse.indicators.people import DISTINCT
from warehouse.installation.settings import Misconfigured

SHIPPED = {
    "1.0": "5896e8932deb25fd7f51c68b639a594a8345cd0857d82dca2fab6eb9d8c54f5d",
    "2.0": "0f774c480644b3308db535410ae62d17dd9c71897abb39c9c54b3481241aa1bf",
}  # a version is never edited: these lines are only added to


@pytest.mark.parametrize("version", sorted({*SHIPPED, *all_definitions()}))
def test_a_shipped_version_is_never_edited(version: str) -> None:
    file = files("warehouse.indicators") / "definitions" / f"{version}.toml"
    found = hashlib.sha256(file.read_bytes()).hexdigest()
    assert SHIPPED.get(version) == found, f"{version}.toml has changed: add a new version and its hash instead"


def test_versions_are_numbered_in_the_order_they_were_added() -> None:
    assert list(all_definitions()) == list(SHIPPED)


def test_the_page_in_docs_is_the_one_the_definitions_would_write() -> None:
    page = Path(__file__).parents[2] / "docs/reference/indicators.md"
    assert page.read_text(encoding="utf-8") == render_indicators(), "run `make docs`"


def test_the_page_tells_every_indicator_and_member_of_every_version() -> None:
    page = render_indicators()
    for version in all_definitions().values():
        assert f"## Версия {version.version}: {version.title}" in page
        for one in (*version.indicators, *version.breakdowns):
            assert f"(`{one.code}`)" in page and one.wording in page and one.source in page
        assert all(
            f"| `{member.code}` | {member.title} |" in page for one in version.breakdowns for member in one.members
        )


def test_every_source_has_its_statement() -> None:
    known = {*AMOUNTS, *COUNTED_OVER_EXPECTED, *DISTINCT}
    assert {measure.source for one in all_definitions().values() for measure in one.measures} <= known
    assert set(GROUPINGS) == set(GROUPINGS_OF_FILE)


@pytest.mark.parametrize(
    ("day", "version"),
    [
        (date(2020, 8, 28), "1.0"),
        (date(2020, 12, 31), "1.0"),
        (date(2024, 12, 31), "1.0"),
        (date(2025, 5, 20), "1.0"),
        (date(2025, 5, 21), "2.0"),
        (date(2030, 12, 31), "2.0"),
    ],
)
def test_a_reporting_date_chooses_its_version(day: date, version: str) -> None:
    assert definitions_on(day).version == version


def test_what_came_after_a_release_was_frozen_changes_nothing_in_it() -> None:
    assert definitions_on(date(2025, 12, 31), newest="1.0").version == "1.0"


def test_a_date_before_any_version_has_none() -> None:
    with pytest.raises(Misconfigured, match=r"На 27\.08\.2020 не действует ни одна версия"):
        definitions_on(date(2020, 8, 27))


def test_dates_are_grouped_by_version_or_all_counted_under_the_one_asked_for() -> None:
    days = (date(2025, 12, 31), date(2024, 12, 31), date(2020, 12, 31))
    assert by_version(days) == {"1.0": (days[2], days[1]), "2.0": (days[0],)}
    assert by_version(days, "2.0") == {"2.0": tuple(sorted(days))}


def test_a_version_ends_where_the_next_begins() -> None:
    assert (ends_on("1.0"), ends_on("2.0")) == (date(2025, 5, 20), None)


def test_a_later_version_takes_what_it_does_not_change() -> None:
    old, new = definitions("1.0"), definitions("2.0")
    assert [one.code for one in new.indicators] == [one.code for one in old.indicators]
    assert {one.definition for one in (*new.indicators, *new.breakdowns)} == {"2.0"}
    assert new.breakdown("age").members == old.breakdown("age").members
    assert [member.code for member in new.breakdown("form").members] == ["individual", "collective"]


GOOD = """
version = "3.0"
title = "Проба"
source = "приказ"
valid_from = 2026-01-01
direction = "at_least"
rounding = "half_up"
decimals = 2
[approved_by]
who = "Управление"
document = "приказ № 1"
on = 2026-01-01
[[indicator]]
code = "share"
title = "Доля"
wording = "Доля обучающихся"
source = "приказ"
numerator = { source = "people", basis = "year" }
numerator_words = "обучающиеся"
[[breakdown]]
code = "form"
title = "Формы"
wording = "Пары по формам"
source = "приказ"
by = "form"
measures = ["pairs"]
members = [ { code = "other", title = "иная", values = ["иная"] } ]
"""


def read(text: str, name: str = "3.0.toml") -> None:
    read_definitions({name: text})


def test_a_good_file_is_read() -> None:
    one = read_definitions({"3.0.toml": GOOD})["3.0"]
    assert (one.approved_by.document, one.indicators[0].decimals, one.breakdowns[0].members[0].values) == (
        "приказ № 1", 2, ("иная",),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('title = "Проба"', "", "3.0.toml: нет: title."),
        ('title = "Проба"', 'titel = "Проба"\ntitle = "Проба"', "3.0.toml: неизвестные ключи: titel."),
        ("valid_from = 2026-01-01", 'valid_from = "2026"', "3.0.toml: «valid_from» не того вида."),
        ('version = "3.0"', 'version = "3.x"', "3.0.toml: «version» — числа через точку"),
        ('version = "3.0"', 'version = "3.1"', "3.0.toml: имя файла не совпадает с версией 3.1"),
        ('version = "3.0"', 'version = "3.0"\nbased_on = "2.9"', "нет более ранней версии «2.9»"),
        ('who = "Управление"\n', "", "approved_by: нет: who."),
        ('basis = "year"', 'bases = "year"', "показатель «share», numerator: неизвестные ключи: bases."),
        ('wording = "Доля обучающихся"\n', "", "показатель «share»: нет: wording."),
        ('direction = "at_least"', 'direction = "at_most"', "показатель «share», direction: «at_most»; известны: at_least."),
        ("decimals = 2", "decimals = 1", "показатель «share», decimals: «1»; известны: 2."),
        ('by = "form"', 'by = "colour"', "разрез «form», by: «colour»; известны: form, age, category, company."),
        ('measures = ["pairs"]', 'measures = ["pair"]', "разрез «form», measures: «pair»"),
        ('title = "иная", ', "", "разрез «form», members: нет: title."),
        ("[[breakdown]]", "[[breakdown", "3.0.toml: не читается как TOML"),
        ("[[indicator]]", '[[breakdown]]\ncode = "form"\n[[indicator]]', "разрез «form»: нет:"),
    ],
)  # fmt: skip
def test_a_bad_file_is_told_by_its_place(old: str, new: str, told: str) -> None:
    assert old in GOOD
    with pytest.raises(Misconfigured) as refused:
        read(GOOD.replace(old, new, 1))
    assert told in str(refused.value)
