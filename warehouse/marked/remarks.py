"""What is said of each finding: in the comment on its cell and on the line of the first sheet."""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from expectations.form import FORM
from expectations.reading.workbook_xml import column_number
from expectations.rules import RULES
from expectations.rules.catalogue import CELL
from expectations.rules.structure import Severity
from expectations.rules.wording import Finding, column_of, sentences
from expectations.spellings import Kind
from warehouse.marked.dates import meant_date
from warehouse.marked.evidence import Evidence
from warehouse.marked.grouping import GRAVENESS, Cause, Grouping
from warehouse.marked.raw_cells import Raw
from warehouse.marked.rows_marked import COLUMN_BITS, cell_key
from warehouse.marked.suggestions import Suggestions
from warehouse.marked.writing import SheetMarks

MOST_COMMENTS = 3000  # of a sheet: each is a drawing, and programs open tens of thousands of these in minutes
MOST_LED = 3  # rules named among what a cause led to
QUOTED = 40  # characters of a cell
Place = tuple[str, int, int]  # title of a sheet, row from 1, column from 0


@dataclass(frozen=True)
class Line:
    """One finding on the first sheet."""

    place: Place | None
    words: str
    suggestion: str


@dataclass(frozen=True)
class Told:
    """One cause on the first sheet, with its findings."""

    severity: Severity
    place: Place | None
    where: str
    sentence: str
    remedy: str
    count: int
    lines: list[Line]


class Remarks:
    """Words for the causes and findings of one file."""

    def __init__(
        self,
        grouping: Grouping,
        evidence: Evidence,
        suggestions: Suggestions,
        explained: Mapping[int, str] | None = None,
    ) -> None:
        self._grouping, self._evidence, self._suggestions = grouping, evidence, suggestions
        self._explained = explained or {}  # words, by the number of a finding

    def told(self, cause: Cause, most: int) -> Told:
        """Tell a cause with at most so many of its findings."""
        numbers = (*cause.own, *cause.led)
        findings = [self._grouping.findings[n] for n in numbers]
        first = findings[0]
        sentence, remedy = (cause.sentence, cause.remedy) if cause.sentence else _rule_words(cause, self._grouping)
        lines = [self._line(n, place < len(cause.own)) for place, n in enumerate(numbers[:most])]
        return Told(
            self._grouping.severity(cause),
            next((line.place for line in lines if line.place), self._beginning(first)),
            _where(findings[: len(cause.own)] or findings),
            sentence + self._led_words(cause),
            self._unless_explained(remedy, numbers),
            cause.size,
            lines,
        )

    def _unless_explained(self, remedy: str, numbers: tuple[int, ...]) -> str:
        """Say that nothing is to be done for a cause explained whole; how much is explained of any other."""
        words = [self._explained[n] for n in numbers if n in self._explained]
        if len(words) == len(numbers):
            return "\n".join(dict.fromkeys(words))
        return f"{remedy}\nПояснено: {len(words)} из {len(numbers)}." if words else remedy

    def _line(self, number: int, own: bool) -> Line:
        finding = self._grouping.findings[number]
        raw = self._evidence.raw(finding)
        problem, remedy = _words(finding)
        words = f"Написано: «{self._quoted(raw, finding)}»." if own and raw is not None else problem
        suggestion = self._suggestions.of(finding) or ("" if own else remedy)
        return Line(self.place(finding), words, self._explained.get(number, suggestion))

    def _quoted(self, raw: Raw, finding: Finding) -> str:
        """Write a cell as its sender sees it: a workbook holds a date as a number."""
        column = column_of(FORM, finding.sheet, finding.column)
        dated = column is not None and column.kind is Kind.DATE and self._evidence.days_known
        if dated and isinstance(raw, float) and (day := meant_date(raw, None)):
            return f"{day:%d.%m.%Y}"
        return _quoted(raw)

    def place(self, finding: Finding) -> Place | None:
        """Return the cell of a finding, None for one that has none."""
        if finding.sheet is None or finding.row is None or finding.letter is None:
            return None
        return finding.sheet, finding.row, column_number(finding.letter) - 1

    def _beginning(self, finding: Finding) -> Place | None:
        """Where to begin with a finding that has no cell: its row, the headings of its sheet."""
        if finding.sheet is None:
            return None
        return finding.sheet, finding.row or self._evidence.heading_rows.get(finding.sheet, 1), 0

    def _led_words(self, cause: Cause) -> str:
        if not cause.led or not cause.own:
            return ""
        if len(cause.led) == 1:
            title = RULES[self._grouping.findings[cause.led[0]].rule].title
            return f"\nИз-за этого ещё одно замечание: «{title}». Оно уйдёт вместе с причиной."
        counted = Counter(RULES[self._grouping.findings[n].rule].title.lower() for n in cause.led)
        listed = ", ".join(f"{title} ({count})" for title, count in counted.most_common(MOST_LED))
        more = " и другие" if len(counted) > MOST_LED else ""
        return f"\nИз-за этого ещё замечаний — {len(cause.led)}: {listed}{more}. Они уйдут вместе с причиной."

    def marks(self, causes: Iterable[Cause]) -> dict[str, SheetMarks]:
        """Return the colours and comments of every cell with findings, by title of the sheet."""
        marks: dict[str, SheetMarks] = defaultdict(SheetMarks)
        for one in self._grouping.findings:
            if (place := self.place(one)) is not None:
                title, row, column = place
                cells, key = marks[title].severities, cell_key(row, column)
                cells[key] = min(cells.get(key, one.severity), one.severity, key=GRAVENESS.__getitem__)
        commented = {place for title, sheet in marks.items() for place in _first_cells(title, sheet)}
        told: dict[Place, list[str]] = defaultdict(list)
        for cause in causes:
            for number in (*cause.own, *cause.led):
                if (place := self.place(self._grouping.findings[number])) in commented and place is not None:
                    told[place].append(self._comment(number, cause))
        for (title, row, column), comments in told.items():
            marks[title].comments[row, column] = "\n\n".join(comments)
        return dict(marks)

    def _comment(self, number: int, cause: Cause) -> str:
        finding = self._grouping.findings[number]
        problem, remedy = _words(finding)
        column = column_of(FORM, finding.sheet, finding.column)
        told = column is None or column.allowed in problem + remedy or RULES[finding.rule].applies_to != CELL
        expected = "" if told or column is None else column.allowed
        parts = [
            f"{Severity(finding.severity).russian.capitalize()}: {problem}",
            f"Ожидается: {expected}." if expected else "",
            self._explained.get(number, f"Что сделать: {remedy}"),
            self._suggestions.of(finding) or "",
            f"Общая причина: {cause.sentence}" if cause.sentence and cause.size > 1 else "",
            f"Правило: {finding.rule}",
        ]
        return "\n".join(filter(None, parts))


def _first_cells(title: str, marks: SheetMarks) -> Iterator[Place]:
    """Yield the cells of a sheet that get comments."""
    keys = heapq.nsmallest(MOST_COMMENTS, marks.severities)
    return ((title, key >> COLUMN_BITS, key % (1 << COLUMN_BITS)) for key in keys)


def _words(finding: Finding) -> tuple[str, str]:
    column = column_of(FORM, finding.sheet, finding.column)
    return sentences(RULES[finding.rule], column, [finding.detail] if finding.detail else [])


def _rule_words(cause: Cause, grouping: Grouping) -> tuple[str, str]:
    """Word a cause by the rule of its first finding, with the details of all findings of that rule."""
    findings = [grouping.findings[n] for n in cause.own or cause.led]
    first = findings[0]
    details = dict.fromkeys(one.detail for one in findings if one.rule == first.rule and one.detail)
    return sentences(RULES[first.rule], column_of(FORM, first.sheet, first.column), [str(one) for one in details])


def _where(findings: list[Finding]) -> str:
    """Name the sheets and columns of findings."""
    places: dict[tuple[str | None, str | None, str | None], None] = {}
    for one in findings:
        places[one.sheet, one.letter, one.column] = None
    named = []
    for title, letters, name in list(places)[:MOST_LED]:
        column = column_of(FORM, title, name)
        heading = f"{letters or ''} «{column.heading}»".strip() if column else letters
        named.append(", ".join(filter(None, (title, heading))))
    more = " и др." if len(places) > MOST_LED else ""
    return "; ".join(filter(None, named)) + more or "Весь файл"


def _quoted(raw: Raw) -> str:
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    text = " ".join(str(raw).split())
    return text if len(text) <= QUOTED else text[: QUOTED - 1] + "…"
