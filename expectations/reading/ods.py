"""Sheets of OpenDocument workbooks."""

from __future__ import annotations

from datetime import date, datetime

from expectations.reading.archive import Archive
from expectations.reading.limits import Limits
from expectations.reading.pages import Cell, Fault, Page, Wanted, check_extent, numbered
from expectations.reading.refusal import Refused, too_large
from expectations.reading.xml_parts import check_xml, walk_xml

CONTENT, MANIFEST = "content.xml", "META-INF/manifest.xml"
MIMETYPE = b"application/vnd.oasis.opendocument.spreadsheet"


def read_ods(archive: Archive, limits: Limits, wanted: Wanted) -> list[Page]:
    """Read the wanted sheets; repeated cells are laid out only as far as something stands in them."""
    parts = {}
    for entry, part in archive.unpack():
        if entry.filename.endswith((".xml", ".rdf")):
            check_xml(part)
        if entry.filename in (CONTENT, MANIFEST):
            parts[entry.filename] = part
    if b"encryption-data" in parts.get(MANIFEST, b""):
        raise Refused("password-protected", "книга зашифрована")
    walk = _Walk(limits, wanted)
    walk_xml(parts.get(CONTENT, b""), walk.start, walk.end, walk.characters, separator="}")
    return [sheet.page() for sheet in walk.sheets]


class _Sheet:
    """A sheet under construction: filled rows by index, so that a million blank ones cost nothing."""

    def __init__(self, title: str, hidden: bool, read: bool, limits: Limits) -> None:
        self.title, self.hidden, self.read, self.limits = title, hidden, read, limits
        self.rows: dict[int, list[Cell]] = {}
        self.next_row = self.width = self.filled = 0

    def close_row(self, row: list[Cell], repeats: int) -> None:
        if row:
            self.width = max(self.width, len(row))
            self.filled += repeats * len(row)
            check_extent(self.next_row + repeats, self.width, self.limits)
            if self.filled > self.limits.memory_bytes // 64:
                raise too_large("лист занимает слишком большую область")
            self.rows.update((self.next_row + step, row) for step in range(repeats))
        self.next_row += repeats

    def page(self) -> Page:
        if self.hidden or not self.read:
            return Page(self.title, hidden=self.hidden)
        height = max(self.rows, default=-1) + 1
        check_extent(height, self.width, self.limits)
        rows = [self.rows.get(index, []) for index in range(height)]
        return numbered(self.title, [row + [""] * (self.width - len(row)) for row in rows])


class _Walk:
    """The state of the walk over content.xml."""

    def __init__(self, limits: Limits, wanted: Wanted) -> None:
        self.limits, self.wanted = limits, wanted
        self.sheets: list[_Sheet] = []
        self.hidden_styles: set[str] = set()
        self.style = ""
        self.row: list[Cell] = []
        self.row_repeats = 1
        self.cell: dict[str, str] | None = None
        self.paragraphs: list[str] = []
        self.blank = 0  # empty cells not yet followed by a filled one
        self.aside = 0  # depth inside notes and pictures, whose text is not the cell's
        self.tags, self.keys = _Tags(), _Keys()
        self.texts = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name, is_text = self.tags[tag]
        if self.aside or (self.cell is not None and not is_text):
            self.aside += 1
        elif handler := _STARTS.get(name):
            handler(self, {self.keys[key]: value for key, value in attributes.items()})

    def start_style(self, attributes: dict[str, str]) -> None:
        self.style = attributes.get("name", "")

    def start_table_properties(self, attributes: dict[str, str]) -> None:
        if attributes.get("display") == "false":
            self.hidden_styles.add(self.style)

    def start_table(self, attributes: dict[str, str]) -> None:
        title = attributes.get("name", "")
        hidden = attributes.get("style-name", "") in self.hidden_styles
        self.sheets.append(_Sheet(title, hidden, not hidden and self.wanted(title), self.limits))
        if len(self.sheets) > self.limits.sheets:
            raise too_large(f"больше {self.limits.sheets} листов")

    def start_row(self, attributes: dict[str, str]) -> None:
        self.row, self.blank = [], 0
        self.row_repeats = _repeats(attributes, "number-rows-repeated")

    def start_cell(self, attributes: dict[str, str]) -> None:
        self.cell, self.paragraphs = attributes, []

    def start_paragraph(self, _: dict[str, str]) -> None:
        self.paragraphs.append("")
        self.texts = self.cell is not None

    def start_spaces(self, attributes: dict[str, str]) -> None:
        self.characters(" " * min(_repeats(attributes, "c"), self.limits.characters))

    def start_break(self, _: dict[str, str]) -> None:
        self.characters(" ")

    def characters(self, text: str) -> None:
        if self.texts and not self.aside:
            self.paragraphs[-1] += text
            if len(self.paragraphs[-1]) > self.limits.characters:
                raise too_large(f"текст длиннее {self.limits.characters} знаков в ячейке")

    def end(self, tag: str) -> None:
        if self.aside:
            self.aside -= 1
        elif handler := _ENDS.get(self.tags[tag][0]):
            handler(self)

    def end_paragraph(self) -> None:
        self.texts = False

    def end_row(self) -> None:
        if self.sheets:
            self.sheets[-1].close_row(self.row, self.row_repeats)

    def close_cell(self) -> None:
        attributes = self.cell or {}
        self.cell = None
        if not self.sheets or not self.sheets[-1].read:
            return
        repeats = _repeats(attributes, "number-columns-repeated")
        value = _value(attributes, "\n".join(self.paragraphs))
        if value == "":
            self.blank += repeats
            return
        check_extent(1, len(self.row) + self.blank + repeats, self.limits)
        self.row += [""] * self.blank + [value] * repeats
        self.blank = 0


_STARTS = {
    "style": _Walk.start_style,
    "table-properties": _Walk.start_table_properties,
    "table": _Walk.start_table,
    "table-row": _Walk.start_row,
    "table-cell": _Walk.start_cell,
    "covered-table-cell": _Walk.start_cell,
    "p": _Walk.start_paragraph,
    "s": _Walk.start_spaces,
    "tab": _Walk.start_break,
    "line-break": _Walk.start_break,
}


_ENDS = {
    "table-row": _Walk.end_row,
    "table-cell": _Walk.close_cell,
    "covered-table-cell": _Walk.close_cell,
    "p": _Walk.end_paragraph,
}


class _Tags(dict[str, tuple[str, bool]]):
    """Local names of elements, and whether each is of a cell's text: notes and pictures in a cell are not."""

    def __missing__(self, tag: str) -> tuple[str, bool]:
        space, _, name = tag.rpartition("}")
        self[tag] = name, ":xmlns:text:" in space
        return self[tag]


class _Keys(dict[str, str]):
    """Local names of attributes; LibreOffice's own, which alone tells an error, stays apart."""

    def __missing__(self, key: str) -> str:
        space, _, name = key.rpartition("}")
        self[key] = "calcext:" + name if space.startswith("urn:org:documentfoundation") else name
        return self[key]


def _repeats(attributes: dict[str, str], name: str) -> int:
    digits = attributes.get(name, "1")
    if not digits.isdecimal():
        return 1
    return int(digits[:18])  # more is refused as well as a quintillion


def _value(attributes: dict[str, str], text: str) -> Cell:
    """Return what a cell holds; a formula counts by its cached value."""
    kind = attributes.get("value-type", "")
    if attributes.get("calcext:value-type") == "error" or (text.startswith(("Err:", "#")) and "formula" in attributes):
        return Fault.ERROR
    if kind in ("float", "percentage", "currency"):
        return float(attributes.get("value", "nan"))
    if kind == "date":
        return _date(attributes.get("date-value", ""), text)
    if kind == "boolean":
        return attributes.get("boolean-value") == "true"
    if not kind and "formula" in attributes:
        return text or Fault.NO_VALUE
    return attributes.get("string-value", text) if kind == "string" else text


def _date(written: str, text: str) -> Cell:
    try:
        return datetime.fromisoformat(written) if "T" in written else date.fromisoformat(written)
    except ValueError:
        return text
