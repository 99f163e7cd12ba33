"""The sheets of kpi.xlsx about the way to the targets and about breakdowns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from warehouse.release.overview import Overview, title_of
from warehouse.release.report_breakdowns import MEASURES, OF_ENROLLED
from warehouse.release.trajectory_words import ASSUMPTIONS, METHODS
from warehouse.release.wording import STATUSES, day
from warehouse.release.workbook_styles import Cell, Styles, add_head, put

if TYPE_CHECKING:
    from xlsxwriter import Workbook

TRAJECTORY_SHEET, BREAKDOWNS_SHEET = "Сколько ещё нужно", "Разрезы"
WAY = {
    "Показатель": 20, "Кто": 22, "Числитель": 10, "Знаменатель": 12, "Доля, %": 7, "Статус": 13, "Цель, %": 7,
    "Не хватает до цели": 9, "Следующая дата с целью": 11, "Следующая цель, %": 11, "Не хватает до неё": 9,
    "Месяцев до неё": 8, "Нужно в месяц": 8, "Идёт в месяц": 8, "Прогноз, %": 8, "Прогноз от, %": 8,
    "Прогноз до, %": 8, "Способ прогноза": 18, "Цель при нынешнем темпе": 11,
}  # fmt: skip
PARTS = {"Разрез": 22, "Часть": 24, "Кто": 38, "Отчётная дата": 12} | {
    words + ", %" * (name == OF_ENROLLED): 15 for name, words in MEASURES.items()
}
WAY_HEIGHT = 39.0  # points of three lines: titles are wrapped, that the sheet prints large enough to read


def add_trajectory(book: Workbook, styles: Styles, overview: Overview) -> None:
    """Add «Сколько ещё нужно»: a row for each scope that has a target at the date of the release or later."""
    contents = overview.contents
    sheet = book.add_worksheet(TRAJECTORY_SHEET)
    titles = {row["code"]: row["title"] for row in contents.indicators.to_pylist()}
    add_head(sheet, styles, f"Сколько ещё нужно на {day(contents.as_of)}", WAY, ASSUMPTIONS)
    for place, row in enumerate(contents.trajectory.to_pylist(), start=3):
        scope = title_of(contents, row["scope_type"], row["scope_code"])
        title = titles.get(row["indicator"], row["indicator"])
        sheet.set_row(place, WAY_HEIGHT)
        put(sheet, styles, place, [Cell(title, "wrapped"), Cell(scope, "wrapped"), *_way(row)])
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
        Cell(METHODS[row["method"]] if row["method"] else None, "wrapped"),
        Cell(row["met_on"], "date"),
    ]


def add_breakdowns(book: Workbook, styles: Styles, overview: Overview) -> None:
    """Add «Разрезы»: the breakdowns of what the release covers and of its parts, a column a measure.

    Those of institutions, and the share of every measure, are in breakdowns.csv.
    """
    sheet = book.add_worksheet(BREAKDOWNS_SHEET)
    note = "Пара или человек могут войти в несколько частей: части не складываются. По организациям: breakdowns.csv."
    add_head(sheet, styles, "Пары и люди по формам, возрастам и категориям", PARTS, note)
    rows = _parts(overview)
    for place, cells in enumerate(rows, start=3):
        put(sheet, styles, place, cells)
    sheet.autofilter(2, 0, 2 + len(rows), len(PARTS) - 1)
    sheet.freeze_panes(3, 2)
    sheet.print_area(0, 0, 2 + len(rows), len(PARTS) - 1)


def _parts(overview: Overview) -> list[list[Cell]]:
    """A row for each member, scope and date, in the order of the definitions, the latest date first."""
    contents, scopes = overview.contents, (overview.top, *overview.parts)
    titles = {(scope.type, scope.code): scope.title for scope in scopes}
    places = {key: place for place, key in enumerate(titles)}
    told: dict[tuple, dict[str, dict[str, Any]]] = {}
    shown = contents.breakdowns.filter(pc.is_in(contents.breakdowns["scope_type"], pa.array([s.type for s in scopes])))
    for row in shown.to_pylist():
        if (scope := (row["scope_type"], row["scope_code"])) in titles:
            key = (row["breakdown"], row["definition"], row["member"], places[scope], row["as_of"])
            told.setdefault(key, {})[row["measure"]] = row
    named = {(one["breakdown"], one["definition"], one["member"]): one for one in contents.members.to_pylist()}
    order = {key: place for place, key in enumerate(named)}
    names = list(titles.values())
    return [
        [
            Cell(named[key[:3]]["title"]), Cell(named[key[:3]]["member_title"]), Cell(names[key[3]]),
            Cell(key[4], "date"), *_measured(told[key]),
        ]
        for key in sorted(told, key=lambda key: (order[key[:3]], key[3], -key[4].toordinal()))
    ]  # fmt: skip


def _measured(measures: dict[str, dict[str, Any]]) -> list[Cell]:
    """A count; of those set against the enrolment, the share."""
    return [
        Cell(None) if name not in measures
        else Cell(measures[name]["value"], "fixed") if name == OF_ENROLLED
        else Cell(measures[name]["numerator"], "whole")
        for name in MEASURES
    ]  # fmt: skip
