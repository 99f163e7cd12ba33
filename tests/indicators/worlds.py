"""Random regions: children with alike names in schools and clubs, told by many clerks in several collections."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random

from tests.workbooks import Grid, organisation, snils, write

SURNAMES = ("Фёдоров", "Салтыков-Щедрин", "Ким")
SPELLINGS = {
    "Фёдоров": ("Фёдоров", "Федоров", "ФЁДОРОВ", "Фёдoров"),  # the last with a Latin o
    "Салтыков-Щедрин": ("Салтыков-Щедрин", "Салтыков - Щедрин", "салтыков щедрин"),
    "Ким": ("Ким", "КИМ", "ким"),
}
NAMES, PATRONYMICS = ("Пётр", "Анна"), ("", "Львович")
BORN = tuple(
    date(year, month, day) for year in (2001, 2002, 2006, 2007, 2011, 2012) for month, day in ((1, 1), (1, 2), (12, 31))
)
STUDENT, EDUCATOR, YOUNG = "обучающийся", "педагогический работник", "молодой специалист"
OUTCOMES = ("завершена", "прервана")
COLLECTIONS = (date(2021, 9, 30), date(2021, 12, 31))


@dataclass(frozen=True)
class Person:
    """Somebody real, whatever clerks write of them."""

    surname: str
    name: str
    patronymic: str
    born: date
    snils: str

    @property
    def full_name(self) -> tuple[str, str, str, date]:
        """What people without a СНИЛС are told apart by."""
        return self.surname, self.name, self.patronymic, self.born


@dataclass(frozen=True)
class Told:
    """A participant as one institution tells of them."""

    person: Person
    category: str
    snils: str  # empty where the clerk left it out
    good: bool = True  # a bad one stands with a category outside the list


@dataclass(frozen=True)
class Pair:
    mentor: Told
    mentee: Told
    started: date
    ended: date | None
    outcome: str


@dataclass(frozen=True)
class Institution:
    code: str
    kind: str
    municipality: str
    region: str


@dataclass
class Submission:
    """One institution's snapshot for a date, in the collection `wave` (0, 1, …)."""

    institution: Institution
    as_of: date
    wave: int
    people: list[Told]
    pairs: list[Pair]
    enrolment: dict[int, int]
    teachers: int
    young: int

    @property
    def good_pairs(self) -> list[Pair]:
        """Pairs of two different good participants that start by the date and do not end before they start."""
        return [
            pair for pair in self.pairs
            if pair.mentor.good and pair.mentee.good and pair.mentor is not pair.mentee
            and pair.started <= self.as_of and (pair.ended is None or pair.ended >= pair.started)
        ]  # fmt: skip

    @property
    def counted_pairs(self) -> list[Pair]:
        """Good pairs of which none repeats one above: the same two from the same day."""
        first: dict[tuple[int, int, date], Pair] = {}
        for pair in self.good_pairs:
            first.setdefault((id(pair.mentor), id(pair.mentee), pair.started), pair)
        return list(first.values())


@dataclass
class Region:
    """One random region with all its submissions, in the order of their coming."""

    code: str
    institutions: list[Institution]
    submissions: list[Submission] = field(default_factory=list)


def random_region(seed: int) -> Region:
    """Make a region of two municipalities; equal seeds give equal regions."""
    random, code = Random(seed), f"Q{seed:02d}"
    institutions = [
        Institution(f"{code}{place}-{kind[0]}{number}", kind, f"{code}{place}", code)
        for place in "AB" for kind, count in (("ОУ", 2), ("УДО", 1)) for number in range(count)
    ]  # fmt: skip
    region = Region(code, institutions)
    crowd = random_crowd(random, seed)
    for wave, as_of in enumerate((*COLLECTIONS, COLLECTIONS[1])):
        for institution in institutions:
            if random.random() < (0.7, 0.6, 0.4)[wave]:
                region.submissions.append(random_submission(random, institution, as_of, wave, crowd))
            if wave == 1 and random.random() < 0.3:  # a correction of the autumn
                region.submissions.append(random_submission(random, institution, COLLECTIONS[0], wave, crowd))
    return region


def _person(random: Random, number: int) -> Person:
    choose = random.choice
    return Person(choose(SURNAMES), choose(NAMES), choose(PATRONYMICS), choose(BORN), snils(600_000_000 + number))


def random_crowd(random: Random, seed: int) -> list[Person]:
    """Make the children of a region, several of whom are called alike."""
    return [_person(random, seed * 1000 + number) for number in range(16)]


def random_submission(
    random: Random, institution: Institution, as_of: date, wave: int, crowd: list[Person]
) -> Submission:
    """Let a clerk tell of six children and three adults, with some mistakes."""
    people = [_told(random, person, STUDENT) for person in random.sample(crowd, 6)]
    people += [
        _told(random, _person(random, 900_000 + random.randrange(99_000)), random.choice((EDUCATOR, YOUNG)))
        for _ in range(3)
    ]
    pairs = [_pair(random, *random.choices(people, k=2), as_of) for _ in range(7)]
    enrolment = {age: random.randrange(1, 9) + 6 * (age == 12) for age in random.sample(range(6, 21), 6)} | {12: 7}
    return Submission(
        institution, as_of, wave, people, pairs, enrolment, random.randrange(5, 9), random.randrange(0, 4)
    )


def _told(random: Random, person: Person, category: str) -> Told:
    return Told(person, category, person.snils if random.random() < 0.5 else "", random.random() > 0.08)


def _pair(random: Random, mentor: Told, mentee: Told, as_of: date) -> Pair:
    first = date(as_of.year, 1, 1)
    edges = (
        first - timedelta(1),
        first,
        as_of - timedelta(1),
        as_of,
        as_of + timedelta(1),
        date(2020, 10, 1),
        date(2021, 3, 8),
    )
    ended = random.choice((None, None, *edges))
    return Pair(mentor, mentee, random.choice(edges), ended, random.choice(OUTCOMES) if ended else "продолжается")


def _day(day: date | None) -> str:
    return day.strftime("%d.%m.%Y") if day else ""


def grids(submission: Submission, random: Random) -> dict[str, Grid]:
    """Write a submission as its clerk would: names in any spelling."""
    ids = {id(told): f"У-{number}" for number, told in enumerate(submission.people)}
    said = {"Код организации": submission.institution.code, "Отчётная дата": _day(submission.as_of)}
    staff = {
        "Педагогических работников": str(submission.teachers),
        "из них молодых специалистов": str(submission.young),
    }
    heads = [
        "ID участника",
        "Фамилия",
        "Имя",
        "Отчество",
        "Дата рождения",
        "СНИЛС",
        "Категория",
        "Класс / объединение",
        "Стаж, лет",
    ]
    people = [
        [ids[id(told)], random.choice(SPELLINGS[told.person.surname]), told.person.name, told.person.patronymic, _day(told.person.born),
         told.snils, told.category if told.good else "школьник?", "5А", "2"]
        for told in submission.people
    ]  # fmt: skip
    pairs = [
        [
            f"П-{number}",
            ids[id(pair.mentor)],
            ids[id(pair.mentee)],
            "иная",
            f"Программа {number}",
            _day(pair.started),
            _day(pair.ended),
            pair.outcome,
        ]
        for number, pair in enumerate(submission.pairs)
    ]
    return {
        "Организация": organisation(**said, **staff),
        "Контингент": [["Возраст, полных лет", "Обучающихся"], *([str(age), str(count)] for age, count in submission.enrolment.items())],
        "Участники": [heads, *people],
        "Пары": [["ID пары", "ID наставника", "ID наставляемого", "Форма наставничества", "Программа", "Дата начала", "Дата завершения", "Итог"], *pairs],
    }  # fmt: skip


def deliver(regions: list[Region], wave: int, inbox: Path, *, backwards: bool = False) -> int:
    """Write one collection's files; `backwards` turns the order of senders round, never that of one sender's files."""
    submissions = [one for region in regions for one in region.submissions if one.wave == wave]
    rank: Counter[str] = Counter()
    for number, one in enumerate(submissions):
        code = one.institution.code
        rank[code] += 1
        place = (len(submissions) - number if backwards else number) + 10_000 * rank[code]
        write(inbox / code / f"{rank[code]}.zip", grids(one, Random(number)), modified=1_630_000_000 + place)
    return len(submissions)


def register(regions: list[Region]) -> str:
    lines = [
        f"{one.code},{one.code},,{one.kind},{'СОШ' if one.kind == 'ОУ' else 'УДО'},{one.municipality},{one.region},2020-09-01,"
        for region in regions for one in region.institutions
    ]  # fmt: skip
    return "\n".join(["code,name,aliases,kind,level,municipality,region,valid_from,valid_to", *lines])
