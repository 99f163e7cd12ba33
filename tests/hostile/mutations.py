"""Files spoilt at random: bytes turned, moved, cut; entries of archives edited and packed anew with a right checksum."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from xml.sax.saxutils import escape

from tests.reading.made_files import archive, csv_entries, ods, xlsx
from tests.reading.made_xls import XLS
from tests.workbooks import submission

LARGEST_SEED = 150_000  # bytes: more cases in a minute
NUMBERS = (b"0", b"-1", b"1048577", b"2147483647", b"4294967296", b"99999999999999999999", b"1e309", b"NaN")
WORDS = (
    b"&#0;", b"&a;", b"<![CDATA[", b"]]>", b"<!--", b"<!DOCTYPE a [<!ENTITY a 'b'>]>", b"XFD1048576", b"A0", b"_x0000_",
    b"\xed\xa0\x80", b"\xff\xfe", "«№ё".encode("cp1251"), b"=cmd|' /C calc'!A0", b"'" * 40, b" " * 5000, b"." * 5000, b"(" * 5000,
)  # fmt: skip
EXTREMES = (b"\0\0\0\0", b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", b"\0\0\0\x80", b"\xfe\xff\xff\xff")
_NUMBER, _VALUE, _TAG = re.compile(rb"\d+"), re.compile(rb'"[^"<>]*"'), re.compile(rb"<[^<>]*>")
Change = Callable[[Random, bytes], bytes]


def good_files(folder: Path, institution: str) -> list[bytes]:
    """Return the same good submission of an institution in every format, and somebody's .xls."""
    sheets = submission(institution)
    made = (
        xlsx(folder / "a.xlsx", sheets), archive(folder / "a.zip", csv_entries(sheets)), ods(folder / "a.ods", _tables(sheets)),
    )  # fmt: skip
    return [*(path.read_bytes() for path in made), XLS]


def _tables(sheets: Mapping[str, Sequence[Sequence[str]]]) -> str:
    """Return sheets as OpenDocument has them."""
    cell = "<table:table-cell><text:p>{}</text:p></table:table-cell>"
    row = "<table:table-row>{}</table:table-row>"
    return "".join(
        f'<table:table table:name="{title}">'
        + "".join(row.format("".join(cell.format(escape(value)) for value in values)) for values in rows)
        + "</table:table>"
        for title, rows in sheets.items()
    )


def small_files(hostile: Path | None) -> list[bytes]:
    """Return the small ones of a collection of hostile files."""
    paths = sorted(hostile.glob("*/*")) if hostile else []
    return [path.read_bytes() for path in paths if path.is_file() and 0 < path.stat().st_size < LARGEST_SEED]


def spoilt(random: Random, originals: Sequence[bytes]) -> bytes:
    """Return one file spoilt; an archive half the time within one of its entries."""
    content = random.choice(originals)
    if content.startswith(b"PK") and random.random() < 0.7:
        content = _repacked(random, content)
        if random.random() < 0.8:
            return content
    return _changed(random, content, BYTES)


def _changed(random: Random, content: bytes, changes: Sequence[Change]) -> bytes:
    for _ in range(random.choice((1, 1, 2, 4, 16))):
        content = random.choice(changes)(random, content) or content
    return content


def _piece(random: Random, content: bytes) -> tuple[int, int]:
    begin = random.randrange(len(content))
    return begin, min(len(content), begin + random.choice((1, 4, 64, 512, 4096)))


def _turn(random: Random, content: bytes) -> bytes:
    at = random.randrange(len(content))
    return content[:at] + bytes([content[at] ^ 1 << random.randrange(8)]) + content[at + 1 :]


def _overwrite(random: Random, content: bytes) -> bytes:
    at = random.randrange(len(content))
    put = random.choice((*EXTREMES, random.randbytes(random.randint(1, 8))))
    return content[:at] + put + content[at + len(put) :]


def _cut_out(random: Random, content: bytes) -> bytes:
    begin, end = _piece(random, content)
    return content[:begin] + content[end:]


def _move(random: Random, content: bytes) -> bytes:
    begin, end = _piece(random, content)
    rest = content[:begin] + content[end:]
    at = random.randint(0, len(rest))
    return rest[:at] + content[begin:end] + rest[at:]


def _double(random: Random, content: bytes) -> bytes:
    begin, end = _piece(random, content)
    return content[:end] + content[begin:end] * random.choice((1, 1, 50)) + content[end:]


def _truncate(random: Random, content: bytes) -> bytes:
    return content[: random.randrange(len(content))]


def _replacing(pattern: re.Pattern[bytes], put: Sequence[bytes]) -> Change:
    def replace(random: Random, content: bytes) -> bytes:
        places = list(pattern.finditer(content))
        if not places:
            return content
        place = random.choice(places)
        new = random.choice((*put, random.choice(places)[0]))
        return content[: place.start()] + new + content[place.end() :]

    return replace


def _insert_word(random: Random, content: bytes) -> bytes:
    at = random.randint(0, len(content))
    return content[:at] + random.choice(WORDS) + content[at:]


BYTES: tuple[Change, ...] = (_turn, _turn, _overwrite, _overwrite, _cut_out, _move, _double, _truncate)
XML: tuple[Change, ...] = (
    _replacing(_NUMBER, NUMBERS), _replacing(_VALUE, [b'"' + word + b'"' for word in NUMBERS]), _replacing(_TAG, WORDS),
    _insert_word, _move, _double, _cut_out, _turn,
)  # fmt: skip


def _repacked(random: Random, content: bytes) -> bytes:
    """Edit entries of an archive and pack them anew, so that the parsers behind the checksum are reached."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            entries = [(entry.filename, file.read(entry)) for entry in file.infolist() if entry.file_size < 3_000_000]
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, ValueError, OSError, EOFError):
        return content
    entries = list(_edited(random, entries))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name, part in dict(entries).items():
            file.writestr(zipfile.ZipInfo(name or "x"), part)
    return packed.getvalue()


def _edited(random: Random, entries: list[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    chosen = random.randrange(len(entries)) if entries else 0
    for number, (name, part) in enumerate(entries):
        if number != chosen:
            yield name, part
        elif (kind := random.random()) < 0.04:
            continue
        elif kind < 0.08:
            yield random.choice(("../x", "Пары.csv", "xl/workbook.bin", name.upper(), name + "/")), part
        elif kind < 0.12:
            yield name, random.choice(entries)[1]
        else:
            yield name, _changed(random, part, XML if part else (_insert_word,))
