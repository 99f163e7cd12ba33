"""The proof of a release: its files against its manifest, each other and arithmetic. Works offline."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from warehouse.release.contents import FINAL, KEY, PROVISIONAL
from warehouse.release.extract import hash_figures, read_csv, read_parquet, render_csv
from warehouse.release.workbook_figures import read_workbook_figures

MANIFEST = "manifest.json"
MANIFEST_VERSION = 1
SHOWN = 20  # disagreements of one kind that are listed; the rest are counted
REQUIRED = ("kpi.csv", "kpi.parquet", "kpi.xlsx", "report.html")
READERS = {"kpi.csv": read_csv, "kpi.parquet": read_parquet, "kpi.xlsx": read_workbook_figures}


def verify(folder: Path) -> list[str]:
    """Prove a release package; give what disagrees, in Russian. Nothing means proved."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        listed = {str(name): (entry["sha256"], entry["bytes"]) for name, entry in manifest["files"].items()}
        told = [manifest[name] for name in ("manifest_version", "release", "as_of", "figures", "figures_sha256")]
    except FileNotFoundError:
        return [f"Нет файла {MANIFEST}: это не выпуск или он не дописан."]
    except (ValueError, KeyError, TypeError, AttributeError):
        return [f"{MANIFEST}: файл повреждён."]
    if told[0] != MANIFEST_VERSION:
        return [f"{MANIFEST}: версия описи не {MANIFEST_VERSION}; нужна другая версия программы."]
    wrong = list(_check_files(folder, listed))
    tables = {}
    for name, read in READERS.items():
        try:
            tables[name] = read(folder / name)
        except (OSError, ValueError, KeyError, pa.ArrowException):
            wrong.append(f"{name}: показатели не читаются.")
    if len(tables) < len(READERS):
        return wrong
    figures = tables["kpi.parquet"]
    wrong += _check_manifest(figures, *told[1:])
    wrong += _check_order(folder / "kpi.csv", tables["kpi.csv"])
    for name, table in tables.items():
        wrong += _shorten(_compare(name, table, figures))
    return wrong + _shorten(line for row in figures.to_pylist() for line in _check_figure(row))


def _check_files(folder: Path, listed: dict[str, tuple[str, int]]) -> Iterator[str]:
    present = {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()} - {MANIFEST}
    links = {name for name in present if (folder / name).is_symlink()}
    yield from (f"{name}: это ссылка, а не файл выпуска." for name in sorted(links))
    yield from (f"{name}: файла нет в описи." for name in sorted(present - set(listed)))
    yield from (f"{name}: файл пропал." for name in sorted(set(listed) - present))
    yield from (f"{name}: файл должен быть в описи." for name in REQUIRED if name not in listed)
    for name in sorted(present & set(listed) - links):
        content = (folder / name).read_bytes()
        if (hashlib.sha256(content).hexdigest(), len(content)) != listed[name]:
            yield f"{name}: содержимое не то, что было выпущено (другая контрольная сумма)."


def _check_manifest(figures: pa.Table, release: str, as_of: str, count: int, digest: str) -> Iterator[str]:
    if figures.num_rows != count:
        yield f"Показателей {figures.num_rows}, а в описи {count}."
    if hash_figures(figures) != digest:
        yield "Показатели не те, что указаны в описи (другая контрольная сумма)."
    if set(figures["release"].to_pylist()) - {release}:
        yield f"Есть показатели другого выпуска, не {release}."
    if max(map(str, figures["as_of"].to_pylist()), default=as_of) > as_of:
        yield f"Есть показатели на дату позже {as_of}."


def _check_order(path: Path, figures: pa.Table) -> Iterator[str]:
    ordered = figures.sort_by([(column, "ascending") for column in KEY])
    if render_csv(ordered) != path.read_bytes():
        yield "kpi.csv: строки не по порядку или записаны не так, как положено."
    if figures.num_rows != figures.group_by(list(KEY)).aggregate([]).num_rows:
        yield "kpi.csv: один показатель записан дважды."


def _compare(name: str, table: pa.Table, figures: pa.Table) -> Iterator[str]:
    if table.equals(figures):
        return
    ours, theirs = ({_key(row): row for row in rows.to_pylist()} for rows in (table, figures))
    yield from (f"{name}: нет показателя {_title(key)}." for key in theirs if key not in ours)
    yield from (f"{name}: лишний показатель {_title(key)}." for key in ours if key not in theirs)
    for key in ours.keys() & theirs.keys():
        fields = [field for field, value in ours[key].items() if value != theirs[key][field]]
        yield from (f"{name}: {_title(key)}: {field} не то, что в kpi.parquet." for field in fields)
    if list(ours) != list(theirs) and ours == theirs:
        yield f"{name}: показатели не в том порядке, что в kpi.parquet."


def _check_figure(row: dict[str, Any]) -> Iterator[str]:
    title = _title(_key(row))
    numerator, denominator, target = row["numerator"], row["denominator"], row["target"]
    counted = numerator is not None and bool(denominator)
    parts = int(numerator.scaleb(4)) if counted else 0  # whole ten-thousandths, so that all below is in integers
    hundredths = (2 * parts + denominator) // (2 * denominator) if counted else None  # half up
    if row["value"] != (None if hundredths is None else Decimal(hundredths).scaleb(-2)):
        yield f"{title}: value не равно numerator ÷ denominator × 100."
    meets = parts >= int(target.scaleb(2)) * denominator if counted and target is not None else None
    if row["meets_target"] != meets:
        yield f"{title}: meets_target не следует из numerator, denominator и target."
    yield from (f"{title}: {fault}" for fault in _faults_of_status(row))


def _faults_of_status(row: dict[str, Any]) -> Iterator[str]:
    expected, reported, low, high = row["expected"], row["reported"], row["low"], row["high"]
    if row["status"] not in (FINAL, PROVISIONAL):
        yield "status не final и не provisional."
    elif expected is None or reported is None or not 0 <= reported <= expected:
        yield "reported не лежит между 0 и expected."
    elif (row["status"] == FINAL) != (reported == expected):
        yield "status не следует из expected и reported."
    if low is not None and high is not None and low > high:
        yield "low больше, чем high."
    if row["coverage_students"] is not None and not 0 <= row["coverage_students"] <= 100:
        yield "coverage_students не лежит между 0 и 100."


def _key(row: dict[str, Any]) -> tuple:
    return tuple(row[column] for column in KEY)


def _title(key: tuple) -> str:
    _, indicator, definition, scope_type, scope_code, as_of = key
    return f"{indicator} ({definition}), {scope_type} {scope_code}, {as_of}"


def _shorten(lines: Iterator[str]) -> list[str]:
    every = list(lines)
    rest = len(every) - SHOWN
    return every[:SHOWN] + ([f"… и ещё {rest}."] if rest > 0 else [])
