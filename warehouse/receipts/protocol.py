"""The protocol: a receipt as a workbook that a school's curator reads and prints."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from math import ceil
from typing import TYPE_CHECKING

from expectations.form import FORM
from expectations.rules.catalogue import RULES
from expectations.rules.structure import Severity
from expectations.rules.wording import Finding, Group, column_of, sentences
from warehouse.receipts.contents import Counts, Receipt
from warehouse.receipts.frame import Cells, Frame, Page
from warehouse.receipts.words import NOTHING_TO_DO, explained_words, facts, section, title_of, what_next

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

TITLE = "Протокол приёма сведений о наставничестве"
MOST_FINDINGS = 5000  # rows of the second sheet; receipt.json has them all
EXPLAIN = "Если сведения верны, предупреждение пояснит управление образования"
LINE = 15.0  # points of a line of 11-point text
DENSITY = 1.05  # characters of Russian text in the width of one digit
WIDTHS = (34, 13, 13, 13, 13, 11)  # of the first sheet's columns, in characters
LAST = len(WIDTHS) - 1
FINDING_COLUMNS = (
    ("№", 6), ("Лист", 15), ("Строка", 8), ("Столбец", 24), ("Важность", 16), ("Что не так", 52),
    ("Что сделать", 46),
)  # fmt: skip
INK, GREY, RULE_LINE, HEAD = "#1F2933", "#5F6B7A", "#C9D1DA", "#EEF1F5"
HELD = "held"  # no verdict, and a banner of its own
BANNERS = {
    "accepted": ("#E3F1E3", "#1E5B2B"), "accepted_with_errors": ("#FFF1CC", "#6B4B00"),
    "rejected": ("#FBE0DC", "#8A1C10"), "duplicate": ("#E6EAF0", INK), HELD: ("#FFF1CC", "#6B4B00"),
}  # fmt: skip
# Marks in the frame of a protocol, to be replaced in every one.
DELIVERY, LAST_ROW, CREATED = "{delivery}", 987_654, datetime(1999, 1, 1)  # noqa: DTZ001 — a workbook's times have no zone
FOOTER = f"&L&9Сдача {DELIVERY}&R&9Стр. &P из &N"


def protocol(receipt: Receipt, contact: str | None = None) -> bytes:
    """Return the workbook of a receipt; equal receipts and whom to ask give equal bytes."""
    frame = _frame(HELD if receipt.waits else receipt.verdict, bool(receipt.findings))
    pages = [_first_page(receipt, frame, contact)] + [_findings_page(receipt, frame)] * bool(receipt.findings)
    words = {
        str(LAST_ROW): str(min(len(receipt.findings), MOST_FINDINGS) + 1),
        f"{CREATED.isoformat()}Z": f"{receipt.received_at.replace(tzinfo=None).isoformat(timespec='seconds')}Z",
        DELIVERY: receipt.delivery,  # the last: what it puts in is not looked through for marks
    }
    return frame.fill(pages, words)


@lru_cache
def _frame(banner: str, findings: bool) -> Frame:
    def arrange(book: Workbook) -> None:
        _arrange_first(book.add_worksheet("Протокол"))
        if findings:
            _arrange_findings(book.add_worksheet("Замечания"))

    return Frame(_looks(banner), {"title": TITLE, "created": CREATED}, arrange)


def _looks(banner: str) -> dict[str, dict]:
    fill, ink = BANNERS[banner]
    cell = {"border": 1, "border_color": RULE_LINE, "valign": "top", "text_wrap": True, "font_color": INK}
    across = {"bg_color": fill, "font_color": ink, "indent": 1}
    return {
        "title": {"font_size": 16, "bold": True, "font_color": INK, "valign": "vcenter"},
        "banner": across | {"font_size": 13, "bold": True, "valign": "vcenter"},
        "next": across | {"valign": "top", "text_wrap": True, "align": "left"},
        "label": {"font_color": GREY, "valign": "top"},
        "value": {"font_color": INK, "valign": "top"},
        "section": {"font_size": 12, "bold": True, "font_color": INK, "valign": "bottom"},
        "head": cell | {"bold": True, "bg_color": HEAD},
        "head_number": cell | {"bold": True, "bg_color": HEAD, "align": "right"},
        "cell": cell,
        "number": cell | {"align": "right", "num_format": "#,##0"},
        "total": cell | {"bold": True},
        "total_number": cell | {"bold": True, "align": "right", "num_format": "#,##0"},
        "note": {"font_color": GREY, "italic": True, "valign": "top"},
    }


def _arrange_first(sheet: Worksheet) -> None:
    for number, width in enumerate(WIDTHS):
        sheet.set_column(number, number, width)
    sheet.hide_gridlines(2)
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.6, right=0.5, top=0.6, bottom=0.7)
    sheet.set_footer(FOOTER)


def _arrange_findings(sheet: Worksheet) -> None:
    for number, (_, width) in enumerate(FINDING_COLUMNS):
        sheet.set_column(number, number, width)
    sheet.autofilter(0, 0, LAST_ROW - 1, len(FINDING_COLUMNS) - 1)
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer(FOOTER)


def _height(*cells: tuple[str, float]) -> float:
    """Guess the height of a row from its texts and the characters their cells are wide."""
    lines = (sum(ceil(max(len(part), 1) / width / DENSITY) for part in text.split("\n")) for text, width in cells)
    return LINE * max(lines) + 3


def _first_page(receipt: Receipt, frame: Frame, contact: str | None) -> Page:
    """Write the first sheet from top to bottom."""
    page = Page(frame.styles)
    page.add_row({0: (TITLE, "title")}, 28)
    page.add_row({0: (title_of(receipt), "banner")}, 26, (0, LAST))
    words = what_next(receipt)
    page.add_row({0: (words, "next")}, _height((words, sum(WIDTHS) - 6)), (0, LAST))
    page.add_row()
    for label, value in facts(receipt, contact):  # a value runs on over the empty cells beside it
        page.add_row({0: (label, "label"), 1: (value, "value")})
    if receipt.counts:
        _write_counts(page, receipt)
    for severity in Severity:
        groups = [group for group in receipt.groups if group.severity is severity]
        if groups:
            _write_groups(page, receipt, section(severity.value, receipt.verdict), groups)
    if receipt.findings:
        page.add_row()
        page.add_row({0: ("Каждое замечание с номером строки — на листе «Замечания».", "note")})
        if any(one.severity is Severity.WARNING for one in receipt.groups) and receipt.verdict != "rejected":
            page.add_row({0: (f"{EXPLAIN}: nastavnik explain-warning {receipt.delivery} № --text «…»", "note")})
        marked = f"Книгу с пометками прямо в ячейках сделает управление образования: nastavnik mark {receipt.delivery}"
        page.add_row({0: (marked, "note")})
    return page


def _write_section(page: Page, title: str) -> None:
    page.add_row()
    page.add_row({0: (title, "section")}, 20)


def _write_counts(page: Page, receipt: Receipt) -> None:
    _write_section(page, "Строки книги")
    headings = ("Лист", "Прочитано", "Загружено", "Отложено", "Пропущено")
    page.add_row({n: (heading, "head_number" if n else "head") for n, heading in enumerate(headings)})
    for counts in receipt.counts:
        page.add_row(_count(counts, "cell", "number"))
    page.add_row(_count(receipt.totals, "total", "total_number"))
    page.add_row({0: ("Прочитано = загружено + отложено + пропущено (пустые строки и «Итого»).", "note")})


def _count(counts: Counts, label: str, number: str) -> Cells:
    parts = (counts.read, counts.stored, counts.quarantined, counts.skipped)
    return {0: (counts.sheet, label)} | {column: (part, number) for column, part in enumerate(parts, start=1)}


def _write_groups(page: Page, receipt: Receipt, title: str, groups: list[Group]) -> None:
    _write_section(page, title)
    head = {0: ("Где", "head"), 1: ("Что не так и что сделать", "head"), LAST: ("Случаев", "head_number")}
    page.add_row(head, LINE + 3, (1, LAST - 1))
    for group in groups:
        place, explained = group.place or "Весь файл", explained_words(receipt.explained_in(group), group.count)
        words = "\n".join(filter(None, (group.sentence, group.remedy, explained)))
        height = _height((place, WIDTHS[0]), (words, sum(WIDTHS[1:LAST])))
        page.add_row({0: (place, "cell"), 1: (words, "cell"), LAST: (group.count, "number")}, height, (1, LAST - 1))


def _findings_page(receipt: Receipt, frame: Frame) -> Page:
    """Write the second sheet: every finding on a line."""
    page = Page(frame.styles)
    page.add_row({number: (heading, "head") for number, (heading, _) in enumerate(FINDING_COLUMNS)})
    shown = receipt.findings[:MOST_FINDINGS]
    for number, finding in enumerate(shown, start=1):
        _write_finding(page, number, finding, receipt.explained.get(number))
    if len(receipt.findings) > len(shown):
        words = f"Показаны первые {len(shown)} из {len(receipt.findings)}; причины всех — на листе «Протокол»."
        page.add_row({1: (words, "value")})
    return page


def _write_finding(page: Page, number: int, finding: Finding, explained: date | None) -> None:
    column = column_of(FORM, finding.sheet, finding.column)
    problem, remedy = sentences(RULES[finding.rule], column, [finding.detail] if finding.detail else [])
    remedy = f"{explained_words([explained])} {NOTHING_TO_DO}" if explained else remedy
    place = " ".join(filter(None, (finding.letter, f"«{column.heading}»" if column else None)))
    severity = Severity(finding.severity).russian
    values = (number, finding.sheet or "весь файл", finding.row, place, severity, problem, remedy)
    page.add_row({n: (v, "cell") for n, v in enumerate(values)}, _height((problem, 52), (remedy, 46), (place, 24)))
