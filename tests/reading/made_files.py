"""Small deliveries made on the spot: workbooks, archives of CSV, OpenDocument."""

from __future__ import annotations

import csv
import io
import resource
import time as clock
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from pathlib import Path

import xlsxwriter

from expectations.reading.limits import Limits
from expectations.reading.pool import read_many
from expectations.reading.reading import Reading, read_delivery

KEY = b"test key of nobody" * 2
Rows = Sequence[Sequence[object]]
Sheets = Mapping[str, Rows]

ORGANISATION: Rows = [
    ["Версия формы", "1.0"],
    ["Код организации", "NSH-S007"],
    ["Наименование организации", "МБОУ СОШ № 7"],
    ["Отчётная дата", date(2021, 12, 31)],
    ["Педагогических работников", 40],
    ["из них молодых специалистов", 4],
    ["Куратор", "Пробная Анна Ивановна"],
]
ENROLMENT: Rows = [["Возраст, полных лет", "Обучающихся"], [10, 50], [11, 48]]
PARTICIPANTS: Rows = [
    ["ID участника", "Фамилия", "Имя", "Дата рождения", "СНИЛС", "Категория", "Класс / объединение"],
    ["У-1", "Пробный", "Пётр", date(2010, 2, 28), "112-233-445 95", "обучающийся", "5А"],
    ["У-2", "Мнимая", "Вера", date(2009, 3, 1), None, "обучающийся", "6Б"],
]
PAIRS: Rows = [
    [
        "ID пары",
        "ID наставника",
        "ID наставляемого",
        "Форма наставничества",
        "Программа",
        "Дата начала",
        "Итог",
    ],
    ["П-1", "У-2", "У-1", "ученик – ученик", "Вместе", date(2021, 9, 1), "продолжается"],
]
DELIVERY: dict[str, Rows] = {
    "Организация": ORGANISATION,
    "Контингент": ENROLMENT,
    "Участники": PARTICIPANTS,
    "Пары": PAIRS,
}


def table(text: str) -> list[list[str | None]]:
    """Rows of a table drawn with `|`; an empty cell is None, an empty line a blank row."""
    return [[cell.strip() or None for cell in line.split("|")] for line in text.strip("\n").splitlines()]


def xlsx(path: Path, sheets: Sheets, *, hidden: Sequence[str] = (), **options: object) -> Path:
    """Write a workbook; a text that begins with «=» is a formula whose value is after «→», if any."""
    with xlsxwriter.Workbook(path, options) as book:
        dates = book.add_format({"num_format": "dd.mm.yyyy"})
        for title, rows in sheets.items():
            sheet = book.add_worksheet(title)
            if title in hidden:
                sheet.hide()
            for row, cells in enumerate(rows):
                for column, value in enumerate(cells):
                    _write(sheet, row, column, value, dates)
    return path


def _write(sheet, row: int, column: int, value: object, dates: object) -> None:
    if isinstance(value, datetime | time):
        sheet.write_datetime(row, column, value, dates)
    elif isinstance(value, date):
        sheet.write_datetime(row, column, datetime(value.year, value.month, value.day), dates)  # noqa: DTZ001
    elif isinstance(value, str) and value.startswith("="):
        formula, _, cached = value.partition("→")
        sheet.write_formula(row, column, formula, None, float(cached) if cached.isdecimal() else cached)
    elif isinstance(value, str):
        sheet.write_string(row, column, value)
    elif value is not None:
        sheet.write(row, column, value)


class _OldName(zipfile.ZipInfo):
    """An entry named in cp866 without saying so, as Windows writes it."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802 — zipfile's own name
        return self.filename.encode("cp866"), self.flag_bits & ~0x800


def archive(path: Path, entries: Mapping[str, bytes | str], *, old_names: bool = False) -> Path:
    """Write a zip archive."""
    with zipfile.ZipFile(path, "w") as file:
        for name, content in entries.items():
            entry = _OldName(name) if old_names else zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            file.writestr(entry, content)
    return path


def csv_text(rows: Rows, delimiter: str = ";") -> str:
    """Rows as Excel in Russian saves them."""
    output = io.StringIO()
    writer = csv.writer(output, delimiter=delimiter, lineterminator="\r\n")
    for row in rows:
        writer.writerow([value.strftime("%d.%m.%Y") if isinstance(value, date) else value for value in row])
    return output.getvalue()


def csv_entries(sheets: Sheets, encoding: str = "utf-8", delimiter: str = ";") -> dict[str, bytes]:
    """Entries of an archive of CSV files, one a sheet; cp1251 has the dash of our lists."""
    return {f"{title}.csv": csv_text(rows, delimiter).encode(encoding) for title, rows in sheets.items()}


def ods(path: Path, tables: str, styles: str = "", manifest: str = "<manifest/>") -> Path:
    """Write an OpenDocument workbook with the given tables in XML; prefixes as LibreOffice has them."""
    content = f"""<?xml version="1.0" encoding="UTF-8"?>
    <office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
        xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
        xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
        xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"
        xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">
      <office:automatic-styles>{styles}</office:automatic-styles>
      <office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>
    </office:document-content>"""
    mimetype = "application/vnd.oasis.opendocument.spreadsheet"
    return archive(path, {"mimetype": mimetype, "content.xml": content, "META-INF/manifest.xml": manifest})


def rewritten(path: Path, entry: str, change: object) -> Path:
    """Change the bytes of one entry of a workbook."""
    with zipfile.ZipFile(path) as file:
        entries = {name: file.read(name) for name in file.namelist()}
    entries[entry] = change(entries[entry])  # type: ignore[operator]
    return archive(path, entries)


def read(path: Path, limits: Limits | None = None) -> Reading:
    return read_delivery(path, KEY, limits or Limits())


def problems(reading: Reading) -> list[tuple[object, ...]]:
    """(rule, sheet, row, letter, detail) of every problem, without trailing blanks."""
    return [
        tuple(problem[name] for name in ("rule", "sheet", "row", "letter", "detail"))
        for problem in reading.problems.to_pylist()
    ]


def rules(reading: Reading) -> list[str]:
    return reading.problems.column("rule").to_pylist()


def read_all(paths: list[Path]) -> tuple[dict[str, tuple[list[str], float]], float]:
    """Read files in one child of this process: (rules, seconds since the answer before) by name, and its megabytes."""
    found, before = {}, clock.monotonic()
    for path, reading in read_many(paths, KEY, Limits(), 1):
        found[path.name] = (rules(reading), clock.monotonic() - before)
        before = clock.monotonic()
    return found, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
