"""The sheets of kpi.xlsx about the way to the targets and about breakdowns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc

from warehouse.release.overview import Overview, title_of
from warehouse.release.report_breakdowns import MEASURES
from warehouse.release.trajectory_words import ASSUMPTIONS, METHODS
from warehouse.release.wording import SCOPES, STATUSES, day
from warehouse.release.workbook_styles import Cell, Styles, add_head, put

if TYPE_CHECKING:
    from xlsxwriter import Workbook

TRAJECTORY_SHEET, BREAKDOWNS_SHEET = "Сколько ещё нужно", "Разрезы"
WAY = {
    "Показатель": 40, "Кто": 34, "Числитель": 11, "Знаменатель": 12, "Доля, %": 9, "Статус": 16, "Цель, %": 9,
    "Не хватает до цели": 12, "Следующая дата с целью": 13, "Следующая цель, %": 11, "Не хватает до неё": 12,
    "Месяцев до неё": 10, "Нужно в месяц": 10, "Идёт в месяц": 10, "Прогноз, %": 10, "Прогноз от, %": 10,
    "Прогноз до, %": 10, "Способ прогноза": 34, "Цель при нынешнем темпе": 13,
}  # fmt: skip
PARTS = {
    "Разрез": 24, "Часть": 26, "Версия": 9, "Уровень": 17, "Кто": 34, "Код": 12, "Отчётная дата": 12, "Что": 36,
    "Сколько": 11, "Из скольких": 12, "Доля, %": 9,
}  # fmt: skip


def add_trajectory(book: Workbook, styles: Styles, overview: Overview) -> None:
    """Add «Сколько ещё нужно»: a row for each scope that has a target at the date of the release or later."""
    contents = overview.contents
    sheet = book.add_worksheet(TRAJECTORY_SHEET)
    titles = {row["code"]: row["title"] for row in contents.indicators.to_pylist()}
    add_head(sheet, styles, f"Сколько ещё нужно на {day(contents.as_of)}", WAY, ASSUMPTIONS)
    for place, row in enumerate(contents.trajectory.to_pylist(), start=3):
        scope = title_of(contents, row["scope_type"], row["scope_code"])
        cells = [Cell(titles.get(row["indicator"], row["indicator"])), Cell(scope), *_way(row)]
        put(sheet, styles, place, cells)
    sheet.freeze_panes(3, 2)
    sheet.print_area(0, 0, 2 + contents.trajectory.num_rows, len(WAY) - 1)


def _way(row: dict[str, Any]) -> list[Cell]:
    return [
        Cell(row["numerator"], "whole"),
        Cell(row["denominator"], "whole"),
        Cell(row["value"], "fixed"),
        Cell(STATUSES[row["status"]], "centre"),
        Cell(row["target"], "fixed"),
        Cell(row["missing"], "whole"),
        Cell(row["next_as_of"], "date"),
        Cell(row["next_target"], "fixed"),
        Cell(row["next_missing"], "whole"),
        Cell(row["months"], "whole"),
        Cell(row["pace_needed"], "fixed"),
        Cell(row["pace_so_far"], "fixed"),
        Cell(row["projected"], "fixed"),
        Cell(row["projected_low"], "fixed"),
        Cell(row["projected_high"], "fixed"),
        Cell(METHODS[row["method"]] if row["method"] else None),
        Cell(row["met_on"], "date"),
    ]


def add_breakdowns(book: Workbook, styles: Styles, overview: Overview) -> None:
    """Add «Разрезы»: the breakdowns of kinds and territories; those of institutions are in breakdowns.csv."""
    contents = overview.contents
    sheet = book.add_worksheet(BREAKDOWNS_SHEET)
    note = "Пара или человек могут войти в несколько частей: части не складываются. По организациям: breakdowns.csv."
    add_head(sheet, styles, "Пары и люди по формам, возрастам и категориям", PARTS, note)
    named = {
        (one["breakdown"], one["definition"], one["member"]): (one["title"], one["member_title"])
        for one in contents.members.to_pylist()
    }
    rows = contents.breakdowns.filter(pc.not_equal(contents.breakdowns["scope_type"], "institution"))
    for place, row in enumerate(rows.to_pylist(), start=3):
        title, part = named.get((row["breakdown"], row["definition"], row["member"]), (row["breakdown"], row["member"]))
        cells = [
            Cell(title), Cell(part), Cell(row["definition"], "centre"), Cell(SCOPES[row["scope_type"]]),
            Cell(title_of(contents, row["scope_type"], row["scope_code"])), Cell(row["scope_code"]),
            Cell(row["as_of"], "date"), Cell(MEASURES[row["measure"]]), Cell(row["numerator"], "whole"),
            Cell(row["denominator"], "whole"), Cell(row["value"], "fixed"),
        ]  # fmt: skip
        put(sheet, styles, place, cells)
    sheet.autofilter(2, 0, 2 + rows.num_rows, len(PARTS) - 1)
    sheet.freeze_panes(3, 0)
    sheet.print_area(0, 0, 2 + rows.num_rows, len(PARTS) - 1)
