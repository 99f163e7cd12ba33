"""A workbook arranged once by xlsxwriter and filled many times: only its cells are written anew."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping
from functools import lru_cache
from html import escape

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

Cells = Mapping[int, tuple[str | int | None, str]]  # value and style, by column
Arrange = Callable[[xlsxwriter.Workbook], None]  # adds the pages, without cells

_CELLS = re.compile(r"<sheetData>.*</sheetData>|<sheetData/>")
_STYLE = re.compile(r'<c r="\w+" s="(\d+)"')
_DIMENSION = re.compile(r'<dimension ref="[^"]*"/>')  # optional, and true of no filled page
# What XML cannot hold, and what reads like the way a workbook writes it.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_WORDED = ("xl/workbook.xml", "docProps/core.xml")  # parts that speak of the one whose cells they are
_COLUMNS = [xl_col_to_name(number) for number in range(26)]


class Page:
    """The cells of one page, written row by row; rows and columns count from 0."""

    def __init__(self, styles: Mapping[str, int]) -> None:
        self._styles = styles
        self._rows: list[str] = []
        self._merged: list[str] = []

    def add_row(
        self, cells: Cells | None = None, height: float | None = None, merge: tuple[int, int] | None = None
    ) -> None:
        """Add a row; `height` is in points, `merge` the first and last column of a cell that spans several."""
        number = len(self._rows) + 1
        laid = dict(cells or {})
        if merge:
            first, last = merge
            laid |= dict.fromkeys(range(first + 1, last + 1), (None, laid[first][1]))
            self._merged.append(f'<mergeCell ref="{_COLUMNS[first]}{number}:{_COLUMNS[last]}{number}"/>')
        tall = f' ht="{height:g}" customHeight="1"' if height is not None else ""
        written = [self._cell(f"{_COLUMNS[column]}{number}", *laid[column]) for column in sorted(laid)]
        self._rows.append(f'<row r="{number}"{tall}>{"".join(written)}</row>')

    def _cell(self, address: str, value: str | int | None, style: str) -> str:
        begin = f'<c r="{address}" s="{self._styles[style]}"'
        if value is None:
            return f"{begin}/>"
        if isinstance(value, int):
            return f"{begin}><v>{value}</v></c>"
        return f'{begin} t="inlineStr"><is><t xml:space="preserve">{_text(value)}</t></is></c>'

    def xml(self) -> str:
        merged = f'<mergeCells count="{len(self._merged)}">{"".join(self._merged)}</mergeCells>' if self._merged else ""
        return f"<sheetData>{''.join(self._rows)}</sheetData>{merged}"


class Frame:
    """A workbook without cells, with the styles its cells may have."""

    def __init__(self, looks: Mapping[str, dict], properties: dict[str, object], arrange: Arrange) -> None:
        buffer = io.BytesIO()
        book = xlsxwriter.Workbook(buffer, {"in_memory": True})
        book.set_properties(properties)
        styles = {name: book.add_format(look) for name, look in looks.items()}
        arrange(book)
        for column, style in enumerate(styles.values()):  # a style that no cell has is left out of the workbook
            book.worksheets()[0].write_blank(0, column, None, style)
        pages = [f"xl/worksheets/sheet{number}.xml" for number, _ in enumerate(book.worksheets(), start=1)]
        book.close()
        with zipfile.ZipFile(buffer) as archive:
            parts = {name: archive.read(name).decode() for name in archive.namelist()}
        self.styles = dict(zip(styles, map(int, _STYLE.findall(parts[pages[0]])), strict=True))
        self._pages = {name: _CELLS.split(_DIMENSION.sub("", parts[name])) for name in pages}
        self._worded = {name: parts[name] for name in _WORDED}
        self._same = _added(b"", {name: text for name, text in parts.items() if name not in {*pages, *_WORDED}})

    def fill(self, pages: list[Page], words: Mapping[str, str]) -> bytes:
        """Return the workbook with the cells of its pages, every key of `words` replaced by its value."""
        parts = {name: _replaced(text, words) for name, text in self._worded.items()}
        for (name, (before, after)), page in zip(self._pages.items(), pages, strict=True):
            parts[name] = f"{before}{page.xml()}{_replaced(after, words)}"
        return _added(self._same, parts)


def _added(archive: bytes, parts: Mapping[str, str]) -> bytes:
    """Return an archive with parts more; those it has are not compressed again."""
    buffer = io.BytesIO(archive)
    with zipfile.ZipFile(buffer, "a") as grown:
        for name, text in parts.items():
            grown.writestr(zipfile.ZipInfo(name), text, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _replaced(text: str, words: Mapping[str, str]) -> str:
    for mark, word in words.items():
        text = text.replace(mark, word)
    return text


@lru_cache(4096)  # headings, rules and names of sheets come in every workbook
def _text(value: str) -> str:
    return escape(_CONTROL.sub(lambda sign: f"_x{ord(sign[0]):04X}_", value), quote=False)
