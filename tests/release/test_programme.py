"""What institutions tell beside people and pairs is gathered from their deliveries in force, on both engines alike."""

from __future__ import annotations

from datetime import date

import pytest

from tests.installations import ENGINES, installation, moscow, take
from tests.workbooks import organisation, submission, write
from warehouse.journal.journal import known_by
from warehouse.release.gather_programme import document_state, gather_programme
from warehouse.release.programme import DONE, LATE, NOT_AGREED, SCHEMAS, WRONG_APPROVER, Programme

AS_OF = date(2021, 12, 31)
HEAD, EXPERT = (
    "начальник информационно-методического отдела",
    "главный специалист отдела общего и дошкольного образования",
)
SHEETS = {
    "Документы": f"""
        Вид документа                | Дата утверждения | Согласовано | Дата согласования
        приказ о назначении куратора | 01.09.2020       |             |
        дорожная карта               | 02.09.2020       | {HEAD}      | 05.10.2020
        дорожная карта               | 01.09.2020       | {HEAD}      | 01.10.2020
        положение о наставничестве   | 01.09.2020       | {EXPERT}    | 15.09.2020
        приказ о внедрении           | 01.09.2020       |             |
    """,
    "Мероприятия": """
        Дата       | Вид мероприятия        | Название       | Участников | Часов
        01.01.2021 | обучение наставников   | Пробный день   | 10         | 1,5
        31.12.2021 | обучение наставников   | Ещё один       | 2          |
        31.12.2020 | обучение наставников   | Прошлый год    | 99         | 9
        10.09.2020 | встреча с выпускниками | В срок         | 5          | 1
    """,
    "Партнёры": """
        ИНН        | Наименование | Тип         | Статус соглашения | Предоставлено наставников
        7707083893 | Пробное      | предприятие | заключено         | 3
        7736050003 | Учебное      | предприятие | заключено         |
        7702070139 | Мнимое       | предприятие | планируется       | 0
    """,
    "Практики": """
        Название | Форма наставничества | Участников | Результат
        Пробная  | педагог – ученик     | 12         | есть
        Мнимая   | педагог – ученик     |            | есть
    """,
    "Анкеты": """
        ID участника | Роль        | Этап  | Дата анкеты | Комфорт | Удовлетворённость
        У-1          | наставляемый | до    | 01.02.2021 | 4       | 6
        У-2          | наставляемый | до    | 01.02.2021 |         | 8
        У-1          | наставляемый | после | 01.12.2021 | 9       | 9
        У-1          | наставляемый | после | 31.12.2020 | 1       | 1
    """,
    "Мониторинг": """
        Показатель             | До | После
        жалоб                  | 5  | 2
        реализовано проектов   | 3  |
    """,
}  # fmt: skip


@pytest.fixture(scope="module")
def programmes(tmp_path_factory: pytest.TempPathFactory, postgres_database: str) -> dict[str, Programme]:
    """The programme of two schools, one of which tells of nothing, gathered on each engine."""
    found = {}
    for engine, url in zip(ENGINES, (None, postgres_database), strict=True):
        with installation(tmp_path_factory.mktemp(engine) / "home", url) as home:
            write(home.settings.inbox / "NSH-S007/a.xlsx", submission(**SHEETS))
            silent = organisation(код_организации="NSH-S003", наименование_организации="МБОУ СОШ № 3")
            write(home.settings.inbox / "NSH-S003/a.xlsx", submission("NSH-S003", Организация=silent))
            assert set(take(home, moscow("2022-01-10 12:00")).verdicts) <= {"accepted", "accepted_with_errors"}
            with home.reading() as connection:
                found[engine] = gather_programme(connection, known_by(connection, None), AS_OF)
    return found


pytestmark = pytest.mark.slow


def told(programme: Programme, name: str) -> list[tuple]:
    """The rows of a table about the school that tells, without its code."""
    rows = getattr(programme, name).to_pylist()
    return [tuple(row.values())[1:] for row in rows if row["institution_code"] == "NSH-S007"]


def test_both_engines_gather_the_same(programmes):
    for name in SCHEMAS:
        assert getattr(programmes["duckdb"], name).equals(getattr(programmes["postgresql"], name)), name


def test_the_better_of_two_documents_of_a_kind_is_told(programmes):
    assert told(programmes["duckdb"], "documents") == [
        ("дорожная карта", date(2020, 9, 1), HEAD, date(2020, 10, 1), DONE),
        ("положение о наставничестве", date(2020, 9, 1), EXPERT, date(2020, 9, 15), WRONG_APPROVER),
        ("приказ о назначении куратора", date(2020, 9, 1), None, None, DONE),
    ]


def test_events_of_the_year_are_counted(programmes):
    assert told(programmes["duckdb"], "events") == [("обучение наставников", 2, 12, 15.0)]


def test_what_is_told_twice_is_added_and_what_is_left_out_is_nothing(programmes):
    duckdb = programmes["duckdb"]
    assert told(duckdb, "partners") == [("предприятие", "заключено", 2, 3), ("предприятие", "планируется", 1, 0)]
    assert told(duckdb, "practices") == [("педагог – ученик", 2, 12)]
    assert told(duckdb, "monitoring") == [("жалоб", 5.0, 2.0, 1)]  # of the other, nobody knows «after»


def test_answers_of_the_year_are_added_by_question(programmes):
    marks = {row[1:3]: row[3:] for row in told(programmes["duckdb"], "surveys")}
    assert marks["до", "satisfaction"] == (2, 14)
    assert marks["до", "comfort"] == (1, 4)
    assert marks["после", "satisfaction"] == (1, 9)  # that of last year is not asked
    assert marks["после", "usefulness"] == (0, 0)


def test_milestones_are_reached_by_those_the_indicators_count(programmes):
    milestones = {row["code"]: row["indicator"] for row in programmes["duckdb"].milestones.to_pylist()}
    assert milestones["partners_met"] == "partner_meetings_held" and milestones["model_introduced"] is None
    assert dict(told(programmes["duckdb"], "reached")) == {
        "community_informed": False, "documents_agreed": False, "partners_met": True,
    }  # fmt: skip


def test_findings_are_counted_by_rule(programmes):
    rules = {row[0] for row in told(programmes["duckdb"], "quality")}
    assert {"document-missing", "document-wrong-approver"} <= rules


@pytest.mark.parametrize(
    ("kind", "place", "agreed_by", "agreed_on", "state"),
    [
        ("приказ о назначении куратора", "ОУ", None, None, DONE),
        ("дорожная карта", "ОУ", HEAD, date(2020, 10, 1), DONE),
        ("дорожная карта", "ОУ", HEAD, date(2020, 10, 2), LATE),
        ("дорожная карта", "ОУ", EXPERT, date(2020, 9, 1), WRONG_APPROVER),
        ("дорожная карта", "УДО", EXPERT, date(2020, 9, 1), DONE),
        ("дорожная карта", "ОУ", HEAD, None, NOT_AGREED),
        ("дорожная карта", "ОУ", None, date(2020, 9, 1), NOT_AGREED),
    ],
)
def test_the_state_of_a_document(kind, place, agreed_by, agreed_on, state):
    row = {"kind": kind, "place": place, "agreed_by": agreed_by, "agreed_on": agreed_on}
    assert document_state(row, (None, date(2020, 10, 1))) == state
