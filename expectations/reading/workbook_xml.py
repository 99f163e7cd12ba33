"""What calamine does not say of a sheet's XML: real extent, error cells, formulas without a value."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from expectations.reading.limits import Limits
from expectations.reading.pages import CELL_BYTES, Fault, check_extent
from expectations.reading.xml_parts import walk_xml

# The quick look: nearly every sheet of a school has plain rows, no formula, no error. A sheet not written
# the way Excel, LibreOffice and their like write it is walked cell by cell.
HEAD = 2048  # bytes that hold the root element of a sheet, and so the manner of its writer
MOST_DIGITS = 9  # of the number of a row: no limit on rows has as many, and Python reads none of thousands
_ROW = re.compile(rb'<row r="(\d+)"')
_COLUMN = re.compile(rb'r="([A-Z]+)\d')
_ERROR = re.compile(rb"[\"']e[\"']")
_FORMULA = re.compile(rb"<f[\s>/]")


@dataclass
class Census:
    """Extent of the filled cells of a sheet and its faults by (row, column), both from 0."""

    rows: int = 0
    columns: int = 0
    faults: dict[tuple[int, int], Fault] = field(default_factory=dict)


def look_over(part: bytes, limits: Limits) -> bool:
    """Check the extent of a sheet's XML; return whether it may hold faults."""
    rows = _ROW.findall(part)
    height = max((int(row[:MOST_DIGITS]) for row in rows), default=0)
    if height > limits.rows or not _is_usual(part, height):
        census = count_cells(part)
        check_extent(census.rows, census.columns, limits)
        return bool(census.faults)
    if height * limits.columns * CELL_BYTES > limits.memory_bytes:
        check_extent(height, max(map(column_number, set(_COLUMN.findall(part))), default=0), limits)
    return _may_hold(part, b"e", _ERROR) or _may_hold(part, b"f", _FORMULA)


def _may_hold(part: bytes, sign: bytes, pattern: re.Pattern[bytes]) -> bool:
    """Seek one sign before the pattern: it goes ten times faster, and most tables have neither sign."""
    start, end = part.find(b"<sheetData"), part.rfind(b"</sheetData>")
    return part.find(sign, start + len(b"<sheetData"), end) >= 0 and pattern.search(part) is not None


def _is_usual(part: bytes, height: int) -> bool:
    head = part[:HEAD]
    return b"<worksheet" in head and b"='" not in head and (height > 0 or b"<row" not in part)


def column_number(letters: bytes | str) -> int:
    """Return the 1-based number of a column by its letters."""
    number = 0
    for letter in letters.upper() if isinstance(letters, bytes) else letters.upper().encode():
        number = number * 26 + letter - 64
    return number


def count_cells(part: bytes) -> Census:
    """Walk a sheet's XML cell by cell."""
    walk = _Walk()
    walk_xml(part, walk.start, walk.end, walk.text)
    return walk.census


class _Walk:
    """The state of `count_cells`: where the walk is and what the current cell has shown."""

    def __init__(self) -> None:
        self.census = Census()
        self.row = self.column = -1
        self.kind = ""
        self.formula = self.inside = self.filled = self.answered = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name == "c":
            self.cell(attributes)
        elif name == "row":
            self.row = _number(attributes.get("r"), self.row + 2) - 1
            self.column = -1
        elif name == "f":
            self.formula = True
        elif name in ("v", "is"):
            self.inside = self.answered = True

    def cell(self, attributes: dict[str, str]) -> None:
        letters, digits = _split_address(attributes.get("r", ""))
        self.column = column_number(letters) - 1 if letters else self.column + 1
        self.row = _number(digits, self.row + 1) - 1
        self.kind = attributes.get("t", "n")
        self.formula = self.filled = self.answered = False

    def text(self, characters: str) -> None:
        self.filled = self.filled or self.inside

    def end(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        if name in ("v", "is"):
            self.inside = False
        elif name == "c":
            self.close_cell()

    def close_cell(self) -> None:
        fault = self.fault()
        if self.filled or fault:
            self.census.rows = max(self.census.rows, self.row + 1)
            self.census.columns = max(self.census.columns, self.column + 1)
        if fault:
            self.census.faults[self.row, self.column] = fault

    def fault(self) -> Fault | None:
        if self.kind == "e":
            return Fault.ERROR
        # A formula that gives an empty text keeps it as <c t="str"><v></v>: that cell is empty, not broken.
        empty_text = self.kind == "str" and self.answered
        return Fault.NO_VALUE if self.formula and not self.filled and not empty_text else None


def _split_address(address: str) -> tuple[str, str]:
    letters = address.rstrip("0123456789")
    return letters, address[len(letters) :]


def _number(digits: str | None, otherwise: int) -> int:
    return int(digits) if digits and digits.isdecimal() and len(digits) <= MOST_DIGITS else otherwise


def sheet_parts(workbook: bytes, relations: bytes) -> dict[str, str]:
    """Return the entry of every sheet, by title."""
    targets: dict[str, str] = {}
    titles: dict[str, str] = {}

    def relation(tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == "Relationship":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    def sheet(tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == "sheet":
            key = next((value for name, value in attributes.items() if name.endswith(":id")), "")
            titles[attributes.get("name", "")] = key

    walk_xml(relations, relation)
    walk_xml(workbook, sheet)
    return {title: _entry(targets.get(key, "")) for title, key in titles.items()}


def hidden_sheets(workbook: bytes) -> set[str]:
    """Return the titles of the sheets that are not shown."""
    titles: set[str] = set()

    def sheet(tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == "sheet" and attributes.get("state", "visible") != "visible":
            titles.add(attributes.get("name", ""))

    walk_xml(workbook, sheet)
    return titles


def _entry(target: str) -> str:
    if target.startswith("/"):
        return target[1:]
    parts: list[str] = []
    for step in PurePosixPath("xl", target).parts:
        parts = parts[:-1] if step == ".." else [*parts, step]
    return "/".join(parts)
