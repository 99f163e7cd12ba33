"""The official forms: the right columns, only those who agreed, only the institution asked for."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
import sqlalchemy as sa

from expectations.sealing import StorageKeys, unseal
from tests.installations import moscow, take
from tests.workbooks import inn, submission, write
from warehouse.forms.bases import ROW_HOLDS, Pair, Person, base_of_mentees, base_of_mentors
from warehouse.forms.making import Made, make_forms
from warehouse.installation.home import Home
from warehouse.installation.settings import Misconfigured

ON = date(2022, 2, 1)
FIRM, UNLISTED = inn(616161616), inn(717171717)
STRANGER = "Канарейкин"
PEOPLE = f"""
    ID участника | Фамилия   | Имя    | Отчество  | Дата рождения | Категория              | Класс / объединение | Стаж, лет | ИНН партнёра | Дата согласия | Дата отзыва согласия
    У-1          | Пробный   | Пётр   | Ильич     | 29.02.2008    | обучающийся            | 7А                  |           |              | 01.10.2020    |
    У-2          | Мнимый    | Лев    |           | 05.05.2009    | обучающийся            | 6Б                  |           |              | 01.10.2020    |
    У-3          | Учебная   | Вера   | Львовна   | 01.01.1980    | педагогический работник |                    | 12        |              | 01.10.2020    |
    У-4          | Заводской | Егор   | Ильич     | 02.02.1985    | работник предприятия   |                     |           | {FIRM}       | 01.10.2020    |
    У-5          | Тихая     | Анна   |           | 03.03.2009    | обучающийся            | 6Б                  |           |              |               |
    У-6          | Ушедшая   | Зоя    |           | 04.04.2009    | обучающийся            | 6В                  |           |              | 01.10.2020    | 01.11.2021
    У-7          | Скрытный  | Олег   |           | 05.05.1985    | работник предприятия   |                     |           | {UNLISTED}   |               |
    У-8          | Дальний   | Глеб   |           | 06.06.1985    | работник предприятия   |                     |           | {UNLISTED}   | 01.10.2020    |
    У-9          | Передумов | Иван   |           | 07.07.2009    | обучающийся            | 6Г                  |           |              | 01.10.2020    | 15.01.2022
"""
PAIRS = """
    ID пары | ID наставника | ID наставляемого | Форма наставничества | Программа | Запрос наставляемого | Дата начала | Дата завершения | Итог         | Результат
    П-1     | У-3           | У-1              | педагог – ученик     | Вместе    | Олимпиада            | 01.10.2020  | 30.05.2021      | завершена    | Диплом
    П-2     | У-3           | У-2              | педагог – ученик     | Вместе    |                      | 01.10.2021  |                 | продолжается | Растёт
    П-3     | У-3           | У-5              | педагог – ученик     | Вместе    | Анна Тихая просит    | 01.09.2020  |                 | продолжается | Тихая смогла
    П-4     | У-4           | У-1              | работодатель – ученик | Вместе   | Завод                | 01.03.2021  | 01.06.2021      | прервана     |
    П-5     | У-7           | У-2              | работодатель – ученик | Вместе   | Станок               | 01.04.2021  |                 | продолжается | Скрытный учит
    П-6     | У-8           | У-6              | работодатель – ученик | Вместе   |                      | 01.05.2021  |                 | продолжается |
    П-6     | У-8           | У-6              | работодатель – ученик | Вместе   |                      | 01.05.2021  |                 | продолжается |
    П-7     | У-8           | У-9              | работодатель – ученик | Вместе   |                      | 01.06.2021  |                 | продолжается | Передумов успел
"""
PARTNERS = f"""
    ИНН    | Наименование    | Тип         | Статус соглашения
    {FIRM} | ООО «Завод» | предприятие | заключено
"""
MENTEES = [
    "№", "ФИО наставляемого", "Контактные данные", "Год рождения", "Основной запрос", "Дата вхождения", "ФИО наставника",
    "Форма", "Место работы/учёбы наставника", "Дата завершения", "Результаты", "Ссылка на кейс", "Отметка о прохождении",
]  # fmt: skip
MENTORS = [
    "№", "ФИО наставника", "Контактные данные", "Место работы/учёбы", "Компетенции", "Достижения", "Интересы",
    "Желаемый возраст", "Ресурс времени", "Дата вхождения", "ФИО наставляемых", "Форма", "Место наставляемого",
    "Дата завершения", "Результаты", "Ссылка",
]  # fmt: skip
SCHOOL, TEACHER, EMPLOYER = "МБОУ СОШ № 7", "педагог – ученик", "работодатель – ученик"
NO = "согласия нет"


def day(text: str) -> datetime:
    return datetime.strptime(text, "%d.%m.%Y")  # noqa: DTZ007 (a cell of a workbook has no zone)


# By hand from the sheets above. The pair of П-6 stands there twice and is one; У-9 withdrew after the reporting date
# and before the forms were made.
MENTEE_ROWS = [
    (1, "Пробный Пётр Ильич", None, 2008, "Олимпиада", day("01.10.2020"), "Учебная Вера Львовна", TEACHER, SCHOOL,
     day("30.05.2021"), "Диплом", None, "завершена"),
    (2, "Мнимый Лев", None, 2009, None, day("01.10.2021"), "Учебная Вера Львовна", TEACHER, SCHOOL, None, "Растёт", None,
     "продолжается"),
    (3, NO, None, None, None, day("01.09.2020"), "Учебная Вера Львовна", TEACHER, SCHOOL, None, None, None, "продолжается"),
    (4, "Пробный Пётр Ильич", None, 2008, "Завод", day("01.03.2021"), "Заводской Егор Ильич", EMPLOYER, "ООО «Завод»",
     day("01.06.2021"), None, None, "прервана"),
    (5, "Мнимый Лев", None, 2009, None, day("01.04.2021"), NO, EMPLOYER, None, None, None, None, "продолжается"),
    (6, NO, None, None, None, day("01.05.2021"), "Дальний Глеб", EMPLOYER, f"ИНН {UNLISTED}", None, None, None,
     "продолжается"),
    (7, NO, None, None, None, day("01.06.2021"), "Дальний Глеб", EMPLOYER, f"ИНН {UNLISTED}", None, None, None,
     "продолжается"),
]  # fmt: skip
MENTOR_ROWS = [
    (1, "Учебная Вера Львовна", None, SCHOOL, None, None, None, None, None, day("01.09.2020"),
     f"1. Пробный Пётр Ильич\n2. Мнимый Лев\n3. {NO}", TEACHER, f"1. {SCHOOL}, 7А\n2. {SCHOOL}, 6Б", None,
     "1. Диплом\n2. Растёт", None),
    (2, "Заводской Егор Ильич", None, "ООО «Завод»", None, None, None, None, None, day("01.03.2021"),
     "Пробный Пётр Ильич", EMPLOYER, f"{SCHOOL}, 7А", day("01.06.2021"), None, None),
    (3, NO, None, None, None, None, None, None, None, day("01.04.2021"), "Мнимый Лев", EMPLOYER, f"{SCHOOL}, 6Б", None,
     None, None),
    (4, "Дальний Глеб", None, f"ИНН {UNLISTED}", None, None, None, None, None, day("01.05.2021"), f"1. {NO}\n2. {NO}",
     EMPLOYER, None, None, None, None),
]  # fmt: skip


def cells(path: Path, title: str) -> list[tuple]:
    """Every row of a sheet below its title and note."""
    return list(openpyxl.load_workbook(path)[title].iter_rows(min_row=3, values_only=True))


@pytest.fixture(scope="module")
def school(home: Home) -> Home:
    """A school with all kinds of people, and another whose people are strangers to it."""
    own = submission(Участники=PEOPLE, Пары=PAIRS, Партнёры=PARTNERS)
    write(home.settings.inbox / "NSH-S007/a.xlsx", own)
    others = submission("NSH-S008")
    others["Участники"] = [[cell.replace("Пробный", STRANGER) for cell in row] for row in others["Участники"]]
    write(home.settings.inbox / "NSH-S008/b.xlsx", others)
    write(home.settings.inbox / "NSH-S007/earlier.xlsx", submission(as_of="31.12.2020"))
    assert take(home).verdicts["rejected"] == 0
    return home


@pytest.fixture(scope="module")
def made(school: Home) -> Made:
    return make_forms(school, "NSH-S007", date(2021, 12, 31), ON)


def test_the_base_of_mentees(made: Made) -> None:
    assert cells(made.path, "База наставляемых") == [tuple(MENTEES), *MENTEE_ROWS]


def test_the_base_of_mentors(made: Made) -> None:
    assert cells(made.path, "База наставников") == [tuple(MENTORS), *MENTOR_ROWS]


def test_those_without_consent_are_counted(made: Made) -> None:
    assert (made.mentees, made.unnamed_mentees, made.mentors, made.unnamed_mentors) == (7, 3, 4, 1)
    note = openpyxl.load_workbook(made.path)["База наставляемых"]["A2"].value
    assert note.replace("\xa0", " ") == "МБОУ СОШ № 7 (NSH-S007), сведения на 31.12.2021: 7 записей, без согласия — 3"


def test_nobody_without_consent_is_named_and_no_stranger(made: Made) -> None:
    book = openpyxl.load_workbook(made.path)
    told = repr([list(sheet.iter_rows(values_only=True)) for sheet in book])
    assert "Мнимый" in told
    for name in ("Тихая", "Ушедшая", "Скрытный", "Передумов", "Анна", STRANGER):
        assert name not in told


def test_only_the_institutions_own_rows_of_the_vault_are_read(
    school: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of all that is sealed two sheets of one delivery are opened, and that is the institution's."""
    opened = []

    def listening(sealed: bytes, bound: bytes, keys: StorageKeys) -> bytes:
        opened.append(bound.decode())
        return unseal(sealed, bound, keys)

    monkeypatch.setattr("warehouse.storage.vault.unseal", listening)
    with school.reading() as connection:
        statement = (
            "SELECT delivery FROM mentoring.deliveries WHERE institution_code = 'NSH-S007' AND as_of = '2021-12-31'"
        )
        (own,) = connection.execute(sa.text(statement)).scalars()
    make_forms(school, "NSH-S007", None, ON, tmp_path / "forms.xlsx")
    assert opened == [f"vault:{own}:participants", f"vault:{own}:pairs"]


def test_the_file_is_its_owners_alone(school: Home, made: Made) -> None:
    assert made.path == school.settings.home / "forms/NSH-S007/2021-12-31.xlsx"
    assert made.path.stat().st_mode & 0o777 == 0o600
    assert [made.path.parents[up].stat().st_mode & 0o777 for up in (0, 1)] == [0o700, 0o700]
    assert [path.name for path in made.path.parent.iterdir()] == ["2021-12-31.xlsx"]


def test_the_same_delivery_gives_the_same_bytes(school: Home, made: Made, tmp_path: Path) -> None:
    again = make_forms(school, "NSH-S007", date(2021, 12, 31), ON, tmp_path / "again.xlsx")
    assert again.path.read_bytes() == made.path.read_bytes()


def test_the_newest_date_is_taken_by_default(school: Home, tmp_path: Path) -> None:
    assert make_forms(school, "NSH-S007", None, ON, tmp_path / "newest.xlsx").as_of == date(2021, 12, 31)


def test_consent_withdrawn_later_hides_an_earlier_date_too(school: Home, tmp_path: Path) -> None:
    """On 1 January 2022 the withdrawal of the 15th has not come yet."""
    before = make_forms(school, "NSH-S007", None, date(2022, 1, 1), tmp_path / "before.xlsx")
    assert before.unnamed_mentees == 2
    assert cells(before.path, "База наставляемых")[7][1] == "Передумов Иван"


@pytest.mark.parametrize(
    ("institution", "as_of", "told"),
    [
        ("NSH-S999", None, "Организации с кодом NSH-S999 нет в реестре."),
        ("NSH-S014", None, "У организации NSH-S014 нет принятых сведений."),
        ("NSH-S007", date(2021, 3, 31), "нет принятых сведений на 31.03.2021. Есть: 31.12.2020, 31.12.2021."),
    ],
)
def test_what_cannot_be_made_is_told(school: Home, tmp_path: Path, institution, as_of, told) -> None:
    with pytest.raises(Misconfigured, match=told):
        make_forms(school, institution, as_of, ON, tmp_path / "none.xlsx")
    assert not (tmp_path / "none.xlsx").exists()


def test_a_person_who_withdrew_in_a_later_delivery_is_not_named_for_an_earlier_date(home: Home, tmp_path: Path) -> None:
    people = submission("NSH-S003")["Участники"]
    gone = [[*people[0], "Дата отзыва согласия"]] + [
        [*row, "15.12.2021" if row[1] == "Пробный" else ""] for row in people[1:]
    ]
    write(home.settings.inbox / "NSH-S003/1.xlsx", submission("NSH-S003", "31.12.2020", Пары=ONE_PAIR))
    take(home, moscow("2021-01-10 12:00"))
    first = make_forms(home, "NSH-S003", date(2020, 12, 31), ON, tmp_path / "1.xlsx")
    assert first.unnamed_mentees == 0
    write(home.settings.inbox / "NSH-S003/2.xlsx", submission("NSH-S003", Участники=gone, Пары=ONE_PAIR))
    take(home)
    again = make_forms(home, "NSH-S003", date(2020, 12, 31), ON, tmp_path / "2.xlsx")
    assert again.unnamed_mentees == 1


ONE_PAIR = """
    ID пары | ID наставника | ID наставляемого | Форма наставничества | Программа | Дата начала | Итог
    П-1     | У-3           | У-1              | педагог – ученик     | Вместе    | 01.10.2020  | продолжается
"""


def person(row: int, name: str | None = "Имя") -> Person:
    return Person(row, name and f"{name} {row}", 2008, "Школа")


def pair(row: int, mentor: Person, mentee: Person, **said) -> Pair:
    told = {"form": TEACHER, "started_on": date(2020, 10, row % 28 + 1), "ended_on": None, "outcome": "продолжается"}
    return Pair(row, mentor, mentee, **{"request": None, "result": None} | told | said)


def test_a_mentor_of_many_goes_on_in_the_next_row() -> None:
    mentor = person(1)
    base = base_of_mentors(pair(row, mentor, person(row), ended_on=date(2021, 1, row)) for row in range(2, 25))
    assert (base.entries, len(base.rows)) == (1, 3)
    listed = "\n".join(str(row[10]) for row in base.rows).split("\n")
    assert listed == [f"{number}. Имя {number + 1}" for number in range(1, 24)]
    assert [len(str(row[10]).split("\n")) for row in base.rows] == [ROW_HOLDS, ROW_HOLDS, 3]
    assert [row[:2] for row in base.rows] == [
        (1, "Имя 1"),
        (None, "Имя 1 (продолжение)"),
        (None, "Имя 1 (продолжение)"),
    ]
    assert [row[9] for row in base.rows] == [date(2020, 10, 3), None, None]
    assert [row[13] for row in base.rows] == [date(2021, 1, 24), None, None]
    assert all(len(row) == len(base.columns) for row in base.rows)


def test_a_mentor_ends_with_the_last_pair() -> None:
    mentor = person(1)
    pairs = [pair(2, mentor, person(2), ended_on=date(2021, 5, 1)), pair(3, mentor, person(3))]
    assert base_of_mentors(pairs).rows[0][13] is None


def test_forms_of_a_mentor_are_each_told_once() -> None:
    mentor = person(1)
    pairs = [pair(row, mentor, person(row), form=form) for row, form in ((2, "а"), (3, "б"), (4, "а"))]
    assert base_of_mentors(pairs).rows[0][11] == "а\nб"


def test_nothing_is_said_of_no_pairs() -> None:
    assert (base_of_mentees([]).rows, base_of_mentors([]).rows) == ([], [])
    assert (list(base_of_mentees([]).columns), list(base_of_mentors([]).columns)) == (MENTEES, MENTORS)


def test_texts_are_texts_and_dates_are_dates(tmp_path: Path) -> None:
    from warehouse.forms.people import Source
    from warehouse.forms.workbook import write_bases

    pairs = [
        pair(2, person(1, "=1+1"), person(2, "https://x.y"), request="@СУММ(1)", result="-1", ended_on=date(2021, 5, 1))
    ]
    source = Source("d", "NSH-S007", SCHOOL, date(2021, 12, 31), moscow("2022-01-10 12:00"))
    write_bases((base_of_mentees(pairs), base_of_mentors(pairs)), source, tmp_path / "f.xlsx")
    book = openpyxl.load_workbook(tmp_path / "f.xlsx")
    assert book.sheetnames == ["База наставляемых", "База наставников"]
    for sheet in book:
        assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "d"}
        assert not any(cell.hyperlink for row in sheet.iter_rows() for cell in row)
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert (sheet.print_title_rows, sheet.freeze_panes) == ("$3:$3", "C4")
    entered = book["База наставляемых"]["F4"]
    assert (entered.value, entered.number_format) == (datetime(2020, 10, 3), "dd.mm.yyyy")  # noqa: DTZ001
    assert book["База наставляемых"]["B4"].value == "https://x.y 2"
