"""A process that marks one workbook within limits: the file may be hostile."""

from __future__ import annotations

import resource
import struct
import sys
import zlib
from zipfile import BadZipFile

from expectations.form import FORM
from expectations.reading.container import ZIP, read_bytes, read_pages
from expectations.reading.headings import Headings
from expectations.reading.limits import Limits
from expectations.reading.pages import Page
from expectations.reading.refusal import Refused
from expectations.reading.worker import bound_memory
from warehouse.marked.book import Book
from warehouse.marked.causes import causes_of
from warehouse.marked.evidence import Evidence
from warehouse.marked.gathering import gather, titles_of
from warehouse.marked.job import Job, Mode, unpack
from warehouse.marked.overview import HEADLINE, TITLE, overview_xml
from warehouse.marked.plain import workbook_of
from warehouse.marked.raw_cells import pick_rows
from warehouse.marked.remarks import Remarks
from warehouse.marked.sheet_xml import Unusual
from warehouse.marked.suggestions import Suggestions
from warehouse.marked.writing import write_marked

CANNOT = 3  # exit code: not in this way
LINES_OF_CAUSE, LINES = 1000, 20_000  # findings that the first sheet lists: of a cause, of all
BROKEN = (Unusual, Refused, BadZipFile, zlib.error, struct.error, ValueError, KeyError, EOFError, IndexError)


def mark(job: Job, content: bytes) -> None:
    """Write a job's workbook marked; raise one of BROKEN where it cannot be done in the way asked."""
    book = Book(content, job.limits)
    evidence = gather(book, job.findings, job.staged) if job.mode is not Mode.BARE else Evidence(job.staged)
    grouping, causes = causes_of(job.findings, evidence)
    remarks = Remarks(grouping, evidence, Suggestions(evidence, job.as_of), job.explained)
    room, told = LINES, []
    for cause in causes:
        told.append(remarks.told(cause, max(1, min(LINES_OF_CAUSE, room))))
        room -= len(told[-1].lines)
    titles = titles_of(book) if job.mode is not Mode.BARE else {}
    written = {part: title for title, part in book.sheets.items()}
    sheets = {title: written[part] for title, part in titles.items()}
    marks = {titles[title]: one for title, one in remarks.marks(causes).items() if title in titles}
    title, replaced = _our_sheet(book, job.mode)
    with job.target.open("wb") as target:
        write_marked(
            book, target, marks, title, job.answer.verdict,
            lambda styles: overview_xml(job.answer, told, sheets, styles), replaced,
        )  # fmt: skip


def _content(job: Job) -> bytes:
    """Return the workbook to mark: the sender's own, or one made from its rows."""
    match job.mode:
        case Mode.OWN:
            content = read_bytes(job.source, job.limits, job.sealed)
            if not content.startswith(ZIP):
                raise Unusual
            return content
        case Mode.ROWS:
            pages = read_pages(job.source, job.limits, Headings(FORM), lambda title: True, job.sealed)
            return workbook_of((page for page in pages if not page.hidden), job.folder)
    return workbook_of([Page(TITLE)], job.folder)


def _our_sheet(book: Book, mode: Mode) -> tuple[str, str | None]:
    """Return the title of our sheet, and the part it replaces: of an earlier marking, the only one of a bare book."""
    if mode is Mode.BARE:
        return TITLE, next(iter(book.sheets.values()))
    part = book.sheets.get(TITLE)
    if part is not None and part == next(iter(book.sheets.values())):
        first = pick_rows(book.archive, {part: {1}}, book.part_of("sharedStrings"))[part].get(1, {})
        if first.get(0) == HEADLINE:
            return TITLE, part
    taken = {title.casefold() for title in book.sheets}
    names = [TITLE, *(f"{TITLE} {number}" for number in range(2, len(taken) + 3))]
    return next(name for name in names if name.casefold() not in taken), None


def _bound_processor_time(limits: Limits) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (2 * limits.cpu_seconds, resource.RLIM_INFINITY))  # read, then written


def main() -> int:
    """Do the job on standard input."""
    told = sys.stdin.buffer.read()
    head = unpack(told, whole=False)
    bound_memory(head.limits)
    _bound_processor_time(head.limits)
    try:
        content = _content(head)  # before the findings are unpacked: both at once are dear
        job, told = unpack(told), b""
        mark(job, content)
    except (*BROKEN, MemoryError):
        return CANNOT
    return 0


if __name__ == "__main__":
    sys.exit(main())
