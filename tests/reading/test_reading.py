"""A reading as a whole: what other files are called, when contents are equal, tokens of people."""

import os
from datetime import date

import pyarrow as pa
import pytest

from expectations.arrow import COUNTS, PLACES, PROBLEMS, staged_schemas
from expectations.reading.limits import Limits
from expectations.reading.reading import read_delivery, unreadable
from expectations.tokens import name_token, snils_token
from tests.reading.made_files import (
    DELIVERY,
    KEY,
    ORGANISATION,
    PARTICIPANTS,
    archive,
    csv_entries,
    problems,
    read,
    rewritten,
    rules,
    xlsx,
)
from tests.reading.made_xls import XLS

OTHERS = [
    # what is in the file                                    | what it is said to be
    (b"",                                                      "файл пуст"),
    (b"PK\5\6" + b"\0" * 18,                                   "пустой архив"),
    (b"Rar!\x1a\7\1\0",                                        "архив RAR"),
    (b"7z\xbc\xaf\x27\x1c",                                    "архив 7z"),
    (b"%PDF-1.7",                                              "документ PDF"),
    (b"{\\rtf1",                                               "текст RTF"),
    ("\ufeff<html><table><tr><td>ФИО".encode(),                "веб-страница"),
    (b"<table><tr><td>",                                       "веб-страница"),
    (b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>', "таблица XML 2003"),
    (b'<?xml version="1.0"?><root/>',                          "файл XML"),
    ("ФИО;Класс\r\n".encode("cp1251"),                         "текст или отдельный файл CSV"),
    ("ФИО\tКласс\r\n".encode("utf-16"),                        "текст или отдельный файл CSV"),
    (bytes(range(256)),                                        "вид файла не распознан"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,        "книга .xls повреждена"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "said"), OTHERS, ids=[said for _, said in OTHERS])
def test_other_files_are_named_by_their_content(tmp_path, content, said):
    path = tmp_path / "сведения.xlsx"
    path.write_bytes(content)
    ((rule, *_, detail),) = problems(read(path))
    assert rule == "unreadable-file" and said in detail


@pytest.mark.parametrize(
    ("part", "said"), [("xl/workbook.bin", ".xlsb"), ("word/document.xml", "документ Word"), ("ppt/presentation.xml", "презентация")]
)  # fmt: skip
def test_other_office_files(tmp_path, part, said):
    ((rule, *_, detail),) = problems(read(archive(tmp_path / "a.xlsx", {"[Content_Types].xml": "<Types/>", part: "x"})))
    assert rule == "unreadable-file" and said in detail


def test_odd_things_are_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "fifo.xlsx")
    (tmp_path / "link.xlsx").symlink_to("/etc/passwd")
    assert [rules(read(tmp_path / name)) for name in ("fifo.xlsx", "link.xlsx")] == [["unreadable-file"]] * 2


def test_a_file_over_the_limit_is_not_opened_further(tmp_path):
    path = xlsx(tmp_path / "a.xlsx", DELIVERY)
    assert rules(read(path, Limits(file_bytes=path.stat().st_size - 1))) == ["too-large"]
    assert rules(read(path, Limits(file_bytes=path.stat().st_size))) == []


# -- the tables of a reading


def schemas(reading):
    return [table.schema for table in (*reading.sheets.values(), reading.problems, reading.places, reading.counts)]


def test_every_reading_has_the_same_tables(tmp_path):
    (tmp_path / "text").write_text("текст")
    expected = [*staged_schemas().values(), PROBLEMS, PLACES, COUNTS]
    readings = [
        read(xlsx(tmp_path / "a.xlsx", DELIVERY)),
        read(tmp_path / "text"),
        unreadable("too-large", "больше"),
    ]
    assert [schemas(reading) for reading in readings] == [expected] * 3


def test_an_unreadable_file_has_its_one_problem():
    reading = unreadable("too-large", "файл больше 50 МБ")
    assert problems(reading) == [("too-large", None, None, None, "файл больше 50 МБ")]
    assert pa.concat_tables([*reading.sheets.values()], promote_options="default").num_rows == 0


# -- the hash of the content


@pytest.fixture
def content_hash(tmp_path):
    def of(changes, **options):
        return read(xlsx(tmp_path / "a.xlsx", DELIVERY | changes, **options)).content_hash

    return of


def with_cell(sheet, row, column, value):
    rows = [list(cells) for cells in DELIVERY[sheet]]
    rows[row][column] = value
    return {sheet: rows}


@pytest.mark.parametrize(
    ("what", "changes"),
    [
        ("nothing", {}),
        ("order of sheets", dict(reversed(DELIVERY.items()))),
        ("a line above", {"Пары": [["Заметка"], *DELIVERY["Пары"]]}),
        ("a blank row", {"Пары": [DELIVERY["Пары"][0], [None], *DELIVERY["Пары"][1:]]}),
        ("order of columns", {"Контингент": [row[::-1] for row in DELIVERY["Контингент"]]}),
        ("an empty column", {"Участники": [[*row, "Отчество"][: 8 if i == 0 else 7] for i, row in enumerate(PARTICIPANTS)]}),
        ("spelling of a code", with_cell("Участники", 1, 5, "ОБУЧАЮЩИЙСЯ")),
        ("spelling of a number", with_cell("Контингент", 1, 1, "50")),
        ("headings alone", {"Практики": [["Название", "Форма наставничества", "Результат"]]}),
        ("an empty sheet", {"Анкеты": []}),
        ("blanks alone", {"Анкеты": [[None, "  "], ["\u00a0"]]}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_the_same_content(content_hash, what, changes):
    assert content_hash(changes) == content_hash({})


@pytest.mark.parametrize(
    ("what", "changes"),
    [
        ("a name", with_cell("Участники", 1, 1, "Пробнов")),
        ("a date", with_cell("Участники", 1, 3, date(2010, 2, 27))),
        ("a number", with_cell("Контингент", 1, 1, 51)),
        ("a cell emptied", with_cell("Участники", 1, 4, None)),
        ("an unreadable cell", with_cell("Контингент", 1, 1, "много")),
        ("order of rows", {"Контингент": [DELIVERY["Контингент"][i] for i in (0, 2, 1)]}),
        ("a row less", {"Контингент": DELIVERY["Контингент"][:2]}),
        ("the curator", {"Организация": [*ORGANISATION[:-1], ["Куратор", "Иная Анна"]]}),
        ("a column not ours", {"Контингент": [[*row, "x"] for row in DELIVERY["Контингент"]]}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_another_content(content_hash, what, changes):
    assert content_hash(changes) != content_hash({})


def test_the_hash_depends_neither_on_the_medium_nor_on_the_key(tmp_path):
    path = xlsx(tmp_path / "a.xlsx", DELIVERY)
    in_csv = read(archive(tmp_path / "a.zip", csv_entries(DELIVERY)))
    other_key = read_delivery(path, b"another key" * 3, Limits())
    assert len({read(path).content_hash, in_csv.content_hash, other_key.content_hash}) == 1


def test_saving_again_changes_no_hash(tmp_path):
    path = xlsx(tmp_path / "a.xlsx", DELIVERY)
    before = read(path).content_hash
    again = rewritten(path, "docProps/core.xml", lambda xml: xml.replace(b"dc:creator", b"dc:title"))
    assert read(again).content_hash == before


# -- people


def test_tokens_are_made_where_they_are_sure(tmp_path):
    born = date(2010, 2, 28)
    rows = [
        PARTICIPANTS[0],
        ["У-1", "Пробный", "Пётр", born, "112-233-445 95", "обучающийся", "5А"],
        ["У-2", "Пробный", "Пётр", born, "112-233-445 96", "обучающийся", "5А"],  # a wrong checksum
        ["У-3", "Пробный", None, born, None, "обучающийся", "5А"],
        ["У-4", "Пробный", "Пётр", "вчера", 1123344595, "обучающийся", "5А"],
        ["У-5", " ПРОБНЫЙ ", "Петр", "28.02.2010", None, "обучающийся", "5А"],
    ]
    sheet = read(xlsx(tmp_path / "a.xlsx", DELIVERY | {"Участники": rows})).sheets["participants"]
    person, number = name_token(KEY, "Пробный", "Пётр", None, born), snils_token(KEY, "11223344595")
    assert sheet.column("name_token").to_pylist() == [person, person, None, None, person]
    assert sheet.column("snils_token").to_pylist() == [number, None, None, None, None]


def test_no_value_of_a_cell_is_in_a_problem(tmp_path):
    secret = "Тайный"
    sheets = {
        title: [rows[0], *[[f"{secret} {place}" for place, _ in enumerate(row)] for row in rows[1:]]]
        for title, rows in DELIVERY.items()
        if title != "Организация"
    }
    organisation = [[label, f"{secret} {label}"] for label, _ in ORGANISATION] + [[secret, secret]]
    reading = read(xlsx(tmp_path / "a.xlsx", {"Организация": organisation, **sheets}))
    assert "wrong-type" in rules(reading)
    assert secret not in str(reading.problems.to_pylist())


def test_an_xls_is_a_delivery_too(tmp_path):
    path = tmp_path / "a.xls"
    path.write_bytes(XLS)
    reading = read(path)
    assert [p[:4] for p in problems(reading) if p[0] == "excel-error-value"] == [
        ("excel-error-value", "Контингент", 3, "B"),
        ("excel-error-value", "Контингент", 5, "B"),
    ]
    assert reading.sheets["documents"].select(["row", "kind", "number", "approved_on"]).to_pylist() == [
        {"row": 3, "kind": "дорожная карта", "number": "12", "approved_on": date(2020, 9, 15)}
    ]
