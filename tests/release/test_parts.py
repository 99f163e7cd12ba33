"""Breakdowns and the way to the targets in a package: shown, written, proved."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest

from tests.release.made_contents import DATES, town
from tests.release.test_report import Page
from warehouse.release.contents import BREAKDOWNS, TRAJECTORY, Contents
from warehouse.release.extract import write_csv
from warehouse.release.package import verify, write_release
from warehouse.release.report import render_report
from warehouse.release.verification_parts import check_parts, read_part
from warehouse.release.workbook_parts import BREAKDOWNS_SHEET, TRAJECTORY_SHEET


@pytest.fixture(scope="module")
def contents() -> Contents:
    return town()


@pytest.fixture(scope="module")
def folder(contents: Contents, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_release(contents, tmp_path_factory.mktemp("release") / contents.release)


def test_a_package_is_proved_and_its_parts_read_back(folder: Path, contents: Contents) -> None:
    assert verify(folder) == []
    assert read_part(folder / "breakdowns.csv", BREAKDOWNS).equals(contents.breakdowns)
    assert read_part(folder / "trajectory.csv", TRAJECTORY).equals(contents.trajectory)
    scopes = 21 + 2 + 3
    assert contents.trajectory.num_rows == 3 and contents.breakdowns.num_rows == 5 * 4 * 3 * scopes


SPOILT = [
    ("breakdowns.csv", "numerator", 20_000, "часть больше целого."),
    ("trajectory.csv", "numerator", 1, "не та строка, что в kpi.csv."),
    ("trajectory.csv", "target", Decimal(1), "не та строка, что в kpi.csv."),
    ("trajectory.csv", "missing", 999, "missing не следует из числителя, знаменателя и цели."),
    ("trajectory.csv", "next_missing", 999, "next_missing не следует из числителя, знаменателя и цели."),
    ("trajectory.csv", "months", 11, "months не равно числу месяцев между датами."),
    ("trajectory.csv", "pace_needed", Decimal("0.01"), "pace_needed не равно next_missing ÷ months."),
]


@pytest.mark.parametrize(("name", "column", "cell", "told"), SPOILT, ids=lambda value: str(value)[:20])
def test_what_does_not_follow_is_found(
    contents: Contents, tmp_path: Path, name: str, column: str, cell: object, told: str
) -> None:
    tables = {"breakdowns.csv": contents.breakdowns, "trajectory.csv": contents.trajectory}
    rows = tables[name].to_pylist()
    rows[0][column] = cell
    for file, table in tables.items():
        write_csv(pa.Table.from_pylist(rows, table.schema) if file == name else table, tmp_path / file)
    found = list(check_parts(tmp_path, contents.figures))
    assert found and any(line.startswith(name) and line.endswith(told) for line in found)


def test_all_students_of_a_breakdown_are_those_of_the_indicator(contents: Contents, tmp_path: Path) -> None:
    rows = contents.breakdowns.to_pylist()
    one = next(row for row in rows if (row["scope_type"], row["measure"]) == ("institution", "students"))
    one["denominator"] += 1
    write_csv(pa.Table.from_pylist(rows, BREAKDOWNS), tmp_path / "breakdowns.csv")
    write_csv(contents.trajectory, tmp_path / "trajectory.csv")
    (found,) = check_parts(tmp_path, contents.figures)
    assert found.endswith("denominator не равен числителю students_involved.")


def test_a_lost_part_is_found(contents: Contents, tmp_path: Path) -> None:
    write_csv(contents.trajectory, tmp_path / "trajectory.csv")
    assert list(check_parts(tmp_path, contents.figures)) == ["breakdowns.csv: не читается."]


def test_the_report_tells_the_way_and_the_forms(contents: Contents) -> None:
    page, row = Page(render_report(contents)), contents.trajectory.to_pylist()[0]
    assert page.open == []
    assert "Сколько ещё нужно" in page.words and "80 % на 31.12.2025" in page.words
    assert f"{row['next_missing']:,}".replace(",", " ") in page.words
    assert "прямая по годовым долям, границы с вероятностью 80 %" in page.words
    pairs = {
        r["member"]: r["numerator"]
        for r in contents.breakdowns.to_pylist()
        if (r["as_of"], r["measure"], r["scope_type"]) == (DATES[-1], "pairs", "municipality")
    }
    assert f"ученик–ученик{pairs['form_0']}" in page.words.replace(" ", "")


def test_forms_of_another_version_are_not_compared(contents: Contents) -> None:
    """No «more or fewer than a year ago» where a year ago forms were others."""
    compared = "Пар больше или меньше, чем на 31.12.2023"
    assert compared in Page(render_report(contents)).words
    rows = [
        row | {"definition": "2019.1"} if row["as_of"] != DATES[-1] else row for row in contents.breakdowns.to_pylist()
    ]
    other = dataclasses.replace(contents, breakdowns=pa.Table.from_pylist(rows, BREAKDOWNS))
    assert compared not in Page(render_report(other)).words


def test_the_workbook_tells_both(folder: Path, contents: Contents) -> None:
    book = openpyxl.load_workbook(folder / "kpi.xlsx", read_only=True)
    way = list(book[TRAJECTORY_SHEET].iter_rows(min_row=3, values_only=True))
    place = {head: column for column, head in enumerate(way[0])}
    for cells, row in zip(way[1:], contents.trajectory.to_pylist(), strict=True):
        assert cells[place["Не хватает до неё"]] == row["next_missing"]
        assert Decimal(str(cells[place["Прогноз, %"]])) == row["projected"]
    parts = list(book[BREAKDOWNS_SHEET].iter_rows(min_row=3, values_only=True))
    counted = {
        (r["member"], r["scope_code"], r["as_of"]): r["numerator"]
        for r in contents.breakdowns.to_pylist()
        if r["measure"] == "pairs" and r["scope_type"] in ("municipality", "kind")
    }
    place = {head: column for column, head in enumerate(parts[0])}
    assert sorted(row[place["Пар"]] for row in parts[1:]) == sorted(counted.values())
    first = parts[1]
    assert (first[place["Кто"]], first[place["Отчётная дата"]].date()) == ("Новошахтинск", DATES[-1])
    assert first[place["Пар"]] == counted["form_0", "NSH", DATES[-1]]
    assert {row[1] for row in parts[1:]} == {
        "ученик – ученик",
        "педагог – ученик",
        "работодатель – ученик",
        "учитель – учитель",
    }
