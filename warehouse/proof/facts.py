"""What was known at a journal number, as plain rows: ledger, decisions, reference data, list of the lake."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from warehouse.storage.loading import fetch
from warehouse.tables.reference import LOADS, REFERENCE
from warehouse.tables.tables import decisions, table

Row = dict[str, Any]


@dataclass(frozen=True)
class Facts:
    """Everything that figures may rest on, nothing chosen yet; rows in order of their journal numbers."""

    seq: int
    deliveries: list[Row]
    laid_aside: frozenset[str]  # withdrawn, held and not confirmed, or judged anew as another
    decisions: list[Row]
    reference: dict[str, list[Row]]  # the last load of each table known, as it was loaded
    lake_files: list[Row]


def read_facts(connection: sa.Connection, seq: int) -> Facts:
    """Read what was known at a journal number; the only filter is that number."""
    return Facts(
        seq=seq,
        deliveries=_until(connection, table("deliveries"), seq),
        laid_aside=_laid_aside(connection, seq),
        decisions=_until(connection, decisions(), seq),
        reference={name: _last_load(connection, name, seq) for name in REFERENCE},
        lake_files=fetch(connection, sa.select(table("lake_files"))).to_pylist(),
    )


def _laid_aside(connection: sa.Connection, seq: int) -> frozenset[str]:
    withdrawn, held, confirmed, judged_anew = (
        {row["delivery"] for row in _until(connection, table(name), seq)}
        for name in ("withdrawals", "holds", "confirmations", "restated")
    )
    return frozenset(withdrawn | (held - confirmed) | judged_anew)


def _until(connection: sa.Connection, rows: sa.Table, seq: int) -> list[Row]:
    found = fetch(connection, sa.select(rows).where(rows.c.seq <= seq)).to_pylist()
    return sorted(found, key=lambda row: row["seq"])


def _last_load(connection: sa.Connection, name: str, seq: int) -> list[Row]:
    """The rows of the last load known, sorted by their key."""
    rows, loads = table(name), table(LOADS)
    every = fetch(connection, sa.select(rows).where(rows.c.known_seq <= seq)).to_pylist()
    loaded_at = fetch(connection, sa.select(loads).where(loads.c.seq <= seq)).to_pylist()
    last = max((row["seq"] for row in loaded_at if row["name"] == name), default=None)
    key = [field.name for field in REFERENCE[name][1] if field.key]
    loaded = [row for row in every if row["known_seq"] == last]
    return sorted(loaded, key=lambda row: [(row[name] is not None, row[name]) for name in key])
