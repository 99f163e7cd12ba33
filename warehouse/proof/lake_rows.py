"""The rows of deliveries as the lake keeps them, each file held against its hash before it is believed."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from warehouse.proof import Unproved
from warehouse.proof.facts import Facts
from warehouse.storage.lake import stored_bytes

SHOWN = 5  # damaged files that are named; the rest are counted


class LakeDamaged(Unproved):
    """Files of the lake are absent or not what was stored; its text is for the operator."""

    def __init__(self, paths: list[str]) -> None:
        rest = f" и ещё {len(paths) - SHOWN}" if len(paths) > SHOWN else ""
        super().__init__(
            f"Озеро повреждено: {', '.join(sorted(paths)[:SHOWN])}{rest}. Файлы пропали или изменены после приёма, "
            "показатели по ним не проверить. Выпуск не сделан. Восстановите озеро: nastavnik rebuild."
        )


class Lake:
    """Reads tables of the lake for chosen deliveries."""

    def __init__(self, folder: Path, facts: Facts) -> None:
        self._folder = folder
        self._files: dict[str, list[dict]] = {}
        for file in facts.lake_files:
            self._files.setdefault(file["name"], []).append(file)

    def rows(self, name: str, deliveries: Iterable[str], columns: list[str]) -> pa.Table:
        """Return the rows of one table for these deliveries, with `delivery` and the columns asked for.

        Raises LakeDamaged. A table nobody told a row of is empty and without types.
        """
        wanted = set(deliveries)
        files = {file["path"]: file["sha256"] for file in self._files.get(name, []) if file["delivery"] in wanted}
        found = [self._read(path, sha256, ["delivery", *columns]) for path, sha256 in files.items()]
        damaged = [path for path, rows in zip(files, found, strict=True) if rows is None]
        if damaged:
            raise LakeDamaged(damaged)
        if not found:
            return pa.table({column: pa.nulls(0) for column in ("delivery", *columns)})
        rows = pa.concat_tables(found)
        return rows.filter(pc.is_in(rows["delivery"], pa.array(sorted(wanted))))

    def _read(self, path: str, sha256: str, columns: list[str]) -> pa.Table | None:
        content = stored_bytes(self._folder, path, sha256)
        if content is None:
            return None
        with pq.ParquetFile(pa.BufferReader(content)) as parquet:
            return parquet.read(columns=columns, use_threads=False)
