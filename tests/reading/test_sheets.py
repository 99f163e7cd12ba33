"""Where the rows of a sheet are, and what is told of the rest."""

from datetime import date

import pytest

from expectations.form import FORM
from tests.reading.made_files import DELIVERY, ORGANISATION, problems, read, rules, table, xlsx

AGE, STUDENTS = "Возраст, полных лет", "Обучающихся"


@pytest.fixture
def enrolment(tmp_path):
    """Read a delivery whose Контингент is the given table."""

    def deliver(text, **others):
        rows = table(text) if isinstance(text, str) else text
        return read(xlsx(tmp_path / "a.xlsx", DELIVERY | {"Контингент": rows} | others))

    return deliver


def rows_of(reading, sheet="enrolment"):
    return [(row["row"], *list(row.values())[1:3]) for row in reading.sheets[sheet].to_pylist()]


def counts_of(reading, sheet="enrolment"):
    return next((c["rows_read"], c["rows_skipped"]) for c in reading.counts.to_pylist() if c["sheet"] == sheet)


@pytest.mark.parametrize(
    ("heading", "known"),
    [
        ("Возраст, полных лет *", True),
        ("  ВОЗРАСТ,   полных лет: ", True),
        ("Возраст,\nполных лет (на 1 января)", True),
        ("Bозраст, полных лет", True),  # a Latin «B»
        ("Возраст", False),
    ],
)
def test_headings_are_compared_folded(enrolment, heading, known):
    reading = enrolment([[heading, STUDENTS], [7, 51]])
    assert rows_of(reading) == ([(2, 7, 51)] if known else [])


def test_a_table_may_begin_under_notes_and_away_from_the_corner(enrolment):
    reading = enrolment("""
        | Сведения о контингенте |
        |                        |             | примечание
        |                        |             |
        | Обучающихся            |             | Возраст, полных лет
        | 51                     |             | 7
        | 48                     |             | 8
    """)
    assert rows_of(reading) == [(5, 7, 51), (6, 8, 48)]
    places = {p["column"]: p["letter"] for p in reading.places.to_pylist() if p["sheet"] == "enrolment"}
    assert places == {"students": "B", "age": "D"}
    assert problems(reading) == []


@pytest.mark.parametrize(("row", "found"), [(20, True), (21, False)])
def test_headings_are_sought_in_twenty_rows(enrolment, row, found):
    reading = enrolment([["заметка"]] * (row - 1) + [[AGE, STUDENTS], [7, 51]])
    assert rows_of(reading) == ([(row + 1, 7, 51)] if found else [])


def test_blank_rows_and_totals_are_skipped_and_counted(enrolment):
    reading = enrolment("""
        Возраст, полных лет | Обучающихся
        7                   | 51

        8                   | 48
        Итого:              | 99
                            | 5
        ВСЕГО по школе      | 104
    """)
    assert rows_of(reading) == [(2, 7, 51), (4, 8, 48), (6, None, 5)]
    assert counts_of(reading) == (6, 3)


def test_characters_of_no_width_fill_no_cell_and_hide_no_total(enrolment):
    rows = [[AGE, STUDENTS], [7, 51], ["\u200bИтого", 51], [" \ufeff", "Всего"], ["\u200b", None], [8, 48]]
    assert rows_of(enrolment(rows)) == [(2, 7, 51), (6, 8, 48)]
    assert problems(enrolment(rows)) == []


def test_blank_rows_after_the_last_filled_one_are_not_counted(enrolment):
    reading = enrolment([[AGE, STUDENTS], [7, 51], [None, " "], [None, None], ["", None]])
    assert counts_of(reading) == (1, 0)


def test_a_row_filled_only_outside_the_form_is_blank(enrolment):
    """Numbers prepared for a hundred pupils are no hundred pupils."""
    reading = enrolment([["№ п/п", AGE, STUDENTS], [1, 7, 51], [2, None, None], [3, 8, 48], [4, None, None]])
    assert rows_of(reading) == [(2, 7, 51), (4, 8, 48)]
    assert counts_of(reading) == (3, 1)


def test_only_the_whole_word_makes_a_total(tmp_path):
    rows = [["Название", "Форма наставничества", "Результат"], ["Итоговая встреча", "иная", "Выставка"]]
    reading = read(xlsx(tmp_path / "a.xlsx", DELIVERY | {"Практики": rows}))
    assert reading.sheets["practices"].column("title").to_pylist() == ["Итоговая встреча"]


def test_every_row_read_is_staged_or_skipped(enrolment):
    reading = enrolment([[AGE, STUDENTS], [None, None], ["x", 1], ["Итого", 1], [None, None], [9, "y"], [None, None]])
    read_rows, skipped = counts_of(reading)
    assert read_rows == skipped + reading.sheets["enrolment"].num_rows == 5


def test_an_unread_cell_is_null_named_and_reported_once(enrolment):
    reading = enrolment([[AGE, STUDENTS], [7, 51], ["семь", "много"], [8, "48"]])
    assert reading.sheets["enrolment"].column("unread").to_pylist() == [None, ["age", "students"], None]
    assert rows_of(reading) == [(2, 7, 51), (3, None, None), (4, 8, 48)]
    assert problems(reading) == [
        ("wrong-type", "Контингент", 3, "A", None),
        ("wrong-type", "Контингент", 3, "B", None),
    ]


def test_cells_of_skipped_rows_are_not_reported(enrolment):
    assert problems(enrolment([[AGE, STUDENTS], [7, 51], ["Итого", "нет данных"]])) == []


def test_a_missing_heading_leaves_the_rows_unread(enrolment):
    reading = enrolment([["Обучающихся", "Класс"], [51, "7А"]])
    assert problems(reading) == [
        ("missing-column", "Контингент", None, None, AGE),
        ("unknown-column", "Контингент", 1, "B", "Класс"),
    ]
    assert rows_of(reading) == [] and counts_of(reading) == (0, 0)


def test_cells_of_people_are_not_taken_for_headings(tmp_path):
    people = [["У-1", "Секретный", "Пётр", date(2010, 2, 28), "11223344595"]]
    reading = read(xlsx(tmp_path / "a.xlsx", DELIVERY | {"Участники": people}))
    assert set(rules(reading)) == {"missing-column"}
    assert "Секретный" not in str(reading.problems.to_pylist())


def test_a_repeated_heading_is_told(enrolment):
    reading = enrolment([[AGE, STUDENTS, "обучающихся*"], [7, 51, 52]])
    assert problems(reading) == [("duplicate-column", "Контингент", 1, "C", STUDENTS)]


def test_columns_that_are_not_ours_are_told(enrolment):
    long = "Очень длинный заголовок " * 10
    reading = enrolment([[AGE, "Класс\x0bный", STUDENTS, long, None, None], [7, "А", 51, 1, " ", "?"]])
    assert problems(reading) == [
        ("unknown-column", "Контингент", 1, "B", "Класс ный"),
        ("unknown-column", "Контингент", 1, "D", long[:59] + "…"),
        ("unknown-column", "Контингент", 1, "F", "F без заголовка"),
    ]
    assert rows_of(reading) == [(2, 7, 51)]


def test_optional_columns_may_be_absent(tmp_path):
    reading = read(xlsx(tmp_path / "a.xlsx", DELIVERY))
    assert problems(reading) == []
    assert reading.sheets["participants"].column("patronymic").to_pylist() == [None, None]


# -- labels and values


def test_a_vertical_sheet_is_one_row(tmp_path):
    rows = [["Форма сведений"], [None], *[[None, *row] for row in ORGANISATION]]
    reading = read(xlsx(tmp_path / "a.xlsx", DELIVERY | {"Организация": rows}))
    assert problems(reading) == []
    (row,) = reading.sheets["organisation"].to_pylist()
    assert (row["row"], row["institution_code"], row["as_of"], row["teachers"]) == (
        3,
        "NSH-S007",
        date(2021, 12, 31),
        40,
    )
    assert counts_of(reading, "organisation") == (7, 0)
    places = [p for p in reading.places.to_pylist() if p["sheet"] == "organisation"]
    assert places[1] == {"sheet": "organisation", "column": "institution_code", "letter": "C", "row": 4}


def test_what_is_wrong_on_a_vertical_sheet_is_told_at_its_label(tmp_path):
    rows = [
        *ORGANISATION[:3],
        ["Отчётная дата", "вчера"],
        *ORGANISATION[4:],
        ["Секретная Анна", "Куратор"],
        ["куратор:", "ещё"],
    ]
    reading = read(xlsx(tmp_path / "a.xlsx", DELIVERY | {"Организация": rows}))
    assert problems(reading) == [
        ("wrong-type", "Организация", 4, "B", None),
        ("unknown-column", "Организация", 8, "A", "A8"),
        ("duplicate-column", "Организация", 9, "B", "Куратор"),
    ]
    assert reading.sheets["organisation"].column("unread").to_pylist() == [["as_of"]]


def test_a_vertical_sheet_without_a_required_label_has_no_row(tmp_path):
    reading = read(xlsx(tmp_path / "a.xlsx", DELIVERY | {"Организация": ORGANISATION[1:]}))
    assert problems(reading) == [("missing-column", "Организация", None, None, "Версия формы")]
    assert reading.sheets["organisation"].num_rows == 0


# -- sheets


def test_sheets_are_matched_as_headings_are(tmp_path):
    renamed = {" КОНТИНГЕНТ ": DELIVERY["Контингент"]} | {k: v for k, v in DELIVERY.items() if k != "Контингент"}
    assert problems(read(xlsx(tmp_path / "a.xlsx", renamed))) == []


@pytest.mark.parametrize(
    ("sheets", "hidden", "told"),
    [
        ({"Пары": None}, [], [("missing-sheet", "Пары", "Пары")]),
        ({}, ["Пары"], [("missing-sheet", "Пары", "Пары (лист скрыт)")]),
        ({"Анкеты": [["Роль"]]}, ["Анкеты"], [("unknown-sheet", "Анкеты", "Анкеты (лист скрыт)")]),
        ({"Черновик": [["x"]]}, [], [("unknown-sheet", "Черновик", "Черновик")]),
        ({"Черновик": [["x"]]}, ["Черновик"], [("unknown-sheet", "Черновик", "Черновик (лист скрыт)")]),
        ({"Инструкция": [["x"]], "Списки": [["x"]]}, ["Списки"], []),
        ({"Пары*": [["x"]]}, [], [("duplicate-sheet", "Пары", "Пары")]),
    ],
)  # fmt: skip
def test_sheets_that_are_missing_twice_there_or_not_ours(tmp_path, sheets, hidden, told):
    delivered = {title: rows for title, rows in (DELIVERY | sheets).items() if rows is not None}
    reading = read(xlsx(tmp_path / "a.xlsx", {k.replace("*", " "): v for k, v in delivered.items()}, hidden=hidden))
    assert [(p["rule"], p["sheet"], p["detail"]) for p in reading.problems.to_pylist()] == told


def test_every_sheet_of_the_form_is_in_a_reading(tmp_path):
    reading = read(xlsx(tmp_path / "a.xlsx", {"Пары": DELIVERY["Пары"]}))
    assert list(reading.sheets) == [sheet.name for sheet in FORM.sheets]
    assert (
        {p["sheet"] for p in reading.places.to_pylist()}
        == {"pairs"}
        == {c["sheet"] for c in reading.counts.to_pylist()}
    )
