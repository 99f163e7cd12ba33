"""One row of a sheet with its marked cells in other formats, and with cells put where there were none."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator

from expectations.reading.staged import letter
from warehouse.marked.sheet_xml import attribute, cells_of, check_part, prefix_of, tag, with_attribute

Severities = dict[int, str]  # of the marked cells, by `cell_key`: one number a cell, there may be half a million
COLUMN_BITS = 14  # Excel has 16,384 columns
Restyle = Callable[[int, str], int]  # number of a format, severity → number of its marked likeness


def cell_key(row: int, column: int) -> int:
    """Return the number of a cell: rows from 1, columns from 0."""
    return (row << COLUMN_BITS) + column


class RowMarker:
    """Marks the rows of one sheet; `head` is the sheet's XML before its rows."""

    def __init__(self, severities: Severities, restyle: Restyle, head: bytes) -> None:
        self._severities, self._keys = severities, sorted(severities)
        self._restyle = restyle
        self._columns = _column_styles(head)

    def marked(self, number: int, row: bytes) -> bytes:
        """Return the XML of a row, marked."""
        left = dict(self._wanted(number))
        if not left:
            return row
        prefix = prefix_of(row)
        opening = tag(prefix, b"row").match(row)
        assert opening is not None
        attributes = opening[1].removesuffix(b"/").rstrip()
        own = _style(attributes) if attribute("customFormat", attributes) in (b"1", b"true") else None
        start = tag(prefix, b"c")
        written, at = [b"<%srow%s>" % (prefix, attributes)], opening.end()
        for cell in cells_of(row):
            found = start.search(row, at)
            assert found is not None
            before = [column for column in sorted(left) if column < cell.column]
            written += [self._new(prefix, number, column, left.pop(column), own) for column in before]
            end = found.end()
            if cell.column in left:
                style = self._restyle(_style(cell.attributes) or 0, left.pop(cell.column))
                ending = b"/" if cell.content is None else b""
                changed = with_attribute("s", b"%d" % style, cell.attributes)
                written += [row[at : found.start()], b"<%sc%s%s>" % (prefix, changed, ending)]
                at = end
            if cell.content is not None:
                end += len(cell.content) + len(prefix) + len(b"</c>")
            written.append(row[at:end])
            at = end
        written += [self._new(prefix, number, column, left[column], own) for column in sorted(left)]
        closing = b"</%srow>" % prefix
        written.append(closing if opening[1].endswith(b"/") else row[at:])
        return b"".join(written)

    def _wanted(self, row: int) -> Iterator[tuple[int, str]]:
        """Yield the columns to mark in a row, with their severities."""
        first = bisect_left(self._keys, cell_key(row, 0))
        for place in range(first, len(self._keys)):
            key = self._keys[place]
            if key >> COLUMN_BITS != row:
                return
            yield key - cell_key(row, 0), self._severities[key]

    def _new(self, prefix: bytes, row: int, column: int, severity: str, own: int | None) -> bytes:
        base = own if own is not None else self._columns.get(column, 0)
        return b'<%sc r="%s%d" s="%d"/>' % (prefix, letter(column).encode(), row, self._restyle(base, severity))


def _style(attributes: bytes) -> int | None:
    style = attribute("s", attributes)
    return int(style) if style is not None and style.isdigit() and len(style) < 7 else None


MOST_COLUMNS = 1000  # whose formats are looked up: no form is wider


def _column_styles(head: bytes) -> dict[int, int]:
    """Return the format of every column that has one, by 0-based column."""
    styles: dict[int, int] = {}
    prefix = check_part(head, b"worksheet")
    for found in tag(prefix, b"col").finditer(head):
        first, last, style = (attribute(name, found[1]) for name in ("min", "max", "style"))
        if first and last and style and (first + last + style).isdigit() and len(first + last + style) < 18:
            for column in range(int(first) - 1, min(int(last), MOST_COLUMNS)):
                styles[column] = int(style)
    return styles
