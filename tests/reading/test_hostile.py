"""A collection of hostile files of other projects: each gets its answer, quickly, in little memory."""

import os
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context
from pathlib import Path

import pytest

from expectations.form import FORM
from expectations.reading.container import read_pages
from expectations.reading.headings import Headings
from expectations.reading.limits import Limits
from expectations.reading.pages import Fault
from expectations.reading.refusal import Refused
from tests.reading.made_files import read_all

HOSTILE = os.environ.get("NASTAVNIK_HOSTILE")  # the folder with index.tsv
FOLDER = Path(HOSTILE or ".")
SECONDS, MEGABYTES = 5, 1024  # a file may take

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not HOSTILE, reason="NASTAVNIK_HOSTILE names no folder of hostile files"),
]

# Refused as what they are; every other file lacks our sheets and is refused for that.
REFUSED = ("unreadable-file", "password-protected", "too-large", "unsafe-archive")
# What the collection says must be refused and is readable here, with the reason.
READ_ANYWAY = {
    "poi__sample-beta.xlsx": "its broken sheet is none of ours, and is not read",
    "messytables__bian-anal-mca-2005-dols-eng-1011-0312-tab3.xlsm": "not our form: its sheets are missing",
    "sheetjs__Attendance.xlsx": "not our form: its sheets are missing",
}


def index():
    lines = (FOLDER / "index.tsv").read_text(encoding="utf-8").splitlines()[1:] if HOSTILE else []
    return {FOLDER / line.split("\t")[0]: line.split("\t")[4] for line in lines}


@pytest.fixture(scope="module")
def read():
    """What a reader of all files told; a process of its own has no other children than it."""
    with ProcessPoolExecutor(1, get_context("spawn")) as alone:
        return alone.submit(read_all, list(index())).result()


@pytest.fixture(scope="module")
def answers(read):
    """(rules, seconds since the answer before) by file."""
    return read[0]


def test_every_file_is_answered_in_time_and_memory(answers, read):
    assert sorted(answers) == sorted(path.name for path in index())
    assert {name: seconds for name, (_, seconds) in answers.items() if seconds > SECONDS} == {}
    assert read[1] < MEGABYTES


def test_every_file_that_must_be_refused_is(answers):
    refused = {
        path.name for path, expected in index().items() if expected.startswith("REJECT") and " or read" not in expected
    }
    passed = {name for name in refused if not set(answers[name][0]) & set(REFUSED)}
    assert passed == set(READ_ANYWAY)


def test_no_file_becomes_a_delivery(answers):
    assert [name for name, (found, _) in answers.items() if not {*REFUSED, "missing-sheet"} & set(found)] == []


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("calamine__issue_385.xls", "password-protected"),
        ("poi__protected_passtika.xlsx", "password-protected"),
        ("poi__xor-encryption-abc.xls", "password-protected"),
        ("yauzl__strong_encryption_is_not_supported.zip", "password-protected"),
        ("libarchive__test_read_format_zip_encryption_partially.zip", "password-protected"),
        ("poi__54764.xlsx", "unreadable-file"),
        ("poi__poc-xmlbomb-empty.xlsx", "unreadable-file"),
        ("poi__clusterfuzz-testcase-minimized-POIHSSFFuzzer-5816431116615680.xls", "unreadable-file"),
        ("poi__duplicate-filename.xlsx", "unreadable-file"),
        ("calamine__OOM_alloc3.xls", "unreadable-file"),
        ("sheetjs__crlf.htm", "unreadable-file"),
        ("poi__poc-shared-strings.xlsx", "too-large"),
        ("readxl__65536-rows-xls.xls", "too-large"),
        ("yauzl__everything.zip", "too-large"),
        ("libarchive__test_symlink_dotdot.zip", "unsafe-archive"),
    ],
)
def test_the_answer_is(answers, name, rule):
    assert answers[name][0] == [rule]


def cells(name):
    """Rows of the sheets that are read, by title."""
    (path,) = [path for path in index() if path.name == name]
    found = read_pages(path, Limits(), Headings(FORM), wanted=lambda title: True)
    return {page.title: page.rows for page in found if not page.hidden}


@pytest.mark.parametrize(
    ("name", "title", "first_rows"),
    [
        ("calamine__date_1904.xlsx", "Sheet1", [[date(2021, 1, 1), 15.0], [date(2021, 1, 2), 16.0]]),
        ("calamine__date_iso.xlsx", "Sheet", [[date(2021, 1, 1)]]),
        ("calamine__temperature-in-middle.xlsx", "Sheet1", [[""] * 3] * 3 + [["", "label", "value"]]),
        ("messytables__blank_line.ods", "Sheet1", [["Name", "Age", "When"], ["Bob", 20.0, date(2010, 10, 10)], ["Jane", 23.0, date(2012, 1, 1)], [""] * 3, ["Ian", 34.0, date(2015, 11, 11)]]),
        ("calamine__has_x000D_.xlsx", "Sheet1", [["ABC\r\nDEF"]]),
        ("calamine__inlineStr_cdata.xlsx", "Sheet1", None),
        ("readxl__missing-v-node-xlsx.xlsx", "Sheet1", [["A", "B", "A + B"], [1.0, 2.0, Fault.NO_VALUE]]),
        ("sheetjs__ErrorTypes.xlsx", "RawErrors", None),
        ("frictionless__preserve-formatting-percentage.xlsx", "Sheet1", None),
        ("sheetjs__numfmt_1_russian.xls", "Sheet1", [["Formatted Number", "Russian (Russia)", "Number Format", "VBA NF", "VBA Format NF", "VBA Format VBA"]]),
    ],
)  # fmt: skip
def test_cells_stand_where_they_stood(name, title, first_rows):
    rows = cells(name)[title]
    assert rows[: len(first_rows)] == first_rows if first_rows else any(cell != "" for row in rows for cell in row)


def test_every_error_cell_is_found():
    found = [cell for row in cells("sheetjs__ErrorTypes.xlsx")["RawErrors"] for cell in row if isinstance(cell, Fault)]
    assert len(found) >= 20 and set(found) == {Fault.ERROR}


def test_strict_open_xml_is_read():
    assert sum(len(row) for rows in cells("calamine__strict_iso_paths.xlsx").values() for row in rows) == 1368


def test_hidden_sheets_are_left_alone():
    assert list(cells("sheetjs__sheet_visibility.xlsx")) == ["Visible"]


def test_a_sheet_that_points_to_texts_not_there_is_refused_when_read():
    with pytest.raises(Refused):
        cells("poi__sample-beta.xlsx")
