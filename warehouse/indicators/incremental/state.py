"""The state beside a packed lake: a DuckDB file of its own, made from nothing whenever it does not fit the lake.

Of each date it keeps what a new delivery may change: who is in which place, what each place adds, who was met where,
whose name is whose, and the counts and figures of every scope; and the statements that count all of these.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import duckdb

from expectations.staging import DUCKDB_SAFE
from warehouse.indicators.counts import added_names, totals
from warehouse.indicators.definitions import Definitions
from warehouse.installation.engine import raw
from warehouse.installation.home import version
from warehouse.installation.settings import Misconfigured
from warehouse.release.contents import FIGURES
from warehouse.storage.packed import OF_SENDERS, Packed
from warehouse.tables.tables import MENTORING

KEPT = "kept"  # what the file is called in statements
PLACED = f"{KEPT}.placed"
HAS = "has_"  # begins the name of a count of amounts that are told: nothing told is not 0
# Temporary tables that statements are over: dates, names and their owners, the roster's relations, places that
# change, and what is counted of them.
DAYS, OWNERS, NOW, TOUCHED = "days", "owners_met", "now_", "touched"
CHANGED_SUMS, CHANGED_KEYS, PLACES = "sums_changed", "keys_changed", "places_met"
PLACE_COLUMNS = (
    "as_of, place, institution_code, kind, municipality, region, told_by, delivery, reported, on_time, last_told"
)
_TABLES = {
    "files": "name VARCHAR, bytes BIGINT, changed BIGINT",
    "state": "version VARCHAR, seq BIGINT",
    "dates": "as_of DATE, definition VARCHAR",
    "statements": "definition VARCHAR, name VARCHAR, text VARCHAR",
    "placed": """as_of DATE, place INTEGER, institution_code VARCHAR, kind VARCHAR, municipality VARCHAR,
        region VARCHAR, told_by VARCHAR, delivery VARCHAR, reported INTEGER, on_time INTEGER, last_told VARCHAR""",
    "bearers": "name UUID, snils UUID, several BOOLEAN",  # every name borne with a СНИЛС; the least of them
    "decided": "snils UUID, name UUID",  # identities that clerk's decisions rest on
    "met": "as_of DATE, place INTEGER, key UUID, name UUID, mask BIGINT",
}


class File(NamedTuple):
    """A file of a lake, known again by its size and the time it was changed."""

    name: str
    bytes: int
    changed: int


def files_in(lake: Path) -> set[File]:
    """Return the files of a packed lake."""
    found = (f"{folder}/{name}" for folder, _, names in os.walk(lake) for name in names if name.endswith(".parquet"))
    told = ((path.removeprefix(f"{lake}/"), Path(path).stat()) for path in found)
    return {File(name, one.st_size, one.st_mtime_ns) for name, one in told}


def require_state(file: Path) -> None:
    """Refuse a file that is no state: whatever it is, it must not be replaced by one."""
    try:
        with duckdb.connect(str(file), read_only=True, config=DUCKDB_SAFE) as opened:
            opened.execute("SELECT version, seq FROM main.state").fetchall()
            opened.execute("SELECT name, bytes, changed FROM main.files LIMIT 1").fetchall()
    except duckdb.Error:
        raise Misconfigured(f"{file}: это не состояние, записанное с --state. Назовите другой файл.") from None


def numbered(chosen: Definitions) -> str:
    """Name a version in names of tables."""
    return "_".join(map(str, chosen.number))


def added_columns(chosen: Definitions) -> list[str]:
    """Name the counts that are added."""
    return [*added_names(chosen), *(f"{HAS}{name}" for name in totals(chosen))]


class State:
    """The kept state, attached to a lake that is open."""

    def __init__(self, lake: Packed) -> None:
        self.lake, self.duck = lake, raw(lake.connection)
        self._computed: set[str] = set()

    def run(self, statement: str, *values: object) -> list[tuple]:
        """Execute a statement of DuckDB's."""
        return self.duck.execute(statement, values or None).fetchall()

    def make(self) -> None:
        """Make the tables that do not depend on definitions; of what is known by sender, keep the lake's rows."""
        for name, columns in _TABLES.items():
            self.run(f"CREATE TABLE {KEPT}.{name} ({columns})")
        for name in OF_SENDERS:
            self.run(f"CREATE TABLE {KEPT}.{name} AS FROM {MENTORING}.{name}")
        empty = FIGURES.empty_table()
        self.duck.register("no_figures", empty)
        self.run(f"CREATE TABLE {KEPT}.figures AS SELECT 0 AS scope, * FROM no_figures")
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

    def written(self, definition: str, texts: Mapping[str, str]) -> Mapping[str, str]:
        """Keep the statements of a version; return them."""
        for name, text in texts.items():
            self.run(f"INSERT INTO {KEPT}.statements VALUES (?, ?, ?)", definition, name, text)
        return texts

    def statements(self, definition: str) -> dict[str, str]:
        """Return the statements of a version by their names."""
        return dict(self.run(f"SELECT name, text FROM {KEPT}.statements WHERE definition = ?", definition))

    def note(self, seq: int, files: set[File]) -> None:
        """Note what has been counted: the last thing done."""
        self.run(f"DELETE FROM {KEPT}.files")
        self.run(f"DELETE FROM {KEPT}.state")
        names, sizes, times = zip(*sorted(files), strict=True)
        self.run(f"INSERT INTO {KEPT}.files SELECT unnest(?), unnest(?), unnest(?)", names, sizes, times)
        self.run(f"INSERT INTO {KEPT}.state VALUES (?, ?)", version(), seq)

    def compute(self, name: str, statement: str) -> None:
        """Keep the rows of a statement in a temporary table."""
        self.run(f"CREATE OR REPLACE TEMP TABLE {name} AS {statement}")
        self._computed.add(name)

    def forget(self, *but: str) -> None:
        """Give back the memory of temporary tables, but those named."""
        for name in self._computed - set(but):
            self.run(f"DROP TABLE temp.{name}")
        self._computed &= set(but)
