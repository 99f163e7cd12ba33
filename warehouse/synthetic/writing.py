"""Submissions as files: a workbook or an archive of CSV, as the clerk's hand has it."""

from __future__ import annotations

import contextlib
import csv
import gc
import io
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from pathlib import Path
from random import Random
from typing import Any

import xlsxwriter

from expectations.form import FORM
from expectations.spellings import Kind
from expectations.structure import Column, Sheet
from warehouse.synthetic.hands import RUSSIAN_DATE, Hand
from warehouse.synthetic.submissions import Submission

ARCHIVE_TIME = (1980, 1, 1, 0, 0, 0)  # the first time a zip can hold: the same bytes whenever written
CSV_ENCODING, CSV_DELIMITER = "cp1251", ";"
COLUMN_WIDTH = 16  # a date and most names fit
EPOCH = date(1899, 12, 30)  # Excel's day 0, as of March 1900
TITLE, TOTAL = "{title}: сведения о реализации целевой модели наставничества", "Итого"
DATE_FORMAT = FORM.by_name["organisation"].by_name["as_of"].spelling.excel.lower()

Grid = list[list[Any]]


def write_submission(submission: Submission, path: Path) -> None:
    """Write a submission to a path with the suffix of its hand; the same submission gives the same bytes."""
    grids = {sheet.title: grid_of(sheet, submission) for sheet in FORM.sheets if sheet.name in submission.sheets}
    if submission.hand.csv:
        _write_archive(grids, path)
    else:
        with _without_collection():
            _write_workbook(grids, path, datetime.combine(submission.as_of, time()))


@contextlib.contextmanager
def _without_collection() -> Iterator[None]:
    """Keep Python from looking for cycles among the cells of a growing workbook: a fifth of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def suffix_of(hand: Hand) -> str:
    """Return the suffix of the files a hand writes."""
    return ".zip" if hand.csv else ".xlsx"


def grid_of(sheet: Sheet, submission: Submission) -> Grid:
    """Lay one sheet out as rows of cells, headings and all."""
    hand, rows = submission.hand, submission.sheets[sheet.name]
    if sheet.vertical:
        return [[hand.heading(c), hand.cell(c, rows[0].get(c.name))] for c in sheet.columns] if rows else []
    columns = list(sheet.columns)
    if hand.shuffled:
        Random(sheet.name).shuffle(columns)
    written = [_written(hand, column, [row.get(column.name) for row in rows]) for column in columns]
    grid = [[hand.heading(column) for column in columns], *map(list, zip(*written, strict=True))]
    return _with_title_and_total(sheet, submission, grid) if hand.titles else grid


def _written(hand: Hand, column: Column, values: list[Any]) -> list[Any]:
    return values if hand.plain(column) else [hand.cell(column, value) for value in values]


def _with_title_and_total(sheet: Sheet, submission: Submission, grid: Grid) -> Grid:
    about = f"{submission.place.institution.name}, на {submission.as_of.strftime(RUSSIAN_DATE)}"
    head = [[TITLE.format(title=sheet.title)], [about], []]
    counted = [row[1] for row in grid[1:]]
    total = sum(counted) if sheet.columns[1].kind is Kind.INTEGER else len(counted)
    return [*head, *grid, [], [TOTAL, total]]


def _write_workbook(grids: dict[str, Grid], path: Path, created: datetime) -> None:
    workbook = xlsxwriter.Workbook(
        str(path), {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    workbook.set_properties({"created": created})
    day = workbook.add_format({"num_format": DATE_FORMAT})
    for title, grid in grids.items():
        worksheet = workbook.add_worksheet(title)
        worksheet.set_column(0, max(map(len, grid), default=0), COLUMN_WIDTH)
        writers: dict[type, Callable[..., Any]] = {
            str: worksheet.write_string,
            int: worksheet.write_number,
            float: worksheet.write_number,
            # A day's number: half the price of xlsxwriter's own conversion.
            date: lambda row, column, value, write=worksheet.write_number: write(
                row, column, (value - EPOCH).days, day
            ),
        }
        for row, cells in enumerate(grid):
            for column, value in enumerate(cells):
                if value is not None:
                    writers[type(value)](row, column, value)
    workbook.close()


def _write_archive(grids: dict[str, Grid], path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for title, grid in grids.items():
            text = io.StringIO()
            writer = csv.writer(text, delimiter=CSV_DELIMITER, lineterminator="\r\n")
            writer.writerows([_csv_text(value) for value in cells] for cells in grid)
            entry = zipfile.ZipInfo(f"{title}.csv", ARCHIVE_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, text.getvalue().encode(CSV_ENCODING))


def _csv_text(value: Any) -> Any:
    if isinstance(value, date):
        return value.strftime(RUSSIAN_DATE)
    return str(value).replace(".", ",") if isinstance(value, float) else value
