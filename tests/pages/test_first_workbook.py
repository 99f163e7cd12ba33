"""The curator's tutorial: its tables, written into the real template, are taken in; mended as it says, they are accepted."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from tests.installations import figures, installation, moscow, rows, take
from tests.pages.examples import Row, rows_of, tables
from warehouse.forms.prefilled import write_prefilled
from warehouse.tables.tables import table

PAGE = Path(__file__).parents[2] / "docs/schools/first-workbook.md"
AS_OF, SCHOOL = date(2021, 12, 31), "NSH-S007"
SHEETS = {"Возраст, полных лет": "Контингент", "ID участника": "Участники", "ID пары": "Пары"}


@pytest.fixture(scope="module")
def told() -> dict[str, list[Row]]:
    """The tables of the page by their first heading; the last of pairs is what to mend."""
    found = [list(rows_of(one)) for one in tables(PAGE.read_text(encoding="utf-8"))]
    return {f"{next(iter(one[0]))}{' исправить' * (len(one[0]) == 2 and 'ID пары' in one[0])}": one for one in found}


def filled(book: Path, told: dict[str, list[Row]]) -> None:
    """Write the tables of the page into a template, as a curator would."""
    opened = openpyxl.load_workbook(book)
    organisation = opened["Организация"]
    for label, answer in (row.values() for row in told["Организация"]):
        place = next(cell for (cell, *_) in organisation.iter_rows() if _heading(cell.value) == label)
        organisation.cell(place.row, place.column + 1, _typed(answer))
    for first, title in SHEETS.items():
        _fill(opened[title], told[first])
    opened.save(book)


def _fill(sheet: Worksheet, lines: list[Row]) -> None:
    head = next(row for row in sheet.iter_rows() if _heading(row[0].value) == next(iter(lines[0])))
    columns = {_heading(cell.value): cell.column for cell in head}
    for number, line in enumerate(lines, head[0].row + 1):
        for heading, said in line.items():
            sheet.cell(number, columns[heading], _typed(said))


def _heading(value: object) -> str:
    return str(value or "").removesuffix("\N{NO-BREAK SPACE}*")


def _typed(said: str) -> object:
    """Read what a person types as Excel does: dates and numbers are such."""
    if re.fullmatch(r"\d\d\.\d\d\.\d{4}", said):
        return date(*map(int, reversed(said.split("."))))
    return int(said) if said.isdigit() else said or None


def test_from_an_empty_template_to_an_accepted_file(told: dict[str, list[Row]], tmp_path: Path) -> None:
    with installation(tmp_path / "home") as home:
        inbox = home.settings.inbox / SCHOOL
        inbox.mkdir(parents=True)
        write_prefilled(home, SCHOOL, AS_OF, inbox / "книга.xlsx")
        filled(inbox / "книга.xlsx", told)
        kept = (inbox / "книга.xlsx").read_bytes()
        assert list(take(home, moscow("2022-01-10 12:00")).verdicts) == ["accepted_with_errors"]
        findings = rows(home, table("findings"), "severity", "rule")
        assert [rule for severity, rule in findings if severity == "error"] == ["ends-before-start"]

        (inbox / "книга.xlsx").write_bytes(kept)
        mend = {row["ID пары"]: row for row in told["ID пары исправить"]}
        told = told | {"ID пары": [row | mend.get(row["ID пары"], {}) for row in told["ID пары"]]}
        filled(inbox / "книга.xlsx", told)
        assert list(take(home, moscow("2022-01-11 12:00")).verdicts) == ["accepted"]
        (share,) = (
            row["value"]
            for row in figures(home, AS_OF).to_pylist()
            if (row["indicator"], row["scope_code"]) == ("students_involved", SCHOOL)
        )
    assert f"2 ÷ 100 × 100 = {str(share).replace('.', ',')} %" in PAGE.read_text(encoding="utf-8")
