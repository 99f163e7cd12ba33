"""The evidence of a release as files: `evidence/…` of its folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from warehouse.proof.evidence import SCHEMAS, Evidence
from warehouse.proof.tables import EVIDENCE_TABLES
from warehouse.release.extract import write_csv
from warehouse.release.tabular import commented

DEFINITIONS = "evidence/definitions.json"
PATHS = {name: table.files[0] for name, table in EVIDENCE_TABLES.items()}


def evidence_writers() -> dict[str, Callable[[Evidence, Path], None]]:
    """Return what writes each file, by its path within the folder of a release."""
    return {path: _table_writer(name) for name, path in PATHS.items()} | {DEFINITIONS: _write_definitions}


def _table_writer(name: str) -> Callable[[Evidence, Path], None]:
    def write(evidence: Evidence, file: Path) -> None:
        rows: pa.Table = getattr(evidence, name)
        if file.suffix == ".parquet":
            rows = commented(rows, EVIDENCE_TABLES[name])
            pq.write_table(rows, file, compression="zstd", use_dictionary=True, version="2.6")
        else:
            write_csv(rows, file)

    return write


def _write_definitions(evidence: Evidence, file: Path) -> None:
    text = json.dumps(evidence.definitions, ensure_ascii=False, indent=1, sort_keys=True)
    file.write_text(text + "\n", encoding="utf-8")


def read_evidence(folder: Path) -> Evidence:
    """Read the evidence of a release; raise OSError, ValueError or pa.ArrowException on another shape."""
    tables = {name: _read(folder / path, SCHEMAS[name]) for name, path in PATHS.items()}
    return Evidence(**tables, definitions=json.loads((folder / DEFINITIONS).read_text(encoding="utf-8")))


def _read(file: Path, schema: pa.Schema) -> pa.Table:
    if file.suffix == ".parquet":
        with pq.ParquetFile(file) as parquet:
            return parquet.read().select(schema.names).cast(schema)
    convert = pa.csv.ConvertOptions(column_types=schema, null_values=[""], strings_can_be_null=True)
    rows = pa.csv.read_csv(file, parse_options=pa.csv.ParseOptions(newlines_in_values=True), convert_options=convert)
    return rows.select(schema.names).cast(schema)
