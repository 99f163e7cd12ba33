"""The folder of a release: written whole or not at all, and proved by its manifest."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from datetime import UTC
from pathlib import Path

from warehouse.installation.durable import sync
from warehouse.proof.evidence import Evidence
from warehouse.proof.evidence_files import evidence_writers
from warehouse.proof.manifest import MANIFEST, MANIFEST_VERSION, sealed
from warehouse.release.contents import Contents
from warehouse.release.datapackage import DATAPACKAGE, write_datapackage
from warehouse.release.extract import hash_figures, write_csv, write_parquet
from warehouse.release.report import write_report
from warehouse.release.sdmx import write_sdmx_data, write_sdmx_structure
from warehouse.release.sdmx_table import SDMX_DATA, SDMX_STRUCTURE
from warehouse.release.verification import verify
from warehouse.release.workbook import write_workbook

__all__ = ["ReleaseDiffers", "verify", "write_release"]


def _evidence_writer(write: Callable[[Evidence, Path], None]) -> Callable[[Contents, Path], None]:
    return lambda contents, path: write(contents.evidence, path)


WRITERS: dict[str, Callable[[Contents, Path], None]] = {
    "kpi.csv": lambda contents, path: write_csv(contents.figures, path),
    "kpi.parquet": lambda contents, path: write_parquet(contents.figures, path),
    "breakdowns.csv": lambda contents, path: write_csv(contents.breakdowns, path),
    "trajectory.csv": lambda contents, path: write_csv(contents.trajectory, path),
    "breaks.csv": lambda contents, path: write_csv(contents.breaks, path),
    "revisions.csv": lambda contents, path: write_csv(contents.revisions, path),
    "kpi.xlsx": write_workbook,
    "report.html": write_report,
    **{path: _evidence_writer(write) for path, write in evidence_writers().items()},
    SDMX_STRUCTURE: write_sdmx_structure,
    SDMX_DATA: write_sdmx_data,
    DATAPACKAGE: write_datapackage,  # the last: it describes the tables written before it
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
        (partial / name).parent.mkdir(exist_ok=True)
        write(contents, partial / name)
        sync(partial / name)
    _write_manifest(contents, partial)
    if folder.exists():
        return _keep_released(folder, partial)
    partial.rename(folder)
    sync(folder.parent)
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
        "figures": contents.figures.num_rows,
        "figures_sha256": hash_figures(contents.figures),
        "files": {
            name: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
            for name in sorted(WRITERS)
            for content in [(folder / name).read_bytes()]
        },
        "waiting": [row | {"as_of": row["as_of"].isoformat()} for row in contents.waiting.to_pylist()],
        "origin": contents.origin,
    }
    path = folder / MANIFEST
    path.write_bytes(sealed(manifest))
    sync(path)
    sync(folder)
