"""Schools of canaries: people whose every word exists in one delivery alone."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tests.canaries import Canary, day_spellings, serial, snils_spellings
from tests.workbooks import Grid, grid, organisation, snils, submission, write


@dataclass(frozen=True)
class Bird:
    """What one school tells of its people; `number` makes every word its own."""

    institution: str
    surname: str
    given_name: str
    patronymic: str
    number: int

    @property
    def birth_date(self) -> date:
        return date(1987, 7, self.number)  # nobody else's here: pupils of other tests are younger

    @property
    def snils(self) -> str:
        return snils(314159260 + self.number)

    @property
    def phone(self) -> str:
        return f"+7 (863) 271-82-{self.number}"

    @property
    def email(self) -> str:
        return f"kenar{self.number}.ptah@kletka.example"

    @property
    def person_id(self) -> str:
        return f"{self.surname[:6].upper()}-{self.number}"

    @property
    def words(self) -> tuple[str, ...]:
        """What must be found nowhere."""
        told = (self.surname, self.given_name, self.patronymic, self.phone, self.email, self.person_id)
        return (*told, *day_spellings(self.birth_date), *snils_spellings(self.snils), f"Щебет{self.number}ый")

    @property
    def canaries(self) -> list[Canary]:
        cell = serial(self.birth_date)
        return [*map(Canary, self.words), Canary(f">{cell}<", folded=False), Canary(f"{cell}.0", folded=False)]

    def people(self, birth_date: str | None = None, snils: str | None = None) -> str:
        born = birth_date or f"{self.birth_date:%d.%m.%Y}"
        return f"""
            ID участника     | Фамилия        | Имя               | Отчество          | Дата рождения | СНИЛС                | Категория   | Класс / объединение | Дата согласия
            {self.person_id} | {self.surname} | {self.given_name} | {self.patronymic} | {born}        | {snils or self.snils} | обучающийся | 7А                  | 01.10.2020
            {self.person_id}б | {self.surname} | {self.given_name} | {self.patronymic} | {born}       |                      | обучающийся | 7А                  |
        """

    @property
    def pairs(self) -> str:
        said = f"Щебет{self.number}ый"
        return f"""
            ID пары           | ID наставника    | ID наставляемого | Форма наставничества | Программа | Запрос наставляемого | Дата начала | Итог         | Результат
            {self.person_id}п | {self.person_id} | {self.person_id}б | ученик – ученик     | Вместе    | {said} просит        | 01.10.2020  | продолжается | {said} смог
        """

    def submission(self, **sheets: str | Grid) -> dict[str, Grid]:
        """Return a good submission of these people, some sheets replaced."""
        owner = organisation(
            код_организации=self.institution,
            куратор=f"{self.surname} {self.given_name}",
            **{"Телефон куратора": self.phone, "Эл. почта куратора": self.email},
        )
        surveys = f"""
            ID участника | Роль | Этап | Дата анкеты | Удовлетворённость
            {self.person_id} | наставник | до | 01.10.2020 | 7
        """
        said: dict[str, str | Grid] = {
            "Организация": owner,
            "Участники": self.people(),
            "Пары": self.pairs,
            "Анкеты": surveys,
        }
        return submission(self.institution, **(said | sheets))


GOOD = Bird("NSH-S007", "Канареечкинский", "Кенарий", "Птахович", 13)
FAULTY = Bird("NSH-S008", "Соловейчиковская", "Певунья", "Чижовна", 14)
REFUSED = Bird("NSH-S003", "Свиристелёва", "Трясогузка", "Щегловна", 15)
MISPLACED = Bird("NSH-S004", "Коростелянский", "Дергач", "Зимородкович", 16)
BIRDS = (GOOD, FAULTY, REFUSED, MISPLACED)


def faulty() -> dict[str, Grid]:
    """Every personal cell breaks some rule: no day, no number, too long, twice, a formula, a stranger's ID."""
    bird = FAULTY
    head, one, _ = grid(bird.people())
    rows = [
        [*one[:4], f"32.07.1987 {bird.surname}", *one[5:]],
        [*one[:5], f"{bird.snils[:-1]}0{bird.surname}", *one[6:]],
        [one[0] + "я" * 40 + bird.surname, *one[1:]],
        [one[0], f"{bird.surname}7", f"={bird.given_name}", f"-{bird.patronymic}", *one[4:]],
        one,
        [*one[:6], bird.surname, bird.surname, bird.surname],
        [one[0] + "н", bird.surname * 50, bird.given_name, "\u202e" + bird.patronymic, *one[4:]],
    ]
    pairs = grid(bird.pairs)
    pairs.append(
        [
            pairs[1][0],
            pairs[1][1],
            bird.surname,
            bird.surname,
            bird.surname,
            "Щебет14ый",
            bird.surname,
            bird.surname,
            "Щебет14ый",
        ]
    )
    return bird.submission(
        Участники=[head, *rows],
        Пары=pairs,
        Контингент=[["Возраст, полных лет", "Обучающихся"], [bird.surname, bird.phone], ["12", "30"]],
    )


def refused() -> dict[str, Grid]:
    """Nothing of the head of the form is right, people's words stand in its place."""
    bird = REFUSED
    owner = organisation(
        код_организации=bird.surname,
        наименование_организации=bird.surname,
        отчётная_дата=bird.surname,
        куратор=bird.surname,
    )
    return bird.submission(Организация=owner)


def misplaced() -> dict[str, Grid]:
    """People's words as names of sheets, as headings, and in columns the form does not know."""
    bird = MISPLACED
    head, *rows = grid(bird.people())
    table = [
        [*head, bird.surname, f"{bird.given_name} {bird.patronymic}"],
        *([*row, bird.surname, bird.phone] for row in rows),
    ]
    sheets = bird.submission(Участники=table)
    strange = [[bird.surname, bird.given_name, bird.patronymic], [bird.snils, bird.email, bird.phone]]
    return sheets | {bird.surname: strange, f"{bird.given_name} {bird.phone[:7]}": strange}


def headless() -> dict[str, Grid]:
    """No row of headings at all: the first is a person."""
    return GOOD.submission(Участники=grid(GOOD.people())[1:], Пары=grid(GOOD.pairs)[1:])


def fly_in(inbox: Path) -> None:
    """Write every school's delivery, good ones and bad ones, under names that are people's too."""
    good = inbox / GOOD.institution
    write(good / f"{GOOD.surname} {GOOD.snils}.xlsx", GOOD.submission(), modified=1)
    write(good / f"{GOOD.email}.zip", headless(), modified=2)
    write(inbox / FAULTY.institution / f"{FAULTY.surname}.zip", faulty())
    write(inbox / REFUSED.institution / f"{REFUSED.surname}.xlsx", refused())
    write(inbox / MISPLACED.institution / f"{MISPLACED.surname}.xlsx", misplaced())
    for code, content in {
        "NSH-S001": f"{REFUSED.surname};{REFUSED.given_name};".encode() + b"\xff\xfe\x00",  # no encoding
        "NSH-S016": _archive({f"Анкета {REFUSED.surname}.docx": REFUSED.surname.encode()}),
        "NSH-S011": _archive({"Участники.csv": f'"{REFUSED.surname}";"{REFUSED.phone}'.encode()}),  # a quote too few
        "NSH-S020": _archive({f"../{REFUSED.surname}.csv": b"a"}),
        "NSH-S021": b"PK\x03\x04" + REFUSED.surname.encode() * 99,
    }.items():
        (inbox / code).mkdir(parents=True, exist_ok=True)
        (inbox / code / f"{REFUSED.surname} {REFUSED.phone}.zip").write_bytes(content)


def _archive(entries: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return file.getvalue()
