"""The styles of a workbook with ours added: marked likenesses of its cell formats, formats of our own sheet."""

from __future__ import annotations

import re

from warehouse.marked.sheet_xml import ATTRIBUTES, Unusual, attribute, check_part, tag, with_attribute

FILLS = {"fatal": "FFE88B7D", "error": "FFF8C4BC", "warning": "FFFFE9A8"}  # behind a marked cell, by severity
BANNERS = {
    "accepted": ("FFE3F1E3", "FF1E5B2B"), "accepted_with_errors": ("FFFFF1CC", "FF6B4B00"),
    "rejected": ("FFFBE0DC", "FF8A1C10"),
}  # fmt: skip
INK, GREY, LINK, LINE, HEAD = "FF1F2933", "FF5F6B7A", "FF1F5FAF", "FFC9D1DA", "FFEEF1F5"
NOTHING = b'indexed="64"'  # behind a solid colour, unless it hides one of the sender's
_OURS = (
    rb'<%(p)spatternFill\b[^>]*?patternType\s*=\s*"solid"[^>]*>\s*<%(p)sfgColor\s+rgb\s*=\s*"(?:'
    + "|".join(FILLS.values()).encode()
    + rb')"\s*/>\s*<%(p)sbgColor\s+([^>]*?)/>\s*</%(p)spatternFill>'
)
MOST_FORMATS = 60_000  # Excel repairs a workbook of more than 65,490


class Styles:
    """A part of styles being added to; raises Unusual for one without the lists that every workbook has."""

    def __init__(self, part: bytes) -> None:
        self._part = part
        self._prefix = check_part(part, b"styleSheet")
        self._formats = self._items(b"cellXfs", b"xf")
        if not self._formats:
            raise Unusual
        self._own_fills = self._items(b"fills", b"fill")
        self._added: dict[tuple[int, str], int] = {}
        self._more: dict[bytes, list[bytes]] = {b"fonts": [], b"fills": [], b"borders": []}
        self._fills = {severity: self._fill(colour) for severity, colour in FILLS.items()}

    def marked(self, style: int, severity: str) -> int:
        """Return the number of a format like another one, filled in the colour of a severity."""
        key = (style, severity)
        if key not in self._added:
            base = self._formats[style] if style < len(self._formats) else self._formats[0]
            attributes, inner = base
            fill = self._fill(FILLS[severity], self._colour_of(attributes))
            for name, value in (("fillId", b"%d" % fill), ("applyFill", b"1")):
                attributes = with_attribute(name, value, attributes)
            self._added[key] = self._new((attributes, inner))
        return self._added[key]

    def forget_marks(self) -> None:
        """Take back the colours of an earlier marking: what they hid is told by their background, which is not seen."""
        found, end = self._list(b"fills", self._part)
        ours = re.compile(_OURS % {b"p": re.escape(self._prefix)})
        fills = ours.sub(self._taken_back, self._part[found.end() : end])
        self._part = self._part[: found.end()] + fills + self._part[end:]
        self._own_fills = self._items(b"fills", b"fill")

    def _taken_back(self, fill: re.Match[bytes]) -> bytes:
        if fill[1].strip() == NOTHING:
            return b'<%spatternFill patternType="none"/>' % self._prefix
        return self._solid(fill[1].strip(), NOTHING)

    def own(self, verdict: str) -> dict[str, int]:
        """Add the formats of our own sheet and return their numbers by name."""
        light, dark = BANNERS[verdict]
        plain, bold = self._font(INK), self._font(INK, bold=True)
        grey, link = self._font(GREY, italic=True), self._font(LINK, underlined=True)
        border, top = self._border(), b'<%salignment vertical="top" wrapText="1"/>'
        head = self._fill(HEAD)
        banner = self._fill(light)
        made = {
            "title": (self._font(INK, bold=True, size=16), 0, 0, b'<%salignment vertical="center"/>'),
            "banner": (self._font(dark, bold=True, size=13), banner, 0, b'<%salignment vertical="center" indent="1"/>'),
            "next": (self._font(dark), banner, 0, b'<%salignment vertical="top" wrapText="1" indent="1"/>'),
            "label": (self._font(GREY), 0, 0, b'<%salignment vertical="top"/>'),
            "value": (plain, 0, 0, b'<%salignment vertical="top"/>'),
            "section": (self._font(INK, bold=True, size=12), 0, 0, b'<%salignment vertical="bottom"/>'),
            "head": (bold, head, border, top),
            "head_number": (bold, head, border, b'<%salignment horizontal="right" vertical="top" wrapText="1"/>'),
            "cell": (plain, 0, border, top),
            "link": (link, 0, border, top),
            "number": (plain, 0, border, b'<%salignment horizontal="right" vertical="top"/>'),
            "total": (bold, 0, border, top),
            "total_number": (bold, 0, border, b'<%salignment horizontal="right" vertical="top"/>'),
            "note": (grey, 0, 0, b'<%salignment vertical="top"/>'),
        }  # fmt: skip
        bold_link = self._font(LINK, bold=True, underlined=True)
        for severity, fill in self._fills.items():
            made[severity] = (bold, fill, border, top)
            made[f"{severity}_link"] = (bold_link, fill, border, top)
            made[f"{severity}_number"] = (bold, fill, border, b'<%salignment horizontal="right" vertical="top"/>')
        return {name: self._format(*look) for name, look in made.items()}

    def xml(self) -> bytes:
        """Return the whole part."""
        if len(self._formats) > MOST_FORMATS:
            raise Unusual
        part = self._part
        for name, added in self._more.items():
            part = self._extended(part, name, added)
        old = len(self._items(b"cellXfs", b"xf"))
        added = [self._element(*one) for one in self._formats[old:]]
        return self._extended(part, b"cellXfs", added)

    def _new(self, one: tuple[bytes, bytes | None]) -> int:
        self._formats.append(one)
        return len(self._formats) - 1

    def _element(self, attributes: bytes, inner: bytes | None) -> bytes:
        begin = b"<%sxf%s" % (self._prefix, attributes)
        return begin + b"/>" if inner is None else begin + b">" + inner + b"</%sxf>" % self._prefix

    def _format(self, font: int, fill: int, border: int, alignment: bytes) -> int:
        attributes = (
            b' numFmtId="0" fontId="%d" fillId="%d" borderId="%d" xfId="0" applyFont="1" applyFill="1"'
            b' applyBorder="1" applyAlignment="1"' % (font, fill, border)
        )
        return self._new((attributes, alignment % self._prefix))

    def _list(self, name: bytes, part: bytes) -> tuple[re.Match[bytes], int]:
        """Find a list: its start tag, and where its end tag begins."""
        found = tag(self._prefix, name).search(part)
        end = part.find(b"</%s%s>" % (self._prefix, name), found.end()) if found else -1
        if found is None or found[1].endswith(b"/") or end < 0:
            raise Unusual
        return found, end

    def _items(self, name: bytes, item: bytes) -> list[tuple[bytes, bytes | None]]:
        found, end = self._list(name, self._part)
        prefix = re.escape(self._prefix)
        pattern = rb"<%s%s(?![\w.:-])%s>(?:(?<=/>)|(.*?)</%s%s>)" % (prefix, item, ATTRIBUTES, prefix, item)
        items = re.finditer(pattern, self._part[found.end() : end], re.DOTALL)
        return [(one[1].removesuffix(b"/"), one[2]) for one in items]

    def _count(self, name: bytes) -> int:
        """Count the items of a list of the part as it came: the direct children."""
        found, end = self._list(name, self._part)
        depth = count = 0
        for one in re.finditer(rb"<(/?)[\w.:-]+" + ATTRIBUTES + rb">", self._part[found.end() : end]):
            if one[1]:
                depth -= 1
            else:
                count += depth == 0
                depth += not one[2].endswith(b"/")
        return count

    def _add(self, name: bytes, element: bytes) -> int:
        more = self._more[name]
        if element not in more:
            more.append(element)
        return self._count(name) + more.index(element)

    def _fill(self, colour: str, hidden: bytes = NOTHING) -> int:
        p = self._prefix
        solid = self._solid(b'rgb="%s"' % colour.encode(), hidden)
        return self._add(b"fills", b"<%sfill>" % p + solid + b"</%sfill>" % p)

    def _solid(self, colour: bytes, hidden: bytes) -> bytes:
        p = self._prefix
        filled = b'<%spatternFill patternType="solid"><%sfgColor %s/><%sbgColor %s/></%spatternFill>'
        return filled % (p, p, colour, p, hidden, p)

    def _colour_of(self, attributes: bytes) -> bytes:
        """Return the colour that a format is filled with, as its attributes; NOTHING where it is not."""
        number = int(attribute("fillId", attributes) or 0)
        fill = (self._own_fills[number][1] or b"") if number < len(self._own_fills) else b""
        colour = tag(self._prefix, b"fgColor").search(fill)
        if colour is None or not re.search(rb'patternType\s*=\s*"solid"', fill):
            return NOTHING
        return colour[1].removesuffix(b"/").strip()

    def _font(
        self, colour: str, *, bold: bool = False, italic: bool = False, underlined: bool = False, size: int = 11
    ) -> int:
        p = self._prefix
        looks = [b"<%sb/>" % p] * bold + [b"<%si/>" % p] * italic + [b"<%su/>" % p] * underlined
        ink = b'<%ssz val="%d"/><%scolor rgb="%s"/><%sname val="Calibri"/><%sfamily val="2"/>'
        text = b"".join(looks) + ink % (p, size, p, colour.encode(), p, p)
        return self._add(b"fonts", b"<%sfont>" % p + text + b"</%sfont>" % p)

    def _border(self) -> int:
        p = self._prefix
        side = b'<%s%s style="thin"><%scolor rgb="%s"/></%s%s>'
        sides = b"".join(side % (p, s, p, LINE.encode(), p, s) for s in (b"left", b"right", b"top", b"bottom"))
        return self._add(b"borders", b"<%sborder>" % p + sides + b"<%sdiagonal/></%sborder>" % (p, p))

    def _extended(self, part: bytes, name: bytes, added: list[bytes]) -> bytes:
        found, end = self._list(name, part)
        if not added:
            return part
        attributes = found[1]
        if (count := attribute("count", attributes)) is not None and count.isdigit():
            attributes = with_attribute("count", b"%d" % (int(count) + len(added)), attributes)
        opening = b"<%s%s%s>" % (self._prefix, name, attributes)
        return part[: found.start()] + opening + part[found.end() : end] + b"".join(added) + part[end:]
