"""Whether cost follows what is new: the same deliveries into an installation with 1 and with 20 dates of history.

usage: python benchmarks/growth.py [--institutions 1500] [--new 20] [--rounds 3]

The history is one date taken in earnest, then copied by SQL to 19 earlier ones, each with its own journal entries.
The new deliveries are other books of the same senders. Start-up is one of them taken into an empty installation.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from pathlib import Path

import duckdb
from measuring import run
from region import write_region

from warehouse.tables.tables import JOURNAL, MENTORING, tables_of

DATES = 20
AS_OF = "2024-12-31"


def copy_date(connection: duckdb.DuckDBPyConnection, years: int) -> None:
    """Add the one date's deliveries once more, as of so many years earlier, known after all that is known."""
    (offset,) = connection.execute(f"SELECT max(seq) FROM {JOURNAL}.entries").fetchone() or (0,)
    renamed = f"substr(md5(d.delivery || '{years}'), 1, 16)"
    first = f"(SELECT delivery, seq FROM {MENTORING}.deliveries WHERE as_of = DATE '{AS_OF}')"
    connection.execute(f"""
        INSERT INTO {JOURNAL}.entries BY NAME
        SELECT * REPLACE (e.seq + {offset} AS seq, md5(e.arrival || '{years}') AS arrival)
        FROM {JOURNAL}.entries e WHERE e.seq IN (SELECT seq FROM {first})""")
    for table in tables_of().tables.values():
        if table.schema != MENTORING or "delivery" not in table.c or table.name in ("deliveries", "withdrawals"):
            continue
        connection.execute(f"""
            INSERT INTO {MENTORING}."{table.name}" BY NAME SELECT * REPLACE ({renamed} AS delivery)
            FROM {MENTORING}."{table.name}" d WHERE d.delivery IN (SELECT delivery FROM {first})""")
    connection.execute(f"""
        INSERT INTO {MENTORING}.deliveries BY NAME
        SELECT * REPLACE ({renamed} AS delivery, d.seq + {offset} AS seq, sha256(d.sha256 || '{years}') AS sha256,
                          d.as_of - INTERVAL {years} YEAR AS as_of)
        FROM {MENTORING}.deliveries d WHERE d.as_of = DATE '{AS_OF}' AND d.seq <= {offset}""")


def make(folder: Path, institutions: int) -> dict[str, Path]:
    """Return installations by how many dates they hold: none, one, DATES."""
    for seed, name in ((1, "first"), (2, "second")):
        write_region(folder / name, institutions, seed, tidy=True)
    homes = {0: folder / "empty", 1: folder / "one", DATES: folder / "many"}
    for dates in (0, 1):
        run("reference", "load", str(folder / "first" / "reference"), home=homes[dates])
    run("intake", "--inbox", str(folder / "first" / "inbox"), home=homes[1])
    shutil.copytree(homes[1], homes[DATES])
    with duckdb.connect(str(homes[DATES] / "warehouse.duckdb")) as connection:
        for years in range(1, DATES):
            copy_date(connection, years)
    return {str(dates): home for dates, home in homes.items()}


def measure(folder: Path, institutions: int, new: int, rounds: int) -> dict[str, dict[str, list[float]]]:
    """Return wall and processor seconds of every round: of new deliveries, of figures, of a run that finds nothing."""
    homes = make(folder, institutions)
    senders = sorted((folder / "second" / "inbox").iterdir())
    seconds: dict[str, list[float]] = {}
    processor: dict[str, list[float]] = {}

    def timed(what: str, dates: str, *arguments: str) -> None:
        took = run(*arguments, home=homes[dates])
        seconds.setdefault(f"{what}, {dates} dates", []).append(round(took.seconds, 2))
        processor.setdefault(f"{what}, {dates} dates", []).append(round(took.processor_seconds, 2))
        print(f"{what}, {dates} dates: {took.seconds:.2f} s, processor {took.processor_seconds:.2f} s", flush=True)

    for _ in range(rounds):
        inbox = folder / "inbox"
        for count, what in ((1, "one delivery"), (new, f"{new} deliveries")):
            shutil.rmtree(inbox, ignore_errors=True)
            for sender in (senders.pop() for _ in range(count)):
                shutil.copytree(sender, inbox / sender.name)
            for dates in homes:
                timed(what, dates, "intake", "--inbox", str(inbox))
        for dates in homes:
            timed("figures", dates, "kpi", "--as-of", AS_OF, "--format", "csv")
            timed("nothing new", dates, "intake", "--inbox", str(inbox))
    return {"seconds": seconds, "processor_seconds": processor}


def main() -> None:
    """Measure in a folder that is removed afterwards; print JSON."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--institutions", type=int, default=1500)
    arguments.add_argument("--new", type=int, default=20)
    arguments.add_argument("--rounds", type=int, default=3)
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        found = measure(Path(temporary), chosen.institutions, chosen.new, chosen.rounds)
    print(json.dumps(found, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
