"""The people of a synthetic world, and how clerks write their names."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from warehouse.synthetic.names import FullName, full_name
from warehouse.synthetic.numbers import snils

YEARS_APART = 24  # school years that can be told apart within one institution
CHILDREN_OF_A_YEAR = 2_000
AGE_OF_FIRST_CLASS = 7  # full years on 1 January after the school year began
ADULTS = YEARS_APART  # the slot after the last year
PEOPLE_OF_AN_INSTITUTION = (YEARS_APART + 1) * CHILDREN_OF_A_YEAR


class Person(NamedTuple):
    """One human being, whoever writes them down."""

    name: FullName
    born: date
    snils: str


class Crowd:
    """Everyone of a world as a pure function of the seed: place, school year, number within it.

    An institution may name a child of another one without that other having been played.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._streams: dict[tuple[int, int], tuple[Random, list[Person]]] = {}

    def child(self, place: int, first_year: int, number: int) -> Person:
        """Return a child of an institution who enters the first class in September of `first_year`."""
        rng, people = self._stream(place, first_year)
        while len(people) <= number:
            # Whoever turns seven in the calendar year enters the first class: one age a class on 1 January.
            born = date(first_year - AGE_OF_FIRST_CLASS, 1, 1) + timedelta(days=rng.randrange(365))
            people.append(self._person(rng, born, place, first_year % YEARS_APART, len(people)))
        return people[number]

    def adult(self, place: int, number: int, youngest: date, oldest: date) -> Person:
        """Return an adult of an institution born between the two dates; `number` must not repeat."""
        rng = Random(f"{self._seed}/adult/{place}/{number}")
        born = oldest + timedelta(days=rng.randrange((youngest - oldest).days))
        return self._person(rng, born, place, ADULTS, number)

    def _stream(self, place: int, first_year: int) -> tuple[Random, list[Person]]:
        key = place, first_year
        if key not in self._streams:
            self._streams[key] = Random(f"{self._seed}/child/{place}/{first_year}"), []
        return self._streams[key]

    def _person(self, rng: Random, born: date, place: int, slot: int, number: int) -> Person:
        serial = place * PEOPLE_OF_AN_INSTITUTION + slot * CHILDREN_OF_A_YEAR + number
        return Person(full_name(rng), born, snils(serial))


def misspelled(name: FullName, rng: Random) -> FullName:
    """Write the same name as another clerk would: ё as е, capitals, a spaced hyphen, stray spaces."""
    surname, given_name, patronymic = name
    match rng.randrange(6):
        case 0:
            return FullName(surname.upper(), given_name, patronymic)
        case 1:
            return FullName(surname.replace("-", " - "), f" {given_name}", patronymic)
        case 2:
            return FullName(f"{surname} ", given_name, patronymic)
        case 3:
            return FullName(surname.lower(), given_name.lower(), patronymic and patronymic.lower())
        case 4:
            return FullName(surname.replace("о", "o", 1), given_name, patronymic)  # a Latin letter
        case _:
            return without_yo(name)


def without_yo(name: FullName) -> FullName:
    """Write a name without the letter ё, as many keyboards do."""
    surname, given_name, patronymic = name
    return FullName(_plain(surname), _plain(given_name), patronymic and _plain(patronymic))


def _plain(text: str) -> str:
    return text.replace("ё", "е").replace("Ё", "Е")
