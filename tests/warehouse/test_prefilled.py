"""The workbook that comes with the last registry: what is in it, who is not, and that it is accepted as it is."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
import pytest

from tests.installations import moscow, take
from tests.workbooks import PAIRS, PEOPLE, organisation, submission, write
from warehouse.forms.prefilled import write_registry
from warehouse.installation.home import Home
from warehouse.preview.checking import check_files

NEXT = date(2022, 12, 31)
WHEN = moscow("2023-01-10 12:00")
REGISTRY = (
    PEOPLE
    + """\
    У-4     | Тихая   | Нина | | 07.07.2009 | | обучающийся | 6Б | |
    У-5     | Ушедшая | Анна | | 08.07.2009 | | обучающийся | 6Б | | 01.10.2020
"""
)
GOING_ON = (
    PAIRS
    + """\
    П-3 | У-3 | У-4 | педагог – ученик | Вместе | 01.10.2021 | | продолжается
    П-4 | У-3 | У-5 | педагог – ученик | Вместе | 01.10.2020 | 01.05.2021 | завершена
"""
)


@pytest.fixture(scope="module")
def filled(home: Home, tmp_path_factory: pytest.TempPathFactory) -> Path:
    owner = organisation(**{"Куратор": "Учебная Вера Львовна", "Телефон куратора": "8 800 000-00-00"})
    write(home.settings.inbox / "NSH-S007/a.xlsx", submission(Организация=owner, Участники=REGISTRY, Пары=GOING_ON))
    write(home.settings.inbox / "NSH-S008/a.xlsx", submission("NSH-S008", Участники=PEOPLE.replace("Пробный", "Чужой")))
    assert take(home).verdicts == {"accepted": 2}
    return write_registry(home, "NSH-S007", NEXT)


def rows_of(path: Path, title: str) -> list[list[str]]:
    """The rows below the heading that hold anything."""
    sheet = openpyxl.load_workbook(path)[title]
    rows = [[str(cell) for cell in row if cell is not None] for row in sheet.iter_rows(values_only=True)]
    return [row for row in rows[3:] if row]


def test_those_who_agreed_are_in_it(filled: Path) -> None:
    """У-4 has no consent; the others are there, the one whose pair has ended too."""
    assert [row[:3] for row in rows_of(filled, "Участники")] == [
        ["У-1", "Пробный", "Пётр"], ["У-2", "Мнимый", "Лев"], ["У-3", "Учебная", "Вера"], ["У-5", "Ушедшая", "Анна"],
    ]  # fmt: skip


def test_pairs_that_go_on_are_in_it(filled: Path) -> None:
    assert [row[0] for row in rows_of(filled, "Пары")] == ["П-1", "П-2"]


def test_the_curator_and_the_date_are_in_it(filled: Path) -> None:
    cells = {cell for row in rows_of(filled, "Организация") for cell in row}
    assert {"Учебная Вера Львовна", "8 800 000-00-00", "NSH-S007", f"{NEXT} 00:00:00"} <= cells


def test_it_is_the_institutions_own_and_its_owners_alone(filled: Path, home: Home) -> None:
    assert filled.parent == home.settings.templates / "NSH-S007"
    assert (filled.stat().st_mode & 0o077, filled.parent.stat().st_mode & 0o077) == (0, 0)
    assert "Чужой" not in str([rows_of(filled, title) for title in ("Участники", "Пары", "Организация")])


def test_with_the_counts_filled_in_it_is_accepted(filled: Path, home: Home, tmp_path: Path) -> None:
    """What the curator must still write is the enrolment and the staff; nothing written for them is doubted."""
    book = openpyxl.load_workbook(filled)
    for row in book["Организация"].iter_rows():
        if row[0].value and row[0].value.startswith(("Педагогических работников", "из них молодых")):
            row[1].value = 1
    sheet = book["Контингент"]
    head = next(row[0].row for row in sheet.iter_rows() if str(row[0].value).startswith("Возраст"))
    sheet.cell(head + 1, 1, 12)
    sheet.cell(head + 1, 2, 100)
    book.save(tmp_path / "a.xlsx")
    (checked,) = check_files(home, [tmp_path / "a.xlsx"], "NSH-S007", WHEN)
    assert checked.verdict == "accepted"
    assert {one.rule for one in checked.findings} <= {
        "participant-without-pair", "document-missing", "fewer-than-planned", "participation-drop",
    }  # fmt: skip


def test_without_a_registry_it_is_the_blank_one(home: Home, filled: Path) -> None:
    path = write_registry(home, "NSH-S003", NEXT)
    assert rows_of(path, "Участники") == []
