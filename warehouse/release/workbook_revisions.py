"""The sheet of kpi.xlsx about what changed since the release before, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow.compute as pc

from warehouse.release.contents import REPORTED_KPI
from warehouse.release.overview import Overview, title_of
from warehouse.release.report_revisions import in_order
from warehouse.release.wording import SCOPES
from warehouse.release.workbook_styles import Cell, Styles, add_head, put
from warehouse.revisions.causes import CAUSES

if TYPE_CHECKING:
    from xlsxwriter import Workbook

SHEET = "Пересмотры"
COLUMNS = {
    "Показатель": 40, "Уровень": 17, "Кто": 34, "Код": 12, "Отчётная дата": 12, "Причина": 26,
    "Изменение числителя": 12, "Изменение знаменателя": 12, "Было, %": 9, "Стало, %": 9,
}  # fmt: skip
FIRST = "Это первый выпуск: сравнивать не с чем."
NOTE = (
    "По сравнению с выпуском {}. По организациям — только доля вовлечённых обучающихся; всё остальное: revisions.csv."
)


def add_revisions(book: Workbook, styles: Styles, overview: Overview) -> None:
    """Add «Пересмотры»: a row a part of a changed figure; of institutions the reported indicator alone."""
    contents = overview.contents
    sheet = book.add_worksheet(SHEET)
    note = NOTE.format(contents.compared_to) if contents.compared_to else FIRST
    add_head(sheet, styles, "Что изменилось с прошлого выпуска и почему", COLUMNS, note)
    titles = {row["code"]: row["title"] for row in contents.indicators.to_pylist()}
    table = contents.revisions
    shown = pc.or_(pc.equal(table["indicator"], REPORTED_KPI), pc.not_equal(table["scope_type"], "institution"))
    rows = in_order(table.filter(shown))
    for place, row in enumerate(rows, start=3):
        cells = [
            Cell(titles.get(row["indicator"], row["indicator"]), "wrapped"), Cell(SCOPES[row["scope_type"]]),
            Cell(title_of(contents, row["scope_type"], row["scope_code"]), "wrapped"), Cell(row["scope_code"]),
            Cell(row["as_of"], "date"), Cell(CAUSES[row["cause"]]), Cell(row["numerator_change"], "number"),
            Cell(row["denominator_change"], "number"), Cell(row["value_before"], "fixed"),
            Cell(row["value_after"], "fixed"),
        ]  # fmt: skip
        put(sheet, styles, place, cells)
    sheet.autofilter(2, 0, 2 + len(rows), len(COLUMNS) - 1)
    sheet.freeze_panes(3, 0)
    sheet.print_area(0, 0, 2 + len(rows), len(COLUMNS) - 1)
