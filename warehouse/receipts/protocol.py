"""The protocol: a receipt as a workbook that a school's curator reads and prints."""

from __future__ import annotations

import io
from math import ceil

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from expectations.form import FORM
from expectations.rules.catalogue import RULES
from expectations.rules.structure import Severity
from expectations.rules.wording import Finding, Group, column_of, sentences
from warehouse.receipts.contents import Counts, Receipt
from warehouse.receipts.words import VERDICTS, facts, section, what_next

TITLE = "Протокол приёма сведений о наставничестве"
MOST_FINDINGS = 5000  # rows of the second sheet; receipt.json has them all
LINE = 15.0  # points of a line of 11-point text
DENSITY = 1.05  # characters of Russian text in the width of one digit
WIDTHS = (34, 13, 13, 13, 13, 11)  # of the first sheet's columns, in characters
LAST = len(WIDTHS) - 1
FINDING_COLUMNS = (
    ("№", 6), ("Лист", 15), ("Строка", 8), ("Столбец", 24), ("Важность", 16), ("Что не так", 52),
    ("Что сделать", 46),
)  # fmt: skip
INK, GREY, RULE_LINE, HEAD = "#1F2933", "#5F6B7A", "#C9D1DA", "#EEF1F5"
BANNERS = {
    "accepted": ("#E3F1E3", "#1E5B2B"), "accepted_with_errors": ("#FFF1CC", "#6B4B00"),
    "rejected": ("#FBE0DC", "#8A1C10"), "duplicate": ("#E6EAF0", INK),
}  # fmt: skip
PLAIN = {
    "in_memory": True,  # no temporary files: half the time of a small workbook
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def protocol(receipt: Receipt) -> bytes:
    """Return the workbook of a receipt; equal receipts give equal bytes."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, PLAIN)
    book.set_properties({"title": TITLE, "created": receipt.received_at.replace(tzinfo=None)})
    _Protocol(book, receipt).write()
    if receipt.findings:
        _write_findings(book, receipt)
    book.close()
    return buffer.getvalue()


def _styles(book: xlsxwriter.Workbook, verdict: str) -> dict[str, Format]:
    fill, ink = BANNERS[verdict]
    cell = {"border": 1, "border_color": RULE_LINE, "valign": "top", "text_wrap": True, "font_color": INK}
    looks: dict[str, dict] = {
        "title": {"font_size": 16, "bold": True, "font_color": INK, "valign": "vcenter"},
        "banner": {
            "font_size": 13,
            "bold": True,
            "bg_color": fill,
            "font_color": ink,
            "valign": "vcenter",
            "indent": 1,
        },
        "next": {
            "bg_color": fill,
            "font_color": ink,
            "valign": "top",
            "text_wrap": True,
            "align": "left",
            "indent": 1,
        },
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
    return {name: book.add_format(look) for name, look in looks.items()}


def _height(*cells: tuple[str, float]) -> float:
    """Guess the height of a row from its texts and the characters their cells are wide."""
    lines = (sum(ceil(max(len(part), 1) / width / DENSITY) for part in text.split("\n")) for text, width in cells)
    return LINE * max(lines) + 3


class _Protocol:
    """The first sheet, written from top to bottom."""

    def __init__(self, book: xlsxwriter.Workbook, receipt: Receipt) -> None:
        self._receipt, self._style = receipt, _styles(book, receipt.verdict)
        self._sheet: Worksheet = book.add_worksheet("Протокол")
        self._row = 0

    def write(self) -> None:
        self._arrange_page()
        self._line(TITLE, "title", 28)
        self._across(VERDICTS[self._receipt.verdict], "banner", 26)
        words = what_next(self._receipt)
        self._across(words, "next", _height((words, sum(WIDTHS) - 6)))
        self._skip()
        for label, value in facts(self._receipt):
            self._fact(label, value)
        if self._receipt.counts:
            self._write_counts()
        for severity in Severity:
            groups = [group for group in self._receipt.groups if group.severity is severity]
            if groups:
                self._write_groups(section(severity.value, self._receipt.verdict), groups)
        if self._receipt.findings:
            self._skip()
            words = "Каждое замечание с номером строки — на листе «Замечания»."
            self._line(words, "note", LINE)

    def _arrange_page(self) -> None:
        sheet = self._sheet
        for number, width in enumerate(WIDTHS):
            sheet.set_column(number, number, width)
        sheet.hide_gridlines(2)
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.6, right=0.5, top=0.6, bottom=0.7)
        sheet.set_footer(f"&L&9Сдача {self._receipt.delivery}&R&9Стр. &P из &N")

    def _skip(self) -> None:
        self._row += 1

    def _line(self, text: str, style: str, height: float, column: int = 0) -> None:
        """Write a text that runs on over the empty cells beside it: cheaper than a merge."""
        self._sheet.set_row(self._row, height)
        self._sheet.write_string(self._row, column, text, self._style[style])
        self._row += 1

    def _across(self, text: str, style: str, height: float) -> None:
        self._sheet.merge_range(self._row, 0, self._row, LAST, "", self._style[style])
        self._line(text, style, height)

    def _fact(self, label: str, value: str) -> None:
        self._sheet.write_string(self._row, 0, label, self._style["label"])
        self._line(value, "value", LINE, column=1)

    def _section(self, title: str) -> None:
        self._skip()
        self._line(title, "section", 20)

    def _write_counts(self) -> None:
        self._section("Строки книги")
        for number, heading in enumerate(("Лист", "Прочитано", "Загружено", "Отложено", "Пропущено")):
            self._sheet.write_string(self._row, number, heading, self._style["head_number" if number else "head"])
        self._row += 1
        for counts in self._receipt.counts:
            self._count(counts, "cell", "number")
        self._count(self._receipt.totals, "total", "total_number")
        words = "Прочитано = загружено + отложено + пропущено (пустые строки и «Итого»)."
        self._line(words, "note", LINE)

    def _count(self, counts: Counts, label: str, number: str) -> None:
        self._sheet.write_string(self._row, 0, counts.sheet, self._style[label])
        parts = (counts.read, counts.stored, counts.quarantined, counts.skipped)
        for column, part in enumerate(parts, start=1):
            self._sheet.write_number(self._row, column, part, self._style[number])
        self._row += 1

    def _write_groups(self, title: str, groups: list[Group]) -> None:
        self._section(title)
        self._group("Где", "Что не так и что сделать", "Случаев", "head")
        for group in groups:
            self._group(_place(group), f"{group.sentence}\n{group.remedy}", group.count, "cell")

    def _group(self, place: str, words: str, count: int | str, style: str) -> None:
        wide = sum(WIDTHS[1:LAST])
        self._sheet.set_row(self._row, _height((place, WIDTHS[0]), (words, wide)))
        self._sheet.write_string(self._row, 0, place, self._style[style])
        self._sheet.merge_range(self._row, 1, self._row, LAST - 1, "", self._style[style])
        self._sheet.write_string(self._row, 1, words, self._style[style])
        if isinstance(count, int):
            self._sheet.write_number(self._row, LAST, count, self._style["number"])
        else:
            self._sheet.write_string(self._row, LAST, count, self._style["head_number"])
        self._row += 1


def _place(group: Group) -> str:
    return group.place or "Весь файл"


def _write_findings(book: xlsxwriter.Workbook, receipt: Receipt) -> None:
    """Write the second sheet: every finding on a line."""
    sheet = book.add_worksheet("Замечания")
    cell = {"border": 1, "border_color": RULE_LINE, "valign": "top", "text_wrap": True, "font_color": INK}
    plain, head = book.add_format(cell), book.add_format(cell | {"bold": True, "bg_color": HEAD})
    for number, (heading, width) in enumerate(FINDING_COLUMNS):
        sheet.set_column(number, number, width)
        sheet.write_string(0, number, heading, head)
    shown = receipt.findings[:MOST_FINDINGS]
    for number, finding in enumerate(shown, start=1):
        _write_finding(sheet, number, finding, plain)
    if len(receipt.findings) > len(shown):
        words = f"Показаны первые {len(shown)} из {len(receipt.findings)}; остальные той же природы."
        sheet.write_string(len(shown) + 1, 1, words)
    sheet.autofilter(0, 0, len(shown), len(FINDING_COLUMNS) - 1)
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer(f"&L&9Сдача {receipt.delivery}&R&9Стр. &P из &N")


def _write_finding(sheet: Worksheet, number: int, finding: Finding, style: Format) -> None:
    column = column_of(FORM, finding.sheet, finding.column)
    rule = RULES[finding.rule]
    problem, remedy = sentences(rule, column, [finding.detail] if finding.detail else [])
    place = " ".join(filter(None, (finding.letter, f"«{column.heading}»" if column else None)))
    texts = (finding.sheet or "весь файл", None, place, Severity(finding.severity).russian, problem, remedy)
    sheet.write_number(number, 0, number, style)
    for position, text in enumerate(texts, start=1):
        if text is not None:
            sheet.write_string(number, position, text, style)
    if finding.row is None:
        sheet.write_blank(number, 2, None, style)
    else:
        sheet.write_number(number, 2, finding.row, style)
    sheet.set_row(number, _height((problem, 52), (remedy, 46), (place, 24)))
