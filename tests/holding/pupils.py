"""Submissions of a school with so many involved pupils."""

from __future__ import annotations

from tests.workbooks import Grid, submission

PEOPLE = "ID участника | Фамилия | Имя | Отчество | Дата рождения | СНИЛС | Категория | Класс / объединение | Стаж, лет | Дата согласия"
PAIRS = "ID пары | ID наставника | ID наставляемого | Форма наставничества | Программа | Дата начала | Дата завершения | Итог"
LETTERS = "АБВГДЕЖЗИК"


def with_pupils(
    count: int, institution: str = "NSH-S007", as_of: str = "31.12.2021", **changes: str
) -> dict[str, Grid]:
    """Return a submission in which one teacher mentors `count` pupils."""
    people = [PEOPLE, "У-0 | Учебная | Вера | Львовна | 01.01.1980 | | педагогический работник | | 12 | 01.10.2020"]
    people += [
        f"У-{n} | Пробный{LETTERS[n].lower()} | Пётр | Ильич | 01.0{n}.2009 | | обучающийся | 6Б | | 01.10.2020"
        for n in range(1, count + 1)
    ]
    pairs = [PAIRS] + [
        f"П-{n} | У-0 | У-{n} | педагог – ученик | Вместе | 01.10.2020 | | продолжается" for n in range(1, count + 1)
    ]
    sheets = {"Участники": "\n".join(people), "Пары": "\n".join(pairs)} | changes
    return submission(institution, as_of, **sheets)
