"""Where a release comes from: what was received, by which rules, definitions, code and libraries it was counted."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from importlib.metadata import PackageNotFoundError, distributions, version
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from expectations.judge import RULESET
from warehouse.indicators.definitions import Definitions
from warehouse.journal.journal import REFERENCE
from warehouse.storage.loading import fetch
from warehouse.tables.tables import entries

ROOT = Path(__file__).parents[2]  # the packages lie side by side, installed or not
LOCK = "requirements.lock"
ENGINES = ("warehouse", "lake")  # SQL over the warehouse; Python and Arrow over the lake's files


def origin(connection: sa.Connection, seq: int, counted: Mapping[date, Definitions], compared: bool) -> dict[str, Any]:
    """Tell the origin of what is known at a journal number; the deliveries are listed in `evidence/deliveries.csv`."""
    return {
        "journal": seq,
        "deliveries": "evidence/deliveries.csv",
        "reference": _loads(connection, seq),
        "rules": {"ruleset": RULESET, "sha256": hash_files(ROOT / "expectations" / "rules", "*.py")},
        "definitions": {chosen.version: _hash_definition(chosen) for chosen in counted.values()},
        "engines": list(ENGINES) if compared else [ENGINES[0]],
        **written_by(),
    }


@cache
def written_by() -> dict[str, Any]:
    """Tell the code and the libraries of this very process."""
    try:
        known = version("nastavnik")
    except PackageNotFoundError:  # run from a source tree that was never installed
        known = "source"
    folders = [ROOT / "expectations", ROOT / "warehouse"]
    return {
        "code": {"version": known, "sha256": _hash(_listed(folders, ("*.py", "*.toml")))},
        "environment": _environment(),
    }


def _environment() -> dict[str, str]:
    """The lock of the environment; the installed distributions where there is none beside the code."""
    lock = ROOT / LOCK
    if lock.is_file():
        return {"lock": LOCK, "sha256": hashlib.sha256(lock.read_bytes()).hexdigest()}
    installed = sorted({f"{one.metadata['Name']}=={one.version}\n" for one in distributions()})
    return {"lock": "installed distributions", "sha256": hashlib.sha256("".join(installed).encode()).hexdigest()}


def _loads(connection: sa.Connection, seq: int) -> dict[str, dict[str, Any]]:
    """The last load of each reference file: its journal number and the hash of its bytes."""
    journal = entries()
    statement = sa.select(journal.c.seq, journal.c.subject, journal.c.sha256).where(
        journal.c.event == REFERENCE, journal.c.seq <= seq
    )
    rows = sorted(fetch(connection, statement).to_pylist(), key=lambda row: row["seq"])
    last = {row["subject"]: {"journal": row["seq"], "sha256": row["sha256"]} for row in rows}
    return dict(sorted(last.items()))


def _hash_definition(chosen: Definitions) -> str:
    file = ROOT / "warehouse" / "indicators" / "definitions" / f"{chosen.version}.toml"
    return hashlib.sha256(file.read_bytes()).hexdigest()


def hash_files(folder: Path, *patterns: str) -> str:
    """Hash the files of a folder, names and contents, in order of their paths."""
    return _hash(_listed([folder], patterns))


def _listed(folders: Iterable[Path], patterns: Iterable[str]) -> list[Path]:
    return sorted({path for folder in folders for pattern in patterns for path in folder.rglob(pattern)})


def _hash(files: Iterable[Path]) -> str:
    whole = hashlib.sha256()
    for path in files:
        content = path.read_bytes()
        whole.update(f"{path.relative_to(ROOT).as_posix()}\0{len(content)}\0".encode() + content)
    return whole.hexdigest()
