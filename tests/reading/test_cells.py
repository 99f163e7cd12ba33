"""What a cell says in a column of each kind."""

from datetime import date, datetime, time, timedelta

import pytest

from expectations.form import FORM
from expectations.reading.cells import reader_of
from expectations.reading.columns import ColumnReader
from expectations.reading.pages import Fault
from expectations.reading.refusal import Refused
from expectations.spellings import Kind

WRONG, ERROR, EMPTY = Fault.WRONG_TYPE, Fault.ERROR, None
NBSP, ZERO_WIDTH, SOFT = "\xa0", "\u200b", "\xad"


def column_of(kind):
    return next(column for sheet in FORM.sheets for column in sheet.columns if column.kind is kind)


CELLS = [
    # kind          | in the cell                        | read as
    (Kind.TEXT,      "5А",                                "5А"),
    (Kind.TEXT,      "  5  А ",                           "5 А"),
    (Kind.TEXT,      f"{NBSP}5{NBSP}А{ZERO_WIDTH}",       "5 А"),
    (Kind.TEXT,      "строка\r\nвторая",                  "строка вторая"),
    (Kind.TEXT,      "и\u0306од",                         "йод"),
    (Kind.TEXT,      " \t\n",                             EMPTY),
    (Kind.TEXT,      "a\x00b\x0bc\ud800d_x000D_e",        "abcde"),
    (Kind.TEXT,      "_x0041_",                           "_x0041_"),
    (Kind.TEXT,      "Прога\ufffdма",                     WRONG),
    (Kind.TEXT,      "=не формула",                       "=не формула"),
    (Kind.TEXT,      "NULL",                              "NULL"),
    (Kind.TEXT,      "nan",                               "nan"),
    (Kind.TEXT,      "№ 7 # 8",                           "№ 7 # 8"),
    (Kind.TEXT,      75,                                  "75"),
    (Kind.TEXT,      75.0,                                "75"),
    (Kind.TEXT,      0.1 + 0.2,                           "0.3"),
    (Kind.TEXT,      12345678901234567890.0,              WRONG),
    (Kind.TEXT,      True,                                WRONG),
    (Kind.TEXT,      date(2021, 2, 1),                    WRONG),  # class «1-2» as Excel spoils it
    (Kind.TEXT,      time(9, 30),                         WRONG),
    (Kind.TEXT,      timedelta(hours=30),                 WRONG),
    (Kind.TEXT,      "#Н/Д",                              ERROR),
    (Kind.NAME,      "О'Коннор-Мак",                      "О'Коннор-Мак"),
    (Kind.NAME,      "Нет",                               "Нет"),
    (Kind.NAME,      7.0,                                 "7"),
    (Kind.CODE,      "обучающийся",                       "обучающийся"),
    (Kind.CODE,      " ОБУЧАЮЩИЙСЯ* ",                    "обучающийся"),
    (Kind.CODE,      "o\u0431учающийся",                  "обучающийся"),  # the first letter is Latin
    (Kind.CODE,      "обучающейся",                       "обучающейся"),  # for the list to refuse
    (Kind.CODE,      5.0,                                 "5"),
    (Kind.CODE,      False,                               WRONG),
    (Kind.INTEGER,   5,                                   5),
    (Kind.INTEGER,   5.0,                                 5),
    (Kind.INTEGER,   "5",                                 5),
    (Kind.INTEGER,   "5 ",                                5),
    (Kind.INTEGER,   f"1{NBSP}234",                       1234),
    (Kind.INTEGER,   "5,0",                               5),
    (Kind.INTEGER,   "−3",                                -3),
    (Kind.INTEGER,   "1.000",                             WRONG),
    (Kind.INTEGER,   "12 34",                             WRONG),
    (Kind.INTEGER,   5.5,                                 WRONG),
    (Kind.INTEGER,   "5,5",                               WRONG),
    (Kind.INTEGER,   "пять",                              WRONG),
    (Kind.INTEGER,   "٥",                                 WRONG),  # an Arabic five
    (Kind.INTEGER,   "1e3",                               WRONG),
    (Kind.INTEGER,   True,                                WRONG),
    (Kind.INTEGER,   date(2020, 1, 1),                    WRONG),
    (Kind.INTEGER,   "9" * 400,                           WRONG),
    (Kind.NUMBER,    "0,5",                               0.5),
    (Kind.NUMBER,    "0.5",                               0.5),
    (Kind.NUMBER,    "1 234,5",                           1234.5),
    (Kind.NUMBER,    7,                                   7.0),
    (Kind.NUMBER,    "50 %",                              WRONG),
    (Kind.NUMBER,    "NaN",                               WRONG),
    (Kind.NUMBER,    float("nan"),                        WRONG),
    (Kind.NUMBER,    float("inf"),                        WRONG),
    (Kind.NUMBER,    "#Н/Д",                              ERROR),
    (Kind.NUMBER,    "#ссылка!",                          ERROR),
    (Kind.DATE,      date(2008, 2, 29),                   date(2008, 2, 29)),
    (Kind.DATE,      datetime(2008, 2, 29, 23, 59),       date(2008, 2, 29)),  # noqa: DTZ001
    (Kind.DATE,      "29.02.2008",                        date(2008, 2, 29)),
    (Kind.DATE,      "2008-02-29",                        date(2008, 2, 29)),
    (Kind.DATE,      " 29.02.2008 ",                      date(2008, 2, 29)),
    (Kind.DATE,      "29.02.2009",                        WRONG),
    (Kind.DATE,      "01.09.20",                          WRONG),
    (Kind.DATE,      "1.9.2020",                          WRONG),
    (Kind.DATE,      "01/09/2020",                        WRONG),
    (Kind.DATE,      "01.09.2020 г.",                     WRONG),
    (Kind.DATE,      "01.09.1899",                        WRONG),
    (Kind.DATE,      "01.09.2101",                        WRONG),
    (Kind.DATE,      44105.0,                             WRONG),
    (Kind.DATE,      date(1900, 2, 28),                   WRONG),  # Excel's 29.02.1900 looks the same
    (Kind.DATE,      time(0, 0),                          WRONG),
    (Kind.DATE,      "вчера",                             WRONG),
    (Kind.DATE,      Fault.NO_VALUE,                      Fault.NO_VALUE),
    (Kind.SNILS,     "112-233-445 95",                    "11223344595"),
    (Kind.SNILS,     "11223344595",                       "11223344595"),
    (Kind.SNILS,     "112–233–445 95",                    "11223344595"),
    (Kind.SNILS,     11223344595.0,                       "11223344595"),
    (Kind.SNILS,     1223344595.0,                        "01223344595"),
    (Kind.SNILS,     "1223344595",                        "1223344595"),  # for the checksum to refuse
    (Kind.SNILS,     "нет",                               "нет"),
    (Kind.SNILS,     1.5,                                 WRONG),
    (Kind.SNILS,     -11223344595.0,                      WRONG),
    (Kind.INN,       "7707083893",                        "7707083893"),
    (Kind.INN,       7707083893.0,                        "7707083893"),
    (Kind.INN,       707083893.0,                         "0707083893"),
    (Kind.INN,       12345678901.0,                       "012345678901"),
    (Kind.INN,       12345678.0,                          "12345678"),
    (Kind.INN,       "707083893",                         "707083893"),
    (Kind.URL,       "https://example.org/a",             "https://example.org/a"),
    (Kind.URL,       "HTTP://example.org",                "HTTP://example.org"),
    (Kind.URL,       "javascript:alert(1)",               WRONG),
    (Kind.URL,       "example.org",                       WRONG),
    (Kind.URL,       "http://a b",                        WRONG),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "cell", "value"), CELLS)
def test_a_cell_is_read_as(kind, cell, value):
    read = reader_of(column_of(kind))(cell)
    assert (read, type(read)) == (value, type(value))


@pytest.mark.parametrize(("kind", "cell", "value"), CELLS)
def test_a_column_reads_its_cells_as_single_ones(kind, cell, value):
    """Shortcuts over a whole column change nothing: alone, among blanks, among cells of other types."""
    reader = ColumnReader(column_of(kind))
    for others in ([], ["", ""], ["что-то", 1.0, True]):
        assert reader([cell, *others], longest=1000).values[0] == value


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_cells_in_the_table(kind):
    assert kind in {kind for kind, _, _ in CELLS}
    assert reader_of(column_of(kind))("") is None


def test_the_place_of_every_unread_cell_is_marked():
    read = ColumnReader(column_of(Kind.INTEGER))([1.0, "x", True, Fault.ERROR, ""], longest=10)
    assert read.values == [1, Fault.WRONG_TYPE, Fault.WRONG_TYPE, Fault.ERROR, None]
    assert read.marks == [(1, "wrong-type"), (2, "wrong-type"), (3, "excel-error-value")]


@pytest.mark.parametrize(
    ("written", "read", "marked"),
    [
        ("Иванoв", "Иванов", True),  # a Latin «o»
        ("Иванов", "Иванов", False),
        ("Ivanov", "Ivanov", False),
        ("Cидоров", "Сидоров", True),  # a Latin «C»
        ("Петров II", "Петров II", False),
    ],
)
def test_latin_look_alikes_in_a_cyrillic_name(written, read, marked):
    column = ColumnReader(column_of(Kind.NAME))
    for cells in ([written], ["Мнимая", written, ""], [1.0, written]):
        values, marks = column(cells, longest=100)
        place = cells.index(written)
        assert values[place] == read
        assert ((place, "mixed-alphabet") in marks) is marked


def test_a_text_over_the_limit_of_a_cell_refuses_the_file():
    column = ColumnReader(column_of(Kind.TEXT))
    assert column(["я" * 10] * 5, longest=10).values == ["я" * 10] * 5
    with pytest.raises(Refused) as refused:
        column(["я" * 11], longest=10)
    assert refused.value.rule == "too-large"
