"""Sheets delivered as CSV files in one zip archive."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from expectations.reading.archive import Archive
from expectations.reading.headings import SEARCHED_ROWS, Headings
from expectations.reading.limits import Limits
from expectations.reading.pages import Cell, Page, check_extent
from expectations.reading.refusal import Refused, entry_label, label, too_large, unreadable

LEGACY_NAMES = ("utf-8", "cp866", "cp1251", "koi8-r")  # of entries without the UTF-8 flag, in this order
DELIMITERS = ";,\t"  # Excel in Russian writes the first, which wins where nothing tells them apart
JUNK = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")
ARCHIVES = (b"PK\3\4", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\xd0\xcf\x11\xe0")
UTF8_FLAG = 0x800


def read_csv_archive(archive: Archive, limits: Limits, headings: Headings) -> list[Page]:
    """Read every entry as the sheet it is named after; refuse an entry that is no sheet."""
    entries = [entry for entry in archive.entries if not entry.is_dir() and not _is_junk(entry)]
    folders = {_folder(entry.filename) for entry in entries}
    if len(folders) > 1 or any("/" in folder.strip("/") for folder in folders):
        raise Refused("unsafe-archive", "файлы лежат в разных папках")
    titles = {entry.filename: _title(entry, headings) for entry in entries}
    pages = []
    for entry, content in archive.unpack():
        title = titles.get(entry.filename)
        if title is not None:
            pages.append(Page(title) if headings.ignores(title) else _read(title, content, limits, headings))
    return pages


def _is_junk(entry: zipfile.ZipInfo) -> bool:
    return entry.filename.startswith(JUNK[0]) or entry.filename.rpartition("/")[2] in JUNK[1:]


def _folder(name: str) -> str:
    return name.rpartition("/")[0]


def _title(entry: zipfile.ZipInfo, headings: Headings) -> str:
    """Return the title of the sheet that an entry is named after."""
    spellings = list(_spellings(entry))
    for name in spellings:
        stem, dot, extension = name.rpartition("/")[2].rpartition(".")
        if dot and extension.lower() == "csv" and headings.knows(stem):
            return stem
    raise Refused("unsafe-archive", f"файл «{entry_label(spellings[0])}» не назван как лист формы с расширением .csv")


def _spellings(entry: zipfile.ZipInfo) -> Iterator[str]:
    if entry.flag_bits & UTF8_FLAG:
        yield entry.filename
        return
    raw = entry.filename.encode("cp437")
    for encoding in LEGACY_NAMES:
        try:
            yield raw.decode(encoding)
        except UnicodeDecodeError:
            continue


def _read(title: str, content: bytes, limits: Limits, headings: Headings) -> Page:
    if content.startswith(ARCHIVES):
        raise Refused("unsafe-archive", f"«{label(title)}.csv» — вложенный архив или книга, а не CSV")
    text = _decode(title, content, headings)
    delimiter = max(DELIMITERS, key=lambda sign: _score(text, sign, title, headings))
    rows: list[list[Cell]] = []
    numbers: list[int] = []
    for record in _records(title, text, delimiter):
        rows.append(record.cells)
        numbers.append(record.line)
    width = max(map(len, rows), default=0)
    check_extent(len(rows), width, limits)
    return Page(title, [row + [""] * (width - len(row)) for row in rows], numbers)


@dataclass(frozen=True)
class _Record:
    """One CSV record and the line it begins on."""

    cells: list[Cell]
    line: int


def _records(title: str, text: str, delimiter: str) -> Iterator[_Record]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            yield _Record(cells, line)  # type: ignore[arg-type]
            line = reader.line_num + 1
    except csv.Error as error:
        if "field limit" in str(error):
            raise too_large(f"в файле «{label(title)}.csv» текст длиннее предела ячейки") from None
        raise unreadable(f"в файле «{label(title)}.csv» кавычки расставлены неверно, строка {line}") from None


def _decode(title: str, content: bytes, headings: Headings) -> str:
    """Decode by the byte order mark, as UTF-8, or as cp1251 when that shows half the headings required.

    Half, because MacCyrillic differs from cp1251 in capitals alone, and a heading may be without one.
    """
    marked = next((encoding for mark, encoding in _MARKS if content.startswith(mark)), None)
    for encoding in (marked,) if marked else ("utf-8", "cp1251"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding != "cp1251" or 2 * _best_score(text, title, headings) >= headings.required(title):
            return text
    raise unreadable(f"кодировка файла «{label(title)}.csv» не определена")


_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def _best_score(text: str, title: str, headings: Headings) -> int:
    return max(_score(text, sign, title, headings) for sign in DELIMITERS)


def _score(text: str, delimiter: str, title: str, headings: Headings) -> int:
    """Count the sheet's headings that a delimiter lays bare."""
    lines = io.StringIO(text, newline="")
    found: set[str] = set()
    try:
        for cells in islice(csv.reader(lines, delimiter=delimiter), SEARCHED_ROWS):
            found |= headings.among(title, cells)
    except csv.Error:  # one line longer than a field may be: not this delimiter
        pass
    return len(found)
