"""What a file says beside its findings: IDs, cells as written, headings. Causes and suggestions are read from it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from expectations.form import FORM
from expectations.reading.headings import HeadingRow
from expectations.reading.workbook_xml import column_number
from expectations.rules.wording import Finding
from expectations.structure import Sheet
from warehouse.marked.raw_cells import Raw, RawRow

PARTICIPANTS, PAIRS, SURVEYS = (FORM.by_name[name].title for name in ("participants", "pairs", "surveys"))
ORGANISATION, ENROLMENT, DOCUMENTS = (FORM.by_name[name].title for name in ("organisation", "enrolment", "documents"))
SHEETS: Mapping[str, Sheet] = {sheet.title: sheet for sheet in FORM.sheets}
REFERENCES = {
    (sheet.title, column.name)
    for sheet in FORM.sheets
    for column in sheet.columns
    if column.refers_to == "participants.participant_id"
}

Rows = Mapping[str, list]  # values by column name, `row` among them


@dataclass(frozen=True)
class Evidence:
    """What causes are found by; every part may be empty, and grouping then goes by rules alone.

    `staged` holds the columns of IDs and codes of the sheets of participants, pairs and surveys, by title; `cells` the
    rows with findings as they are written; `resembles` the title of the form's sheet that an unknown one is most like;
    `days_known` tells that a number in a column of dates is a day as most workbooks count them.
    """

    staged: Mapping[str, Rows] = field(default_factory=dict)
    cells: Mapping[str, Mapping[int, RawRow]] = field(default_factory=dict)
    headings: Mapping[str, HeadingRow] = field(default_factory=dict)
    heading_rows: Mapping[str, int] = field(default_factory=dict)  # physical
    resembles: Mapping[str, str] = field(default_factory=dict)
    days_known: bool = False

    def raw(self, finding: Finding) -> Raw | None:
        """Return what stands in a finding's cell, None where nothing does or it is not known."""
        if finding.sheet is None or finding.row is None or finding.letter is None:
            return None
        return self.cells.get(finding.sheet, {}).get(finding.row, {}).get(column_number(finding.letter) - 1)

    def value(self, sheet: str | None, row: int | None, column: str | None) -> object:
        """Return a staged value, None where there is none."""
        index = self._index.get(sheet or "", {}).get(row or 0)
        rows = self.staged.get(sheet or "", {})
        return rows[column][index] if index is not None and column is not None and column in rows else None

    @cached_property
    def _index(self) -> dict[str, dict[int, int]]:
        return {title: {row: i for i, row in enumerate(rows["row"])} for title, rows in self.staged.items()}

    @cached_property
    def rows_of_id(self) -> dict[str, list[int]]:
        """The rows on which each participant's ID stands."""
        found: dict[str, list[int]] = defaultdict(list)
        people = self.staged.get(PARTICIPANTS, {})
        for row, code in zip(people.get("row", []), people.get("participant_id", []), strict=True):
            if code is not None:
                found[code].append(row)
        return dict(found)
