"""The folder of a release: written whole or not at all, and proved by its manifest."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from datetime import UTC
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from warehouse.release.contents import Contents
from warehouse.release.extract import hash_figures, write_csv, write_parquet
from warehouse.release.report import write_report
from warehouse.release.verification import MANIFEST, MANIFEST_VERSION, verify
from warehouse.release.workbook import write_workbook

__all__ = ["ReleaseDiffers", "verify", "write_release"]

WRITERS: dict[str, Callable[[Contents, Path], None]] = {
    "kpi.csv": lambda contents, path: write_csv(contents.figures, path),
    "kpi.parquet": lambda contents, path: write_parquet(contents.figures, path),
    "kpi.xlsx": write_workbook,
    "report.html": write_report,
}


class ReleaseDiffers(Exception):
    """The folder of a release exists already and holds something else."""


def write_release(contents: Contents, folder: Path) -> Path:
    """Write every file of a release; give its folder, which appears under its name only when complete.

    A second run with the same contents changes nothing. Raises ReleaseDiffers when `folder` holds another
    release: what was released is never overwritten. What a killed run left beside is replaced.
    """
    folder = folder.absolute()
    partial = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    for name, write in WRITERS.items():
        write(contents, partial / name)
        _sync(partial / name)
    _write_manifest(contents, partial)
    if folder.exists():
        return _keep_released(folder, partial)
    partial.rename(folder)
    _sync(folder.parent)
    return folder


def _keep_released(folder: Path, partial: Path) -> Path:
    released, written = ((place / MANIFEST) for place in (folder, partial))
    same = released.is_file() and released.read_bytes() == written.read_bytes()
    shutil.rmtree(partial)
    if not same:
        raise ReleaseDiffers(f"Папка {folder} уже занята другим выпуском; выпущенное не переписывается.")
    return folder


def _write_manifest(contents: Contents, folder: Path) -> None:
    manifest = {
        "manifest_version": MANIFEST_VERSION,
        "release": contents.release,
        "as_of": contents.as_of.isoformat(),
        "known_at": contents.known_at.astimezone(UTC).isoformat(),
        "code_version": _code_version(),
        "figures": contents.figures.num_rows,
        "figures_sha256": hash_figures(contents.figures),
        "files": {
            name: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
            for name in sorted(WRITERS)
            for content in [(folder / name).read_bytes()]
        },
    }
    path = folder / MANIFEST
    path.write_text(json.dumps(manifest, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    _sync(path)
    _sync(folder)


def _code_version() -> str:
    try:
        return version("nastavnik")
    except PackageNotFoundError:  # run from a source tree that was never installed
        return "source"


def _sync(path: Path) -> None:
    """Force a file or a folder's list of names to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
