"""The first sheet of a marked workbook: verdict, counts, causes with their cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

from expectations.form import FORM
from expectations.reading.staged import letter
from warehouse.marked.comments import text_xml
from warehouse.marked.remarks import Line, Place, Told
from warehouse.marked.sheet_xml import MAIN
from warehouse.marked.styles import FILLS

TITLE, HEADLINE = FORM.answer_sheet, "Замечания к книге"
WIDTHS = (17, 40, 58, 54, 10)  # characters
LAST = len(WIDTHS) - 1
LINE_POINTS, DENSITY, HIGHEST = 15.0, 1.05, 409.0  # points; characters in the width of a digit; points
BOLD = 0.9  # of as many characters as of plain ones there is room for
OPEN_LINES = 10  # findings of a cause that are seen at once; more are folded
ROWS_OF_SHEET = ("прочитано", "загружено", "отложено", "пропущено")
HEADINGS = ("Важность", "Где", "Что не так", "Что сделать", "Случаев")
ADVICE = (
    "Ячейки с замечаниями раскрашены и снабжены примечаниями. Предложенное ни в одну ячейку не вписано: решаете вы."
)


@dataclass(frozen=True)
class Answer:
    """What a delivery is answered as a whole."""

    verdict: str  # code
    title: str
    next: str
    facts: list[tuple[str, str]]
    counts: list[tuple[str, int, int, int, int]]  # sheet; rows read = stored + quarantined + skipped


class _Rows:
    """The rows of the sheet written from top to bottom."""

    def __init__(self, styles: Mapping[str, int]) -> None:
        self.styles = styles
        self.rows: list[str] = []
        self.merged: list[str] = []
        self.links: list[str] = []

    def add(
        self,
        cells: Mapping[int, tuple[str | int, str]],
        merge: tuple[int, int] | None = None,
        row: str = "",
        least: float = 0,
    ) -> int:
        """Add a row; `merge` joins columns, `row` is more attributes, `least` the height in points."""
        number = len(self.rows) + 1
        laid: dict[int, tuple[str | int, str]] = dict(cells)
        if merge:
            laid |= dict.fromkeys(range(merge[0] + 1, merge[1] + 1), ("", laid[merge[0]][1]))
            self.merged.append(f'<mergeCell ref="{letter(merge[0])}{number}:{letter(merge[1])}{number}"/>')
        height = max(least, min(HIGHEST, self._height(laid, merge)))
        written = "".join(self._cell(f"{letter(column)}{number}", *laid[column]) for column in sorted(laid))
        self.rows.append(f'<row r="{number}" ht="{height:g}" customHeight="1"{row}>{written}</row>')
        return number

    def link(self, row: int, column: int, place: Place) -> None:
        """Make a cell lead to another one."""
        title, at, where = place
        quoted = title.replace("'", "''")
        location = text_xml(f"'{quoted}'!{letter(where)}{at}").replace('"', "&quot;")
        self.links.append(f'<hyperlink ref="{letter(column)}{row}" location="{location}"/>')

    def _height(self, laid: Mapping[int, tuple[str | int, str]], merge: tuple[int, int] | None) -> float:
        lines = 1
        for column, (value, style) in laid.items():
            if isinstance(value, str) and value and style not in ("title", "value", "label", "section", "note"):
                span = WIDTHS[merge[0] : merge[1] + 1] if merge and column == merge[0] else WIDTHS[column : column + 1]
                width = sum(span) * DENSITY * (BOLD if style.partition("_")[0] in FILLS else 1)
                lines = max(lines, sum(ceil(max(1, len(part)) / width) for part in value.split("\n")))
        return LINE_POINTS * lines + 3

    def _cell(self, address: str, value: str | int, style: str) -> str:
        begin = f'<c r="{address}" s="{self.styles[style]}"'
        if isinstance(value, int):
            return f"{begin}><v>{value}</v></c>"
        if not value:
            return f"{begin}/>"
        return f'{begin} t="inlineStr"><is><t xml:space="preserve">{text_xml(value)}</t></is></c>'


def overview_xml(answer: Answer, causes: list[Told], sheets: Mapping[str, str], styles: Mapping[str, int]) -> bytes:
    """Return the sheet's XML; `sheets` are the titles in the workbook by those that findings name."""
    rows = _Rows(styles)
    rows.add({0: (HEADLINE, "title")}, least=28)
    rows.add({0: (answer.title, "banner")}, (0, LAST), least=26)
    rows.add({0: (answer.next, "next")}, (0, LAST))
    rows.add({})
    for label, value in answer.facts:
        rows.add({0: (label, "label"), 1: (value, "value")})
    if answer.counts:
        _add_counts(rows, answer)
    if causes:
        _add_causes(rows, causes, sheets)
    return _sheet(rows)


def _add_counts(rows: _Rows, answer: Answer) -> None:
    rows.add({})
    rows.add({0: ("Строки книги", "section")}, least=20)
    totals = [sum(parts) for parts in zip(*(one[1:] for one in answer.counts), strict=True)]
    for title, *parts in [*answer.counts, ("Всего", *totals)]:
        read, stored, quarantined, skipped = (f"{word} {part}" for word, part in zip(ROWS_OF_SHEET, parts, strict=True))
        style = "total" if title == "Всего" else "cell"
        rows.add({0: (str(title), style), 1: (f"{read} = {stored} + {quarantined} + {skipped}", style)}, (1, 2))


def _add_causes(rows: _Rows, causes: list[Told], sheets: Mapping[str, str]) -> None:
    count = sum(one.count for one in causes)
    rows.add({})
    rows.add({0: (f"Причин: {len(causes)}, замечаний: {count}", "section")}, least=20)
    rows.add({0: (ADVICE, "note")})
    rows.add({n: (heading, "head_number" if n == LAST else "head") for n, heading in enumerate(HEADINGS)})
    for one in causes:
        _add_cause(rows, one, sheets)


def _add_cause(rows: _Rows, one: Told, sheets: Mapping[str, str]) -> None:
    severity, lines = one.severity.value, one.lines
    remedy = one.remedy
    if one.count == 1:
        remedy = "\n".join(dict.fromkeys(filter(None, (remedy, lines[0].suggestion))))
        lines = []
    folded = len(lines) > OPEN_LINES
    place = _known(one.place, sheets)
    cells: dict[int, tuple[str | int, str]] = {
        0: (one.severity.russian.capitalize(), severity),
        1: (
            one.where + (f", {_address(place)}" if place and one.count == 1 else ""),
            f"{severity}_link" if place else severity,
        ),
        2: (one.sentence, severity),
        3: (remedy, severity),
        4: (one.count, f"{severity}_number"),
    }
    number = rows.add(cells, row=' collapsed="1"' if folded else "")
    if place:
        rows.link(number, 1, place)
    attributes = ' outlineLevel="1"' + (' hidden="1"' if folded else "")
    for line in lines:
        _add_line(rows, line, sheets, attributes)
    if len(lines) and len(lines) < one.count:
        words = f"Ещё {one.count - len(lines)}: эти ячейки раскрашены на своих листах."
        rows.add({2: (words, "cell")}, row=attributes)


def _add_line(rows: _Rows, line: Line, sheets: Mapping[str, str], attributes: str) -> None:
    place = _known(line.place, sheets)
    where = f"{place[0]}, {_address(place)}" if place else ""
    cells: dict[int, tuple[str | int, str]] = {
        0: ("", "cell"),
        1: (where, "link" if place else "cell"),
        2: (line.words, "cell"),
        3: (line.suggestion, "cell"),
    }
    number = rows.add(cells | {4: ("", "cell")}, row=attributes)
    if place:
        rows.link(number, 1, place)


def _known(place: Place | None, sheets: Mapping[str, str]) -> Place | None:
    return (sheets[place[0]], *place[1:]) if place is not None and place[0] in sheets else None


def _address(place: Place) -> str:
    return f"{letter(place[2])}{place[1]}"


def _sheet(rows: _Rows) -> bytes:
    columns = "".join(
        f'<col min="{n}" max="{n}" width="{width}" customWidth="1"/>' for n, width in enumerate(WIDTHS, start=1)
    )
    merged = f'<mergeCells count="{len(rows.merged)}">{"".join(rows.merged)}</mergeCells>' if rows.merged else ""
    links = f"<hyperlinks>{''.join(rows.links)}</hyperlinks>" if rows.links else ""
    text = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<worksheet xmlns="{MAIN.decode()}"><sheetPr><tabColor rgb="FFE88B7D"/><outlinePr summaryBelow="0"/>'
        '<pageSetUpPr fitToPage="1"/></sheetPr><sheetViews><sheetView showGridLines="0" tabSelected="1" '
        'workbookViewId="0"/></sheetViews><sheetFormatPr defaultRowHeight="15" outlineLevelRow="1"/>'
        f"<cols>{columns}</cols><sheetData>{''.join(rows.rows)}</sheetData>{merged}{links}"
        '<pageMargins left="0.5" right="0.4" top="0.5" bottom="0.6" header="0.3" footer="0.3"/>'
        '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/>'
        "<headerFooter><oddFooter>&amp;L&amp;8Содержит персональные данные&amp;R&amp;8Стр. &amp;P из &amp;N</oddFooter>"
        "</headerFooter></worksheet>"
    )
    return text.encode()
