"""The proof of a release: its files against its manifest, each other and its evidence. Works offline."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from warehouse.access.audit import ANCHOR
from warehouse.disclosure.verification import PACKAGE, PUBLIC, verify_public
from warehouse.proof.breakdowns import recompute_breakdowns
from warehouse.proof.comparison import disagreements
from warehouse.proof.evidence import Evidence
from warehouse.proof.evidence_files import DEFINITIONS, read_evidence
from warehouse.proof.figures import recompute
from warehouse.proof.manifest import MANIFEST, SIGNATURE, read_manifest
from warehouse.release.contents import BREAKDOWNS, KEY
from warehouse.release.datapackage import DATAPACKAGE
from warehouse.release.extract import hash_figures, read_csv, read_parquet, render_csv
from warehouse.release.sdmx import read_sdmx
from warehouse.release.sdmx_table import SDMX_DATA, SDMX_STRUCTURE
from warehouse.release.verification_parts import check_parts, read_part
from warehouse.release.verification_revisions import check_revisions
from warehouse.release.workbook_figures import read_workbook_figures

SHOWN = 20  # disagreements of one kind that are listed; the rest are counted
REQUIRED = ("kpi.csv", "kpi.parquet", "kpi.xlsx", "report.html", DEFINITIONS, SDMX_DATA, SDMX_STRUCTURE, DATAPACKAGE)
# What reading a file of another shape, or reckoning with it, ends in.
UNREADABLE = (OSError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, pa.ArrowException)
READERS = {"kpi.csv": read_csv, "kpi.parquet": read_parquet, "kpi.xlsx": read_workbook_figures, SDMX_DATA: read_sdmx}


def verify(folder: Path) -> list[str]:
    """Prove a release package; give what disagrees, in Russian. Nothing means proved.

    Signatures are checked by `warehouse.proof.signing`.
    """
    manifest, wrong = read_manifest(folder)
    if manifest is None:
        return wrong
    wrong += _check_files(
        folder, {name: (entry["sha256"], entry["bytes"]) for name, entry in manifest["files"].items()}
    )
    if manifest.get(PACKAGE) == PUBLIC:
        return wrong + _shorten(verify_public(folder, manifest))
    wrong += [f"{name}: файл должен быть в описи." for name in REQUIRED if name not in manifest["files"]]
    tables = {}
    for name, read in READERS.items():
        try:
            tables[name] = read(folder / name)
        except UNREADABLE:
            wrong.append(f"{name}: показатели не читаются.")
    if len(tables) < len(READERS):
        return wrong
    figures = tables["kpi.parquet"]
    wrong += _check_manifest(figures, manifest)
    wrong += _check_order(folder / "kpi.csv", tables["kpi.csv"])
    for check in (check_parts, check_revisions):
        try:
            wrong += _shorten(check(folder, figures))
        except UNREADABLE:
            wrong.append("Разрезы, путь к целям или пересмотры не читаются.")
    for name, table in tables.items():
        wrong += _shorten(disagreements(table, figures, f"в {name}", "в kpi.parquet"))
    return wrong + _shorten(_check_evidence(folder, figures, str(manifest["release"])))


def _check_files(folder: Path, listed: dict[str, tuple[str, int]]) -> Iterator[str]:
    paths = [path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir()]
    present = {path.relative_to(folder).as_posix() for path in paths} - {MANIFEST, SIGNATURE, ANCHOR}
    links = {name for name in present if (folder / name).is_symlink()}
    yield from (f"{name}: это ссылка, а не файл выпуска." for name in sorted(links))
    yield from (f"{name}: файла нет в описи." for name in sorted(present - set(listed)))
    yield from (f"{name}: файл пропал." for name in sorted(set(listed) - present))
    for name in sorted(present & set(listed) - links):
        content = (folder / name).read_bytes()
        if (hashlib.sha256(content).hexdigest(), len(content)) != listed[name]:
            yield f"{name}: содержимое не то, что было выпущено (другая контрольная сумма)."


def _check_manifest(figures: pa.Table, manifest: dict[str, Any]) -> Iterator[str]:
    release, as_of, count = manifest["release"], str(manifest["as_of"]), manifest["figures"]
    if figures.num_rows != count:
        yield f"Показателей {figures.num_rows}, а в описи {count}."
    if hash_figures(figures) != manifest["figures_sha256"]:
        yield "Показатели не те, что указаны в описи (другая контрольная сумма)."
    if set(figures["release"].to_pylist()) - {release}:
        yield f"Есть показатели другого выпуска, не {release}."
    if max(map(str, figures["as_of"].to_pylist()), default=as_of) > as_of:
        yield f"Есть показатели на дату позже {as_of}."


def _check_order(path: Path, figures: pa.Table) -> Iterator[str]:
    ordered = figures.sort_by([(column, "ascending") for column in KEY])
    if render_csv(ordered) != path.read_bytes():
        yield "kpi.csv: строки не по порядку или записаны не так, как положено."


def _check_evidence(folder: Path, figures: pa.Table, release: str) -> Iterator[str]:
    """Compute figures and breakdowns anew from the evidence, and hold that against the register and the deliveries."""
    try:
        evidence = read_evidence(folder)
        counted = recompute(evidence, release)
        parts = recompute_breakdowns(evidence, release)
        misplaced = list(_check_places(evidence))
    except UNREADABLE:
        yield "evidence: свидетельства не читаются или неполны, показатели по ним не пересчитать."
        return
    yield from disagreements(figures, counted, "в kpi.parquet", "по свидетельствам")
    yield from _check_breakdowns(folder / "breakdowns.csv", parts)
    yield from misplaced


def _check_breakdowns(path: Path, counted: pa.Table) -> Iterator[str]:
    """Hold the breakdowns against those of the evidence, cell by cell and then byte by byte."""
    content = path.read_bytes() if path.is_file() else b""
    if content == render_csv(counted):
        return
    try:
        faults = list(disagreements(read_part(path, BREAKDOWNS), counted, f"в {path.name}", "по свидетельствам"))
    except UNREADABLE:
        faults = []  # told by `check_parts`
    yield from faults or [f"{path.name}: строки не по порядку или записаны не так, как положено."]


def _check_places(evidence: Evidence) -> Iterator[str]:
    """Those expected are the register's on the date; those that reported have a delivery, and nobody else has."""
    places = evidence.places.to_pylist()
    asked = {place["as_of"] for place in places}
    registered = {
        (as_of, one["code"], one["kind"], one["municipality"], one["region"])
        for as_of in asked
        for one in evidence.institutions.to_pylist()
        if one["valid_from"] <= as_of and (one["valid_to"] is None or one["valid_to"] >= as_of)
    }
    expected = {
        tuple(place[n] for n in ("as_of", "institution_code", "kind", "municipality", "region")) for place in places
    }
    yield from _named(expected ^ registered, "ожидаемые организации не те, что в реестре")
    reported = {(place["as_of"], place["institution_code"]) for place in places if place["reported"]}
    sent = {(row["as_of"], row["institution_code"]) for row in evidence.deliveries.to_pylist()}
    yield from _named(reported ^ sent, "нет действующей сдачи, хотя организация сдала, или наоборот")


def _named(places: Iterable[tuple[Any, ...]], fault: str) -> Iterator[str]:
    yield from (f"{code}, {as_of}: {fault}." for as_of, code, *_ in sorted(places, key=str))


def _shorten(lines: Iterator[str]) -> list[str]:
    every = list(lines)
    rest = len(every) - SHOWN
    return every[:SHOWN] + ([f"… и ещё {rest}."] if rest > 0 else [])
