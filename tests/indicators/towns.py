"""Small towns told in tables: who mentors whom, where, since when; each town is a municipality and region of its own.

Institutions are named by words: «школа», «другая школа» are ОУ, «кружок» is УДО, one that begins with «соседн» lies in
the next municipality of the same region. People are named by words too: «педагог», «молодой», «работник», «студент» have
that category, anybody else is a pupil; one word is one person wherever in the town it stands. A word may be followed
by a birth date and by «СНИЛС» with a number.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.workbooks import Grid, inn, organisation, records, snils, write

CATEGORIES = {
    "педагог": "педагогический работник",
    "молодой": "молодой специалист",
    "работник": "работник предприятия",
    "студент": "студент",
}
PUPIL = "обучающийся"
BORN = {PUPIL: "05.05.2010"}  # 11 on 1 January 2022
BORN_EARLY = "05.05.1980"
DAYS = ("31.12.2021", "2021-12-31")
PAIR = {"Форма наставничества": "иная", "Программа": "Вместе", "Дата завершения": ""}
SURVEY = {"Роль": "наставляемый", "Этап": "после", "Дата анкеты": "01.12.2021"}
DOCUMENT = {"Дата утверждения": "01.09.2020"}
EVENT = {"Название": "Встреча", "Участников": "1", "Часов": "1"}
PARTNER = {
    "Наименование": "Завод",
    "Тип": "предприятие",
    "Статус соглашения": "заключено",
    "Предоставлено наставников": "1",
}
PRACTICE = {"Название": "Вместе", "Форма наставничества": "иная", "Результат": "Выставка"}
DEFAULTS = {
    "Анкеты": SURVEY,
    "Документы": DOCUMENT,
    "Мероприятия": EVENT,
    "Партнёры": PARTNER,
    "Практики": PRACTICE,
}


@dataclass(frozen=True)
class Town:
    """One case: what its institutions say for 31.12.2021, and the figures that follow.

    `students`: «школа 8, кружок 4», all of age 12 unless `ages` tells them; an institution named there without a
    number is expected and says nothing; `earlier` is what one of them said for 30.09.2021. `figures` is a table of
    what is asked about each figure.
    """

    name: str
    students: str
    figures: str
    pairs: str = ""
    ages: str = ""
    earlier: str = ""
    staff: str = ""  # «школа 10/2»: teachers, young specialists among them
    plans: str = ""  # «школа 2021/2022 40»
    targets: str = ""  # «students_involved ОУ 30»
    surveys: str = ""
    documents: str = ""
    events: str = ""
    partners: str = ""
    practices: str = ""
    number: int = field(default=0, compare=False)

    @property
    def code(self) -> str:
        return f"T{self.number:02d}"

    @property
    def institutions(self) -> list[str]:
        return [re.sub(r" \d+$", "", part.strip()) for part in self.students.split(",")]

    @property
    def enrolled(self) -> dict[str, int]:
        """Students of those that report."""
        return _numbers(self.students)

    def institution_code(self, name: str) -> str:
        return f"{self.code}-{self.institutions.index(name) + 1}"

    def municipality(self, institution: str) -> str:
        return f"{self.code}N" if institution.startswith("соседн") else f"{self.code}M"

    def scope(self, words: str) -> tuple[str, str]:
        """Read a scope: an institution, ОУ, УДО, город, регион."""
        if words in ("ОУ", "УДО"):
            return "kind", f"{self.code}M/{words}"
        if words in ("город", "регион"):
            return ("municipality", f"{self.code}M") if words == "город" else ("region", self.code)
        return "institution", self.institution_code(words)


def kind_of(institution: str) -> str:
    return "УДО" if "кружок" in institution else "ОУ"


def _numbers(text: str) -> dict[str, int]:
    """Read «школа 8, кружок 4»; a name without a number is passed over."""
    found = (re.fullmatch(r"(.+?) (\d+)", part.strip()) for part in text.split(",") if part.strip())
    return {match[1]: int(match[2]) for match in found if match}


def _surname(number: int) -> str:
    """A surname of letters alone that only this town has."""
    return "Мнимов" + "".join("абвгдежзик"[int(digit)] for digit in str(number))


@dataclass
class _Person:
    word: str
    born: str
    snils: str

    @classmethod
    def read(cls, cell: str) -> _Person:
        match = re.fullmatch(r"(.+?)(?: (\d\d\.\d\d\.\d{4}))?(?: СНИЛС (\d+))?", cell)
        assert match, cell
        category = _category(match[1])
        return cls(
            match[1],
            match[2] or BORN.get(category, BORN_EARLY),
            snils(700_000_000 + int(match[3])) if match[3] else "",
        )


def _category(word: str) -> str:
    return CATEGORIES.get(word.split()[0], PUPIL)


class _Submission:
    """One institution's sheets, filled as the town's tables are read."""

    def __init__(self, town: Town, institution: str, as_of: str) -> None:
        self.town, self.institution, self.as_of = town, institution, as_of
        self.people: dict[str, str] = {}  # cell → ID
        self.sheets: dict[str, list[dict[str, str]]] = defaultdict(list)

    def participant(self, cell: str) -> str:
        if cell not in self.people:
            self.people[cell] = f"У-{len(self.people) + 1}"
        return self.people[cell]

    def grids(self, students: int) -> dict[str, Grid]:
        teachers, young = self._staff()
        code = self.town.institution_code(self.institution)
        said = {"Код организации": code, "Отчётная дата": self.as_of, "Наименование организации": code}
        staff = {"Педагогических работников": teachers, "из них молодых специалистов": young}
        sheets = {title: _grid(rows) for title, rows in self.sheets.items()}
        none = {
            "Пары": [
                [
                    "ID пары",
                    "ID наставника",
                    "ID наставляемого",
                    "Форма наставничества",
                    "Программа",
                    "Дата начала",
                    "Итог",
                ]
            ]
        }
        return none | sheets | {
            "Организация": organisation(**said, **staff),
            "Контингент": self._enrolment(students),
            "Участники": _grid(self._participants()) if self.people else _NOBODY,
        }  # fmt: skip

    def _staff(self) -> tuple[str, str]:
        found = re.search(rf"{self.institution} (\d+)/(\d+)", self.town.staff)
        return (found[1], found[2]) if found else ("10", "2")

    def _enrolment(self, students: int) -> Grid:
        told = [row for row in records(self.town.ages or "где") if row["где"] == self.institution]
        rows = [[row["возраст"], row["обучающихся"]] for row in told] or [["12", str(students)]]
        return [["Возраст, полных лет", "Обучающихся"], *rows]

    def _participants(self) -> Iterator[dict[str, str]]:
        for cell, name in self.people.items():
            person, category = _Person.read(cell), _category(_Person.read(cell).word)
            yield {
                "ID участника": name, "Фамилия": _surname(self.town.number), "Имя": _letters(person.word), "Дата рождения": person.born,
                "СНИЛС": person.snils, "Категория": category, "Класс / объединение": "5А" if category == PUPIL else "",
                "Стаж, лет": {"педагогический работник": "9", "молодой специалист": "1"}.get(category, ""),
                "ИНН партнёра": inn(123_456_789) if category == "работник предприятия" else "", "Дата согласия": "01.09.2020",
            }  # fmt: skip


_NOBODY = [["ID участника", "Фамилия", "Имя", "Дата рождения", "Категория"]]


def _letters(word: str) -> str:
    """«педагог 2» is a name once its number is a letter."""
    return re.sub(r" (\d)", lambda match: " " + "абвгдежзик"[int(match[1])], word)


def _grid(rows: Iterable[dict[str, str]]) -> Grid:
    rows = list(rows)
    heads = list(dict.fromkeys(head for row in rows for head in row))
    return [heads, *([row.get(head, "") for head in heads] for row in rows)]


def _fill(town: Town, said: dict[str, _Submission]) -> None:
    for number, row in enumerate(records(town.pairs or "где"), 1):
        place = said[row.pop("где")]
        pair = {
            "ID пары": f"П-{number}",
            **PAIR,
            **{head: value for head, value in row.items() if value or head == "Дата завершения"},
        }
        pair |= {
            "ID наставника": place.participant(pair.pop("наставник")),
            "ID наставляемого": place.participant(pair.pop("наставляемый")),
        }
        pair.setdefault("Дата начала", "01.10.2020")
        pair.setdefault("Итог", "завершена" if pair["Дата завершения"] else "продолжается")
        place.sheets["Пары"].append(pair)
    tables = {
        "Анкеты": town.surveys,
        "Документы": town.documents,
        "Мероприятия": town.events,
        "Партнёры": town.partners,
        "Практики": town.practices,
    }
    for title, table in tables.items():
        for row in records(table or "где"):
            place = said[row.pop("где")]
            filled = DEFAULTS[title] | {head: value for head, value in row.items() if value}
            if title == "Анкеты":
                filled["ID участника"] = place.participant(filled.pop("кто"))
            if title == "Партнёры":
                filled["ИНН"] = inn(500_000_000 + int(filled["ИНН"]))
            place.sheets[title].append(filled)


def deliver(town: Town, inbox: Path) -> None:
    """Write the town's deliveries."""
    said = {name: _Submission(town, name, DAYS[0]) for name in town.enrolled}
    _fill(town, said)
    for name, one in said.items():
        write(inbox / town.institution_code(name) / "сведения.zip", one.grids(town.enrolled[name]))
    for name, students in _numbers(town.earlier).items():
        path = inbox / town.institution_code(name) / "раньше.zip"
        write(path, _Submission(town, name, "30.09.2021").grids(students), modified=1_600_000_000)


def register_lines(town: Town) -> Iterator[str]:
    for name in town.institutions:
        kind, code = kind_of(name), town.institution_code(name)
        yield f"{code},{code},,{kind},{'СОШ' if kind == 'ОУ' else 'УДО'},{town.municipality(name)},{town.code},2020-09-01,"


def plan_lines(town: Town) -> Iterator[str]:
    for name, year, planned in re.findall(r"([а-я][^,]*?) (\d{4}/\d{4}) (\d+)", town.plans):
        yield f"{town.institution_code(name)},{year},{planned},"


def target_lines(town: Town) -> Iterator[str]:
    for line in filter(None, (part.strip() for part in town.targets.split(","))):
        indicator, scope, percent = re.fullmatch(r"(\w+) (.+) ([\d.]+)", line).groups()  # type: ignore[union-attr]
        kind, code = town.scope(scope)
        yield f"{indicator},{kind},{code},{DAYS[1]},{percent},at_least,"
