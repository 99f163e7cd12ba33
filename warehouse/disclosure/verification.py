"""The proof of a public package: its files against its manifest and each other. Figures cannot be counted anew."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from warehouse.disclosure.extract import read_csv, read_parquet, render_public_csv
from warehouse.proof.comparison import disagreements
from warehouse.proof.manifest import read_manifest
from warehouse.release.contents import KEY
from warehouse.release.workbook_figures import read_workbook_figures

# What reading a file of another shape ends in.
UNREADABLE = (OSError, ValueError, LookupError, TypeError, ArithmeticError, pa.ArrowException)
REQUIRED = ("kpi.csv", "kpi.parquet", "kpi.xlsx", "report.html", "datapackage.json")
CENT = Decimal("0.01")
PACKAGE, PUBLIC = "package", "public"  # how a manifest names a public package


def is_public(folder: Path) -> bool:
    """Whether the manifest of a package says that it is a public one."""
    manifest, _ = read_manifest(folder)
    return manifest is not None and manifest.get(PACKAGE) == PUBLIC


def verify_public(folder: Path, manifest: dict[str, Any]) -> Iterator[str]:
    """Give what disagrees in a public package whose files are those of its manifest, in Russian."""
    yield from (f"{name}: файл должен быть в описи." for name in REQUIRED if name not in manifest["files"])
    readers = {
        "kpi.csv": read_csv,
        "kpi.parquet": read_parquet,
        "kpi.xlsx": lambda path: read_workbook_figures(path, public=True),
    }
    tables = {}
    for name, read in readers.items():
        try:
            tables[name] = read(folder / name)
        except UNREADABLE:
            yield f"{name}: показатели не читаются."
    if len(tables) < len(readers):
        return
    figures = tables["kpi.parquet"]
    for name, table in tables.items():
        yield from disagreements(table, figures, f"в {name}", "в kpi.parquet")
    ordered = figures.sort_by([(column, "ascending") for column in KEY])
    if render_public_csv(ordered) != (folder / "kpi.csv").read_bytes():
        yield "kpi.csv: строки не по порядку или записаны не так, как положено."
    if set(figures["release"].to_pylist()) - {manifest["release"]} or figures.num_rows != manifest["figures"]:
        yield "Показатели не те, что указаны в описи."
    for row in figures.to_pylist():
        yield from _faults(row)


def _faults(row: dict[str, Any]) -> Iterator[str]:
    where = f"{row['indicator']}, {row['scope_code']}, {row['as_of']}"
    names = (row["hidden"] or "").split()
    yield from (f"{where}: {name} названо скрытым, но написано." for name in names if row.get(name) is not None)
    if row["value"] is None or not row["denominator"]:
        return
    exact = row["numerator"] * 100 / row["denominator"] if row["numerator"] is not None else None
    if exact is None or row["value"] != exact.quantize(CENT, ROUND_HALF_UP):
        yield f"{where}: value не равно numerator ÷ denominator × 100."
