"""What a delivered file is by its content, never by its name."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from expectations.reading import ods
from expectations.reading.archive import Archive, open_archive
from expectations.reading.calamine import read_xls, read_xlsx
from expectations.reading.csv_archive import read_csv_archive
from expectations.reading.headings import Headings
from expectations.reading.limits import MEGABYTE, Limits
from expectations.reading.pages import Page, Wanted
from expectations.reading.refusal import too_large, unreadable
from expectations.sealing import SEAL_BYTES, Opening, open_sealed

ZIP, OLE = b"PK\3\4", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
LOOKED_AT = 4096  # bytes that tell a format
RESAVE = "пересохраните как «Книга Excel (.xlsx)»"

SIGNATURES = (
    (b"PK\5\6", "это пустой архив"),
    (b"Rar!", "это архив RAR"),
    (b"7z\xbc\xaf\x27\x1c", "это архив 7z"),
    (b"\x1f\x8b", "это архив GZIP"),
    (b"%PDF", "это документ PDF"),
    (b"{\\rtf", "это текст RTF"),
    (b"\x09\x08", "это книга очень старого Excel"),
    (b"\x09\x04", "это книга очень старого Excel"),
    (b"\x09\x02", "это книга очень старого Excel"),
    (b"\x89PNG", "это картинка"),
    (b"\xff\xd8\xff", "это картинка"),
)
OTHER_ZIPS = (
    ("xl/workbook.bin", "это двоичная книга .xlsb"),
    ("word/document.xml", "это документ Word"),
    ("ppt/presentation.xml", "это презентация"),
    ("Index/Document.iwa", "это документ Apple"),
)


def read_pages(
    path: Path, limits: Limits, headings: Headings, wanted: Wanted | None = None, sealed: Opening | None = None
) -> list[Page]:
    """Read the cells of the sheets wanted, by default those of the form; raise Refused for other files."""
    content = read_bytes(path, limits, sealed)
    wanted = wanted or (lambda title: headings.sheet(title) is not None)
    if content.startswith(OLE):
        return read_xls(content, limits, wanted)
    if not content.startswith(ZIP):
        raise unreadable(f"{_looks_like(content[:LOOKED_AT])}, {RESAVE}")
    archive = open_archive(content, limits)
    if "xl/workbook.xml" in archive.names:
        return read_xlsx(content, archive, limits, wanted)
    if ods.CONTENT in archive.names and "mimetype" in archive.names:
        return _read_document(archive, limits, wanted)
    for name, kind in OTHER_ZIPS:
        if name in archive.names:
            raise unreadable(f"{kind}, {RESAVE}")
    if "[Content_Types].xml" in archive.names:
        raise unreadable(f"в книге нет её главной части, {RESAVE}")
    return read_csv_archive(archive, limits, headings)


def read_bytes(path: Path, limits: Limits, sealed: Opening | None = None) -> bytes:
    """Read a regular file once, whole, never through a link and never beyond the limit; a sealed one is opened."""
    if path.is_symlink():
        raise unreadable("это ссылка, а не файл")
    # Without O_NONBLOCK a FIFO put into the inbox would hold the reader for ever.
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise unreadable("это не обычный файл")
        content = file.read(limits.file_bytes + 1 + (SEAL_BYTES if sealed else 0))
    if sealed:
        content = open_sealed(content, sealed)
    if len(content) > limits.file_bytes:
        raise too_large(f"файл больше {limits.file_bytes // MEGABYTE} МБ")
    if not content:
        raise unreadable("файл пуст")
    return content


def _read_document(archive: Archive, limits: Limits, wanted: Wanted) -> list[Page]:
    if not archive.read("mimetype").startswith(ods.MIMETYPE):
        raise unreadable(f"это документ OpenDocument, но не таблица, {RESAVE}")
    return ods.read_ods(archive, limits, wanted)


def _looks_like(head: bytes) -> str:
    for signature, kind in SIGNATURES:
        if head.startswith(signature):
            return kind
    text = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if text.startswith(b"<?xml"):
        return "это таблица XML 2003" if b"excel.sheet" in text or b"office:spreadsheet" in text else "это файл XML"
    if text.startswith(b"<") and any(mark in text for mark in (b"<html", b"<table", b"<!doctype html", b"<head")):
        return "это веб-страница (HTML), хотя и названа иначе"
    if not _is_text(head):
        return "вид файла не распознан"
    return "это текст или отдельный файл CSV (файлы CSV кладут в архив .zip, названные как листы формы)"


def _is_text(head: bytes) -> bool:
    wide = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    signs = map(ord, head.decode("utf-16", "replace")) if wide else head
    return not any(sign < 9 or 13 < sign < 27 for sign in signs)
