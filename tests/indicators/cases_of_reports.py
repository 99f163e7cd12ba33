"""Towns that ask what else is counted, and how a figure is shown: documents, events, bounds, targets, rounding."""

from __future__ import annotations

from tests.indicators.towns import Town

HEAD, EXPERT = (
    "начальник информационно-методического отдела",
    "главный специалист отдела общего и дошкольного образования",
)


def _documents(place: str, approver: str, agreed: str, roadmap_agreed: str = "") -> str:
    return f"""
    {place} | приказ о назначении куратора |            |
    {place} | дорожная карта               | {approver} | {roadmap_agreed or agreed}
    {place} | положение о наставничестве   | {approver} | {agreed}
    {place} | программа наставничества     | {approver} | {agreed}
    """


REPORTS = [
    Town(
        "partners with an agreement in force on the date and mentors", "школа 5, другая школа 5, кружок 5",
        partners="""
            где          | ИНН | Статус соглашения | Дата соглашения | Действует по | Предоставлено наставников
            школа        | 1   |                   | 01.09.2020      |              | 1
            школа        | 2   | планируется       |                 |              | 1
            школа        | 3   |                   |                 |              | 0
            школа        | 4   |                   | 01.01.2022      |              | 1
            школа        | 5   |                   |                 | 30.12.2021   | 1
            школа        | 6   |                   |                 | 31.12.2021   | 1
            школа        | 7   |                   | 31.12.2021      |              | 2
            другая школа | 1   |                   |                 |              | 1
            кружок       | 1   |                   |                 |              | 1
        """,
        figures="""
            indicator             | scope        | figure
            partners_with_mentors | школа        | 3
            partners_with_mentors | другая школа | 1
            partners_with_mentors | ОУ           | 3
            partners_with_mentors | УДО          | 1
            partners_with_mentors | город        | 4
        """,
    ),
    Town(
        "who is content: asked after, in the year, 7 and more", "школа 20",
        surveys="""
            где   | кто     | Роль      | Этап | Дата анкеты | Удовлетворённость
            школа | Аня     |           |      | 01.01.2021  | 7
            школа | Боря    |           |      |             | 6
            школа | Вера    |           | до   |             | 10
            школа | Глеб    |           |      | 31.12.2020  | 10
            школа | Дима    |           |      | 01.06.2021  | 5
            школа | Дима    |           |      | 01.12.2021  | 9
            школа | педагог | наставник |      |             | 6
        """,
        figures="""
            indicator           | scope | figure
            mentee_satisfaction | школа | 2 / 3 = 66.67
            mentee_satisfaction | город | 2 / 3 = 66.67
            mentor_satisfaction | школа | 0 / 1 = 0.00
        """,
    ),
    Town(
        "four documents, three of them agreed in time by the right approver", "школа 5, другая школа 5, третья школа 5, кружок 5, четвёртая школа",
        documents="где | Вид документа | Согласовано | Дата согласования"
        + _documents("школа", HEAD, "01.10.2020")
        + _documents("другая школа", HEAD, "01.10.2020", roadmap_agreed="02.10.2020")
        + _documents("третья школа", EXPERT, "01.10.2020")
        + _documents("кружок", EXPERT, "15.09.2020"),
        figures="""
            indicator       | scope  | figure
            documents_ready | ОУ     | 1 / 4 = 25.00
            documents_ready | УДО    | 1 / 1 = 100.00
            documents_ready | город  | 2 / 5 = 40.00
            documents_ready | школа  | absent
            documents_ready | регион | absent
        """,
    ),
    Town(
        "information events and meetings within the roadmap's dates", "школа 5, другая школа 5, кружок 5",
        events="""
            где          | Вид мероприятия            | Дата
            школа        | информирование педагогов   | 01.09.2020
            школа        | информирование родителей   | 15.09.2020
            школа        | информирование обучающихся | 31.10.2020
            другая школа | информирование педагогов   | 01.09.2020
            другая школа | информирование родителей   | 15.09.2020
            другая школа | информирование обучающихся | 01.11.2020
            школа        | встреча с партнёрами       | 31.08.2020
            другая школа | встреча с выпускниками     | 30.11.2020
            кружок       | встреча с партнёрами       | 01.09.2020
        """,
        figures="""
            indicator             | scope | figure
            informing_held        | ОУ    | 1 / 2 = 50.00
            informing_held        | УДО   | 0 / 1 = 0.00
            informing_held        | город | 1 / 3 = 33.33
            partner_meetings_held | ОУ    | 1 / 2 = 50.00
            partner_meetings_held | город | 2 / 3 = 66.67
        """,
    ),
    Town(
        "person-hours of training in the year", "школа 5, кружок 5",
        events="""
            где    | Вид мероприятия         | Дата       | Участников | Часов
            школа  | повышение квалификации  | 01.01.2021 | 2          | 72
            школа  | обучение наставников    | 31.12.2021 | 3          | 1,5
            школа  | обмен опытом            | 01.06.2021 | 10         | 10
            школа  | повышение квалификации  | 31.12.2020 | 10         | 10
            кружок | обучение наставников    | 01.06.2021 | 4          | 0,25
        """,
        figures="""
            indicator      | scope  | figure
            training_hours | школа  | 148.5
            training_hours | кружок | 1
            training_hours | город  | 149.5
            training_hours | регион | 149.5
        """,
    ),
    Town(
        "practices are counted", "школа 5, кружок 5",
        practices="""
            где    | Название
            школа  | Вместе
            школа  | Рядом
            кружок | Вместе
        """,
        figures="""
            indicator        | scope | figure
            practices_shared | школа | 2
            practices_shared | город | 3
        """,
    ),
    Town(
        "provisional while a school is missing: nobody or everybody of its last known enrolment", "школа 10, другая школа",
        earlier="другая школа 30",
        pairs="""
            где   | наставник | наставляемый
            школа | педагог   | Аня
        """,
        figures="""
            indicator             | scope        | figure         | status      | expected | reported | coverage_students | low  | high
            students_involved     | школа        | 1 / 10 = 10.00 | final       | 1        | 1        | 100.00            | —    | —
            students_involved     | другая школа | — / — = —      | provisional | 1        | 0        | 0.00              | 0.00 | 100.00
            students_involved     | ОУ           | 1 / 10 = 10.00 | provisional | 2        | 1        | 25.00             | 2.50 | 77.50
            students_involved     | город        | 1 / 10 = 10.00 | provisional | 2        | 1        | 25.00             | 2.50 | 77.50
            students_involved     | регион       | 1 / 10 = 10.00 | provisional | 2        | 1        | 25.00             | 2.50 | 77.50
            practices_shared      | ОУ           | 0              | provisional | 2        | 1        | 25.00             | —    | —
            reporting_complete    | ОУ           | 1 / 2 = 50.00  | provisional | 2        | 1        | 25.00             | —    | —
            reporting_on_time     | город        | 1 / 2 = 50.00  | provisional | 2        | 1        | 25.00             | —    | —
            reporting_complete    | школа        | absent         |             |          |          |                   |      |
        """,
    ),
    Town(
        "no bound where the enrolment of a missing school was never told", "школа 10, другая школа, третья школа",
        earlier="другая школа 30",
        figures="""
            indicator         | scope | figure        | status      | expected | reported | coverage_students | low | high
            students_involved | ОУ    | 0 / 10 = 0.00 | provisional | 3        | 1        | —                 | —   | —
        """,
    ),
    Town(
        "a missing club: its children may all be involved, and add nothing to the schools' enrolment", "школа 10, кружок",
        earlier="кружок 5",
        pairs="""
            где   | наставник | наставляемый
            школа | педагог   | Аня
        """,
        figures="""
            indicator                  | scope | figure         | low   | high
            students_involved          | город | 1 / 10 = 10.00 | 6.67  | 40.00
            students_involved_distinct | город | 1 / 10 = 10.00 | 10.00 | 60.00
        """,
    ),
    Town(
        "a target is met on the exact ratio, not on the figure shown", "школа 10, другая школа 3, третья школа 3, кружок 11",
        targets="students_involved школа 30, students_involved другая школа 66.67, students_involved третья школа 66.66,"
        " students_involved кружок 27.28, students_involved УДО 27.27",
        pairs="""
            где          | наставник | наставляемый
            школа        | педагог   | Аня
            школа        | педагог   | Боря
            школа        | педагог   | Вера
            другая школа | педагог   | Глеб
            другая школа | педагог   | Дима
            третья школа | педагог   | Ева
            третья школа | педагог   | Женя
            кружок       | педагог   | Зоя
            кружок       | педагог   | Ира
            кружок       | педагог   | Катя
        """,
        figures="""
            indicator         | scope        | figure         | target | meets_target
            students_involved | школа        | 3 / 10 = 30.00 | 30.00  | yes
            students_involved | другая школа | 2 / 3 = 66.67  | 66.67  | no
            students_involved | третья школа | 2 / 3 = 66.67  | 66.66  | yes
            students_involved | кружок       | 3 / 11 = 27.27 | 27.28  | no
            students_involved | УДО          | 3 / 11 = 27.27 | 27.27  | yes
            students_involved | ОУ           | 7 / 16 = 43.75 | —      | —
        """,
    ),
    Town(
        "rounding half up", "школа 16, другая школа 800, третья школа 32, кружок 3, другой кружок 1600",
        pairs="""
            где           | наставник | наставляемый
            школа         | педагог   | Аня
            другая школа  | педагог   | Боря
            третья школа  | педагог   | Вера
            кружок        | педагог   | Глеб
            кружок        | педагог   | Дима
            другой кружок | педагог   | Ева
        """,
        figures="""
            indicator         | scope         | figure
            students_involved | школа         | 1 / 16 = 6.25
            students_involved | другая школа  | 1 / 800 = 0.13
            students_involved | третья школа  | 1 / 32 = 3.13
            students_involved | кружок        | 2 / 3 = 66.67
            students_involved | другой кружок | 1 / 1600 = 0.06
        """,
    ),
    Town(
        "nothing over nothing is nothing, never 0 %", "школа 10", staff="школа 5/0",
        targets="young_specialists_mentored школа 50",
        pairs="""
            где   | наставник | наставляемый
            школа | педагог   | молодой
        """,
        figures="""
            indicator                  | scope | figure        | target | meets_target
            young_specialists_mentored | школа | 1 / 0 = —     | 50.00  | —
            mentors_15_19              | школа | 0 / 0 = —     | —      | —
            mentee_satisfaction        | школа | 0 / 0 = —     | —      | —
            pairs_completed            | школа | 0 / 0 = —     | —      | —
            students_involved          | школа | 0 / 10 = 0.00 | —      | —
        """,
    ),
]  # fmt: skip
