"""Work that is made to fail: real errors of real drivers, every one of which quotes a person's cell.

A process takes its fault from the file that CANARY_FAULT names, whenever it stores a batch: tests change it while
schedules run. `CODE` is what a process is started with in place of the command.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

LIBRARIES = "sqlalchemy sqlalchemy.engine sqlalchemy.pool sqlalchemy.dialects great_expectations psycopg pyarrow prefect asyncio"
CODE = """
import logging
from tests.leaks.breaking import LIBRARIES, breakable
logging.basicConfig(level=logging.DEBUG)
for name in LIBRARIES.split():
    logging.getLogger(name).setLevel(logging.DEBUG)
breakable()
from flows.cli import main
main()
"""


def breakable() -> None:
    """Have this process break as the file named by CANARY_FAULT says at the time."""
    from warehouse.ingestion import batch

    batch.Batch.store = breaking(batch.Batch.store)  # type: ignore[method-assign]


def breaking(storing: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
    """Return what stores a batch, or fails."""

    def store(self: Any, kept: Any) -> None:
        fault = _fault()
        if fault:
            FAULTS[fault](self._connection, kept)
        storing(self, kept)

    return store


def _fault() -> str:
    path = os.environ.get("CANARY_FAULT")
    return Path(path).read_text().strip() if path and Path(path).exists() else ""


def _people(kept: Any) -> str:
    return " ".join(str(value) for row in kept.vault["participants"].to_pylist() for value in row.values())


def _duplicate(connection: sa.Connection, kept: Any) -> None:
    connection.exec_driver_sql("CREATE TEMPORARY TABLE twice (name VARCHAR(9999) PRIMARY KEY)")
    for _ in range(2):
        connection.execute(sa.text("INSERT INTO twice VALUES (:name)"), {"name": _people(kept)[:2000]})


def _not_null(connection: sa.Connection, kept: Any) -> None:
    connection.exec_driver_sql("CREATE TEMPORARY TABLE needed (name VARCHAR(9999), place INTEGER NOT NULL)")
    connection.execute(sa.text("INSERT INTO needed (name) VALUES (:name)"), {"name": _people(kept)})


def _cast(connection: sa.Connection, kept: Any) -> None:
    connection.execute(sa.text("SELECT CAST(:name AS DATE)"), {"name": _people(kept)[:500]}).all()


def _cast_in_sql(connection: sa.Connection, kept: Any) -> None:
    from warehouse.installation.engine import raw

    words = _people(kept)[:500].replace("'", "").replace(":", "")
    raw(connection).execute(f"SELECT CAST('{words}' AS INTEGER)").fetchall()


def _too_long(connection: sa.Connection, kept: Any) -> None:
    connection.exec_driver_sql("CREATE TEMPORARY TABLE short (name VARCHAR(9) CHECK (length(name) < 9))")
    connection.execute(sa.text("INSERT INTO short VALUES (:name)"), {"name": _people(kept)})


def _copied(connection: sa.Connection, kept: Any) -> None:
    from warehouse.storage.loading import bulk_insert
    from warehouse.tables.tables import table

    rows = kept.facts["participants"]
    names = pa.array([_people(kept)] * rows.num_rows, pa.string())
    bulk_insert(connection, table("participants"), rows.set_column(rows.column_names.index("age"), "age", names))


def _arrow(connection: sa.Connection, kept: Any) -> None:
    kept.vault["participants"]["surname"].cast(pa.int32())


def _python(connection: sa.Connection, kept: Any) -> None:
    int(_people(kept))


def _encoding(connection: sa.Connection, kept: Any) -> None:
    _people(kept).encode("ascii")


def _chain(connection: sa.Connection, kept: Any) -> None:
    try:
        _python(connection, kept)
    except ValueError as error:
        raise RuntimeError(_people(kept)) from error


def _thread(connection: sa.Connection, kept: Any) -> None:
    import threading

    thread = threading.Thread(target=lambda: int(_people(kept)))
    thread.start()
    thread.join()


def _full_disk(connection: sa.Connection, kept: Any) -> None:
    raise OSError(28, "No space left on device", f"/home/{_people(kept)[:200]}.xlsx")


def _crash(connection: sa.Connection, kept: Any) -> None:
    os.kill(os.getpid(), 11)


def _hang(connection: sa.Connection, kept: Any) -> None:
    told = _people(kept)
    (Path(os.environ["CANARY_FAULT"]).parent / "hung").write_text(str(os.getpid()))
    while _fault() == "hang":
        time.sleep(0.2)
    assert told


FAULTS: dict[str, Callable[[sa.Connection, Any], None]] = {
    "duplicate": _duplicate, "not null": _not_null, "cast": _cast, "cast in SQL": _cast_in_sql, "too long": _too_long,
    "copied": _copied, "arrow": _arrow, "python": _python, "encoding": _encoding, "chain": _chain, "thread": _thread,
    "full disk": _full_disk, "crash": _crash, "hang": _hang,
}  # fmt: skip
