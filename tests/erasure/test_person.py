"""One person by rule and decisions: all their identities go, and nobody else's."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.erasure.world import HEAD, LATER, NO_SURVEYS
from tests.installations import COLLECTED, installation, take, vault_rows
from tests.workbooks import snils, submission, write
from warehouse.erasure.erase import erase, wanted_name, wanted_row, wanted_snils
from warehouse.indicators.identity import DIFFERENT, SAME
from warehouse.installation.home import Home
from warehouse.installation.settings import Misconfigured
from warehouse.journal.decisions import Place, decide

NUMBERS = [snils(314159265), snils(271828182)]
PAIRS = """
    ID пары | ID наставника | ID наставляемого | Форма наставничества | Программа | Дата начала | Итог
    П-1     | К-1           | К-2              | ученик – ученик      | Вместе    | 01.10.2020  | продолжается
"""
BORN = date(2009, 7, 13)


def people(*rows: str) -> str:
    """Write «Участники»: «surname number» a row, without a number no СНИЛС; all of one given name and birth date."""
    cells = (row.partition(" ") for row in rows)
    lines = [
        f"К-{n} | {surname} | Кенар | | 13.07.2009 | {number} | обучающийся | 7А | | 01.10.2020"
        for n, (surname, _, number) in enumerate(cells, 1)
    ]
    return "\n".join([HEAD, *lines])


def told(folder: Path, **schools: str) -> None:
    for code, rows in schools.items():
        book = submission(f"NSH-{code}", Участники=rows, Пары=PAIRS, Анкеты=NO_SURVEYS)
        write(folder / f"inbox/NSH-{code}/a.zip", book)


def kept(home: Home) -> list[tuple[str, str | None]]:
    """Return (surname, СНИЛС) of everybody in the vault."""
    return sorted(((row[3], row[7]) for row in vault_rows(home)["personal.participants"]), key=str)


def place(home: Home, surname: str, number: str | None = None) -> tuple[str, int]:
    return next(
        (row[0], row[1])
        for row in vault_rows(home)["personal.participants"]
        if row[3] == surname and number in (None, row[7])
    )


def test_names_that_a_decision_made_one(tmp_path: Path) -> None:
    told(tmp_path / "home", S007=people("Чижов", "Щеглов"), S008=people("Стрижов", "Дроздов"))
    with installation(tmp_path / "home") as home:
        take(home)
        with home.writing() as connection:
            one, other = Place(*place(home, "Чижов")), Place(*place(home, "Стрижов"))
            decide(connection, SAME, one, other, COLLECTED, "clerk", "documents")
        erase(home, wanted_row(*place(home, "Стрижов")), "request", "clerk", LATER)
        assert kept(home) == [("Дроздов", None), ("Щеглов", None)]


def test_a_new_name_under_one_number(tmp_path: Path) -> None:
    first, second = NUMBERS
    told(tmp_path / "home", S007=people(f"Чижов {first}", "Щеглов"), S008=people(f"Стрижов {first}", f"Чижов {second}"))
    with installation(tmp_path / "home") as home:
        take(home)
        erase(home, wanted_snils(home, first), "request", "clerk", LATER)
        assert kept(home) == [("Чижов", second), ("Щеглов", None)]


def test_one_taken_out_of_a_number_stays(tmp_path: Path) -> None:
    first, _ = NUMBERS
    told(tmp_path / "home", S007=people(f"Чижов {first}", "Щеглов"), S008=people(f"Стрижов {first}", "Дроздов"))
    with installation(tmp_path / "home") as home:
        take(home)
        with home.writing() as connection:
            one, other = Place(*place(home, "Чижов")), Place(*place(home, "Стрижов"))
            decide(connection, DIFFERENT, one, other, COLLECTED, "clerk", "documents")
        erase(home, wanted_row(*place(home, "Чижов")), "request", "clerk", LATER)
        assert kept(home) == [("Дроздов", None), ("Стрижов", first), ("Щеглов", None)]


def test_a_name_of_several_is_refused(tmp_path: Path) -> None:
    first, second = NUMBERS
    told(tmp_path / "home", S007=people(f"Чижов {first}", "Щеглов"), S008=people(f"Чижов {second}", "Дроздов"))
    with installation(tmp_path / "home") as home:
        take(home)
        with pytest.raises(Misconfigured, match="несколько"):
            erase(home, wanted_name(home, "Чижов", "Кенар", "", BORN), "request", "clerk", LATER)
        erase(home, wanted_name(home, "Щеглов", "Кенар", "", BORN), "request", "clerk", LATER)
        assert [name for name, _ in kept(home)] == ["Дроздов", "Чижов", "Чижов"]
