"""Comments on cells: their text, and the drawing of their boxes, beside those the sender's sheet has."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import ceil
from xml.sax.saxutils import escape

from expectations.reading.staged import letter
from warehouse.marked.sheet_xml import ATTRIBUTES, MAIN, Unusual, attribute, check_part, tag

RELATIONSHIPS = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
AUTHOR = "Проверка"
WIDTH, LINE_HEIGHT, LINE_SIGNS = 240, 13.5, 46  # points, points, characters in a line of a box
LONGEST = 2000  # characters of one comment
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff]|_(?=x[0-9A-Fa-f]{4}_)")
_SHAPE = re.compile(rb"_x0000_s(\d{1,7})\b")
Comments = dict[tuple[int, int], str]  # text by row (1-based) and column (0-based)

EMPTY = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<comments xmlns="%s"><authors></authors>'
    b"<commentList></commentList></comments>" % MAIN
)
EMPTY_DRAWING = (
    b'<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
    b' xmlns:x="urn:schemas-microsoft-com:office:excel"><o:shapelayout v:ext="edit">'
    b'<o:idmap v:ext="edit" data="1"/></o:shapelayout></xml>'
)
_SHAPE_TYPE = (
    '<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
_BOX = (
    '<v:shape id="_x0000_s{number}" type="#_x0000_t202" style="position:absolute;margin-left:60pt;margin-top:2pt;'
    'width:{width}pt;height:{height:g}pt;z-index:{order};visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto">'
    '<v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>'
    '<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>'
    '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
    "<x:Anchor>{left}, 15, {above}, 2, {right}, 30, {below}, 4</x:Anchor><x:AutoFill>False</x:AutoFill>"
    "<x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
)


@dataclass(frozen=True)
class Noted:
    """The two parts of a sheet's comments, written anew."""

    comments: bytes
    drawing: bytes


def text_xml(text: str) -> str:
    """Return a text as XML: what XML cannot hold is written the way workbooks do."""
    return escape(_CONTROL.sub(lambda sign: f"_x{ord(sign[0]):04X}_", text))


def add_comments(comments: bytes, drawing: bytes, texts: Comments) -> Noted:
    """Add texts to a sheet's comments, to the sender's own ones where a cell has one; raise Unusual."""
    prefix = check_part(comments, b"comments")
    if b"</xml>" not in drawing:
        raise Unusual
    author, comments = _with_author(comments, prefix)
    left = dict(texts)
    comments = _appended(comments, prefix, left)
    end = comments.rfind(b"</%scommentList>" % prefix)
    if end < 0:
        raise Unusual
    p = prefix.decode()
    added = "".join(
        f'<{p}comment ref="{letter(column)}{row}" authorId="{author}"><{p}text>{_run(text, p)}</{p}text></{p}comment>'
        for (row, column), text in sorted(left.items())
    )
    return Noted(comments[:end] + added.encode() + comments[end:], _with_boxes(drawing, left))


def _run(text: str, p: str) -> str:
    look = f'<{p}rPr><{p}sz val="9"/><{p}color indexed="81"/><{p}rFont val="Tahoma"/><{p}family val="2"/></{p}rPr>'
    return f'<{p}r>{look}<{p}t xml:space="preserve">{text_xml(text[:LONGEST])}</{p}t></{p}r>'


def _with_author(comments: bytes, prefix: bytes) -> tuple[int, bytes]:
    end = comments.find(b"</%sauthors>" % prefix)
    opening = tag(prefix, b"authors").search(comments)
    name = f"<{prefix.decode()}author>{AUTHOR}</{prefix.decode()}author>".encode()
    if opening is None or (end < 0 and not opening[1].endswith(b"/")):
        raise Unusual
    if end < 0:
        whole = b"<%sauthors>" % prefix + name + b"</%sauthors>" % prefix
        return 0, comments[: opening.start()] + whole + comments[opening.end() :]
    names = comments[opening.end() : end].split(b"</%sauthor>" % prefix)[:-1]
    if (earlier := [n for n, one in enumerate(names) if one.endswith(f">{AUTHOR}".encode())]) and len(names) == len(
        tag(prefix, b"author").findall(comments, opening.end(), end)
    ):
        return earlier[0], comments
    count = len(tag(prefix, b"author").findall(comments, opening.end(), end))
    return count, comments[:end] + name + comments[end:]


def _appended(comments: bytes, prefix: bytes, left: Comments) -> bytes:
    """Append to the comments that stand on marked cells; take these out of `left`."""
    by_ref = {f"{letter(column)}{row}".encode(): (row, column) for row, column in left}
    closing = b"</%stext>" % prefix
    written, at = [], 0
    for found in tag(prefix, b"comment").finditer(comments):
        place = by_ref.get(attribute("ref", found[1]) or b"")
        end = comments.find(closing, found.end())
        if place in left and end >= 0:
            run = _run("\n\n" + left.pop(place), prefix.decode())
            written += [comments[at:end], run.encode()]
            at = end
    return b"".join([*written, comments[at:]])


def _with_boxes(drawing: bytes, texts: Comments) -> bytes:
    if not texts:
        return drawing
    first = max(map(int, _SHAPE.findall(drawing)), default=1024) + 1
    boxes = "".join(
        _box(first + order, order + 1, *place, text) for order, (place, text) in enumerate(sorted(texts.items()))
    )
    shapes = boxes if b'id="_x0000_t202"' in drawing else _SHAPE_TYPE + boxes
    end = drawing.rfind(b"</xml>")
    return drawing[:end] + shapes.encode() + drawing[end:]


def _box(number: int, order: int, row: int, column: int, text: str) -> str:
    lines = sum(ceil(max(1, len(line)) / LINE_SIGNS) for line in text.split("\n")) + 1
    above = max(0, row - 2)
    return _BOX.format(
        number=number, order=order, width=WIDTH, height=lines * LINE_HEIGHT, row=row - 1, column=column,
        left=column + 1, right=column + 5, above=above, below=above + ceil(lines * LINE_HEIGHT / 15),
    )  # fmt: skip


def set_drawing(tail: bytes, prefix: bytes, relation: str) -> bytes:
    """Name the drawing of comments in what follows a sheet's rows, at the place the format wants it."""
    later = {b"legacyDrawingHF", b"drawingHF", b"picture", b"oleObjects", b"controls", b"webPublishItems"}
    later |= {b"tableParts", b"extLst", b"AlternateContent"}
    depth = 0
    begin = tail.find(b">") + 1 if tail.startswith(b"</%ssheetData" % prefix) else 0
    for found in re.compile(rb"<(/?)([\w.-]+:)?([\w.-]+)" + ATTRIBUTES + rb">").finditer(tail, begin):
        if found[1]:
            depth -= 1
        if (depth == 0 and not found[1] and found[3] in later) or (found[1] and found[3] == b"worksheet"):
            named = b'<%slegacyDrawing xmlns:rel="%s" rel:id="%s"/>' % (prefix, RELATIONSHIPS, relation.encode())
            return tail[: found.start()] + named + tail[found.start() :]
        if not found[1] and not found[4].endswith(b"/"):
            depth += 1
    raise Unusual
