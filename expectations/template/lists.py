"""The hidden sheet of code lists and the named ranges every check refers to."""

from __future__ import annotations

from collections.abc import Sequence

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from expectations.rules.cells import INN_WEIGHTS
from expectations.structure import Form
from expectations.template.conditions import list_name
from expectations.template.grid import Grid
from expectations.template.looks import Looks

_, WEIGHTS = INN_WEIGHTS[12]
# What formulas count with, for want of array constants in data validations.
NUMBERS: dict[str, tuple[str, Sequence[object]]] = {
    "digits": ("Цифры", [str(digit) for digit in range(10)]),
    "inn_places": ("ИНН: места", range(1, len(WEIGHTS) + 1)),
    "inn_weights": ("ИНН: веса", WEIGHTS),
    "snils_places": ("СНИЛС: места", range(1, 10)),
}


def write_lists(workbook: Workbook, sheet: Worksheet, form: Form, grids: dict[str, Grid], looks: Looks) -> None:
    """Write every code list and name it; name the columns that others refer to."""
    bold = looks.made(bold=True)
    for number, (name, (heading, values)) in enumerate((NUMBERS | _code_lists(form, grids)).items()):
        sheet.write_string(0, number, heading, bold)
        sheet.write_column(1, number, values)
        letter = xl_col_to_name(number)
        workbook.define_name(name, f"='{sheet.name}'!${letter}$2:${letter}${len(values) + 1}")
    for name, (target, column) in _referred(form).items():
        workbook.define_name(name, _filled_part(grids[target], column))
    sheet.autofit()
    sheet.hide()
    sheet.protect()


def _code_lists(form: Form, grids: dict[str, Grid]) -> dict[str, tuple[str, Sequence[object]]]:
    return {
        str(list_name(column, grids[sheet.name])): (f"{sheet.title}: {column.heading}", column.codes)
        for sheet in form.sheets
        for column in sheet.columns
        if column.codes
    }


def _referred(form: Form) -> dict[str, tuple[str, str]]:
    """Return (sheet, column) by named range for every column some other refers to."""
    targets = sorted({c.refers_to for sheet in form.sheets for c in sheet.columns if c.refers_to is not None})
    return {"ids_" + target.replace(".", "_"): tuple(target.split(".")) for target in targets}  # type: ignore[misc]


def _filled_part(grid: Grid, column: str) -> str:
    """Return the formula of a column's cells down to the last filled: a drop-down without an empty tail."""
    title = "'" + grid.sheet.title.replace("'", "''") + "'!"
    top, left, _, _ = grid.span(column)
    first, area = xl_rowcol_to_cell(top, left, True, True), grid.area(column)
    last = f'SUMPRODUCT(MAX(({title}{area}<>"")*ROW({title}{area})))'
    return f"=OFFSET({title}{first},0,0,MAX(1,{last}-ROW({title}{first})+1),1)"
