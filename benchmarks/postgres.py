"""The same intake into DuckDB and into PostgreSQL, in turns.

usage: python benchmarks/postgres.py [--institutions 1500] [--rounds 3]

The server is the tests' own, from a wheel: on a socket, without fsync.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from measuring import run
from region import write_region

sys.path.insert(0, str(Path(__file__).parents[1]))
URL = "NASTAVNIK_WAREHOUSE_URL"


@contextmanager
def database(server: str) -> Iterator[str]:
    """An empty database, told to the commands run meanwhile."""
    from tests.postgres import fresh_database

    with fresh_database(server) as url:
        os.environ[URL] = url
        try:
            yield url
        finally:
            del os.environ[URL]


def take(folder: Path, home: Path) -> float:
    """Take all deliveries into a fresh installation; return wall seconds."""
    run("reference", "load", str(folder / "reference"), home=home)
    done = run("intake", "--inbox", str(folder / "inbox"), home=home)
    books = sum(path.is_file() for path in (folder / "inbox").rglob("*"))
    told = re.search(r"Получено сдач: ([\d\s]+)", done.output)
    if told is None or int("".join(told[1].split())) != books:
        raise SystemExit(f"Not all of {books} books were taken in:\n{done.output}")
    return done.seconds


def measure(folder: Path, institutions: int, rounds: int) -> dict[str, list[float]]:
    """Return the seconds of every round by engine, and the ratio."""
    from tests.postgres import running_postgres

    write_region(folder, institutions, seed=1, tidy=True)
    found: dict[str, list[float]] = {"duckdb": [], "postgresql": []}
    with running_postgres() as server:
        for number in range(rounds):
            found["duckdb"].append(take(folder, folder / f"duckdb-{number}"))
            with database(server):
                found["postgresql"].append(take(folder, folder / f"postgresql-{number}"))
    found["ratio"] = [b / a for a, b in zip(found["duckdb"], found["postgresql"], strict=True)]
    return {name: [round(value, 2) for value in values] for name, values in found.items()}


def main() -> None:
    """Measure in a folder that is removed afterwards; print JSON."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--institutions", type=int, default=1500)
    arguments.add_argument("--rounds", type=int, default=3)
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        print(json.dumps(measure(Path(temporary), chosen.institutions, chosen.rounds), indent=1))


if __name__ == "__main__":
    main()
