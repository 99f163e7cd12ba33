"""A made-up country, written by SQL straight into a packed lake: no workbook, and nobody in memory.

Everything is told by hashes of (institution, place on its list, year): any delivery can be written alone, and the
same seed gives the same country. People stand on the lists of several institutions, move, go without a СНИЛС or bear
the name of somebody else; institutions correct, withdraw and miss what they owe.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from warehouse.storage.packed import FACTS, packed_tables, write_packed, writing
from warehouse.synthetic.country_rows import LEDGER_ROWS, ROWS, macros
from warehouse.tables.tables import table

DAYS = tuple(date(year, 12, 31) for year in range(2020, 2025))
SHARES = (10, 30, 45, 60, 70)  # how involvement grows: by the order's targets
FIRST, LATE = "00", "late"  # names of files
AT_ONCE = 10_500  # institutions a file: what bounds the memory of writing them in order


@dataclass(frozen=True)
class Country:
    """How large a country is, and the number it is drawn from."""

    institutions: int = 42_000
    participations: int = 12_000_000
    seed: int = 632

    @property
    def pairs(self) -> float:
        """Pairs of one institution on one date, on average."""
        return self.participations / 2 / self.institutions / len(DAYS)


def write_country(folder: Path, country: Country) -> None:
    """Write the lake of a country; a lake that lies there is replaced."""
    shutil.rmtree(folder, ignore_errors=True)
    with _known(country, folder) as sql:
        _choose(sql, "SELECT * FROM ledger")
        for one in packed_tables():
            if one.name in LEDGER_ROWS:
                write_packed(sql, folder / one.name / f"{FIRST}.parquet", one, LEDGER_ROWS[one.name])
        for year, day in enumerate(DAYS):
            for number in range(0, country.institutions, AT_ONCE):
                within = f"i >= {number} AND i < {number + AT_ONCE}"
                _choose(sql, f"SELECT * FROM ledger WHERE year = {year} AND {within}")
                _write_facts(sql, folder, day, f"{number // AT_ONCE:02}")


def write_late(folder: Path, country: Country, deliveries: int = 100) -> int:
    """Add the corrections of as many institutions for the last date to a country's lake; return the journal's end."""
    step = max(country.institutions // deliveries, 1)
    with _known(country, folder) as sql:
        _choose(sql, f"""SELECT * REPLACE ((SELECT max(seq) FROM ledger) * 2 + row_number() OVER (ORDER BY i) AS seq,
                2 AS revision, n + 2 AS n, TRUE AS accepted, md5('late' || delivery)[:16] AS delivery)
            FROM ledger WHERE year = {len(DAYS) - 1} AND revision = 0 AND i % {step} = {step // 2}
            ORDER BY i LIMIT {deliveries}""")  # fmt: skip
        write_packed(sql, folder / "deliveries" / f"{LATE}.parquet", table("deliveries"), LEDGER_ROWS["deliveries"])
        _write_facts(sql, folder, DAYS[-1], LATE)
        return sql.execute("SELECT max(seq) FROM chosen").fetchall()[0][0]


@contextlib.contextmanager
def _known(country: Country, folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a database in memory that knows the country's institutions and ledger."""
    with writing(folder) as sql:
        for statement in macros(country.institutions, country.pairs, country.seed, DAYS, SHARES):
            sql.execute(statement)
        yield sql


def _choose(sql: duckdb.DuckDBPyConnection, deliveries: str) -> None:
    sql.execute(f"CREATE OR REPLACE TEMP TABLE chosen AS SELECT * FROM ({deliveries}) ORDER BY seq")
    sql.execute("CREATE OR REPLACE TEMP VIEW good AS SELECT * FROM chosen WHERE accepted")


def _write_facts(sql: duckdb.DuckDBPyConnection, folder: Path, day: date, name: str) -> None:
    for fact in FACTS:
        write_packed(sql, folder / fact / f"as_of={day}" / f"{name}.parquet", table(fact), ROWS[fact])
