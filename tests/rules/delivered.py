"""Delivered files: the lines of sheets as an archive of CSV or as a workbook, and files no one can read."""

from __future__ import annotations

import csv
import io
import re
import struct
import zipfile
from datetime import date, datetime

Sheets = list[tuple[str, list[list[str]]]]  # title and lines

_DATE = re.compile(r"\d{2}\.\d{2}\.\d{4}")


def day(text: str) -> date:
    return datetime.strptime(text, "%d.%m.%Y").date()  # noqa: DTZ007


def csv_archive(sheets: Sheets) -> bytes:
    """Return one CSV file a sheet in a zip: every cell is text, a line of the file is a row of the sheet."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for title, lines in sheets:
            text = io.StringIO()
            csv.writer(text, delimiter=";").writerows(lines)
            archive.writestr(f"{title}.csv", text.getvalue())
    return content.getvalue()


def workbook(sheets: Sheets) -> bytes:
    """Return a workbook as another program writes it: dates are dates, a formula has no value yet."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for title, lines in sheets:
        page = book.create_sheet(title)
        for line in lines:
            page.append([day(cell) if _DATE.fullmatch(cell) else cell or None for cell in line])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def locked(sheets: Sheets) -> bytes:
    """Return an archive whose entries say that they are encrypted."""
    content = bytearray(csv_archive(sheets))
    for signature, flags_at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        at = content.find(signature)
        while at >= 0:
            (flags,) = struct.unpack_from("<H", content, at + flags_at)
            struct.pack_into("<H", content, at + flags_at, flags | 1)
            at = content.find(signature, at + 4)
    return bytes(content)


def cut_short(sheets: Sheets) -> bytes:
    return csv_archive(sheets)[:-60]


def with_a_stranger(sheets: Sheets) -> bytes:
    """Return an archive that holds a file beside the sheets."""
    return csv_archive([*sheets, ("../Пары", [["ID пары"]])])


def with_long_text(sheets: Sheets) -> bytes:
    """Return an archive with a text longer than a cell may hold."""
    return csv_archive(
        [
            *sheets,
            ("Практики", [["Название", "Форма наставничества", "Результат"], ["а" * 32_768, "иная", "есть"]]),
        ]
    )
