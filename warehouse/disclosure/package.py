"""The folder of a public package: fewer files than a release has, all written from the same hidden contents.

It holds nothing that the hidden figures could be tried against: no evidence, no hash of the official figures, no
hash of a delivery.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from datetime import UTC
from pathlib import Path

from warehouse.disclosure.extract import PUBLIC_KPI, public_figures, render_public_csv, write_csv, write_parquet
from warehouse.disclosure.verification import PACKAGE, PUBLIC
from warehouse.installation.durable import sync
from warehouse.proof.manifest import MANIFEST, MANIFEST_VERSION, sealed
from warehouse.release.contents import Contents
from warehouse.release.datapackage import DATAPACKAGE, write_datapackage
from warehouse.release.package import ReleaseDiffers
from warehouse.release.report import write_report
from warehouse.release.wording import HIDDEN
from warehouse.release.workbook import write_workbook

WRITERS: dict[str, Callable[[Contents, Path], None]] = {
    "kpi.csv": write_csv,
    "kpi.parquet": write_parquet,
    "kpi.xlsx": write_workbook,
    "report.html": write_report,
    DATAPACKAGE: lambda contents, path: write_datapackage(contents, path, (PUBLIC_KPI,), (HIDDEN,)),
}


def hash_public(contents: Contents) -> str:
    """Hash kpi.csv before it is written: what the journal remembers of a publication."""
    return hashlib.sha256(render_public_csv(public_figures(contents))).hexdigest()


def write_public(contents: Contents, folder: Path) -> Path:
    """Write a public package, whole or not at all; ReleaseDiffers where the folder holds another one."""
    folder = folder.absolute()
    partial = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True, mode=0o700)
    for name, write in WRITERS.items():
        write(contents, partial / name)
    (partial / MANIFEST).write_bytes(_manifest(contents, partial))
    for path in (*sorted(partial.iterdir()), partial):
        sync(path)
    if folder.exists():
        same = (folder / MANIFEST).is_file() and (folder / MANIFEST).read_bytes() == (partial / MANIFEST).read_bytes()
        shutil.rmtree(partial)
        if not same:
            raise ReleaseDiffers(f"Папка {folder} уже занята другим пакетом; опубликованное не переписывается.")
        return folder
    partial.rename(folder)
    sync(folder.parent)
    return folder


def _manifest(contents: Contents, folder: Path) -> bytes:
    assert contents.public is not None
    files = {name: (folder / name).read_bytes() for name in sorted(WRITERS)}
    return sealed({
        "manifest_version": MANIFEST_VERSION,
        PACKAGE: PUBLIC,
        "release": contents.release,
        "as_of": contents.as_of.isoformat(),
        "known_at": contents.known_at.astimezone(UTC).isoformat(),
        "figures": contents.figures.num_rows,
        "figures_sha256": hash_public(contents),
        "least_shown": contents.public.least,
        "left_out": [as_of.isoformat() for as_of in contents.public.left_out],
        "files": {
            name: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
            for name, content in files.items()
        },
    })  # fmt: skip
