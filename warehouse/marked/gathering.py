"""The evidence for causes and suggestions, gathered from a workbook."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from expectations.form import FORM
from expectations.reading.headings import SEARCHED_ROWS, HeadingRow, Headings, find_headings
from expectations.reading.pages import Cell
from expectations.reading.refusal import label
from expectations.rules.wording import Finding
from warehouse.marked.book import Book
from warehouse.marked.evidence import SHEETS, Evidence, Rows
from warehouse.marked.raw_cells import RawRow, pick_rows

MOST_ROWS = 20_000  # of a sheet that are looked at: beyond, rows go by what these show
FEWEST_HEADINGS = 2  # that an unknown sheet must share with one of the form
WIDEST = 200  # columns in which headings are looked for

_SINCE_1904 = re.compile(rb'date1904\s*=\s*"(?:1|true)"')  # whose numbers are other days


def titles_of(book: Book) -> dict[str, str]:
    """Return the sheets as findings name them, and their parts: the form's title, else the sheet's own.

    Of two that are one sheet of the form, the one that is shown: it is what was read.
    """
    headings = Headings(FORM)
    found: dict[str, str] = {}
    for title, part in sorted(book.sheets.items(), key=lambda one: one[0] in book.hidden):
        sheet = headings.sheet(title)
        found.setdefault(sheet.title if sheet else label(title), part)
    return found


def gather(book: Book, findings: Iterable[Finding], staged: Mapping[str, Rows]) -> Evidence:
    """Read what stands in the cells with findings, and the headings; raise Unusual."""
    titles = titles_of(book)
    wanted: dict[str, set[int]] = defaultdict(set)
    unknown = []
    for one in findings:
        if one.rule == "unknown-sheet" and one.sheet:
            unknown.append(one.sheet)
        elif one.sheet in titles and one.row is not None and len(wanted[one.sheet]) < MOST_ROWS:
            wanted[one.sheet].add(one.row)
    looked_at = {title for title in titles if title in SHEETS} | set(unknown)
    for title in looked_at:
        wanted[title].update(range(1, SEARCHED_ROWS + 1))
    parts = {titles[title]: title for title in wanted if title in titles}
    picked = pick_rows(
        book.archive, {part: wanted[title] for part, title in parts.items()}, book.part_of("sharedStrings")
    )
    cells = {parts[part]: rows for part, rows in picked.items()}
    headings = {title: _headings(title, rows) for title, rows in cells.items() if title in SHEETS}
    return Evidence(
        staged,
        cells,
        headings,
        {title: found.row + 1 for title, found in headings.items()},
        {title: like for title in unknown if (like := _like(cells.get(title, {}), set(titles)))},
        days_known=_SINCE_1904.search(book.workbook) is None,
    )


def _headings(title: str, rows: Mapping[int, RawRow]) -> HeadingRow:
    sheet = SHEETS[title]
    return find_headings(sheet, Headings(FORM).columns[sheet.name], _first_rows(rows))


def _first_rows(rows: Mapping[int, RawRow]) -> list[list[Cell]]:
    """Lay out the rows in which headings are looked for."""
    firsts = [rows.get(number, {}) for number in range(1, SEARCHED_ROWS + 1)]
    width = min(WIDEST, max((max(row) + 1 for row in firsts if row), default=0))
    return [[row.get(column, "") for column in range(width)] for row in firsts]


def _like(rows: Mapping[int, RawRow], present: set[str]) -> str | None:
    """Return the title of the absent sheet of the form whose headings these are."""
    known, laid = Headings(FORM), _first_rows(rows)
    shared: dict[str, int] = {}
    for title, sheet in SHEETS.items():
        if title in present:
            continue
        if sheet.vertical:
            count = sum(len(known.among(title, row)) for row in laid)
        else:
            count = len(find_headings(sheet, known.columns[sheet.name], laid).columns)
        required = sum(column.required for column in sheet.columns)
        if count >= max(FEWEST_HEADINGS, required / 2):
            shared[title] = count
    return max(shared, key=lambda title: shared[title], default=None)
