"""Revisions as they are read: in the package of a release, and at the command line.

Two schools share their two children in the first release. Then the register takes in a school that had sent its file
before, the club comes late, and one school corrects its enrolment by ten.
"""

from __future__ import annotations

import csv
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pytest

from tests.cli.conftest import Run, runner
from tests.installations import installation, moscow
from tests.warehouse.histories import first_collection, first_release, later_knowledge, second_release
from warehouse.indicators import definitions
from warehouse.release.contents import REVISIONS
from warehouse.release.package import verify

TOWN = {"late_submission": ("2", "50"), "enrolment": ("0", "10"), "register": ("0", "100")}


@pytest.fixture(scope="module", autouse=True)
def few() -> None:
    """The definitions as they are."""


@dataclass
class Released:
    run: Run
    first: Path
    second: Path


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Released:
    folder = tmp_path_factory.mktemp("released")
    with installation(folder / "home", at=moscow("2021-12-01 12:00")) as home:
        first_collection(home)
        first = first_release(home)
        later_knowledge(home, folder / "later")
        second = second_release(home)
    return Released(runner(folder / "home"), first, second)


def lines(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(text.splitlines()))


def parts(rows: list[dict], scope: str = "NSH") -> dict[str, tuple[str, str]]:
    return {
        row["cause"]: (str(row["numerator_change"]), str(row["denominator_change"]))
        for row in rows
        if (row["indicator"], row["scope_code"]) == ("students_involved", scope)
    }


def test_the_first_release_has_an_empty_table(released: Released) -> None:
    assert (released.first / "revisions.csv").read_text(encoding="utf-8") == ",".join(REVISIONS.names) + "\n"
    page = (released.first / "report.html").read_text(encoding="utf-8")
    assert "Что изменилось" not in page
    assert "Это первый выпуск" in str(openpyxl.load_workbook(released.first / "kpi.xlsx")["Пересмотры"]["A2"].value)


def test_the_second_release_explains_every_change(released: Released) -> None:
    rows = lines((released.second / "revisions.csv").read_text(encoding="utf-8"))
    assert parts(rows) == TOWN
    assert parts(rows, "NSH-S007") == {"enrolment": ("0", "10")}
    assert {(row["release"], row["compared_to"]) for row in rows} == {("2021-12-31-2", "2021-12-31-1")}
    town = next(row for row in rows if (row["indicator"], row["scope_code"]) == ("students_involved", "NSH"))
    assert (town["value_before"], town["value_after"]) == ("1.00", "1.11")
    assert verify(released.second) == []


@pytest.mark.parametrize(
    ("was", "becomes", "told"),
    [
        ("late_submission,2,50,1.00,1.11", "late_submission,3,50,1.00,1.11", "value_before не следует"),
        ("late_submission,2,50,1.00,1.11", "late_submission,2,50,1.00,1.12", "value_after не то"),
        ("late_submission,2,50,1.00,1.11", "weather,2,50,1.00,1.11", "неизвестная причина"),
    ],
)
def test_a_part_that_does_not_add_up_is_found(
    released: Released, tmp_path: Path, was: str, becomes: str, told: str
) -> None:
    shutil.copytree(released.second, tmp_path / "copy")
    path = tmp_path / "copy" / "revisions.csv"
    text = path.read_text(encoding="utf-8")
    assert was in text
    path.write_text(text.replace(was, becomes), encoding="utf-8")
    assert any(line.startswith("revisions.csv, ") and told in line for line in verify(tmp_path / "copy"))


def test_the_workbook_and_the_report_tell_the_same(released: Released) -> None:
    sheet = openpyxl.load_workbook(released.second / "kpi.xlsx")["Пересмотры"]
    told = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)]
    town = {
        row[5]: (row[6], row[7])
        for row in told
        if row[0].startswith("Доля обучающихся, вовлечённых в наставничество") and row[3] == "NSH"
    }
    assert town["поздняя сдача"] == (2, 50)
    page = (released.second / "report.html").read_text(encoding="utf-8")
    assert "поздняя сдача: +2 и +50<br>уточнение контингента: 0 и +10<br>реестр и планы: 0 и +100" in page
    assert '<a href="#revisions">' in page


def test_the_command_explains_two_releases(released: Released) -> None:
    result = released.run("revisions", "--from", "2021-12-31-1", "--to", "2021-12-31-2", "--format", "csv")
    assert result.exit_code == 0
    assert result.stdout == (released.second / "revisions.csv").read_text(encoding="utf-8")
    shown = released.run("revisions", "--from", "2021-12-31-1", "--to", "2021-12-31-2").stdout
    assert "поздняя сдача" in shown and "+50" in shown
    moments = released.run("revisions", "--from", "2022-01-16", "--format", "json")
    assert parts(json.loads(moments.stdout)) == TOWN


def test_the_command_tells_institutions_apart(released: Released) -> None:
    result = released.run("revisions", "--from", "2021-12-31-1", "--institutions", "--format", "csv")
    found = {
        (row["institution_code"], row["cause"]): (row["numerator_change"], row["denominator_change"])
        for row in lines(result.stdout)
        if (row["indicator"], row["scope_code"]) == ("students_involved", "NSH")
    }
    assert found == {
        ("NSH-D001", "late_submission"): ("2", "50"),
        ("NSH-S007", "enrolment"): ("0", "10"),
        ("NSH-N001", "register"): ("2", "100"),
        ("", "register"): ("-2", "0"),  # the same two children as in the other schools
    }


def test_nothing_changes_between_equal_states(released: Released) -> None:
    assert "не изменился" in released.run("revisions", "--from", "2021-12-31-2").stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--from", "2021-12-31-9"], "Выпуска 2021-12-31-9 нет."),
        (["--from", "2021-12-31-2", "--to", "2021-12-31-1"], "Сначала указывают более раннее"),
        (["--from", "вчера"], "ожидается дата или время"),
        (["--from", "2021-12-31-1", "--to-definition", "0"], "Нет версии показателей «0»"),
        ([], "Не указано: --from."),
    ],
)
def test_a_wrong_question_is_explained(released: Released, words: list[str], told: str) -> None:
    result = released.run("revisions", *words)
    assert (result.exit_code, told in result.stderr) == (2, True)


def test_a_rehearsal_at_the_command_line(released: Released) -> None:
    allowed = released.run("release", "--as-of", "2021-12-31", "--dry-run")
    assert (allowed.exit_code, "Выпустить можно." in allowed.stdout) == (0, True)
    refused = released.run("release", "--as-of", "2022-12-31", "--dry-run")
    assert (refused.exit_code, "Выпустить нельзя." in refused.stdout) == (1, True)
    assert "2021-12-31-3" not in [path.name for path in released.first.parent.iterdir()]


def test_another_definition_is_a_cause(released: Released) -> None:
    """Version 2.0 counts the indicators as 1.0 does: only their version is another, and no part is told."""
    assert "2.0" in definitions.all_definitions()
    result = released.run("revisions", "--from", "2021-12-31-2", "--to-definition", "2.0", "--format", "csv")
    assert (result.exit_code, lines(result.stdout)) == (0, [])
