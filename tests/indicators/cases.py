"""Towns with figures that can be counted on one's fingers: every indicator, every scope, every boundary."""

from __future__ import annotations

from dataclasses import replace

from tests.indicators.towns import Town

HEAD, EXPERT = "начальник информационно-методического отдела", "главный специалист отдела общего и дошкольного образования"


def _documents(place: str, approver: str, agreed: str, roadmap_agreed: str = "") -> str:
    return f"""
    {place} | приказ о назначении куратора |            |
    {place} | дорожная карта               | {approver} | {roadmap_agreed or agreed}
    {place} | положение о наставничестве   | {approver} | {agreed}
    {place} | программа наставничества     | {approver} | {agreed}
    """


_CASES = [
    Town(
        "a pupil counts once, in whatever roles and with however many mentors", "школа 8",
        pairs="""
            где   | наставник | наставляемый
            школа | педагог   | Аня
            школа | работник  | Аня
            школа | Аня       | Боря
        """,
        figures="""
            indicator                | scope  | figure
            students_involved        | школа  | 2 / 8 = 25.00
            students_involved        | ОУ     | 2 / 8 = 25.00
            students_involved        | город  | 2 / 8 = 25.00
            students_involved        | регион | 2 / 8 = 25.00
            students_involved_mentee | школа  | 2 / 8 = 25.00
            students_involved_mentor | школа  | 1 / 8 = 12.50
        """,
    ),
    Town(
        "involved in the year, on the date, entered: the boundary days", "школа 100",
        pairs="""
            где   | наставник | наставляемый | Дата начала | Дата завершения
            школа | педагог   | Аня          | 01.10.2020  | 31.12.2020
            школа | педагог   | Боря         | 01.10.2020  | 01.01.2021
            школа | педагог   | Вера         | 01.10.2020  | 30.12.2021
            школа | педагог   | Глеб         | 01.10.2020  | 31.12.2021
            школа | педагог   | Дима         | 31.12.2020  |
            школа | педагог   | Ева          | 01.01.2021  |
            школа | педагог   | Женя         | 31.12.2021  |
            школа | педагог   | Зоя          | 01.01.2021  | 01.02.2021
            школа | педагог   | Ира          | 01.01.2022  |
        """,
        figures="""
            indicator                 | scope | figure
            students_involved         | школа | 7 / 100 = 7.00
            students_involved_active  | школа | 4 / 100 = 4.00
            students_involved_entered | школа | 3 / 100 = 3.00
        """,
    ),
    Town(
        "ages are those of 1 January after the reporting year", "школа 232",
        ages="""
            где   | возраст | обучающихся
            школа | 9       | 100
            школа | 10      | 10
            школа | 14      | 5
            школа | 15      | 7
            школа | 19      | 10
            школа | 20      | 100
        """,
        pairs="""
            где   | наставник       | наставляемый
            школа | педагог         | Аня 01.01.2012
            школа | педагог         | Боря 02.01.2012
            школа | педагог         | Вера 02.01.2002
            школа | педагог         | Глеб 01.01.2002
            школа | Дима 01.01.2007 | Аня 01.01.2012
            школа | Ева 02.01.2007  | Аня 01.01.2012
            школа | Женя 02.01.2002 | Аня 01.01.2012
            школа | Зоя 01.01.2002  | Аня 01.01.2012
        """,
        figures="""
            indicator     | scope | figure
            mentees_10_19 | школа | 2 / 32 = 6.25
            mentees_10_19 | город | 2 / 32 = 6.25
            mentors_15_19 | школа | 2 / 17 = 11.76
        """,
    ),
    Town(
        "a child of a school and a club: kinds are added, and told apart only where the indicator says so", "школа 10, кружок 5",
        pairs="""
            где    | наставник | наставляемый
            школа  | педагог   | Аня
            кружок | педагог   | Аня
            кружок | педагог   | Боря
        """,
        figures="""
            indicator                  | scope  | figure
            students_involved          | школа  | 1 / 10 = 10.00
            students_involved          | кружок | 2 / 5 = 40.00
            students_involved          | ОУ     | 1 / 10 = 10.00
            students_involved          | УДО    | 2 / 5 = 40.00
            students_involved          | город  | 3 / 15 = 20.00
            students_involved          | регион | 3 / 15 = 20.00
            students_involved_distinct | город  | 2 / 10 = 20.00
            students_involved_distinct | регион | 2 / 10 = 20.00
            students_involved_distinct | школа  | absent
            students_involved_distinct | ОУ     | absent
        """,
    ),
    Town(
        "a child of two schools, one in the next municipality", "школа 10, другая школа 10, соседняя школа 20",
        pairs="""
            где            | наставник | наставляемый
            школа          | педагог   | Аня
            другая школа   | педагог   | Аня
            соседняя школа | педагог   | Аня
            соседняя школа | педагог   | Боря
        """,
        figures="""
            indicator                  | scope          | figure
            students_involved          | школа          | 1 / 10 = 10.00
            students_involved          | другая школа   | 1 / 10 = 10.00
            students_involved          | ОУ             | 1 / 20 = 5.00
            students_involved          | город          | 1 / 20 = 5.00
            students_involved          | соседняя школа | 2 / 20 = 10.00
            students_involved          | регион         | 2 / 40 = 5.00
            students_involved_distinct | регион         | 2 / 40 = 5.00
        """,
    ),
    Town(
        "young specialists and educators", "школа 10", staff="школа 8/3",
        pairs="""
            где   | наставник | наставляемый | Дата начала | Дата завершения
            школа | педагог   | молодой      | 01.10.2020  |
            школа | молодой 2 | Аня          | 01.10.2020  |
            школа | педагог 2 | молодой 3    | 01.10.2020  | 31.12.2020
        """,
        figures="""
            indicator                  | scope | figure
            young_specialists_mentored | школа | 1 / 3 = 33.33
            educators_involved         | школа | 3 / 8 = 37.50
            students_involved          | школа | 1 / 10 = 10.00
        """,
    ),
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
        "the plan of the school year that contains the date", "школа 50, другая школа 50",
        plans="школа 2020/2021 1000, школа 2021/2022 40",
        pairs="""
            где          | наставник | наставляемый
            школа        | педагог   | Аня
            школа        | педагог   | Боря
            школа        | педагог   | Вера
            другая школа | педагог   | Глеб
        """,
        figures="""
            indicator       | scope        | figure
            plan_fulfilment | школа        | 3 / 40 = 7.50
            plan_fulfilment | другая школа | 1 / — = —
            plan_fulfilment | ОУ           | 4 / 40 = 10.00
            plan_fulfilment | регион       | absent
        """,
    ),
    Town(
        "pairs that ended in the year, each row once", "школа 50",
        pairs="""
            где   | наставник | наставляемый | Дата начала | Дата завершения | Итог
            школа | педагог   | Аня          | 01.10.2020  | 01.01.2021      | завершена
            школа | педагог   | Аня          | 01.10.2020  | 01.01.2021      | завершена
            школа | педагог   | Боря         | 01.10.2020  | 31.12.2021      | завершена
            школа | педагог   | Вера         | 01.10.2020  | 15.05.2021      | прервана
            школа | педагог   | Глеб         | 01.10.2020  | 31.12.2020      | завершена
            школа | педагог   | Дима         | 01.10.2020  |                 | продолжается
        """,
        figures="""
            indicator         | scope | figure
            pairs_completed   | школа | 2 / 3 = 66.67
            pairs_completed   | ОУ    | 2 / 3 = 66.67
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
    Town(
        "a row in quarantine counts for nothing, its neighbours count", "школа 10",
        pairs="""
            где   | наставник     | наставляемый     | Дата начала | Дата завершения | Итог         | Форма наставничества
            школа | педагог       | Аня              | 01.10.2020  | 30.09.2020      | завершена    |
            школа | педагог       | Боря             | 01.10.2020  |                 | не ясно      |
            школа | педагог       | Вера             | 01.10.2020  |                 | продолжается | ученик – ученик
            школа | Глеб          | Глеб             | 01.10.2020  |                 | продолжается |
            школа | педагог       | Дима             | 01.10.2020  |                 | продолжается | педагог – ученик
        """,
        figures="""
            indicator         | scope | figure
            students_involved | школа | 1 / 10 = 10.00
        """,
    ),
    Town(
        "without a СНИЛС one is the only bearer of the name who has one", "школа 10, кружок 5",
        pairs="""
            где    | наставник | наставляемый
            школа  | педагог   | Аня
            кружок | педагог   | Аня СНИЛС 1
            школа  | педагог   | Боря 01.01.2009
            кружок | педагог   | Боря 02.01.2009 СНИЛС 2
        """,
        figures="""
            indicator                  | scope | figure
            students_involved          | город | 4 / 15 = 26.67
            students_involved_distinct | город | 3 / 10 = 30.00
        """,
    ),
    Town(
        "where two have the name and a СНИЛС, those without are one more person", "школа 10, другая школа 10, кружок 5, другой кружок 5",
        pairs="""
            где           | наставник | наставляемый
            школа         | педагог   | Аня СНИЛС 3
            другая школа  | педагог   | Аня
            кружок        | педагог   | Аня СНИЛС 4
            другой кружок | педагог   | Аня
        """,
        figures="""
            indicator                  | scope | figure
            students_involved          | ОУ    | 2 / 20 = 10.00
            students_involved          | город | 4 / 30 = 13.33
            students_involved_distinct | город | 3 / 20 = 15.00
        """,
    ),
]  # fmt: skip
CASES = {town.name: replace(town, number=number) for number, town in enumerate(_CASES, 1)}
