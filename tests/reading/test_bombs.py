"""Small files that ask for much: each is answered by a reading process in seconds and little memory."""

from __future__ import annotations

import io
import json
import os
import re
import resource
import struct
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expectations.form import FORM
from expectations.reading.cells import reader_of
from expectations.reading.limits import Limits
from expectations.reading.pool import read_many
from expectations.reading.reading import read_delivery
from expectations.text import fold_code, fold_heading, fold_institution, fold_name
from tests.reading.made_files import DELIVERY, KEY, archive, csv_entries, ods, rewritten, rules, table, xlsx
from warehouse.marked.dates import meant_date
from warehouse.marked.ids import folded
from warehouse.marked.references import _number

SECONDS, MEGABYTES = 5, 500
CELL = Limits().characters
SHEET = "xl/worksheets/sheet2.xml"  # «Контингент»
ROW = '<row r="{0}"><c r="A{0}" s="1"/></row>'


def packed(entries: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as file:
        for name, part in entries.items():
            file.writestr(name, part)
    return content.getvalue()


def ratio(path: Path) -> Path:
    return archive(path, csv_entries(DELIVERY) | {"Анкеты.csv": b"\0" * 300_000_000})


def nested(path: Path) -> Path:
    content = b"0" * 1_000_000
    for depth in range(6):
        content = packed({f"{depth}{copy}.zip": content for copy in range(9)})
    path.write_bytes(content)
    return path


def overlapping(path: Path) -> Path:
    """A thousand entries of the directory that all are the one entry of the file (after D. Fifield)."""
    content = packed({"Пары.csv": b";" * 900_000})
    central, end = content.index(b"PK\1\2"), content.rindex(b"PK\5\6")
    entry = content[central:end]
    record = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 900, 900, 900 * len(entry), central, 0)
    path.write_bytes(content[:central] + entry * 900 + record)
    return path


def declared(doctype: str, reference: str) -> Callable[[Path], Path]:
    def make(path: Path) -> Path:
        body = f'<sheetData><row r="1"><c r="A1" t="str"><v>{reference}</v></c></row></sheetData>'
        xml = f'<?xml version="1.0"?><!DOCTYPE x [{doctype}]><worksheet>{body}</worksheet>'
        return rewritten(xlsx(path, DELIVERY), SHEET, lambda _: xml.encode())

    return make


def within(before: str, after: str = "") -> Callable[[Path], Path]:
    """A workbook with something put before and after the cells of a sheet."""

    def make(path: Path) -> Path:
        def put(xml: bytes) -> bytes:
            opened = xml.replace(b"<sheetData>", b"<sheetData>" + before.encode(), 1)
            return opened.replace(b"</sheetData>", b"</sheetData>" + after.encode(), 1)

        return rewritten(xlsx(path, DELIVERY | {"Контингент": [[]]}), SHEET, put)

    return make


def filled(xml: str) -> Callable[[Path], Path]:
    return lambda path: rewritten(
        xlsx(path, DELIVERY), SHEET, lambda _: f"<worksheet><sheetData>{xml}</sheetData></worksheet>".encode()
    )


def repeated(rows: int, cells: int, text: str = "x") -> Callable[[Path], Path]:
    cell = f'<table:table-cell table:number-columns-repeated="{cells}"><text:p>{text}</text:p></table:table-cell>'
    row = f'<table:table-row table:number-rows-repeated="{rows}">{cell}</table:table-row>'
    return lambda path: ods(path, f'<table:table table:name="Контингент">{row}</table:table>')


def spaces(path: Path) -> Path:
    return ods(path, '<table:table table:name="Контингент"><table:table-row><table:table-cell><text:p><text:s text:c="999999999"/></text:p></table:table-cell></table:table-row></table:table>')  # fmt: skip


def long_names(path: Path) -> Path:
    """Thirty thousand signs in each of a hundred thousand rows of people: three gigabytes from thirty kilobytes."""
    headings = [
        column.heading for column in next(sheet for sheet in FORM.sheets if sheet.name == "participants").columns
    ]
    cell = "<table:table-cell><text:p>{}</text:p></table:table-cell>"
    head = "".join(cell.format(heading) for heading in headings)
    row = cell.format("я" * 30_000) * 3
    return ods(
        path,
        f'<table:table table:name="Участники"><table:table-row>{head}</table:table-row>'
        f'<table:table-row table:number-rows-repeated="100000">{row}</table:table-row></table:table>',
    )


def one_text(path: Path) -> Path:
    return xlsx(path, DELIVERY | {"Контингент": [["я" * 32_000] * 200] * 100})


LAUGHS = '<!ENTITY a "ха">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(12)
)  # fmt: skip
MERGES = "<mergeCells>" + "".join(f'<mergeCell ref="A{n}:Z{n}"/>' for n in range(1, 50_001)) + "</mergeCells>"
BOMBS: dict[str, tuple[Callable[[Path], Path], str | None]] = {
    "one entry packed a thousand times": (ratio, "too-large"),
    "archives within archives": (nested, "unsafe-archive"),
    "entries over each other": (overlapping, "too-large"),
    "a billion laughs": (declared(LAUGHS, "&m;"), "unreadable-file"),
    "a file of the machine as an entity": (declared('<!ENTITY a SYSTEM "file:///etc/passwd">', "&a;"), "unreadable-file"),
    "an address as an entity": (declared('<!ENTITY % a SYSTEM "http://127.0.0.1:9/x"> %a;', ""), "unreadable-file"),
    "a cell repeated 17 thousand million times": (repeated(1_048_576, 16_384), "too-large"),
    "a long name repeated": (long_names, "too-large"),
    "a thousand million spaces in a cell": (spaces, None),
    "one text in twenty thousand cells": (one_text, "too-large"),
    "fifty thousand merges": (within("", MERGES), None),
    "phantom formatted rows": (filled("".join(ROW.format(n) for n in range(1, 1_000_000, 5))), None),
    "the last row of a sheet": (filled('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'), "too-large"),
    "a row of every number": (filled("".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(1, 210_000))), "too-large"),
    "a deep XML": (filled("<a>" * 330_000), None),
    "a million attributes": (filled("<a " + " ".join(f'b{n}=""' for n in range(300_000)) + "/>"), None),
}  # fmt: skip


def spent() -> float:
    """Return seconds of processor time that children took: the clock tells of a shared machine more than of a file."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


ENVIRON = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
# In a small process between: what this one has taken counts in the first moment of each that it starts.
READ_ONE = """
import json, resource, sys
from pathlib import Path
from expectations.reading.limits import Limits
from expectations.reading.pool import read_many
((_, reading),) = read_many([Path(sys.argv[1])], bytes.fromhex(sys.argv[2]), Limits(), 1)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([reading.problems.column("rule").to_pylist(), used.ru_utime + used.ru_stime, used.ru_maxrss // 1024]))
"""


@pytest.mark.slow
@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_answered_quickly_in_little_memory(tmp_path: Path, name: str) -> None:
    make, rule = BOMBS[name]
    path = make(tmp_path / "bomb.xlsx")
    done = subprocess.run(
        [sys.executable, "-c", READ_ONE, path, KEY.hex()], capture_output=True, check=True, env=ENVIRON
    )
    told, seconds, megabytes = json.loads(done.stdout)
    assert (told == [rule]) if rule else not {"unreadable-file", "too-large"} & set(told)
    assert seconds < SECONDS and megabytes < MEGABYTES, (seconds, megabytes)


def test_a_row_number_of_thousands_of_digits(tmp_path: Path) -> None:
    """Python reads no such number at all: the file is answered, and not as a mistake of ours."""
    path = filled(f'<row r="1"><c r="A1" t="e"/></row><row r="{"9" * 5000}"/>')(tmp_path / "a.xlsx")
    assert rules(read_delivery(path, KEY, Limits())) == ["missing-column"] * 2


# -- our own patterns, over texts chosen against them

SPITE = table("""
    а…!                 | а  | 1 | !
    spaces inside       |    | 1 | x
    points              | .  | 1 | x
    opening brackets    | (  | 1 | (
    closed brackets     | () | 2 | x
    points and spaces   | _. | 2 | x
    dashes              | -  | 1 | x
    digits              | 1  | 1 | x1
    digits and spaces   | 1_ | 2 | x
    thousands           | _000 | 4 | x
    escapes             | _x00 | 4 | x
""")[1:]


def dated(text: str) -> object:
    return meant_date(text, date(2021, 12, 31))


FOLDS = (fold_heading, fold_code, fold_name, fold_institution, dated, folded, _number)
READERS = [reader_of(column) for column in {column.kind: column for sheet in FORM.sheets for column in sheet.columns}.values()]  # fmt: skip


def spiteful(piece: str | None, end: str, length: int) -> str:
    piece = (piece or " ").replace("_0", " 0").replace("_.", " .").replace("1_", "1 ")
    return "а" + piece * (length // len(piece)) + end


@pytest.mark.parametrize(("name", "piece", "_", "end"), SPITE)
@pytest.mark.parametrize("read", [*FOLDS, *READERS], ids=lambda one: one.__qualname__)
def test_no_pattern_of_ours_is_slow(read: Callable[[str], object], name: str, piece: str, _: str, end: str) -> None:
    begun = time.monotonic()
    read(spiteful(piece, end, 100_000))
    assert time.monotonic() - begun < 2


@pytest.mark.slow
@pytest.mark.parametrize("length", [CELL - 10, 100_000])
def test_a_delivery_of_spiteful_cells_is_answered(tmp_path: Path, length: int) -> None:
    """In every field and every heading; over the limit of a cell it is refused at once."""
    texts = [spiteful(piece, end or "", length) for _, piece, _, end in SPITE]
    sheets = {
        sheet.title: [[column.heading for column in sheet.columns], *([text] * len(sheet.columns) for text in texts), texts * 3]
        for sheet in FORM.sheets
    }  # fmt: skip
    path = archive(tmp_path / "a.zip", csv_entries(sheets)) if length > CELL else xlsx(tmp_path / "a.xlsx", sheets)
    before = spent()
    ((_, reading),) = read_many([path], KEY, Limits(), 1)
    assert spent() - before < 2 * SECONDS
    assert "too-large" in rules(reading) if length > CELL else rules(reading)


@given(st.text(alphabet="а ()[]*.", max_size=12))
def test_what_is_cut_off_a_heading_is_what_the_pattern_of_it_cuts(text: str) -> None:
    """The pattern says it in a line, and takes hours over long texts; brackets within brackets are left."""
    spaced = re.sub(r" +", " ", text).strip()
    assert fold_heading(text) == re.sub(r"( ?(\([^()]*\)|\[[^\[\]]*\]|[*:.]))+$", "", spaced)
