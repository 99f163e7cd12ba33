"""Towns that ask who is counted: people, roles, bases, ages, pairs, kinds and scopes."""

from __future__ import annotations

from tests.indicators.towns import Town

PEOPLE = [
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
