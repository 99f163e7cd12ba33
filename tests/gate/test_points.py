"""The checklist of a release, point by point."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import pyarrow as pa
import pytest

from flows.cli.commands.figures import STAGES
from tests.installations import COLLECTED, ENGINES, installation, learn, moscow, rows, take
from tests.release.made_contents import town
from tests.workbooks import PEOPLE, submission, write
from warehouse.gate.checks import before_counting, previous_annual
from warehouse.gate.moved import after_counting
from warehouse.gate.points import BLOCKS, PASSES, WARNS, Point, listed, refuse
from warehouse.gate.rehearsal import rehearse
from warehouse.installation.home import Home
from warehouse.installation.settings import Misconfigured
from warehouse.journal.journal import known_by
from warehouse.release.contents import REVISIONS, Contents
from warehouse.release.publish import make_release
from warehouse.tables.tables import entries, table

AS_OF, RELEASED = date(2021, 12, 31), date(2022, 1, 16)
OTHER_TARGETS = """
    indicator,scope_type,scope_code,as_of,target_percent,direction,source
    students_involved,municipality,NSH,2022-12-31,45,at_least,
"""
# A child whose name another school spells with one letter off, both without a СНИЛС.
ALIKE = PEOPLE.replace("У-2          | Мнимый ", "У-2          | Мнимой ")


@pytest.fixture(scope="module", params=ENGINES)
def home(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """Two schools accepted, one refused after it, one file without a readable date, one folder of nobody's."""
    url = request.getfixturevalue("postgres_database") if request.param == "postgresql" else None
    with installation(tmp_path_factory.mktemp("gate") / "home", url) as home:
        inbox = home.settings.inbox
        write(inbox / "NSH-S007/a.zip", submission())
        write(inbox / "NSH-S008/a.zip", submission("NSH-S008", Участники=ALIKE), modified=1_640_000_000)
        write(inbox / "NSH-S008/b.zip", submission("NSH-S008", students=0), modified=1_640_000_001)
        (inbox / "NSH-S014").mkdir()
        (inbox / "NSH-S014/c.xlsx").write_bytes(b"not a workbook")
        write(inbox / "Канареечкин Пётр/d.zip", submission("NSH-S001"))
        take(home)
        yield home


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Home]:
    with installation(tmp_path / "home") as home:
        yield home


Told = Callable[..., tuple[str, str]]


def point(home: Home, title: str, as_of: date = AS_OF, on: date = RELEASED) -> tuple[str, str]:
    with home.reading() as connection:
        points = before_counting(home, connection, as_of, known_by(connection, None), on)
    return next((one.level, one.detail) for one in points if one.title == title)


@pytest.fixture(scope="module")
def told(home: Home) -> Told:
    """What a point of the home says; all of a day are looked at once, as nothing changes them before the whole is tried."""

    @cache
    def points(as_of: date, on: date) -> dict[str, tuple[str, str]]:
        with home.reading() as connection:
            found = before_counting(home, connection, as_of, known_by(connection, None), on)
        return {one.title: (one.level, one.detail) for one in found}

    return lambda title, as_of=AS_OF, on=RELEASED: points(as_of, on)[title]


def test_the_calendar_must_have_the_date(told: Told) -> None:
    assert told("Отчётная дата")[0] == PASSES
    assert told("Отчётная дата", date(2021, 12, 30)) == (BLOCKS, "30.12.2021 нет в календаре отчётных дат.")


def test_the_definition_must_hold_on_the_date_and_be_approved_by_the_day(told: Told) -> None:
    assert told("Определения показателей")[0] == PASSES
    assert told("Определения показателей", date(2019, 12, 31))[0] == BLOCKS
    level, detail = told("Определения показателей", on=date(2020, 8, 27))
    assert (level, "утверждена 28.08.2020" in detail) == (BLOCKS, True)


def test_missing_institutions_are_named(told: Told) -> None:
    level, detail = told("Сдача сведений")
    assert level == WARNS
    assert detail.startswith("Не сдали 19 из 21\N{NO-BREAK SPACE}организации: NSH-D001, NSH-D002, NSH-S001,")
    assert detail.endswith(" и ещё 9.")


def test_a_date_nobody_reported_for_is_not_released(home: Home, empty: Home) -> None:
    for one, as_of in ((home, date(2022, 12, 31)), (empty, AS_OF)):
        assert point(one, "Сдача сведений", as_of)[0] == BLOCKS


def test_a_refused_last_file_is_told_and_nobody_outside_the_register_is_named(told: Told) -> None:
    assert told("Последние присланные файлы") == (WARNS, "Последний файл не принят: NSH-S008, NSH-S014.")
    assert told("Последние присланные файлы", date(2022, 12, 31))[0] == PASSES


def test_an_accepted_file_sent_again_is_the_last_one(empty: Home) -> None:
    folder = empty.settings.inbox / "NSH-S008"
    content = write(folder / "a.zip", submission("NSH-S008")).read_bytes()
    take(empty)
    write(folder / "b.zip", submission("NSH-S008", students=0))
    take(empty)
    assert point(empty, "Последние присланные файлы")[0] == WARNS
    (folder / "a again.zip").write_bytes(content)
    take(empty)
    assert point(empty, "Последние присланные файлы")[0] == PASSES


def test_another_schools_file_is_an_alarm_and_no_folder_outside_the_register_is_named(told: Told) -> None:
    assert told("Чужие файлы в папках") == (WARNS, "Отклонено чужих файлов: 1; папки: не из реестра.")
    assert told("Чужие файлы в папках", date(2022, 12, 31))[0] == PASSES


def test_files_that_wait(empty: Home) -> None:
    assert point(empty, "Папка приёма")[0] == PASSES
    write(empty.settings.inbox / "NSH-S007/a.zip", submission())
    assert point(empty, "Папка приёма") == (WARNS, "Ждёт приёма 1\N{NO-BREAK SPACE}файл.")


def test_pairs_a_figure_hangs_on(told: Told, empty: Home) -> None:
    level, detail = told("Очередь сверки людей")
    assert (level, "из них влияют на число вовлечённых: 1." in detail) == (WARNS, True)
    assert point(empty, "Очередь сверки людей")[0] == PASSES


def test_the_calendar_of_the_next_year(told: Told) -> None:
    assert told("Календарь на следующий год")[0] == PASSES
    assert told("Календарь на следующий год", date(2024, 12, 31)) == (WARNS, "Отчётных дат 2025 года нет.")


def test_the_plan_of_the_school_year(told: Told) -> None:
    assert told("План приказа", date(2020, 12, 31))[0] == PASSES
    assert told("План приказа")[0] == WARNS


def test_targets_of_an_annual_date(empty: Home, tmp_path: Path) -> None:
    assert point(empty, "Целевые значения") == (PASSES, "Целей на 31.12.2021: 3.")
    learn(empty, tmp_path / "reference", targets=OTHER_TARGETS)
    assert point(empty, "Целевые значения") == (WARNS, "Целей на 31.12.2021 нет.")
    assert point(empty, "Целевые значения", date(2021, 9, 30))[0] == PASSES


def test_the_annual_date_before(home: Home) -> None:
    with home.reading() as connection:
        seq = known_by(connection, None)
        found = [previous_annual(connection, day, seq) for day in (AS_OF, date(2020, 12, 31), date(2021, 9, 30))]
    assert found == [date(2020, 12, 31), None, None]


# -- what is looked at once the figures are there


def of_year(contents: Contents, most: str) -> Point:
    return after_counting(contents, date(2023, 12, 31), Decimal(most))[0]


def test_a_share_that_moved_far_in_a_year_is_told_with_its_move() -> None:
    contents = town()
    calm, alarmed = of_year(contents, "100"), of_year(contents, "0.01")
    assert (calm.level, alarmed.level) == (PASSES, WARNS)
    values = {
        (row["scope_code"], row["as_of"].year): row["value"]
        for row in contents.figures.to_pylist()
        if row["indicator"] == "students_involved" and row["value"] is not None
    }
    moves = {code: values[code, 2024] - values[code, 2023] for code, year in values if year == 2024}
    farthest = max(moves, key=lambda code: abs(moves[code]))
    assert f": {farthest} " in alarmed.detail
    edge = of_year(contents, str(abs(moves[farthest])))
    assert edge.level == PASSES  # no more than allowed
    assert after_counting(contents, None, Decimal(0))[0].level == PASSES


def revised(*causes: str) -> Contents:
    row = {
        "release": "2024-12-31-2", "compared_to": "2024-12-31-1", "indicator": "students_involved", "definition": "1.0",
        "scope_type": "municipality", "scope_code": "NSH", "as_of": date(2024, 12, 31), "numerator_change": Decimal(1),
        "denominator_change": 0, "value_before": None, "value_after": None,
    }  # fmt: skip
    table = pa.Table.from_pylist([row | {"cause": cause} for cause in causes], REVISIONS)
    return dataclasses.replace(town(), revisions=table, compared_to="2024-12-31-1")


def test_figures_that_changed_without_anybody_reporting_are_told() -> None:
    def second(contents: Contents) -> tuple[str, str]:
        one = after_counting(contents, None, Decimal(0))[1]
        return one.level, one.detail

    assert second(town()) == (PASSES, "Это первый выпуск: пересматривать нечего.")
    assert second(revised("late_submission", "correction", "decision"))[0] == PASSES
    level, detail = second(revised("register", "definition", "late_submission"))
    assert level == WARNS
    assert detail == "Изменились показатели выпуска 2024-12-31-1: реестр и планы — 1; определение показателя — 1."


# -- the whole


def test_a_rehearsal_writes_nothing(home: Home) -> None:
    before = rows(home, entries()), rows(home, table("releases"))
    points = rehearse(home, AS_OF, moscow("2022-01-16 09:00"))
    assert {one.title: one.level for one in points} == {
        "Отчётная дата": PASSES, "Определения показателей": PASSES, "Сдача сведений": WARNS,
        "Последние присланные файлы": WARNS, "Чужие файлы в папках": WARNS, "Удержанные сдачи": PASSES, "Папка приёма": PASSES,
        "Очередь сверки людей": WARNS,
        "Календарь на следующий год": PASSES, "План приказа": WARNS, "Целевые значения": PASSES,
        "Удалённые люди, присланные снова": PASSES, "Сроки хранения": WARNS,
        "Второй расчёт": PASSES, "Открытый пакет": PASSES, "Изменения за год": PASSES, "Пересмотры": PASSES,
    }  # fmt: skip
    assert (rows(home, entries()), rows(home, table("releases"))) == before
    assert not home.settings.releases.exists()
    blocked = rehearse(home, date(2022, 12, 31), COLLECTED)
    assert "Второй расчёт" not in {one.title for one in blocked}


def test_a_release_tells_its_warnings_and_is_refused_with_every_blocking_point(home: Home) -> None:
    told, stages = list[str](), list[str]()
    make_release(home, AS_OF, moscow("2022-01-16 09:00"), on_warning=told.append, on_stage=stages.append)
    assert stages == list(STAGES)
    assert [line.partition(".")[0] for line in told] == [
        "Сдача сведений", "Последние присланные файлы", "Чужие файлы в папках", "Очередь сверки людей", "План приказа",
        "Сроки хранения",
    ]  # fmt: skip
    before = rows(home, entries())
    with pytest.raises(Misconfigured) as refused:
        make_release(home, date(2021, 12, 30), moscow("2022-01-16 09:00"))
    assert "30.12.2021 нет в календаре" in str(refused.value)
    assert "На 30.12.2021 никто не сдал сведений" in str(refused.value)
    assert rows(home, entries()) == before


def test_only_blocking_points_refuse() -> None:
    refuse([Point("", WARNS, "a"), Point("", PASSES, "b")])
    with pytest.raises(Misconfigured, match="c"):
        refuse([Point("", BLOCKS, "c")])


def test_a_long_list_is_cut() -> None:
    assert listed(["а", "б"]) == "а, б"
    assert listed([str(n) for n in range(13)]).endswith("8, 9 и ещё 3")
