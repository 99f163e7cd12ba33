"""The marked copy of a workbook: its parts as they are, marked sheets row by row, our sheet in front."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from warehouse.marked.book import TYPES, WORKBOOK, Book, shown_first, unselected, with_first_sheet
from warehouse.marked.comments import EMPTY, EMPTY_DRAWING, Comments, add_comments, set_drawing
from warehouse.marked.raw_cells import CHUNK, chunks_of, well_formed
from warehouse.marked.relations import EMPTY as NO_RELATIONS
from warehouse.marked.relations import Relation, read_relations, relations_name, with_relation, with_types
from warehouse.marked.rows_marked import RowMarker, Severities
from warehouse.marked.sheet_xml import Unusual, attribute, check_part, pieces, tag
from warehouse.marked.styles import Styles
from warehouse.marked.unmarking import without_ours

FIRST_TIME = (1980, 1, 1, 0, 0, 0)  # that a zip can hold
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
DRAWING_TYPE = {"vml": "application/vnd.openxmlformats-officedocument.vmlDrawing"}


@dataclass(frozen=True)
class SheetMarks:
    """What to put on one sheet, by row (1-based) and column (0-based)."""

    severities: Severities = field(default_factory=dict)
    comments: Comments = field(default_factory=dict)


def write_marked(
    book: Book,
    target: BinaryIO,
    marks: Mapping[str, SheetMarks],
    title: str,
    verdict: str,
    first_sheet: Callable[[Mapping[str, int]], bytes],
    replaced: str | None = None,
) -> None:
    """Write the marked copy; `marks` by part, `first_sheet` makes our sheet from the numbers of its formats.

    `replaced` is the part of our own sheet of an earlier marking, whose place the new one takes. Raises Unusual.
    """
    _Writer(book, marks, replaced).write(target, title, verdict, first_sheet)


class _Writer:
    def __init__(self, book: Book, marks: Mapping[str, SheetMarks], replaced: str | None) -> None:
        self.book, self.marks, self.replaced = book, marks, replaced
        self.styles_part = book.part_of("styles")
        if self.styles_part is None:
            raise Unusual
        self.styles = Styles(book.read(self.styles_part))
        self.parts: dict[str, bytes] = {}  # written anew, after all others
        self.types: dict[str, str] = {}
        self.late = {TYPES, WORKBOOK, relations_name(WORKBOOK), self.styles_part}
        self.late |= {relations_name(part) for part in marks} | (
            {replaced, relations_name(replaced)} if replaced else set()
        )
        if replaced is not None:
            self._take_back()
        for part in marks:
            self.late |= {one.target for one in self._relations(part) if one.kind in ("comments", "vmlDrawing")}

    def _take_back(self) -> None:
        """Leave out what an earlier marking put on any sheet; raises Unusual."""
        self.styles.forget_marks()
        for part in self.book.sheets.values():
            known = [one for one in self._relations(part) if one.target in self.book.names]
            drawings = {one.target: self.book.read(one.target) for one in known if one.kind == "vmlDrawing"}
            for comments in (one.target for one in known if one.kind == "comments"):
                self.parts[comments], drawings = without_ours(self.book.read(comments), drawings)
                self.parts |= drawings
        self.late |= set(self.parts)

    def write(
        self, target: BinaryIO, title: str, verdict: str, first_sheet: Callable[[Mapping[str, int]], bytes]
    ) -> None:
        with ZipFile(target, "w", ZIP_DEFLATED) as out:
            sheets = set(self.book.sheets.values())
            for name in self.book.archive.namelist():
                if name in self.marks:
                    self._put(out, name, self._marked(name, self.marks[name]))
                elif name not in self.late and not name.endswith("/"):
                    chunks = self._chunks(name)
                    self._put(out, name, _unselected(chunks) if name in sheets else chunks)
            self._add_first(title, first_sheet(self.styles.own(verdict)))
            self.parts[str(self.styles_part)] = self.styles.xml()
            self.parts[TYPES] = with_types(self.book.read(TYPES), self.types, DRAWING_TYPE)
            for name in sorted(self.late | set(self.parts)):
                content = self.parts.get(name)
                if content is None and name in self.book.names and not self._is_dropped(name):
                    content = self.book.archive.read(name)
                if content is not None:
                    self._put(out, name, iter([content]))

    def _chunks(self, name: str) -> Iterator[bytes]:
        chunks = chunks_of(self.book.archive, name)
        return well_formed(chunks) if name.endswith((".xml", ".rels")) else chunks

    def _is_dropped(self, name: str) -> bool:
        return self.replaced is not None and name == relations_name(self.replaced)

    def _put(self, out: ZipFile, name: str, pieces: Iterator[bytes]) -> None:
        known = name in self.book.archive.NameToInfo
        entry = ZipInfo(name, self.book.archive.getinfo(name).date_time if known else FIRST_TIME)
        entry.compress_type = ZIP_DEFLATED
        with out.open(entry, "w") as stream:
            held: list[bytes] = []
            for piece in pieces:
                held.append(piece)
                if len(held) > CHUNK // 1024:
                    stream.write(b"".join(held))
                    held = []
            stream.write(b"".join(held))

    def _add_first(self, title: str, sheet: bytes) -> None:
        relations = self.book.read(relations_name(WORKBOOK))
        if self.replaced is not None:
            self.parts[self.replaced] = sheet
            self.parts[WORKBOOK] = shown_first(self.book.workbook, self.book.prefix)
            return
        part = self.book.free_name("xl/worksheets/remarks{}.xml")
        self.parts[part], self.types[part] = sheet, f"{SPREADSHEET}.worksheet+xml"
        self.parts[relations_name(WORKBOOK)], key = with_relation(relations, "worksheet", part)
        self.parts[WORKBOOK] = with_first_sheet(self.book.workbook, self.book.prefix, title, key)

    def _relations(self, part: str) -> list[Relation]:
        return read_relations(self.book.read(relations_name(part), NO_RELATIONS), part)

    def _marked(self, part: str, marks: SheetMarks) -> Iterator[bytes]:
        """Yield a sheet with its marks; keep what its comments need."""
        around = pieces(self._chunks(part))
        _, head = next(around)
        yield unselected(head)
        marker = RowMarker(marks.severities, self.styles.marked, head)
        held = b""
        for number, xml in around:
            if number is None:  # what follows the last row is known only when nothing follows it
                yield held
                held = xml
            else:
                yield held
                yield marker.marked(number, xml)
                held = b""
        yield self._with_comments(part, held, check_part(head, b"worksheet"), marks.comments)

    def _with_comments(self, part: str, tail: bytes, prefix: bytes, texts: Comments) -> bytes:
        if not texts:
            return tail
        relations = self.book.read(relations_name(part), NO_RELATIONS)
        known = self._relations(part)
        comments = next((one.target for one in known if one.kind == "comments"), None)
        found = tag(prefix, b"legacyDrawing").search(tail)
        key = attribute(r"[\w.-]+:id", found[1]) if found else None
        drawing = next((one.target for one in known if key is not None and one.id == key.decode()), None)
        if comments is None:
            comments = self.book.free_name("xl/commentsN{}.xml")
            self.types[comments] = f"{SPREADSHEET}.comments+xml"
            relations, _ = with_relation(relations, "comments", comments)
        if drawing is None:
            if found is not None:
                raise Unusual
            drawing = self.book.free_name("xl/drawings/remarks{}.vml")
            relations, added = with_relation(relations, "vmlDrawing", drawing)
            tail = set_drawing(tail, prefix, added)
        self.parts[relations_name(part)] = relations
        noted = add_comments(self._existing(comments, EMPTY), self._existing(drawing, EMPTY_DRAWING), texts)
        self.parts[comments], self.parts[drawing] = noted.comments, noted.drawing
        return tail

    def _existing(self, part: str, otherwise: bytes) -> bytes:
        if part in self.parts:
            return self.parts[part]
        return self.book.archive.read(part) if part in self.book.archive.NameToInfo else otherwise


def _unselected(chunks: Iterator[bytes]) -> Iterator[bytes]:
    yield unselected(next(chunks, b""))
    yield from chunks
