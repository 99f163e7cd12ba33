"""Deliveries for tests: `|` tables of the form's own headings, written as the files a school sends.

Cells are typed as they stand in the table, dates as ДД.ММ.ГГГГ: whatever a test says of a delivery went through
the real reader.
"""

from __future__ import annotations

import csv
import io
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path

import xlsxwriter

Grid = list[list[str]]
Sheets = Mapping[str, str | Grid]  # by Russian title

ARCHIVE_TIME = (2020, 9, 1, 0, 0, 0)

ORGANISATION = {
    "Версия формы": "1.0",
    "Код организации": "NSH-S007",
    "Наименование организации": "МБОУ СОШ № 7",
    "Отчётная дата": "31.12.2021",
    "Педагогических работников": "10",
    "из них молодых специалистов": "2",
    "Куратор": "Пробная Анна Ивановна",
}
PEOPLE = """
    ID участника | Фамилия | Имя  | Отчество | Дата рождения | СНИЛС          | Категория              | Класс / объединение | Стаж, лет | Дата согласия
    У-1          | Пробный | Пётр | Ильич    | 29.02.2008    | 112-233-445 95 | обучающийся            | 7А                  |           | 01.10.2020
    У-2          | Мнимый  | Лев  |          | 05.05.2009    |                | обучающийся            | 6Б                  |           | 01.10.2020
    У-3          | Учебная | Вера | Львовна  | 01.01.1980    |                | педагогический работник |                    | 12        | 01.10.2020
"""
PAIRS = """
    ID пары | ID наставника | ID наставляемого | Форма наставничества | Программа | Дата начала | Дата завершения | Итог
    П-1     | У-3           | У-1              | педагог – ученик     | Вместе    | 01.10.2020  |                 | продолжается
    П-2     | У-3           | У-2              | педагог – ученик     | Вместе    | 01.10.2021  |                 | продолжается
"""


def grid(table: str) -> Grid:
    """Read a `|` table: one line a row, headings first."""
    return [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines() if line.strip()]


def records(table: str) -> list[dict[str, str]]:
    """Read a `|` table as one dictionary a row."""
    head, *rows = grid(table)
    return [dict(zip(head, row, strict=True)) for row in rows]


def organisation(**changes: str) -> Grid:
    """Return the sheet «Организация» with some answers changed, by label in lower case with «_» for spaces."""
    by_key = {label.lower().replace(" ", "_"): label for label in ORGANISATION}
    answers = ORGANISATION | {by_key.get(key, key): value for key, value in changes.items()}
    return [[label, value] for label, value in answers.items()]


def enrolment(students: int, age: int = 12) -> str:
    return f"Возраст, полных лет | Обучающихся\n{age} | {students}"


def submission(
    institution: str = "NSH-S007", as_of: str = "31.12.2021", students: int = 100, **sheets: str | Grid
) -> dict[str, Grid]:
    """Return a whole submission with nothing amiss, some sheets replaced; keys are Russian titles."""
    said: dict[str, str | Grid] = {
        "Организация": organisation(код_организации=institution, отчётная_дата=as_of),
        "Контингент": enrolment(students),
        "Участники": PEOPLE,
        "Пары": PAIRS,
    }
    return {title: grid(rows) if isinstance(rows, str) else rows for title, rows in (said | sheets).items()}


def write(path: Path, sheets: Sheets, modified: int | None = None) -> Path:
    """Write a workbook, or an archive of CSV for a path that ends with .zip; `modified` in seconds sets its time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    grids = {title: grid(rows) if isinstance(rows, str) else rows for title, rows in sheets.items()}
    if path.suffix == ".zip":
        _write_archive(path, grids)
    else:
        _write_workbook(path, grids)
    if modified is not None:
        os.utime(path, (modified, modified))
    return path


def _write_archive(path: Path, grids: Mapping[str, Grid]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for title, rows in grids.items():
            text = io.StringIO()
            csv.writer(text, delimiter=";").writerows(rows)
            archive.writestr(zipfile.ZipInfo(f"{title}.csv", ARCHIVE_TIME), text.getvalue())


def _write_workbook(path: Path, grids: Mapping[str, Grid]) -> None:
    workbook = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    for title, rows in grids.items():
        worksheet = workbook.add_worksheet(title)
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                worksheet.write_string(number, column, cell)
    workbook.close()


def snils(number: int) -> str:
    """Return nobody's СНИЛС with the right checksum, from any number of nine digits."""
    digits = f"{number:09d}"
    total = sum(int(digit) * weight for digit, weight in zip(digits, range(9, 0, -1), strict=True))
    return f"{digits}{total % 101 % 100:02d}"


def inn(number: int) -> str:
    """Return nobody's ИНН of a firm with the right checksum, from any number of nine digits."""
    digits = f"{number:09d}"
    total = sum(int(digit) * weight for digit, weight in zip(digits, (2, 4, 10, 3, 5, 9, 4, 6, 8), strict=True))
    return f"{digits}{total % 11 % 10}"
