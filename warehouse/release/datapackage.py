"""datapackage.json: the tables of a release for readers of Data Package and Table Schema."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import UTC
from pathlib import Path

import pyarrow as pa

from warehouse.release.columns import ALWAYS
from warehouse.release.contents import Contents
from warehouse.release.described import TABLES
from warehouse.release.extract import NO, YES
from warehouse.release.tabular import Tabular, table_type

DATAPACKAGE = "datapackage.json"
PROFILE = "https://datapackage.org/profiles/2.0/"
CSV, PARQUET = ".csv", ".parquet"
# frictionless compares no hash of a file it takes for a table of its own «parquet» reader: the file is told by its
# media type, is hashed whole, and its schema stands beside it.
PARQUET_FORMAT, PARQUET_MEDIATYPE = "apache-parquet", "application/vnd.apache.parquet"
LICENCE = {
    "name": "notspecified",  # the identifier that the Open Definition has for it
    "title": "Условия использования определяет орган управления образованием, который выпустил показатели",
}


def write_datapackage(
    contents: Contents, path: Path, tables: Iterable[Tabular] = TABLES, missing: tuple[str, ...] = ()
) -> None:
    """Describe every table written so far beside `path`; call it after the writers of tables.

    `missing` are words that stand in cells without a value.
    """
    package = {
        "$schema": f"{PROFILE}datapackage.json",
        "name": f"nastavnik-{contents.release}".lower(),
        "title": f"Показатели наставничества, выпуск {contents.release}",
        "description": f"Отчётная дата {contents.as_of:%d.%m.%Y}. Персональных данных нет.",
        "version": contents.release,
        "created": contents.known_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "licenses": [LICENCE],
        "sources": [{"title": title} for title in dict.fromkeys(contents.indicators["source"].to_pylist()) if title],
        "resources": [resource for table in tables for resource in _resources(table, path.parent, missing)],
    }
    path.write_text(json.dumps(package, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _resources(table: Tabular, folder: Path, missing: tuple[str, ...]) -> Iterator[dict[str, object]]:
    for name in table.files:
        if (folder / name).is_file():
            content = (folder / name).read_bytes()
            yield {
                "name": table.name + ("-parquet" if name.endswith(PARQUET) else ""),
                "path": name,
                "title": table.title,
                "description": table.about,
                **(_parquet() if name.endswith(PARQUET) else _csv()),
                "bytes": len(content),
                "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
                "schema": table_schema(table, missing),
            }


def _csv() -> dict[str, object]:
    return {
        "type": "table",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {
            "$schema": f"{PROFILE}tabledialect.json", "header": True, "delimiter": ",", "lineTerminator": "\n",
            "quoteChar": '"', "doubleQuote": True,
        },
    }  # fmt: skip


def _parquet() -> dict[str, object]:
    return {"format": PARQUET_FORMAT, "mediatype": PARQUET_MEDIATYPE}


def table_schema(table: Tabular, missing: tuple[str, ...] = ()) -> dict[str, object]:
    """Spell a table's schema as Table Schema; the columns of its key are required."""
    return {
        "$schema": f"{PROFILE}tableschema.json",
        "fields": [_field(table, one) for one in table.schema],
        **({"primaryKey": list(table.key)} if table.key else {}),
        "missingValues": ["", *missing],
    }


def _field(table: Tabular, one: pa.Field) -> dict[str, object]:
    words, kind = table.column(one.name), table_type(one.type)
    constraints = (dict(ALWAYS) if one.name in table.key or not one.nullable else {}) | dict(words.constraints)
    return {
        "name": one.name,
        "title": words.title,
        "description": words.about,
        "type": kind,
        **({"trueValues": [YES], "falseValues": [NO]} if kind == "boolean" else {}),
        **({"constraints": constraints} if constraints else {}),
    }
