"""The sheet «Все показатели»: every figure of a release, written typed and read back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa

from warehouse.release.columns import COLUMNS
from warehouse.release.contents import FIGURES, KEY, PUBLIC_FIGURES, Contents
from warehouse.release.wording import HIDDEN, NO, SCOPES, STATUSES, YES
from warehouse.release.workbook_styles import A3

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

    from warehouse.release.workbook_styles import Styles

SHEET = "Все показатели"
ROWS_OF_SHEET = 1_000_000  # Excel holds 1,048,576; more figures go on to «Все показатели 2»
HEADING_ROW = 2  # zero-based; a title and an empty row above


class Field(NamedTuple):
    """A column of the sheet; `name` is its field in FIGURES, empty for words added for people."""

    name: str
    heading: str
    width: int
    style: str = "text"
    words: Mapping[Any, str] | None = None


BOOLEANS = {True: YES, False: NO}


def _told(name: str, width: int, style: str = "text", words: Mapping[Any, str] | None = None) -> Field:
    return Field(name, COLUMNS[name].title, width, style, words)


FIELDS = (
    _told("release", 14),
    Field("", "Показатель", 46),
    _told("indicator", 26),
    _told("definition", 13),
    _told("scope_type", 17, words=SCOPES),
    Field("", "Кто", 34),
    _told("scope_code", 14),
    _told("as_of", 12, "date"),
    _told("numerator", 12, "number"),
    _told("denominator", 13, "whole"),
    _told("value", 11, "fixed"),
    _told("target", 9, "fixed"),
    _told("meets_target", 12, "centre", BOOLEANS),
    _told("status", 17, words=STATUSES),
    _told("expected", 14, "whole"),
    _told("reported", 13, "whole"),
    _told("coverage_students", 14, "fixed"),
    _told("low", 11, "fixed"),
    _told("high", 11, "fixed"),
)
PUBLIC_FIELDS = (*FIELDS, _told("hidden", 40))  # of a public package; hidden columns by their headings
SEPARATOR = "; "


def add_figures(book: Workbook, styles: Styles, contents: Contents) -> None:
    """Add the sheets of all figures."""
    for start in range(0, max(1, contents.figures.num_rows), ROWS_OF_SHEET):
        page = start // ROWS_OF_SHEET
        sheet = book.add_worksheet(SHEET if page == 0 else f"{SHEET} {page + 1}")
        figures = contents.figures.slice(start, ROWS_OF_SHEET)
        fields = PUBLIC_FIELDS if contents.public else FIELDS
        styles.set_page(sheet, [field.width for field in fields], HEADING_ROW, A3)  # on A4 nobody could read it
        sheet.write_string(0, 0, f"Все показатели выпуска {contents.release}", styles["title"])
        sheet.set_row(HEADING_ROW, 45)
        for column, field in enumerate(fields):
            sheet.write_string(HEADING_ROW, column, field.heading, styles["heading"])
        _write_rows(sheet, styles, contents, figures)
        sheet.autofilter(HEADING_ROW, 0, HEADING_ROW + figures.num_rows, len(fields) - 1)
        sheet.freeze_panes(HEADING_ROW + 1, 0)
        sheet.print_area(0, 0, HEADING_ROW + figures.num_rows, len(fields) - 1)


def _write_rows(sheet: Worksheet, styles: Styles, contents: Contents, figures: pa.Table) -> None:
    names = dict(zip(contents.institutions["code"].to_pylist(), contents.institutions["name"].to_pylist(), strict=True))
    names |= contents.scope_titles
    titles = {(row["code"], row["definition"]): row["title"] for row in contents.indicators.to_pylist()}
    columns = {name: figures[name].to_pylist() for name in FIGURES.names}
    columns[FIELDS[1].heading] = [
        titles.get(key, key[0]) for key in zip(columns["indicator"], columns["definition"], strict=True)
    ]
    columns[FIELDS[5].heading] = [names.get(code, code) for code in columns["scope_code"]]
    if contents.public:
        _hide(columns, contents.public.hidden)
    fields = PUBLIC_FIELDS if contents.public else FIELDS
    ordered = [columns[field.name or field.heading] for field in fields]
    formats = [styles[field.style] for field in fields]
    words = [field.words for field in fields]
    for row, values in enumerate(zip(*ordered, strict=True), start=HEADING_ROW + 1):
        for column, value in enumerate(values):
            if value is None:
                continue
            spelled = words[column]
            if spelled is not None:
                value = spelled.get(value, value)
            if isinstance(value, str):
                sheet.write_string(row, column, value, formats[column])
            elif isinstance(value, date):
                sheet.write_datetime(row, column, value, formats[column])
            else:
                sheet.write_number(row, column, value, formats[column])


def _hide(columns: dict[str, list[Any]], hidden: Mapping[tuple, frozenset[str]]) -> None:
    """Write the word into hidden cells, and into a column of its own which cells of the row they are."""
    columns["hidden"] = []
    for row, key in enumerate(zip(*(columns[name] for name in KEY[1:]), strict=True)):
        names = [name for name in FIGURES.names if name in hidden.get(key, ())]
        for name in names:
            columns[name][row] = HIDDEN
        columns["hidden"].append(SEPARATOR.join(COLUMNS[name].title for name in names) or None)


def read_workbook_figures(path: Path, *, public: bool = False) -> pa.Table:
    """Read the figures of kpi.xlsx back (PUBLIC_FIGURES of a public one); ValueError when it is not of its shape."""
    from python_calamine import CalamineError, load_workbook

    try:
        with load_workbook(path) as book:
            sheets = [name for name in book.sheet_names if name.startswith(SHEET)]
            rows = [
                row
                for name in sheets
                for row in _rows(
                    book.get_sheet_by_name(name).to_python(skip_empty_area=False), PUBLIC_FIELDS if public else FIELDS
                )
            ]
    except CalamineError as error:
        raise ValueError("not a workbook") from error
    except BaseException as error:
        if type(error).__name__ == "PanicException":  # pyo3's, no Exception and not to be imported
            raise ValueError("not a workbook") from None
        raise
    return pa.Table.from_pylist(rows, PUBLIC_FIGURES if public else FIGURES)


def _rows(grid: list[list[Any]], fields: tuple[Field, ...]) -> Iterator[dict[str, Any]]:
    if len(grid) <= HEADING_ROW or grid[HEADING_ROW] != [field.heading for field in fields]:
        raise ValueError("unexpected headings")
    for cells in grid[HEADING_ROW + 1 :]:
        yield {field.name: _read(field, cell) for field, cell in zip(fields, cells, strict=True) if field.name}


def _read(field: Field, cell: Any) -> Any:
    kind = PUBLIC_FIGURES.field(field.name).type
    if cell in ("", HIDDEN):
        return None
    if field.name == "hidden":
        names = {COLUMNS[name].title: name for name in FIGURES.names}
        return " ".join(names.get(title, title) for title in cell.split(SEPARATOR))
    if field.words:
        return {word: value for value, word in field.words.items()}.get(cell, cell)
    if pa.types.is_decimal(kind):
        return Decimal(repr(cell)).quantize(Decimal(1).scaleb(-kind.scale))
    return int(cell) if pa.types.is_integer(kind) else cell
