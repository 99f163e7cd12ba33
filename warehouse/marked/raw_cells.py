"""Single cells of a workbook as they are written, picked out of its XML without laying a sheet out in memory."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from xml.parsers import expat
from zipfile import ZipFile

from expectations.reading.xml_parts import check_xml
from warehouse.marked.sheet_xml import ATTRIBUTES, Cell, Unusual, attribute, cells_of, pieces

Raw = str | float | bool
RawRow = dict[int, Raw]  # by 0-based column; an empty cell is absent
CHUNK = 1 << 18
LONGEST = 32_767  # characters of a cell
OVERLAP = 32  # bytes in which a forbidden word could hide between two chunks


@dataclass(frozen=True)
class _Shared:
    """A text that stands among the shared ones."""

    index: int


Written = dict[int, "Raw | _Shared"]


def chunks_of(archive: ZipFile, part: str) -> Iterator[bytes]:
    """Unpack a part piece by piece."""
    with archive.open(part) as stream:
        while chunk := stream.read(CHUNK):
            yield chunk


def well_formed(chunks: Iterable[bytes], parser: expat.XMLParserType | None = None) -> Iterator[bytes]:
    """Yield the chunks of a part as a parser has taken them; raise Unusual where Excel would refuse or repair it."""
    parser, tail = parser or expat.ParserCreate(), b""
    try:
        for chunk in chunks:
            check_xml(tail + chunk)
            tail = chunk[-OVERLAP:]
            parser.Parse(chunk, False)
            yield chunk
        parser.Parse(b"", True)
    except (expat.ExpatError, LookupError):
        raise Unusual from None


def pick_rows(archive: ZipFile, wanted: Mapping[str, set[int]], strings: str | None) -> dict[str, dict[int, RawRow]]:
    """Return the cells of the wanted rows by part and row; `strings` is the part of the shared texts."""
    found = {part: dict(_rows(archive, part, rows)) for part, rows in wanted.items()}
    every = (value for rows in found.values() for row in rows.values() for value in row.values())
    shared = {value.index for value in every if isinstance(value, _Shared)}
    texts = _shared_texts(chunks_of(archive, strings), shared) if shared and strings else {}
    return {part: {n: dict(_resolved(row, texts)) for n, row in rows.items()} for part, rows in found.items()}


def _resolved(row: Written, texts: Mapping[int, str]) -> Iterator[tuple[int, Raw]]:
    for column, value in row.items():
        known = texts.get(value.index, "") if isinstance(value, _Shared) else value
        if known != "":
            yield column, known


def _rows(archive: ZipFile, part: str, wanted: set[int]) -> Iterator[tuple[int, Written]]:
    last = max(wanted, default=0)
    for number, xml in pieces(chunks_of(archive, part)):
        if number is not None and number > last:
            return
        if number is not None and number in wanted:
            yield number, {cell.column: value for cell in cells_of(xml) if (value := _value(cell)) is not None}


def _value(cell: Cell) -> Raw | _Shared | None:
    kind = attribute("t", cell.attributes) or b"n"
    text = _text_of(cell.content or b"", b"t" if kind == b"inlineStr" else b"v")
    if not text:
        return None
    if kind == b"s":
        return _Shared(int(text)) if text.isdigit() and len(text) < 10 else None
    if kind == b"b":
        return text == "1"
    try:
        return float(text) if kind == b"n" else text
    except ValueError:
        return text


def _text_of(content: bytes, name: bytes) -> str:
    """Return the text of the elements of a name within a cell."""
    texts = [found[2] for found in _element(name).finditer(content) if not found[1].endswith(b"/")]
    return unescape(b"".join(texts).decode("utf-8", "replace"))[:LONGEST]


@lru_cache
def _element(name: bytes) -> re.Pattern[bytes]:
    return re.compile(rb"<(?:[\w.-]+:)?" + name + rb"(?![\w.:-])" + ATTRIBUTES + rb">([^<]*)")


def _shared_texts(chunks: Iterable[bytes], wanted: set[int]) -> dict[int, str]:
    walk = _SharedTexts(wanted)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = walk.start, walk.end
    parser.CharacterDataHandler = walk.text
    for _ in well_formed(chunks, parser):
        pass
    return walk.found


class _SharedTexts:
    """Collects the wanted items of a part of shared texts; phonetic readings are no text."""

    def __init__(self, wanted: set[int]) -> None:
        self.wanted, self.found = wanted, dict[int, str]()
        self.index = -1
        self.inside = self.phonetic = False

    def start(self, name: str, _: dict[str, str]) -> None:
        match name.rpartition(":")[2]:
            case "si":
                self.index += 1
            case "rPh":
                self.phonetic = True
            case "t":
                self.inside = not self.phonetic and self.index in self.wanted

    def end(self, name: str) -> None:
        match name.rpartition(":")[2]:
            case "t":
                self.inside = False
            case "rPh":
                self.phonetic = False

    def text(self, characters: str) -> None:
        if self.inside:
            self.found[self.index] = (self.found.get(self.index, "") + characters)[:LONGEST]
