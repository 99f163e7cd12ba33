"""What the jobs read and write, named for a collector: hashes, tables and releases, never a file's own name."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import sqlalchemy as sa

from expectations.form import FORM
from warehouse.ingestion.batch import Line
from warehouse.installation.home import Home
from warehouse.lineage.events import Dataset, Touched
from warehouse.restatement.restating import Restatement
from warehouse.tables.tables import MENTORING, table, tables_of

SERIES = "series"


def of_intake(home: Home, lines: Iterable[Line]) -> Touched:
    """An intake reads received files and writes the lake and the warehouse."""
    return _judged(home, [line.delivery for line in lines])


def of_backfill(home: Home, done: Restatement, lines: Iterable[Line]) -> Touched:
    """A backfill reads the files that it judged otherwise, and those it took, and writes as an intake does."""
    return _judged(home, [*(one.by_delivery for one in done.turned), *(line.delivery for line in lines)])


def _judged(home: Home, deliveries: list[str]) -> Touched:
    ledger = table("deliveries")
    with home.reading() as connection:
        hashes = connection.execute(sa.select(ledger.c.sha256).where(ledger.c.delivery.in_(deliveries)).distinct())
        received = [Dataset(f"received/{sha256}", version=sha256) for sha256 in sorted(hashes.scalars())]
    if not received:
        return Touched()
    return Touched(received, [*_lake(), *_warehouse()])


def of_series() -> Touched:
    """The series is computed from the warehouse."""
    return Touched(_warehouse(), [Dataset(SERIES, _figures())])


def of_release(folder: Path) -> Touched:
    """A release freezes the series and writes a package, which its manifest names by hash."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    package = Dataset(f"releases/{manifest['release']}", _figures(), manifest["figures_sha256"])
    return Touched(_warehouse(), [package])


def _figures() -> tuple[tuple[str, str, str], ...]:
    from warehouse.release.contents import FIGURES

    return tuple((one.name, str(one.type), "") for one in FIGURES)


@cache
def _warehouse() -> list[Dataset]:
    tables = [one for one in tables_of().tables.values() if one.schema == MENTORING]
    return [Dataset(f"warehouse/{MENTORING}.{one.name}", _columns(one)) for one in tables]


@cache
def _lake() -> list[Dataset]:
    names = [*(sheet.name for sheet in FORM.sheets), "participations"]
    return [Dataset(f"lake/{name}", _columns(table(name))) for name in names]


def _columns(one: sa.Table) -> tuple[tuple[str, str, str], ...]:
    return tuple((column.name, str(column.type), column.comment or "") for column in one.columns)
