"""The template as one workbook."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import BinaryIO

from xlsxwriter import Workbook

from expectations.structure import Form
from expectations.template.cells import Marks
from expectations.template.filling import Filling
from expectations.template.grid import PREPARED_ROWS, Grid
from expectations.template.instruction import write_instruction
from expectations.template.lists import write_lists
from expectations.template.looks import Looks
from expectations.template.sheets import write_sheet

BLANK_MADE_ON = date(2020, 8, 28)  # the day of the order: a blank form has no reporting date to be dated by
SPARE_ROWS = 1_000  # prepared below the rows already filled


def write_template(output: Path | BinaryIO, form: Form, filling: Filling) -> None:
    """Write the form as a workbook to fill in; the same form and filling give the same bytes.

    `form.ignored_sheets` names the instruction and the hidden lists. An `output` stream must seek.
    """
    rows = {sheet.name: list(filling.rows_of(sheet, form)) for sheet in form.sheets}
    grids = {sheet.name: Grid(sheet, max(PREPARED_ROWS, len(rows[sheet.name]) + SPARE_ROWS)) for sheet in form.sheets}
    # In memory: a filled template holds people, and no copy of it belongs in /tmp.
    # No `with`: it would write the file after an error too.
    workbook = Workbook(output, {"in_memory": True})
    looks = Looks(workbook)
    marks = Marks.made(looks)
    instruction, lists = form.ignored_sheets
    _describe(workbook, form, filling)
    write_instruction(workbook.add_worksheet(instruction), form, filling, looks)
    for name, grid in grids.items():
        write_sheet(workbook.add_worksheet(grid.sheet.title), grid, rows[name], looks, marks, _footer(form, filling))
    write_lists(workbook, workbook.add_worksheet(lists), form, grids, looks)
    workbook.close()


def _describe(workbook: Workbook, form: Form, filling: Filling) -> None:
    made = datetime.combine(filling.as_of or BLANK_MADE_ON, time(), UTC).replace(tzinfo=None)
    workbook.set_properties({"title": f"Наставничество: форма {form.version}", "author": "Nastavnik", "created": made})
    workbook.set_size(2400, 1400)


def _footer(form: Form, filling: Filling) -> str:
    words = [
        f"Форма {form.version}",
        filling.institution_code or "",
        f"{filling.as_of:%d.%m.%Y}" if filling.as_of else "",
    ]
    return " · ".join(filter(None, words)).replace("&", "&&")
