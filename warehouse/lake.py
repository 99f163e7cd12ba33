"""The lake: one Parquet file per accepted delivery and table, named by the delivery, listed in `lake_files`."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

LAKE_FILES = pa.schema([
    ("delivery", pa.string()), ("name", pa.string()), ("path", pa.string()),
    ("sha256", pa.string()), ("rows", pa.int32()),
])  # fmt: skip


def by_delivery(rows: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    """Cut a table sorted by delivery into one slice a delivery."""
    start = 0
    runs = pc.run_end_encode(rows["delivery"].combine_chunks()) if rows.num_rows else None
    if runs is None:
        return
    for delivery, end in zip(runs.values.to_pylist(), runs.run_ends.to_pylist(), strict=True):
        yield delivery, rows.slice(start, end - start)
        start = end


def write_lake(folder: Path, tables: dict[str, pa.Table], dates: dict[str, date]) -> pa.Table:
    """Write every delivery's rows; return the list of files (`LAKE_FILES`).

    A file counts only once the list that names it is committed. The same rows give the same bytes, so a second
    attempt after a crash replaces what the first one left.
    """
    files = []
    for name, table in tables.items():
        for delivery, rows in by_delivery(table):
            path = f"{name}/as_of={dates[delivery].isoformat()}/{delivery}.parquet"
            sha256 = _write_parquet(rows, f"{folder}/{path}")
            files.append({"delivery": delivery, "name": name, "path": path, "sha256": sha256, "rows": rows.num_rows})
    return pa.Table.from_pylist(files, schema=LAKE_FILES)


def _write_parquet(rows: pa.Table, path: str) -> str:
    sink = pa.BufferOutputStream()
    # Dictionaries cost half the time of a file this small, and make it no smaller.
    pq.write_table(rows, sink, compression="snappy", use_dictionary=False, store_schema=False)
    content = sink.getvalue()
    with _created(path) as file:
        file.write(content)
    return hashlib.sha256(content).hexdigest()


def _created(path: str) -> BinaryIO:
    """Open a file for writing, making its folder where that is not there yet."""
    try:
        return open(path, "wb", opener=lambda name, flags: os.open(name, flags, 0o600))
    except FileNotFoundError:
        Path(path).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        return _created(path)


def stored_bytes(folder: Path, path: str, sha256: str) -> bytes | None:
    """Return the bytes of a listed file; None where it is absent or no longer what was stored."""
    try:
        content = (folder / path).read_bytes()
    except OSError:
        return None
    return content if hashlib.sha256(content).hexdigest() == sha256 else None


def orphans(folder: Path, listed: set[str]) -> list[Path]:
    """Return the files of the lake that no list names."""
    return [path for path in folder.rglob("*.parquet*") if str(path.relative_to(folder)) not in listed]
