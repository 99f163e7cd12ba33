"""People written down twice, the second time with a mistake, among twins and namesakes: a set whose truth is known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from itertools import accumulate
from random import Random
from typing import NamedTuple

from expectations.text import CYRILLIC, LATIN
from warehouse.synthetic.names import GIVEN_NAMES, PATRONYMICS, SURNAMES

WRITTEN_TWICE = 0.10  # of the people, by a school and by an institution of additional education
TWINS = 0.02  # of the people: every hundredth birth is of two
SAME_NAME = 0.01  # of the people: another one of the same full name, born on any day of those years
SAME_DAY = 0.01  # of the people: another one of the same surname and given name, born on the same day
FIRST_DAY, DAYS = date(2003, 9, 1), 12 * 365  # children of the school age

_STEMS = """
Бел Черн Красн Зелен Син Остр Глух Звон Лип Берез Дуб Клен Рябин Калин Малин Смород Груш Вишн Полев Лугов Лесн Горн
Речн Озер Мор Степ Камен Песк Глин Солн Лун Звезд Туман Снег Мороз Вьюг Гроз Ветр Дожд Радуг Утр Вечер Полун Зор
Сокол Орл Ястреб Журавл Лебед Голуб Ворон Гал Син Снегир Дрозд Чиж Щегл Зяблик Волк Медвед Лис Зай Барс Бобр Хорь
Куниц Ёж Кабан Лос Олен Конь Быч Козл Баран Кот Пёс Карп Щук Окун Ёрш Сом Рак Плот Кузн Гонч Скорн Бондар Ткач Швец
Мельн Пахар Косар Рыбак Охотн Звонар Писар Тополь Ясен Хмел Крапив Репь Горох Чеснок Перц Круп Мучн Сахар Сол
""".split()
_ENDINGS = (("ов", "ова"), ("ев", "ева"), ("ин", "ина"), ("кин", "кина"), ("ников", "никова"), ("енко", "енко"),
            ("ский", "ская"), ("аев", "аева"))  # fmt: skip
_RARE = tuple((stem + male, stem + female) for stem in _STEMS for male, female in _ENDINGS)
_FEW = tuple(dict.fromkeys(SURNAMES))
_POOL = _FEW + _RARE
# Many of them but a letter apart: twins are often named so.
_GIVEN = (
    tuple(dict.fromkeys((*GIVEN_NAMES[0], *"""
        Данила Артур Макар Захар Лев Демид Давид Савелий Родион Елисей Эмиль Эмир Амир Тамир Ильяс Мирон Мирослав
        Святослав Станислав Вячеслав Олег Антон Виктор Вадим Герман Богдан Платон Прохор Аркадий
    """.split()))),
    tuple(dict.fromkeys((*GIVEN_NAMES[1], *"""
        Алина Карина Марина Полина Алла Инна Нина Лина Дина Мира Кира Лира Лилия Эмилия Аделина Ангелина Олеся Алеся
        Ася Майя Мия Лия Злата Агата Стефания Мирослава Ярослава Зоя Таисия
    """.split()))),
)  # fmt: skip
# A surname's share falls with its rank, as it does in any register: the first has one in a hundred.
_SHARES = tuple(accumulate(1 / (rank + 12) for rank in range(len(_POOL))))
_GIVEN_SHARES = tuple(tuple(accumulate(1 / (rank + 6) for rank in range(len(names)))) for names in _GIVEN)
_SYSTEMS = (
    dict(zip("абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
             "a b v g d e e zh z i i k l m n o p r s t u f kh ts ch sh shch ie y  e iu ia".split(" "), strict=True)),
    dict(zip("абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
             "a b v g d e yo zh z i y k l m n o p r s t u f h c ch sh sch  y  e yu ya".split(" "), strict=True)),
)  # fmt: skip
LETTERS = "абвгдежзиклмнопрстуфхцчшыэюя"


class Written(NamedTuple):
    """A person as somebody wrote them down."""

    surname: str
    given_name: str
    patronymic: str | None
    birth_date: date


class Told(NamedTuple):
    """A row of somebody's list, and the truth about it."""

    person: int
    place: int  # the list it stands in
    written: Written
    mistake: str  # "" for the first time


def people_told(seed: int, people: int, places: int) -> list[Told]:
    """Return what `places` lists tell of so many people; the same arguments give the same rows.

    Nobody has a СНИЛС. WRITTEN_TWICE of them stand in another list too, each time with one of MISTAKES.
    """
    rng = Random(f"{seed}/doubles")
    told: list[Told] = []
    while len(told) < people:
        for one in _family(rng):
            told.append(Told(len(told), rng.randrange(places), one, ""))
    names = list(MISTAKES)
    drawn, left = rng.sample(told, len(told)), Counter(dict.fromkeys(names, round(people * WRITTEN_TWICE / len(names))))
    for first in drawn:  # the rarer chances first: few names have a hyphen, or «ё»
        for name in reversed(names):
            written = MISTAKES[name](rng, first.written) if left[name] else None
            if written and written != first.written:
                left[name] -= 1
                elsewhere = (first.place + 1 + rng.randrange(places - 1)) % places
                told.append(Told(first.person, elsewhere, written, name))
                break
    return told


def _family(rng: Random) -> list[Written]:
    """One person, or two that are easily taken for one."""
    gender = int(rng.random() < 0.5)
    one = _child(rng, gender)
    trap = rng.random() * 2  # shares are of people, and here two are made at once
    if trap < TWINS:
        other = int(rng.random() < 0.5)
        surname = one.surname if other == gender else _surname(one.surname, other)
        patronymic = _patronymic(one.patronymic, other)
        return [one, Written(surname, _twin(rng, one.given_name, other), patronymic, one.birth_date)]
    if trap < TWINS + SAME_NAME:
        return [one, one._replace(birth_date=_day(rng))]
    if trap < TWINS + SAME_NAME + SAME_DAY:
        return [one, one._replace(patronymic=_other(rng, PATRONYMICS, one.patronymic)[gender])]
    return [one]


def _twin(rng: Random, name: str, gender: int) -> str:
    """Every third pair of twins has names with one beginning or one end."""
    others = [one for one in _GIVEN[gender] if one != name]
    alike = [one for one in others if one[0] == name[0] or one[-3:] == name[-3:]]
    return rng.choice(alike if alike and rng.random() < 1 / 3 else others)


def _child(rng: Random, gender: int) -> Written:
    surname = rng.choices(_POOL, cum_weights=_SHARES)[0][gender]
    given_name = rng.choices(_GIVEN[gender], cum_weights=_GIVEN_SHARES[gender])[0]
    if rng.random() < 0.015:
        surname += "-" + rng.choice(_POOL)[gender]
    if rng.random() < 0.005:
        given_name += "-" + rng.choice(_GIVEN[gender])
    patronymic = None if rng.random() < 0.015 else rng.choice(PATRONYMICS)[gender]
    return Written(surname, given_name, patronymic, _day(rng))


def _day(rng: Random) -> date:
    return FIRST_DAY + timedelta(days=rng.randrange(DAYS))


def _surname(surname: str, gender: int) -> str:
    return next((pair[gender] for pair in _POOL if surname in pair), surname)


def _patronymic(patronymic: str | None, gender: int) -> str | None:
    return next((pair[gender] for pair in PATRONYMICS if patronymic in pair), None)


def _other(rng: Random, pairs: tuple[tuple[str, str], ...], but: str | None) -> tuple[str, str]:
    return rng.choice([pair for pair in pairs if but not in pair])


def _typo(rng: Random, one: Written) -> Written:
    """One letter more, less, another, or two changed places, in one part of the name."""
    part = rng.choice([name for name in ("surname", "given_name", "patronymic") if getattr(one, name)])
    text = getattr(one, part)
    at, how = rng.randrange(len(text)), rng.randrange(4)
    letter = rng.choice(LETTERS)
    if how == 3 and at + 1 == len(text):  # nothing follows to change places with
        at -= 1
    spelt = (
        text[:at] + letter + text[at:],
        text[:at] + text[at + 1 :],
        text[:at] + letter + text[at + 1 :],
        text[:at] + text[at : at + 2][::-1] + text[at + 2 :],
    )[how]
    return one._replace(**{part: spelt})


def _without_yo(_: Random, one: Written) -> Written:
    """«ё» written as «е»."""

    def plain(text: str) -> str:
        return text.replace("ё", "е").replace("Ё", "Е")

    patronymic = one.patronymic and plain(one.patronymic)
    return Written(plain(one.surname), plain(one.given_name), patronymic, one.birth_date)


def _swapped(rng: Random, one: Written) -> Written:
    """Two parts of the name in each other's column, or all three one column on."""
    surname, given, patronymic, born = one
    orders = [(given, surname, patronymic)]
    if patronymic:
        orders += [(surname, patronymic, given), (given, patronymic, surname)]
    return Written(*rng.choice(orders), born)


def _birth_digit(rng: Random, one: Written) -> Written:
    """One digit of the birth date another one."""
    while True:
        digits = list(one.birth_date.strftime("%d%m%Y"))
        digits[rng.randrange(8)] = rng.choice("0123456789")
        text = "".join(digits)
        try:
            born = date(int(text[4:]), int(text[2:4]), int(text[:2]))
        except ValueError:
            continue
        if born != one.birth_date and 1990 < born.year < 2021:
            return one._replace(birth_date=born)


def _no_patronymic(_: Random, one: Written) -> Written:
    """The patronymic left out."""
    return one._replace(patronymic=None)


def _look_alikes(rng: Random, one: Written) -> Written:
    """Some letters typed on the Latin keyboard."""
    latin = dict(zip(CYRILLIC, LATIN, strict=True))

    def typed(text: str) -> str:
        return "".join(latin.get(letter, letter) if rng.random() < 0.5 else letter for letter in text)

    return Written(typed(one.surname), typed(one.given_name), one.patronymic, one.birth_date)


def _transliterated(rng: Random, one: Written) -> Written:
    """The name as a passport's Latin line has it, or as people write it."""
    system = rng.choice(_SYSTEMS)

    def latin(text: str) -> str:
        return "".join(system.get(letter, letter) for letter in text.lower()).title()

    return Written(latin(one.surname), latin(one.given_name), one.patronymic and latin(one.patronymic), one.birth_date)


def _hyphen(rng: Random, one: Written) -> Written | None:
    """A double name written apart, in one word, or as one half of it."""
    part = next((name for name in ("surname", "given_name") if "-" in getattr(one, name)), None)
    if part is None:
        return None
    first, second = getattr(one, part).split("-")
    return one._replace(**{part: rng.choice([f"{first} {second}", first + second.lower(), first, second])})


MISTAKES: dict[str, Callable[[Random, Written], Written | None]] = {
    "typo": _typo,
    "yo": _without_yo,
    "swapped": _swapped,
    "birth-digit": _birth_digit,
    "no-patronymic": _no_patronymic,
    "look-alike letters": _look_alikes,
    "transliterated": _transliterated,
    "hyphen": _hyphen,
}
