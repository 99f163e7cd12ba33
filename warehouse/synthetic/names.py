"""Common Russian surnames, given names and patronymics, in agreement of gender."""

from __future__ import annotations

from random import Random
from typing import NamedTuple

_REGULAR = """
Иванов Петров Кузнецов Смирнов Попов Васильев Соколов Михайлов Новиков Фёдоров Морозов Волков Алексеев
Лебедев Семёнов Егоров Павлов Козлов Степанов Николаев Орлов Андреев Макаров Никитин Захаров Зайцев Соловьёв
Борисов Яковлев Григорьев Романов Воробьёв Сергеев Фролов Александров Дмитриев Королёв Гусев Киселёв Ильин
Максимов Поляков Сорокин Виноградов Ковалёв Белов Медведев Антонов Тарасов Жуков Баранов Филиппов Комаров
Давыдов Беляев Герасимов Богданов Осипов Сидоров Матвеев Титов Марков Миронов Крылов Куликов Карпов Власов
Мельников Денисов Гаврилов Тихонов Казаков Афанасьев Данилов Савельев Тимофеев Фомин Чернов Абрамов Мартынов
Ефимов Федотов Щербаков Назаров Калинин Исаев Чернышёв Быков Маслов Родионов Коновалов Лазарев Воронин
Климов Филатов Пономарёв Голубев Кудрявцев Прохоров Наумов Потапов Журавлёв Овчинников Трофимов Леонов
Соболев Ермаков Колесников Гончаров Грачёв
""".split()
_ADJECTIVES = "Покровский Вишневский Калиновский Соколовский Островский Заречный Озёрный Дубровский".split()
_INDECLINABLE = "Шевченко Кравченко Бондаренко Ткаченко Коваленко Лысенко Гончаренко Мельник Ким Цой Бондарчук".split()

_MALE = """
Александр Дмитрий Максим Сергей Андрей Алексей Артём Илья Кирилл Михаил Никита Матвей Роман Егор Арсений
Иван Денис Евгений Даниил Тимофей Владислав Игорь Владимир Павел Руслан Марк Константин Тимур Ярослав Фёдор
Николай Степан Семён Глеб Григорий Пётр
""".split()
_FEMALE = """
Анастасия Мария Анна Дарья Екатерина Полина Виктория Елизавета Софья Александра Варвара Алиса Ксения
Вероника Юлия Кристина Арина Алёна Ульяна Маргарита Валерия Елена Ольга Татьяна Наталья Светлана Ирина
Милана Ева Диана Яна Надежда Любовь Вера Галина
""".split()
_FATHERS = """
Александр Дмитрий Максим Сергей Андрей Алексей Михаил Роман Иван Евгений Владимир Павел Николай Виктор Олег
Константин Антон Артём Руслан Денис
""".split()
_PATRONYMICS = {
    "Алексей": ("Алексеевич", "Алексеевна"),
    "Андрей": ("Андреевич", "Андреевна"),
    "Сергей": ("Сергеевич", "Сергеевна"),
    "Николай": ("Николаевич", "Николаевна"),
    "Дмитрий": ("Дмитриевич", "Дмитриевна"),
    "Евгений": ("Евгеньевич", "Евгеньевна"),
    "Михаил": ("Михайлович", "Михайловна"),
    "Павел": ("Павлович", "Павловна"),
}
DOUBLE_SURNAMES = 0.012
NO_PATRONYMIC = 0.015


class FullName(NamedTuple):
    """A person's name as the birth certificate has it."""

    surname: str
    given_name: str
    patronymic: str | None


def _both_genders(surname: str) -> tuple[str, str]:
    return surname, surname[:-2] + "ая" if surname.endswith(("ий", "ый")) else surname + "а"


SURNAMES = tuple(
    [_both_genders(surname) for surname in _REGULAR * 3 + _ADJECTIVES * 2]
    + [(surname, surname) for surname in _INDECLINABLE * 2]
)
GIVEN_NAMES = (tuple(_MALE), tuple(_FEMALE))
PATRONYMICS = tuple(_PATRONYMICS.get(father, (father + "ович", father + "овна")) for father in _FATHERS)


def full_name(rng: Random) -> FullName:
    """Draw a name whose parts agree in gender; a few surnames are double, a few people have no patronymic."""
    gender = int(rng.random() < 0.5)
    surname = rng.choice(SURNAMES)[gender]
    if rng.random() < DOUBLE_SURNAMES:
        surname += "-" + rng.choice(SURNAMES)[gender]
    patronymic = None if rng.random() < NO_PATRONYMIC else rng.choice(PATRONYMICS)[gender]
    return FullName(surname, rng.choice(GIVEN_NAMES[gender]), patronymic)
