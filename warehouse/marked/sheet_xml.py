"""Rows and cells of a sheet's XML as bytes, one row at a time; what is not touched stays as it was, to the byte.

No `<` stands in an attribute, so in a part without comments, CDATA and declarations (`<!`, `<?`) every `<` begins a
tag, and a search for tags sees what a parser would. A part of another kind is `Unusual` and is not edited.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from expectations.reading.workbook_xml import column_number

MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
ATTRIBUTES = rb"""((?:[^<>"']++|"[^"<]*+"|'[^'<]*+')*+)"""  # possessive: no text makes the search quadratic
MOST_DIGITS = 7  # of the number of a row: a sheet of Excel ends at 1,048,576
HEAD_BYTES = 4096  # hold the declaration and the root element of every part seen
_DECLARATION = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml\b([^>]*)\?>)?\s*")
_ENCODING = re.compile(rb"""encoding\s*=\s*["']([\w-]+)["']""")
_ROOT = re.compile(rb"<((?:[\w.-]+:)?)([\w.-]+)" + ATTRIBUTES + rb">")
_LETTERS = re.compile(rb"[A-Z]{1,3}")


class Unusual(Exception):
    """A workbook that cannot be edited in place without risk; one is made from its rows instead."""


@dataclass(frozen=True)
class Cell:
    """One cell: its 0-based column, its attributes as written, what stands in it (None for an empty tag)."""

    column: int
    attributes: bytes
    content: bytes | None


def attribute(name: str, attributes: bytes) -> bytes | None:
    """Return the value of an attribute by its name without a prefix, as it is written."""
    found = _attribute(name).search(attributes)
    return found[2] if found else None


def with_attribute(name: str, value: bytes, attributes: bytes) -> bytes:
    """Return attributes with one of them set."""
    written = b" %s=%s" % (name.encode(), b'"' + value + b'"')
    if _attribute(name).search(attributes):
        return _attribute(name).sub(lambda _: written, attributes, count=1)
    ending = b"/" if attributes.endswith(b"/") else b""
    return attributes[: len(attributes) - len(ending)].rstrip() + written + ending


@lru_cache
def _attribute(name: str) -> re.Pattern[bytes]:
    return re.compile(rb"\s" + name.encode() + rb"""\s*=\s*(["'])(.*?)\1""", re.DOTALL)


def check_part(part: bytes, root: bytes) -> bytes:
    """Return the prefix of a part's root element («» or «x:»); raise Unusual for one that is not plain."""
    declaration = _DECLARATION.match(part)
    begin = declaration.end() if declaration else 0
    encoding = _ENCODING.search(declaration[1] or b"") if declaration else None
    if encoding is not None and encoding[1].lower() not in (b"utf-8", b"us-ascii"):
        raise Unusual
    found = _ROOT.match(part, begin)
    if found is None or found[2] != root:
        raise Unusual
    check_plain(part[begin:])
    return found[1]


def check_plain(text: bytes) -> None:
    """Raise Unusual where something else than tags and text may stand."""
    if b"<!" in text or b"<?" in text:
        raise Unusual


def tag(prefix: bytes, name: bytes) -> re.Pattern[bytes]:
    """Return the pattern of a start tag; its first group is the attributes, ending with «/» for an empty element."""
    return _tag(prefix, name)


@lru_cache
def _tag(prefix: bytes, name: bytes) -> re.Pattern[bytes]:
    return re.compile(rb"<" + re.escape(prefix) + name + rb"(?![\w.:-])" + ATTRIBUTES + rb">")


def pieces(chunks: Iterable[bytes]) -> Iterator[tuple[int | None, bytes]]:
    """Cut a sheet's XML into rows, each with its number, and what stands around them, with None.

    The first piece is all before the rows, the last all after them; a row is a whole element. Raises Unusual.
    """
    stream = iter(chunks)
    buffer = b""
    while len(buffer) < HEAD_BYTES and (chunk := next(stream, b"")):
        buffer += chunk
    prefix = check_part(buffer, b"worksheet")
    if MAIN not in buffer[:HEAD_BYTES]:
        raise Unusual
    opening = tag(prefix, b"sheetData")
    while (found := opening.search(buffer)) is None:
        chunk = next(stream, b"")
        if not chunk:
            raise Unusual
        check_plain(buffer[-1:] + chunk)
        buffer += chunk
    yield None, buffer[: found.end()]
    yield from _rows(buffer[found.end() :], stream, prefix)


def _rows(buffer: bytes, stream: Iterator[bytes], prefix: bytes) -> Iterator[tuple[int | None, bytes]]:
    row, closing, end = tag(prefix, b"row"), b"</%srow>" % prefix, b"</%ssheetData" % prefix
    number, at = 0, 0
    while True:
        found = row.search(buffer, at)
        stop = _end_of(found, buffer, closing) if found else -1
        if found is not None and stop >= 0:
            if end in buffer[at : found.start()]:
                break
            if found.start() > at:
                yield None, buffer[at : found.start()]
            number = _number(attribute("r", found[1]), number + 1)
            yield number, buffer[found.start() : stop]
            at = stop
            continue
        chunk = next(stream, b"")
        if not chunk:
            break
        check_plain(buffer[-1:] + chunk)
        buffer, at = buffer[at:] + chunk, 0
    yield None, buffer[at:] + b"".join(_plain(stream))


def _number(written: bytes | None, otherwise: int) -> int:
    if written is None:
        return otherwise
    if not written.isdigit() or len(written) > MOST_DIGITS:
        raise Unusual
    return int(written)


def _plain(stream: Iterator[bytes]) -> Iterator[bytes]:
    for chunk in stream:
        check_plain(chunk)
        yield chunk


def _end_of(found: re.Match[bytes], buffer: bytes, closing: bytes) -> int:
    if found[1].endswith(b"/"):
        return found.end()
    at = buffer.find(closing, found.end())
    return at + len(closing) if at >= 0 else -1


def prefix_of(row: bytes) -> bytes:
    """Return the prefix of a row's tag."""
    found = _ROOT.match(row)
    return found[1] if found else b""


def cells_of(row: bytes) -> Iterator[Cell]:
    """Yield the cells of one row's element, in their order."""
    prefix = prefix_of(row)
    start, closing = tag(prefix, b"c"), b"</%sc>" % prefix
    at, column = 0, -1
    while (found := start.search(row, at)) is not None:
        attributes = found[1]
        address = attribute("r", attributes)
        letters = _LETTERS.match(address) if address else None
        column = column_number(letters[0]) - 1 if letters else column + 1
        if attributes.endswith(b"/"):
            yield Cell(column, attributes[:-1], None)
            at = found.end()
        else:
            end = row.find(closing, found.end())
            if end < 0:
                raise Unusual
            yield Cell(column, attributes, row[found.end() : end])
            at = end + len(closing)
