"""Cells of workbooks as they stand: errors, formulas, dates, places, and what is refused."""

from datetime import date

import pytest

from expectations.form import FORM
from expectations.reading.container import read_pages
from expectations.reading.headings import Headings
from expectations.reading.limits import Limits
from expectations.reading.pages import Fault
from expectations.reading.refusal import Refused
from tests.reading.made_files import DELIVERY, archive, ods, problems, read, rewritten, rules, xlsx
from tests.reading.made_xls import XLS

ERROR, NO_VALUE = Fault.ERROR, Fault.NO_VALUE
SHEET1 = "xl/worksheets/sheet1.xml"


def pages(path, limits=None):
    """Rows of the visible sheets, by title."""
    found = read_pages(path, limits or Limits(), Headings(FORM), wanted=lambda title: True)
    return {page.title: page.rows for page in found if not page.hidden}


def refusal(path, limits=None):
    with pytest.raises(Refused) as refused:
        pages(path, limits)
    return refused.value.rule, refused.value.detail


def sheet_xml(rows):
    """A change of a sheet's XML that puts the given rows into it."""
    return lambda xml: xml[: xml.index(b"<sheetData")] + f"<sheetData>{rows}</sheetData></worksheet>".encode()


@pytest.fixture
def book(tmp_path):
    return xlsx(tmp_path / "a.xlsx", {"Контингент": [["x"]]})


# -- .xlsx


def test_formulas_count_by_their_cached_value(tmp_path):
    rows = [["=1+1→2", "=NA()→#N/A", '=A1&"б"→2б'], ["=1+2", "x", "=1/0→#DIV/0!"]]
    assert pages(xlsx(tmp_path / "a.xlsx", {"Лист": rows})) == {"Лист": [[2.0, ERROR, "2б"], [NO_VALUE, "x", ERROR]]}


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("<c r='B2' t='e'><v>#REF!</v></c>", ERROR),
        ('<c t="e" r="B2"><v>#REF!</v></c>', ERROR),
        ('<x:c xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main" r="B2" t="e"><x:v>#REF!</x:v></x:c>', ERROR),
        ('<c r="B2"><f>SUM(1)</f></c>', NO_VALUE),
        ('<c r="B2"><f>SUM(1)</f><v></v></c>', NO_VALUE),
        ('<c r="B2"><f ca="1"/><v/></c>', NO_VALUE),
        ('<c r="B2" t="str"><f>A1</f></c>', NO_VALUE),
        ('<c r="B2" t="str"><f>""</f><v></v></c>', ""),  # a formula that gives an empty text
        ('<c r="B2" t="str"><f>"а"</f><v>а</v></c>', "а"),
        ('<c r="B2" t="inlineStr"><is><t>а &amp; б</t></is></c>', "а & б"),
        ('<c r="B2" t="b"><v>1</v></c>', True),
        ('<c r="B2" t="d"><v>2020-09-01</v></c>', date(2020, 9, 1)),
    ],
)  # fmt: skip
def test_cells_of_other_writers(book, cell, value):
    xml = sheet_xml(f'<row r="1"><c r="A1"><v>7</v></c></row><row r="2">{cell}</row>')
    rows = pages(rewritten(book, SHEET1, xml))["Контингент"]
    assert (rows[1][1] if len(rows) > 1 else "") == value


def test_rows_and_cells_without_numbers_follow_each_other(book):
    xml = sheet_xml('<row><c><v>1</v></c></row><row><c t="e"><v>#N/A</v></c><c><v>2</v></c></row>')
    assert pages(rewritten(book, SHEET1, xml)) == {"Контингент": [[1.0, ""], [ERROR, 2.0]]}


@pytest.mark.parametrize("epoch_1904", [False, True])
def test_dates_of_both_systems(tmp_path, epoch_1904):
    path = xlsx(tmp_path / "a.xlsx", {"Лист": [[date(2008, 2, 29)]]}, date_1904=epoch_1904)
    assert pages(path) == {"Лист": [[date(2008, 2, 29)]]}


def test_merged_cells_hold_their_value_once(book):
    xml = sheet_xml('<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="B2"><v>2</v></c></row>')
    merge = b'</sheetData><mergeCells><mergeCell ref="A1:A2"/></mergeCells>'
    merged = rewritten(book, SHEET1, lambda old: xml(old).replace(b"</sheetData>", merge))
    assert pages(merged) == {"Контингент": [[1.0, ""], ["", 2.0]]}


def test_hidden_sheets_are_named_and_not_read(tmp_path):
    path = xlsx(tmp_path / "a.xlsx", {"Видный": [["x"]], "Скрытый": [["тайна"]]}, hidden=["Скрытый"])
    found = read_pages(path, Limits(), Headings(FORM), wanted=lambda title: True)
    assert [(page.title, page.hidden, page.rows) for page in found] == [
        ("Видный", False, [["x"]]),
        ("Скрытый", True, []),
    ]


@pytest.mark.parametrize(
    ("place", "limits", "reason"),
    [
        ((1_048_575, 16_383), Limits(), "больше 200000 строк"),
        ((150_000, 16_000), Limits(), "слишком большую область"),
        ((11, 0), Limits(rows=10), "больше 10 строк"),
        ((0, 30), Limits(columns=20), "больше 20 столбцов"),
    ],
)
def test_cells_far_from_the_table_are_refused_before_they_are_laid_out(tmp_path, place, limits, reason):
    rows = [[]] * place[0] + [[None] * place[1] + ["x"]]
    rule, detail = refusal(xlsx(tmp_path / "a.xlsx", {"Лист": rows}), limits)
    assert rule == "too-large" and reason in detail


def test_formatted_empty_rows_are_no_rows(book):
    xml = sheet_xml(
        '<row r="1"><c r="A1"><v>1</v></c></row>'
        + "".join(f'<row r="{n}"><c r="B{n}" s="1"/></row>' for n in range(2, 50))
    )
    assert pages(rewritten(book, SHEET1, xml), Limits(rows=10)) == {"Контингент": [[1.0]]}


def test_too_many_sheets(tmp_path):
    path = xlsx(tmp_path / "a.xlsx", {str(number): [[1]] for number in range(5)})
    assert refusal(path, Limits(sheets=4)) == ("too-large", "больше 4 листов")


def test_a_text_over_the_limit(tmp_path):
    path = xlsx(tmp_path / "a.xlsx", {"Лист": [["я" * 101]]})
    assert refusal(path, Limits(characters=100)) == ("too-large", "текст длиннее 100 знаков в ячейке")
    assert pages(path, Limits(characters=101)) == {"Лист": [["я" * 101]]}


def test_one_text_repeated_beyond_memory(tmp_path):
    path = xlsx(tmp_path / "a.xlsx", {"Лист": [["я" * 30_000]] * 2_000})
    assert refusal(path, Limits(memory_bytes=100_000_000)) == ("too-large", "тексты ячеек не помещаются в память")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_declared_entities_are_refused(book, encoding):
    bomb = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet><sheetData/></worksheet>'
    rule, detail = refusal(rewritten(book, SHEET1, lambda _: bomb.encode(encoding)))
    assert rule == "unreadable-file" and "сущности XML" in detail


@pytest.mark.parametrize(
    "change", [lambda xml: xml[:-30], lambda xml: xml.replace(b"<v>0</v>", b"<v>99</v>"), lambda _: b"\0\1"]
)
def test_a_damaged_sheet_is_not_half_a_sheet(book, change):
    assert refusal(rewritten(book, SHEET1, change))[0] == "unreadable-file"


def test_an_encoding_nobody_knows_is_damage(book):
    error = rewritten(book, SHEET1, sheet_xml('<row r="1"><c r="A1" t="e"><v>#N/A</v></c></row>'))
    assert pages(error) == {"Контингент": [[ERROR]]}
    unknown = rewritten(error, SHEET1, lambda xml: xml.replace(b"UTF-8", b"UIF-8"))
    assert refusal(unknown)[0] == "unreadable-file"


def test_problems_name_the_cell_of_an_error(tmp_path):
    rows = [[None], [None, "Возраст, полных лет", "Обучающихся"], [None, 7, "=NA()→#N/A"], [None, "=1+7", 48]]
    reading = read(xlsx(tmp_path / "a.xlsx", DELIVERY | {"Контингент": rows}))
    assert problems(reading) == [
        ("excel-error-value", "Контингент", 3, "C", None),
        ("formula-without-value", "Контингент", 4, "B", None),
    ]


# -- .ods

FILLED = '<table:table-cell office:value-type="float" office:value="7"><text:p>7</text:p></table:table-cell>'
BLANK = "<table:table-cell/>"


def ods_table(rows, attributes='table:name="Лист"'):
    return f"<table:table {attributes}>{rows}</table:table>"


def ods_row(*cells, repeated=1):
    return f'<table:table-row table:number-rows-repeated="{repeated}">{"".join(cells)}</table:table-row>'


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ('office:value-type="float" office:value="7.5"><text:p>7,5</text:p>', 7.5),
        ('office:value-type="percentage" office:value="0.5"><text:p>50 %</text:p>', 0.5),
        ('office:value-type="date" office:date-value="2008-02-29"><text:p>29.02.08</text:p>', date(2008, 2, 29)),
        ('office:value-type="boolean" office:boolean-value="true"><text:p>ИСТИНА</text:p>', True),
        ('office:value-type="string"><text:p>а<text:s text:c="2"/>б</text:p><text:p><text:span>в</text:span></text:p>', "а  б\nв"),
        ('office:value-type="string" calcext:value-type="error" table:formula="of:=NA()"><text:p>#N/A</text:p>', ERROR),
        ('office:value-type="float" office:value="0" table:formula="of:=1/0"><text:p>#DIV/0!</text:p>', ERROR),
        ('table:formula="of:=1+1">', NO_VALUE),
        ('office:value-type="string"><text:p>а</text:p><office:annotation><text:p>заметка</text:p></office:annotation>', "а"),
    ],
)  # fmt: skip
def test_cells_of_ods(tmp_path, cell, value):
    path = ods(tmp_path / "a.ods", ods_table(ods_row(f"<table:table-cell {cell}</table:table-cell>")))
    assert pages(path) == {"Лист": [[value]]}


def test_repeated_cells_of_ods_are_laid_out_as_far_as_something_stands_there(tmp_path):
    wide = '<table:table-cell table:number-columns-repeated="16384"/>'
    twice = FILLED.replace("<table:table-cell", '<table:table-cell table:number-columns-repeated="2"')
    rows = [
        ods_row(twice, wide),
        ods_row(wide, repeated=2),
        ods_row(BLANK, FILLED, wide, repeated=2),
        ods_row(wide, repeated=1_000_000),
    ]
    assert pages(ods(tmp_path / "a.ods", ods_table("".join(rows)))) == {
        "Лист": [[7.0, 7.0], ["", ""], ["", ""], ["", 7.0], ["", 7.0]]
    }


@pytest.mark.parametrize(
    ("rows", "columns"), [(1, 17_000), (250_000, 1), (190_000, 1_000), (10**9, 10**9), (1, 10**12)]
)
def test_an_ods_of_billions_of_cells(tmp_path, rows, columns):
    cell = FILLED.replace("<table:table-cell", f'<table:table-cell table:number-columns-repeated="{columns}"')
    path = ods(tmp_path / "a.ods", ods_table(ods_row(cell, repeated=rows)))
    assert refusal(path)[0] == "too-large"


def test_hidden_sheets_of_ods(tmp_path):
    styles = '<style:style style:name="ta2"><style:table-properties table:display="false"/></style:style>'
    tables = ods_table(ods_row(FILLED)) + ods_table(ods_row(FILLED), 'table:name="Тайна" table:style-name="ta2"')
    assert pages(ods(tmp_path / "a.ods", tables, styles)) == {"Лист": [[7.0]]}


def test_an_encrypted_ods(tmp_path):
    path = ods(tmp_path / "a.ods", "", manifest="<manifest:encryption-data/>")
    assert refusal(path) == ("password-protected", "книга зашифрована")


# -- .xls


@pytest.fixture
def xls(tmp_path):
    path = tmp_path / "книга без расширения"
    path.write_bytes(XLS)
    return path


def test_cells_of_xls(xls):
    assert pages(xls) == {
        "Контингент": [
            ["Возраст, полных лет", "Обучающихся"],
            [7, 25],
            [8, ERROR],
            ["", ""],
            [9, ERROR],
            [10, 0],
        ],
        "Документы": [
            ["", "", "", ""],
            ["", "Вид документа", "Дата утверждения", "Номер"],
            ["", "дорожная карта", date(2020, 9, 15), 12],
        ],
    }


@pytest.mark.parametrize("size", [600, 3_000, 6_000])
def test_a_cut_xls(xls, size):
    xls.write_bytes(XLS[:size])
    assert refusal(xls)[0] == "unreadable-file"


def test_an_xls_over_the_limits(xls):
    assert refusal(xls, Limits(rows=5)) == ("too-large", "больше 5 строк на листе")


def test_an_xls_that_claims_two_billion_rows(xls):
    """calamine reserves their room and takes the process with it."""
    dimensions = XLS.index(b"\x00\x02\x0e\x00")
    xls.write_bytes(XLS[: dimensions + 8] + b"\xff\xff\xff\x7f" + XLS[dimensions + 12 :])
    assert refusal(xls) == ("unreadable-file", "книга .xls повреждена")


def test_an_encrypted_xls(xls):
    """A FILEPASS record stands where another of its length stood."""
    at = XLS.index(b"\x09\x08\x10\x00\x00\x06")  # the first record of the workbook
    after = at + 4 + 16
    length = int.from_bytes(XLS[after + 2 : after + 4], "little")
    xls.write_bytes(XLS[:after] + b"\x2f\x00" + length.to_bytes(2, "little") + XLS[after + 4 :])
    assert refusal(xls)[0] == "password-protected"


def test_the_reading_does_not_depend_on_the_file_name(tmp_path, book):
    renamed = tmp_path / "[таблица]*.csv"
    renamed.write_bytes(book.read_bytes())
    assert pages(renamed) == pages(book)


def test_a_workbook_without_its_main_part(tmp_path):
    path = archive(tmp_path / "a.xlsx", {"[Content_Types].xml": "<Types/>", "xl/media/a.png": "x"})
    assert rules(read(path)) == ["unreadable-file"]
