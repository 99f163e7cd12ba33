"""The lake: Parquet files of accepted rows, one a batch, table and reporting date, listed in `lake_files`.

A file a delivery would cost a third of a millisecond each and be opened one by one by whoever reads them all.
"""

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
NAME_LETTERS = 16  # of a file, from the hash of its bytes
ROW_GROUP = 4_096  # rows, some twenty schools: one delivery is read in 2 ms; smaller groups cost as they are written


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
    """Write the rows of a batch, a file a table and reporting date; return what lies where (`LAKE_FILES`).

    A file counts only once the list that names it is committed. The same rows give the same bytes, by whose hash the
    file is named, so a second attempt after a crash replaces what the first one left.
    """
    files: list[dict[str, object]] = []
    for name, table in tables.items():
        for as_of, rows in _by_date(table, dates):
            content, sha256 = parquet_of(rows)
            path = f"{name}/as_of={as_of.isoformat()}/{sha256[:NAME_LETTERS]}.parquet"
            if stored_bytes(folder, path, sha256) is None:  # a rebuild leaves whole what is whole
                _write(content, f"{folder}/{path}")
            files += [
                {"delivery": delivery, "name": name, "path": path, "sha256": sha256, "rows": own.num_rows}
                for delivery, own in by_delivery(rows)
            ]
    return pa.Table.from_pylist(files, schema=LAKE_FILES)


def _by_date(table: pa.Table, dates: dict[str, date]) -> Iterator[tuple[date, pa.Table]]:
    """Cut a table sorted by delivery into one table a reporting date, sorted likewise."""
    runs: dict[date, list[pa.Table]] = {}
    for delivery, rows in by_delivery(table):
        runs.setdefault(dates[delivery], []).append(rows)
    if len(runs) == 1:  # nearly every batch
        yield next(iter(runs)), table
    else:
        yield from ((as_of, pa.concat_tables(rows)) for as_of, rows in sorted(runs.items()))


def parquet_of(rows: pa.Table) -> tuple[pa.Buffer, str]:
    """Return rows as a Parquet file, and the hash of its bytes."""
    sink = pa.BufferOutputStream()
    pq.write_table(
        rows.combine_chunks(),
        sink,
        compression="zstd",
        compression_level=1,
        row_group_size=ROW_GROUP,
        store_schema=False,
    )
    content = sink.getvalue()
    return content, hashlib.sha256(content).hexdigest()


def _write(content: pa.Buffer, path: str) -> None:
    with _created(path) as file:
        file.write(content)


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


def rows_of(folder: Path, path: str, sha256: str, delivery: str) -> pa.Table | None:
    """Return the rows of one delivery in a listed file; None where it is absent or no longer what was stored."""
    content = stored_bytes(folder, path, sha256)
    if content is None:
        return None
    return pq.read_table(pa.BufferReader(content), filters=[("delivery", "==", delivery)])


def orphans(folder: Path, listed: set[str]) -> list[Path]:
    """Return the files of the lake that no list names."""
    return [path for path in folder.rglob("*.parquet*") if str(path.relative_to(folder)) not in listed]
