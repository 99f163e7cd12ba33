"""The sender's workbook as a package of parts, and its copy with ours put in."""

from __future__ import annotations

import re
from functools import cached_property
from io import BytesIO
from zipfile import ZipFile

from expectations.reading.archive import open_archive
from expectations.reading.limits import Limits
from expectations.reading.workbook_xml import hidden_sheets, sheet_parts
from expectations.reading.xml_parts import check_xml
from warehouse.marked.comments import RELATIONSHIPS, text_xml
from warehouse.marked.relations import Relation, read_relations, relations_name
from warehouse.marked.sheet_xml import Unusual, attribute, check_part, tag, with_attribute

WORKBOOK, TYPES = "xl/workbook.xml", "[Content_Types].xml"
SIGNED = "_xmlsignatures/"  # a changed workbook would be one with a broken signature
MACROS = b"macroEnabled.main+xml"
_SELECTED = re.compile(rb"""\stabSelected\s*=\s*(["'])(?:1|true)\1""")
_LOCAL = re.compile(rb"""(\slocalSheetId\s*=\s*["'])(\d{1,5})(["'])""")
_VIEW = ("activeTab", "firstSheet")


class Book:
    """A workbook opened for reading; raises Refused or Unusual."""

    def __init__(self, content: bytes, limits: Limits) -> None:
        open_archive(content, limits)  # within the limits, and one reader sees what another does
        self.archive = ZipFile(BytesIO(content))
        self.names = set(self.archive.namelist())
        if WORKBOOK not in self.names or any(name.startswith(SIGNED) for name in self.names):
            raise Unusual
        self.workbook = self.read(WORKBOOK)
        self.prefix = check_part(self.workbook, b"workbook")

    def read(self, part: str, otherwise: bytes | None = None) -> bytes:
        if part not in self.names:
            if otherwise is None:
                raise Unusual
            return otherwise
        content = self.archive.read(part)
        check_xml(content)
        return content

    @cached_property
    def sheets(self) -> dict[str, str]:
        """The part of every sheet by its title, in their order."""
        parts = sheet_parts(self.workbook, self.read(relations_name(WORKBOOK)))
        return {title: part for title, part in parts.items() if part in self.names}

    @cached_property
    def hidden(self) -> set[str]:
        """The titles of the sheets that are not shown."""
        return hidden_sheets(self.workbook)

    @cached_property
    def relations(self) -> list[Relation]:
        return read_relations(self.read(relations_name(WORKBOOK)), WORKBOOK)

    def part_of(self, kind: str) -> str | None:
        """Return the part of a kind that the workbook names: styles, sharedStrings."""
        return next((one.target for one in self.relations if one.kind == kind and one.target in self.names), None)

    def free_name(self, pattern: str) -> str:
        """Return a name for a new part: the pattern with the first number that is free."""
        taken = {name.casefold() for name in self.names}
        numbers = range(1, len(taken) + 2)
        name = next(name for n in numbers if (name := pattern.format(n)).casefold() not in taken)
        self.names.add(name)
        return name


def unselected(head: bytes) -> bytes:
    """Return the beginning of a sheet as of one that is not shown: of two selected ones both would be typed into."""
    end = head.find(b"sheetData")
    end = len(head) if end < 0 else end
    return _SELECTED.sub(b"", head[:end]) + head[end:]


def with_first_sheet(workbook: bytes, prefix: bytes, title: str, relation: str) -> bytes:
    """Put a sheet before all others and show it; what names sheets by their place is moved on."""
    opening = tag(prefix, b"sheets").search(workbook)
    if opening is None:
        raise Unusual
    numbers = [attribute("sheetId", found[1]) for found in tag(prefix, b"sheet").finditer(workbook)]
    free = max((int(n) for n in numbers if n and n.isdigit() and len(n) < 6), default=0) + 1
    name = text_xml(title).replace('"', "&quot;")
    relations = RELATIONSHIPS.decode()
    sheet = f'<{prefix.decode()}sheet name="{name}" sheetId="{free}" xmlns:rel="{relations}" rel:id="{relation}"/>'
    workbook = workbook[: opening.end()] + sheet.encode() + workbook[opening.end() :]
    workbook = _LOCAL.sub(lambda found: found[1] + b"%d" % (int(found[2]) + 1) + found[3], workbook)
    return shown_first(workbook, prefix)


def shown_first(workbook: bytes, prefix: bytes) -> bytes:
    """Make the first sheet the one that is shown when the workbook is opened."""

    def first(found: re.Match[bytes]) -> bytes:
        attributes = found[1]
        for name in _VIEW:
            if attribute(name, attributes) is not None:
                attributes = with_attribute(name, b"0", attributes)
        return b"<%sworkbookView%s>" % (prefix, attributes)

    return tag(prefix, b"workbookView").sub(first, workbook)
