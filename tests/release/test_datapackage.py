"""datapackage.json is what frictionless accepts, describes every table, and refuses a broken cell."""

from __future__ import annotations

import hashlib
import json
import shutil
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.release.made_contents import town
from warehouse.release.columns import ALWAYS, Column
from warehouse.release.contents import FIGURES, KEY
from warehouse.release.datapackage import table_schema
from warehouse.release.described import TABLES
from warehouse.release.package import write_release
from warehouse.release.tabular import KPI, Tabular


@pytest.fixture(scope="module")
def released(tmp_path_factory) -> Path:
    return write_release(town(missing=("NSH-S016",)), tmp_path_factory.mktemp("release") / "2024-12-31-1")


@pytest.fixture
def folder(released: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(released, tmp_path / "package"))


def described(folder: Path) -> dict[str, dict]:
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    return {resource["path"]: resource for resource in package["resources"]}


def faults(folder: Path) -> set[str]:
    from frictionless import validate

    report = validate(str(folder / "datapackage.json"))
    return {error.type for error in report.errors} | {error.type for task in report.tasks for error in task.errors}


def test_frictionless_accepts_the_package(released):
    assert faults(released) == set()


def test_every_table_of_the_package_is_described(released):
    tables = {str(path.relative_to(released)) for path in released.rglob("*") if path.suffix in (".csv", ".parquet")}
    assert tables >= {"kpi.csv", "kpi.parquet", "sdmx/data.csv"}
    assert set(described(released)) == tables


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_column_has_words_and_a_type(table):
    fields = table_schema(table)["fields"]
    assert [one["name"] for one in fields] == table.schema.names
    assert all(one["title"] and one["description"] and one["type"] for one in fields)
    assert set(table.key) <= set(table.schema.names)


def test_a_column_without_words_is_told():
    with pytest.raises(TypeError, match="table strange: column riddle has no title"):
        table_schema(Tabular("strange", "", "", pa.schema({"riddle": pa.string()}), (), ("strange.csv",)))


def test_files_are_described_by_their_bytes(released):
    for name, resource in described(released).items():
        content = (released / name).read_bytes()
        assert resource["bytes"] == len(content)
        assert resource["hash"] == "sha256:" + hashlib.sha256(content).hexdigest()


def test_the_package_tells_its_release(released):
    package = json.loads((released / "datapackage.json").read_text(encoding="utf-8"))
    assert package["$schema"] == "https://datapackage.org/profiles/2.0/datapackage.json"
    assert (package["version"], package["created"]) == ("2024-12-31-1", "2025-01-20T09:30:00Z")
    assert package["sources"] == [{"title": "приказ № 632 от 28.08.2020, дорожная карта"}]
    assert package["licenses"]


def test_the_manifest_lists_the_description(released):
    manifest = json.loads((released / "manifest.json").read_text(encoding="utf-8"))
    assert {"datapackage.json", "sdmx/data.csv", "sdmx/structure.json"} <= set(manifest["files"])


def test_a_field_is_typed_titled_and_constrained():
    words = {"value": Column("Доля", "сколько", {"minimum": 0}), "met": Column("Да", "или нет", ALWAYS)}
    schema = pa.schema({"as_of": pa.date32(), "value": pa.decimal128(9, 2), "met": pa.bool_()})
    spelled = table_schema(Tabular("one", "Одна", "таблица", schema, ("as_of",), ("one.csv",), words))
    assert spelled["primaryKey"] == ["as_of"]
    assert spelled["missingValues"] == [""]
    assert spelled["fields"] == [
        {
            "name": "as_of",
            "title": "Отчётная дата",
            "description": "дата, на которую сосчитан показатель",
            "type": "date",
            "constraints": {"required": True},
        },
        {
            "name": "value",
            "title": "Доля",
            "description": "сколько",
            "type": "number",
            "constraints": {"minimum": 0},
        },
        {
            "name": "met",
            "title": "Да",
            "description": "или нет",
            "type": "boolean",
            "trueValues": ["yes"],
            "falseValues": ["no"],
            "constraints": {"required": True},
        },
    ]


BREAKAGES = {
    "no number": (",final,", ",final,x", "type-error"),
    "no such status": (",final,", ",certain,", "constraint-error"),
    "no such day": (",2021-12-31,", ",2021-12-310,", "type-error"),
    "no indicator": ("\n2024-12-31-1,mentors_15_19,", "\n2024-12-31-1,,", "constraint-error"),
    "below nothing": ("2020-12-31,", "2020-12-31,-", "constraint-error"),
    "maybe": (",no,", ",maybe,", "type-error"),
    "another heading": ("scope_code", "scope", "incorrect-label"),
}


@pytest.mark.parametrize("breakage", BREAKAGES)
def test_a_broken_cell_is_refused(folder, breakage):
    old, new, fault = BREAKAGES[breakage]
    text = (folder / "kpi.csv").read_text(encoding="utf-8")
    assert old in text
    (folder / "kpi.csv").write_text(text.replace(old, new, 1), encoding="utf-8")
    assert faults(folder) == {fault, "hash-count", "byte-count"}


def test_a_repeated_row_is_refused(folder):
    text = (folder / "kpi.csv").read_text(encoding="utf-8")
    (folder / "kpi.csv").write_text(text + text.splitlines()[-1] + "\n", encoding="utf-8")
    assert "primary-key" in faults(folder)


def test_another_byte_of_parquet_is_refused(folder):
    content = bytearray((folder / "kpi.parquet").read_bytes())
    content[-9] ^= 1
    (folder / "kpi.parquet").write_bytes(content)
    assert faults(folder) == {"hash-count"}


def test_parquet_carries_comments_for_pyarrow(released):
    with pq.ParquetFile(released / "kpi.parquet") as file:
        schema = file.schema_arrow
    assert schema.field("numerator").metadata[b"title"].decode() == "Числитель"
    assert {one.name: one.metadata[b"comment"].decode() for one in schema} == {
        name: KPI.column(name).about for name in FIGURES.names
    }


def test_parquet_carries_comments_for_duckdb(released):
    query = "SELECT decode(value) FROM parquet_kv_metadata(?) WHERE decode(key) = 'column_comments'"
    ((told,),) = duckdb.execute(query, [str(released / "kpi.parquet")]).fetchall()
    comments = json.loads(told)
    assert list(comments) == FIGURES.names
    assert comments["as_of"] == "Отчётная дата: дата, на которую сосчитан показатель"


def test_comments_change_no_figure(released):
    with pq.ParquetFile(released / "kpi.parquet") as file:
        rows = file.read()
    assert rows.cast(FIGURES).equals(town(missing=("NSH-S016",)).figures)
    assert rows["as_of"][0].as_py() == date(2020, 12, 31)
    assert set(KEY) <= set(rows.column_names)
