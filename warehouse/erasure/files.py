"""Files with names in them that were made inside the home: they can be made again, without the erased."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path

from warehouse.installation.settings import Settings
from warehouse.receipts.folders import folder_name

WORKBOOKS = (".xlsx", ".xlsm")


def made_files(settings: Settings, institutions: Collection[str]) -> list[Path]:
    """Return forms and filled templates of institutions, and workbooks lying loose in the home.

    A loose workbook is one in the home's own folder and in none that the program keeps: there `persons queue -o`
    and marked workbooks end where they were asked for inside the home.
    """
    found: list[Path] = []
    for code in sorted(institutions):
        for folder in (settings.forms / folder_name(code), settings.templates / code):
            found += _files(folder)
    found += [path for path in sorted(settings.home.glob("*")) if path.suffix in WORKBOOKS or _hidden_workbook(path)]
    return found


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def _hidden_workbook(path: Path) -> bool:
    """A half-written workbook: it bears another name until it is whole."""
    if not path.name.startswith(".") or not path.is_file():
        return False
    with suppress(OSError):
        return zipfile.is_zipfile(path)
    return False


def remove(path: Path) -> bool:
    """Remove a file or a folder; return whether it was there. Links are removed, not followed."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
        return True
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    return True
