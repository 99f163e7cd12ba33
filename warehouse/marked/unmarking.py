"""An earlier marking of ours taken back: its comments, and what it appended to the sender's own ones."""

from __future__ import annotations

import re

from expectations.reading.workbook_xml import column_number
from expectations.rules.structure import Severity
from warehouse.marked.comments import AUTHOR
from warehouse.marked.sheet_xml import Unusual, attribute, check_part, tag

_CELL = re.compile(rb"([A-Z]{1,3})([0-9]{1,7})")
_SHAPE = re.compile(rb"<v:shape\b(?:(?!</v:shape>).)*</v:shape>", re.DOTALL)
_SHAPE_PLACE = (re.compile(rb"<x:Row>(\d+)</x:Row>"), re.compile(rb"<x:Column>(\d+)</x:Column>"))
_WORDS = "|".join(severity.russian.capitalize() for severity in Severity)
_OURS = re.compile(rf"(?:\s|&#10;|&#xA;)*(?:{_WORDS}): [^<]*Правило: [a-z-]+".encode())


def without_ours(comments: bytes, drawings: dict[str, bytes]) -> tuple[bytes, dict[str, bytes]]:
    """Return a sheet's comments and drawings without our comments and their boxes; raise Unusual."""
    prefix = check_part(comments, b"comments")
    ours = _our_number(comments, prefix)
    written, gone, at = [], set(), 0
    closing = b"</%scomment>" % prefix
    for found in tag(prefix, b"comment").finditer(comments):
        if found[1].endswith(b"/") or (end := comments.find(closing, found.end())) < 0:
            raise Unusual
        end += len(closing)
        place = _CELL.fullmatch(attribute("ref", found[1]) or b"")
        whole = comments[found.start() : end]
        written.append(comments[at : found.start()])
        at = end
        if place is not None and attribute("authorId", found[1]) == ours:
            gone.add((int(place[2]) - 1, column_number(place[1]) - 1))
        else:
            written.append(_OURS.sub(b"", whole))  # what we appended to a comment of the sender's
    return b"".join([*written, comments[at:]]), {name: _without_boxes(one, gone) for name, one in drawings.items()}


def _without_boxes(drawing: bytes, gone: set[tuple[int, int]]) -> bytes:
    return _SHAPE.sub(lambda box: b"" if _place(box[0]) in gone else box[0], drawing)


def _our_number(comments: bytes, prefix: bytes) -> bytes | None:
    names = re.findall(rb"<%sauthor\b[^>]*?(?:/>|>(.*?)</%sauthor>)" % (prefix, prefix), comments, re.DOTALL)
    return next((b"%d" % number for number, name in enumerate(names) if name.decode() == AUTHOR), None)


def _place(box: bytes) -> tuple[int, int] | None:
    row, column = (pattern.search(box) for pattern in _SHAPE_PLACE)
    return (int(row[1]), int(column[1])) if row and column else None
