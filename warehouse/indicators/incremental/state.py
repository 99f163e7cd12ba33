"""The state beside a packed lake: a DuckDB file of its own, made from nothing whenever it does not fit the lake.

Of each date it keeps what a new delivery may change: who is in which place, what each place adds, who was met where,
whose name is whose, and the counts and figures of every scope.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import duckdb
import sqlalchemy as sa

from expectations.staging import DUCKDB_SAFE
from warehouse.installation.engine import raw
from warehouse.installation.home import version
from warehouse.installation.settings import Misconfigured
from warehouse.release.contents import FIGURES
from warehouse.storage.packed import Packed

KEPT = "kept"  # what the file is called in statements
TOKEN, KEY_TEXT = "UUID", "VARCHAR"
KEY_TYPES = {"people": TOKEN, "respondents": TOKEN, "partners": KEY_TEXT}
PLACED = "as_of, place, institution_code, kind, municipality, region, told_by, delivery, reported, on_time, last_told"
_TABLES = {
    "files": "name VARCHAR, bytes BIGINT, changed BIGINT",
    "state": "version VARCHAR, seq BIGINT",
    "dates": "as_of DATE, definition VARCHAR",
    "placed": """as_of DATE, place INTEGER, institution_code VARCHAR, kind VARCHAR, municipality VARCHAR,
        region VARCHAR, told_by VARCHAR, delivery VARCHAR, reported INTEGER, on_time INTEGER, last_told VARCHAR""",
    "bearers": f"name {TOKEN}, snils {TOKEN}, several BOOLEAN",  # every name borne with a СНИЛС; the least of them
    "decided": f"snils {TOKEN}, name {TOKEN}",  # identities that clerk's decisions rest on
    **{f"met_{source}": f"as_of DATE, place INTEGER, key {kind}, name {TOKEN}, mask BIGINT"
       for source, kind in KEY_TYPES.items()},
}  # fmt: skip


class File(NamedTuple):
    """A file of a lake, known again by its size and the time it was changed."""

    name: str
    bytes: int
    changed: int


def files_in(lake: Path) -> set[File]:
    """Return the files of a packed lake."""
    found = ((path.relative_to(lake).as_posix(), path.stat()) for path in lake.rglob("*.parquet"))
    return {File(name, one.st_size, one.st_mtime_ns) for name, one in found}


def require_state(file: Path) -> None:
    """Refuse a file that is no state: whatever it is, it must not be replaced by one."""
    try:
        with duckdb.connect(str(file), read_only=True, config=DUCKDB_SAFE) as opened:
            opened.execute("SELECT version, seq FROM main.state").fetchall()
            opened.execute("SELECT name, bytes, changed FROM main.files LIMIT 1").fetchall()
    except duckdb.Error:
        raise Misconfigured(f"{file}: это не состояние, записанное с --state. Назовите другой файл.") from None


class State:
    """The kept state, attached to a lake that is open."""

    def __init__(self, lake: Packed) -> None:
        self.lake, self.duck = lake, raw(lake.connection)
        self._computed: set[str] = set()

    def run(self, statement: str, *values: object) -> list[tuple]:
        """Execute a statement of DuckDB's."""
        return raw(self.lake.connection).execute(statement, values or None).fetchall()

    def make(self) -> None:
        """Make the tables that do not depend on definitions."""
        for name, columns in _TABLES.items():
            self.run(f"CREATE TABLE {KEPT}.{name} ({columns})")
        empty = FIGURES.empty_table()
        self.duck.register("no_figures", empty)
        self.run(f"CREATE TABLE {KEPT}.figures AS FROM no_figures")
        self.duck.unregister("no_figures")

    @property
    def usable(self) -> bool:
        """Whether the file was made whole, by this version of the program."""
        try:
            return self.run(f"SELECT version FROM {KEPT}.state") == [(version(),)]
        except duckdb.CatalogException:
            return False

    @property
    def seq(self) -> int:
        """The journal number up to which it knows."""
        return self.run(f"SELECT seq FROM {KEPT}.state")[0][0]

    def files(self) -> set[File]:
        """Return the files that were counted."""
        return {File(*row) for row in self.run(f"FROM {KEPT}.files")}

    def dates(self) -> list[tuple]:
        """Return the dates kept, each with the version it was counted under, oldest first."""
        return self.run(f"FROM {KEPT}.dates ORDER BY as_of")

    def note(self, seq: int, files: set[File]) -> None:
        """Note what has been counted: the last thing done."""
        self.run(f"DELETE FROM {KEPT}.files")
        self.run(f"DELETE FROM {KEPT}.state")
        names, sizes, times = zip(*sorted(files), strict=True)
        self.run(f"INSERT INTO {KEPT}.files SELECT unnest(?), unnest(?), unnest(?)", names, sizes, times)
        self.run(f"INSERT INTO {KEPT}.state VALUES (?, ?)", version(), seq)

    def compute(self, name: str, statement: sa.ClauseElement | str) -> None:
        """Keep the rows of a statement in a temporary table."""
        if not isinstance(statement, str):
            statement = str(statement.compile(self.lake.connection, compile_kwargs={"literal_binds": True}))
        self.run(f"CREATE OR REPLACE TEMP TABLE {name} AS {statement}")
        self._computed.add(name)

    def forget(self, *but: str) -> None:
        """Give back the memory of temporary tables, but those named."""
        for name in self._computed - set(but):
            self.run(f"DROP TABLE temp.{name}")
        self._computed &= set(but)
