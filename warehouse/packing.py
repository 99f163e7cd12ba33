"""A packed lake made of a warehouse: what another engine counts the same figures from."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import sqlalchemy as sa

from warehouse.analysis import Pseudonyms
from warehouse.loading import fetch
from warehouse.packed import FACTS, packed_tables, write_packed, writing
from warehouse.settings import Misconfigured
from warehouse.tables import table

NOBODYS = ("decided_by", "ground")  # who decided, and on what: no figure asks


def pack(connection: sa.Connection, folder: Path) -> int:
    """Write a packed lake into a new folder, whole or not at all; return how many files.

    In place of tokens it has pseudonyms of this one lake, as the analysts' file has.
    """
    if folder.exists():
        raise Misconfigured(f"{folder} уже есть. Озеро пишется целиком в новую папку.")
    partial, anew, files = folder.with_name(f".{folder.name}.part"), Pseudonyms(), 0
    shutil.rmtree(partial, ignore_errors=True)
    try:
        with writing(partial) as duck:
            for one in packed_tables():
                for within, rows in _portions(connection, one):
                    duck.register("portion", anew.of(rows))
                    write_packed(duck, partial / one.name / within / "00.parquet", one, "FROM portion")
                    files += 1
        partial.rename(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return files


def _portions(connection: sa.Connection, one: sa.Table) -> Iterator[tuple[str, pa.Table]]:
    """The rows of a table: those of deliveries by reporting date, in the order they became known; others whole."""
    columns = [column for column in one.c if column.name not in NOBODYS]
    if one.name not in FACTS:
        yield "", fetch(connection, sa.select(*columns))
        return
    ledger = table("deliveries")
    of_ledger = sa.select(*columns).join(ledger, ledger.c.delivery == one.c.delivery)
    for day in connection.execute(sa.select(ledger.c.as_of).where(ledger.c.as_of.is_not(None)).distinct()).scalars():
        rows = fetch(connection, of_ledger.where(ledger.c.as_of == day).order_by(ledger.c.seq, one.c.row))
        if rows.num_rows:
            yield f"as_of={day}", rows
