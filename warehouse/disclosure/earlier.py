"""What was published before: the public packages that the journal names, read back from their folder."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from warehouse.disclosure.extract import read_parquet
from warehouse.disclosure.towns import LEVELS, Dated, measures_of
from warehouse.journal.journal import Entry, all_entries

PUBLICATION = "publication"


class Unpublishable(Exception):
    """A public package that cannot be made; its text is for the operator, without a person's cell."""


@dataclass(frozen=True)
class Earlier:
    """What earlier publications showed of cells below municipalities, all values there were, and what they hid."""

    published: Mapping[Dated, frozenset[int]] = field(default_factory=dict)
    hidden: frozenset[Dated] = frozenset()


def publications(connection: sa.Connection) -> list[Entry]:
    """Return the journal's entries of publications, oldest first."""
    return [entry for entry in all_entries(connection) if entry.event == PUBLICATION]


def earlier(folder: Path, entries: list[Entry]) -> Earlier:
    """Read what the publications of the entries say; raise Unpublishable where one is gone or not what it was."""
    published: dict[Dated, set[int]] = defaultdict(set)
    hidden: set[Dated] = set()
    for entry in entries:
        package = folder / entry.subject
        if not (package / "kpi.csv").is_file() or digest(package / "kpi.csv") != entry.sha256:
            raise Unpublishable(
                f"Открытый пакет {entry.subject} опубликован раньше, а в {package} его нет или он изменён: не с чем "
                f"сравнить. Верните его или повторите nastavnik publish --release {entry.subject}."
            )
        for row in read_parquet(package / "kpi.parquet").to_pylist():
            if row["scope_type"] not in LEVELS[:2]:
                continue
            names = (row["hidden"] or "").split()
            for side, measure in measures_of(row).items():
                cell = (row["as_of"], measure, row["scope_code"])
                if side in names:
                    hidden.add(cell)
                elif row[side] is not None:
                    published[cell].add(int(row[side]))
    return Earlier({cell: frozenset(values) for cell, values in published.items()}, frozenset(hidden))


def digest(path: Path) -> str:
    """Hash a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
