"""A template filled in, handed over and read: what was written is what arrives."""

import shutil

import pytest

from expectations.form import FORM
from expectations.reading.limits import Limits
from expectations.reading.reading import read_delivery
from expectations.template import Filling, write_template
from tests.form.filled import FILLED, KNOWN, ROWS

KEY = b"test key of nobody" * 2
FIRST_LINE = 4  # of a table, and of the labels less one


@pytest.fixture(scope="module")
def reading(tmp_path_factory):
    path = tmp_path_factory.mktemp("delivery") / "template.xlsx"
    write_template(path, FORM, FILLED)
    return read_delivery(path, KEY, Limits())


def expected(sheet):
    if sheet.vertical:
        return [{"form_version": FORM.version, **KNOWN, **ROWS[sheet.name][0]}]
    return ROWS[sheet.name]


def test_reading_a_filled_template_finds_nothing_wrong(reading):
    assert reading.problems.to_pylist() == []


@pytest.mark.parametrize("sheet", FORM.sheets, ids=lambda sheet: sheet.name)
def test_every_value_comes_back(reading, sheet):
    rows = reading.sheets[sheet.name].to_pylist()
    names = [column.name for column in sheet.columns]
    assert [{name: row[name] for name in names} for row in rows] == [
        {name: row.get(name) for name in names} for row in expected(sheet)
    ]


@pytest.mark.parametrize("sheet", [sheet for sheet in FORM.sheets if not sheet.vertical], ids=lambda sheet: sheet.name)
def test_rows_and_columns_are_named_as_excel_shows_them(reading, sheet):
    rows = reading.sheets[sheet.name].column("row").to_pylist()
    assert rows == list(range(FIRST_LINE, FIRST_LINE + len(ROWS[sheet.name])))
    letters = {place["column"]: place["letter"] for place in reading.places.to_pylist() if place["sheet"] == sheet.name}
    assert letters == {column.name: chr(ord("A") + number) for number, column in enumerate(sheet.columns)}


def test_a_blank_template_is_a_readable_delivery_without_rows(tmp_path):
    write_template(tmp_path / "blank.xlsx", FORM, Filling())
    reading = read_delivery(tmp_path / "blank.xlsx", KEY, Limits())
    assert reading.problems.to_pylist() == []
    assert {name: table.num_rows for name, table in reading.sheets.items() if table.num_rows} == {"organisation": 1}


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("extension", ["xlsx", "ods", "xls"])
def test_a_template_saved_by_libreoffice_reads_the_same(reading, convert, tmp_path, extension):
    write_template(tmp_path / "template.xlsx", FORM, FILLED)
    again = read_delivery(convert(tmp_path / "template.xlsx", tmp_path / "saved", extension), KEY, Limits())
    assert again.problems.to_pylist() == []
    for name, table in reading.sheets.items():
        assert again.sheets[name].to_pylist() == table.to_pylist()
