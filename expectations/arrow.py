"""Arrow schemas of the form: what a reader yields, what the lake keeps."""

from __future__ import annotations

import pyarrow as pa

from expectations.form import FORM
from expectations.structure import Column, Form, Sheet

TOKENS = {"participants": (pa.field("snils_token", pa.string()), pa.field("name_token", pa.string()))}


def _field(column: Column) -> pa.Field:
    return pa.field(column.name, column.spelling.arrow, metadata={"heading": column.heading})


def staged_schema(sheet: Sheet) -> pa.Schema:
    """Return the schema of a sheet as read: physical row, every column, names of the unread cells."""
    return pa.schema([
        pa.field("row", pa.int32(), nullable=False),
        *map(_field, sheet.columns),
        pa.field("unread", pa.list_(pa.string())),  # columns whose cell could not be read; null where all could
        *TOKENS.get(sheet.name, ()),
    ])  # fmt: skip


def personal_schema(sheet: Sheet) -> pa.Schema:
    """Return what the vault holds of a sheet."""
    return pa.schema([("delivery", pa.string()), ("row", pa.int32()), *map(_field, sheet.personal)])


PROBLEMS = pa.schema([
    pa.field("sheet", pa.string()),  # title of the sheet, null for the whole file
    pa.field("row", pa.int32()),
    pa.field("column", pa.string()),  # name of the form's column, null where there is none
    pa.field("letter", pa.string()),  # Excel letter
    pa.field("rule", pa.string(), nullable=False),
    pa.field("detail", pa.string()),  # a heading, a limit, a reason: never the value of a cell
])  # fmt: skip
PLACES = pa.schema([
    pa.field("sheet", pa.string(), nullable=False),  # name, not title
    pa.field("column", pa.string(), nullable=False),
    pa.field("letter", pa.string(), nullable=False),
    pa.field("row", pa.int32()),  # the label's row on a vertical sheet, null elsewhere
])  # fmt: skip
COUNTS = pa.schema([
    pa.field("sheet", pa.string(), nullable=False),  # name, not title
    pa.field("rows_read", pa.int32(), nullable=False),
    pa.field("rows_skipped", pa.int32(), nullable=False),
])  # fmt: skip


def staged_schemas(form: Form = FORM) -> dict[str, pa.Schema]:
    """Return the staged schema of every sheet, by sheet name."""
    return {sheet.name: staged_schema(sheet) for sheet in form.sheets}
