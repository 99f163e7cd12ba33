"""A town whose institutions are renamed, merged, split, closed and moved between two reporting dates."""

from __future__ import annotations

from pathlib import Path

from tests.installations import learn, moscow, take
from tests.workbooks import Grid, enrolment, organisation, snils, write
from warehouse.ingestion.intake import IntakeSummary
from warehouse.installation.home import Home

HEAD = "code,name,aliases,kind,level,municipality,region,valid_from,valid_to"
REGISTER = f"""{HEAD}
    A,Прежнее имя,,ОУ,СОШ,T1,99,2020-09-01,2022-08-31
    B,Новое имя,,ОУ,СОШ,T1,99,2022-09-01,
    C,Большая,,ОУ,СОШ,T1,99,2020-09-01,2022-08-31
    D,Малая,,ОУ,ООШ,T1,99,2020-09-01,2022-08-31
    E,Объединённая,,ОУ,СОШ,T1,99,2022-09-01,
    F,Неделимая,,ОУ,СОШ,T1,99,2020-09-01,2022-08-31
    G,Первая часть,,ОУ,СОШ,T1,99,2022-09-01,
    H,Вторая часть,,ОУ,СОШ,T1,99,2022-09-01,
    I,Закрытая,,ОУ,СОШ,T1,99,2020-09-01,2022-08-31
    K,Иного вида,,УДО,УДО,T1,99,2022-09-01,
    K,Иного вида,,ОУ,СОШ,T1,99,2020-09-01,2022-08-31
    M,Переданная,,ОУ,СОШ,T1,99,2020-09-01,2022-08-31
    M,Переданная,,ОУ,СОШ,T2,99,2022-09-01,
"""
SUCCESSIONS = """predecessor,successor,happened_on,kind,source
    A,B,2022-09-01,rename,постановление № 1
    C,E,2022-09-01,merge,постановление № 2
    D,E,2022-09-01,merge,постановление № 2
    F,G,2022-09-01,split,постановление № 3
    F,H,2022-09-01,split,постановление № 3
    I,,2022-09-01,close,постановление № 4
"""
# Code, students enrolled, numbers of the students involved: number 13 is in both schools that become one.
TOLD = {
    "31.12.2021": [
        ("A", 50, (1, 2)), ("C", 100, (11, 12, 13)), ("D", 40, (13, 14)), ("F", 90, (21, 22, 23)), ("I", 10, (31,)),
        ("K", 20, (41,)), ("M", 30, (51,)),
    ],
    "31.12.2022": [
        ("B", 60, (1, 2, 3)), ("E", 150, (11, 12, 13, 14, 15)), ("G", 50, (21,)), ("H", 45, (22, 23)),
        ("K", 25, (41, 42)), ("M", 30, (51, 52)),
        ("I", 10, (31,)),  # closed by then: refused
    ],
}  # fmt: skip
TAKEN = {"31.12.2021": "2022-01-10 12:00", "31.12.2022": "2023-01-10 12:00"}


def live(home: Home, folder: Path) -> dict[str, IntakeSummary]:
    """Load the register as it became in the end, and take in what was told of each date."""
    learn(home, folder / "reference", moscow("2021-09-01 12:00"), institutions=REGISTER, successions=SUCCESSIONS)
    taken = {}
    for as_of, told in TOLD.items():
        for code, students, numbers in told:
            write(home.settings.inbox / code / f"{as_of}.zip", _submission(code, as_of, students, numbers))
        taken[as_of] = take(home, moscow(TAKEN[as_of]))
    return taken


def _submission(code: str, as_of: str, students: int, numbers: tuple[int, ...]) -> dict[str, str | Grid]:
    people = [
        [f"У-{number}", "Пробный", "Пётр", "01.01.2010", snils(700_000_000 + number), "обучающийся", "5А", ""]
        for number in numbers
    ]
    heads = [
        "ID участника",
        "Фамилия",
        "Имя",
        "Дата рождения",
        "СНИЛС",
        "Категория",
        "Класс / объединение",
        "Стаж, лет",
    ]
    pairs = [
        [f"П-{number}", "У-0", f"У-{number}", "педагог – ученик", "Вместе", "01.10.2020", "", "продолжается"]
        for number in numbers
    ]
    pair_heads = ["ID пары", "ID наставника", "ID наставляемого", "Форма наставничества", "Программа", "Дата начала",
                  "Дата завершения", "Итог"]  # fmt: skip
    mentor = ["У-0", "Учебная", "Вера", "01.01.1980", "", "педагогический работник", "", "12"]
    return {
        "Организация": organisation(код_организации=code, отчётная_дата=as_of),
        "Контингент": enrolment(students),
        "Участники": [heads, mentor, *people],
        "Пары": [pair_heads, *pairs],
    }
