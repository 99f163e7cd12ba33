"""Answers to questions in SQL: on the screen, or as a file for another program."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from flows.cli.frame.answers import json_text, put
from flows.cli.frame.screen import console, table
from warehouse.findings.listing import csv_line
from warehouse.installation.durable import write_durably

SHOWN = 1000  # rows on the screen: who needs more needs a file
AT_ONCE = 10_000  # rows that are Python's own at the same time


def shown(rows: pa.Table, form: str) -> None:
    """Show an answer on the standard output."""
    if form == "table":
        _show_table(rows)
    else:
        for part in _lines(rows, form):
            put(part)


def write_rows(rows: pa.Table, form: str, path: Path) -> None:
    """Write an answer to a file, whole or not at all."""
    content = io.BytesIO()
    if form == "parquet":
        pq.write_table(rows, content, compression="zstd")
    else:
        for part in _lines(rows, form):
            content.write(part.encode())
    write_durably(path, content.getvalue())


def _show_table(rows: pa.Table) -> None:
    numbers = [place for place, one in enumerate(rows.schema) if _is_number(one.type)]
    cells = [[_cell(value) for value in row] for row in _tuples(rows.slice(0, SHOWN))]
    console().print(table("", rows.column_names, cells, right=numbers))
    if rows.num_rows > SHOWN:
        console().print(f"Показано строк: {SHOWN} из {rows.num_rows}. Все: nastavnik sql … -o ФАЙЛ.csv")
    else:
        console().print(f"Строк: {rows.num_rows}.")


def _is_number(kind: pa.DataType) -> bool:
    return pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "да" if value else "нет"
    if isinstance(value, Decimal):
        return f"{value:f}".replace(".", ",")
    return "—" if value is None else str(value)


def _tuples(rows: pa.Table) -> Iterator[tuple]:
    """Rows by place: two columns may have one name."""
    for batch in rows.to_batches(AT_ONCE):
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _lines(rows: pa.Table, form: str) -> Iterator[str]:
    return _csv(rows) if form == "csv" else _json(rows)


def _csv(rows: pa.Table) -> Iterator[str]:
    """Lines of CSV; a text that an office program would take for a formula begins with an apostrophe."""
    yield csv_line(rows.column_names)
    for row in _tuples(rows):
        yield csv_line(_spelled(value) for value in row)


def _spelled(value: object) -> object:
    """Spell as the extract does: yes and no, decimals in full, days as ISO."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:f}" if isinstance(value, Decimal) else value


def _json(rows: pa.Table) -> Iterator[str]:
    """A list of objects, one a line."""
    yield "["
    for number, row in enumerate(_tuples(rows)):
        named = {name: _known(value) for name, value in zip(rows.column_names, row, strict=True)}
        yield f"{',' if number else ''}\n {json_text(named)}"
    yield "\n]\n"


def _known(value: object) -> object:
    """Give NaN, which JSON lacks, as nothing, and kinds that only a database has as it writes them."""
    if isinstance(value, float) and value != value:
        return None
    return value if value is None or isinstance(value, (str, int, float, date, Decimal)) else str(value)
