"""The tables of a release's package: which files hold them, under which schema, told in which words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from warehouse.release.columns import COLUMNS, Column
from warehouse.release.contents import FIGURES, KEY

TYPES: dict[str, str] = {
    "string": "string",
    "date32[day]": "date",
    "bool": "boolean",
    "int32": "integer",
    "int64": "integer",
    "double": "number",
}


@dataclass(frozen=True)
class Tabular:
    """One table and the files that carry it, by their paths in the package."""

    name: str  # of the resource: lower-case Latin letters, digits, hyphens
    title: str
    about: str
    schema: pa.Schema
    key: tuple[str, ...]  # empty where a row has none
    files: tuple[str, ...]
    words: Mapping[str, Column] = field(default_factory=dict)

    def column(self, name: str) -> Column:
        """Return the words of a column: its own here, or those all tables share; raise TypeError where none has any."""
        found = self.words.get(name) or COLUMNS.get(name)
        if found is None:
            raise TypeError(f"table {self.name}: column {name} has no title and description")
        return found


def table_type(kind: pa.DataType) -> str:
    """Spell an Arrow type in Table Schema."""
    return "number" if pa.types.is_decimal(kind) else TYPES[str(kind)]


KPI = Tabular(
    "kpi", "Показатели наставничества", "Каждый показатель выпуска: одна строка — один показатель одного охвата на "
    "одну дату.", FIGURES, KEY, ("kpi.csv", "kpi.parquet"),
)  # fmt: skip


def commented(rows: pa.Table, table: Tabular) -> pa.Table:
    """Give rows the table's column comments, for readers of Parquet.

    Each field carries `title` and `comment` (pyarrow); the file's own metadata repeats them as JSON under
    `column_comments` (DuckDB: `parquet_kv_metadata`).
    """
    words = {name: table.column(name) for name in rows.column_names}
    fields = [
        one.with_metadata({"title": words[one.name].title, "comment": words[one.name].about}) for one in rows.schema
    ]
    comments = json.dumps({name: f"{one.title}: {one.about}" for name, one in words.items()}, ensure_ascii=False)
    metadata = {"title": table.title, "comment": table.about, "column_comments": comments}
    return rows.cast(pa.schema(fields, metadata=metadata))
