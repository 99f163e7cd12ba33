"""The complete series of a made-up country against the bare scan of the columns it uses, in one run.

usage: python benchmarks/country.py [--institutions 42000] [--participations 12000000] [--repeats 3] [--lake DIR]

A state is kept then, a hundred corrections are added, and the refresh of the state is held against counting all of it
anew: no time counts before every column of every figure is equal.

Processor time is what is compared: seconds of a machine that others share tell little. Prints the ratio's minimum,
median and maximum; keeps them in build/country-<participations>.json.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq

from warehouse.indicators.incremental.refresh import kept_figures, refresh
from warehouse.indicators.large import everything, series_of
from warehouse.installation.engine import raw
from warehouse.release.contents import KEY
from warehouse.storage.packed import packed
from warehouse.synthetic.country import Country, write_country, write_late

BUILD = Path(__file__).parents[1] / "build"
# The columns that the statements of the series read of each large table.
USED = {
    "participations": "delivery role snils_token name_token category age started_on ended_on",
    "participants": "delivery snils_token name_token",
    "enrolment": "delivery age students",
    "pairs": "delivery ended_on counted outcome",
    "surveys": "delivery role stage answered_on satisfaction snils_token name_token",
    "organisation": "delivery teachers young_specialists",
    "events": "delivery held_on kind attendees hours",
    "partners": "delivery inn agreement_status agreement_date valid_to mentors_provided",
    "practices": "delivery",
    "documents": "delivery kind agreed_on agreed_by",
}


def scan(lake: Path) -> None:
    """Read every value of the columns used, and do nothing with it but find the greatest."""
    with packed(lake) as opened:
        for name, columns in USED.items():
            greatest = ", ".join(f"max({column})" for column in columns.split())
            raw(opened.connection).execute(f"SELECT {greatest} FROM mentoring.{name}").fetchall()


def count(lake: Path, output: Path) -> int:
    """Compute all figures and keep them as Parquet, a file a date; return how many."""
    figures = 0
    with packed(lake) as opened:
        for day, rows in series_of(opened, everything(opened)):
            pq.write_table(rows, output / f"{day}.parquet")
            figures += rows.num_rows
    return figures


def timed(work: Callable[[], object]) -> tuple[float, float, object]:
    """Return processor seconds, seconds, and what the work returned."""
    cpu, wall = time.process_time(), time.perf_counter()
    result = work()
    return time.process_time() - cpu, time.perf_counter() - wall, result


def refreshed(folder: Path, lake: Path, country: Country) -> dict[str, object]:
    """Return what a refresh after a hundred new deliveries costs over the full count, in the same run."""
    grown, state, anew = folder / "grown", folder / "state.duckdb", folder / "anew"
    shutil.copytree(lake, grown)
    made, _, _ = timed(lambda: refresh(grown, state))
    write_late(grown, country, deliveries=100)
    anew.mkdir()
    ours, ours_wall, done = timed(lambda: refresh(grown, state))
    full, full_wall, _ = timed(lambda: count(grown, anew))
    for rows in kept_figures(state):
        if rows != pq.read_table(anew / f"{rows['as_of'][0]}.parquet").sort_by([(name, "ascending") for name in KEY]):
            raise SystemExit("A refreshed date is not the date counted anew.")
    return {
        "state_cpu_seconds": round(made, 1), "state_megabytes": state.stat().st_size // 1_000_000,
        "refresh": done, "refresh_cpu_seconds": round(ours, 2), "refresh_wall_seconds": round(ours_wall, 2),
        "refresh_over_full_cpu": round(ours / full, 4), "refresh_over_full_wall": round(ours_wall / full_wall, 4),
    }  # fmt: skip


def measure(folder: Path, country: Country, repeats: int, lake: Path | None) -> dict[str, object]:
    """Return ratios, seconds and peak memory."""
    made = 0.0
    if lake is None:
        lake = folder / "lake"
        made, _, _ = timed(lambda: write_country(lake, country))
    runs = []
    for _ in range(repeats):
        floor, floor_wall, _ = timed(lambda: scan(lake))
        ours, ours_wall, figures = timed(lambda: count(lake, folder))
        runs.append((ours / floor, ours, floor, ours_wall / floor_wall))
    ratios, walls = sorted(run[0] for run in runs), sorted(run[3] for run in runs)
    return {
        "institutions": country.institutions, "participations": country.participations, "figures": figures,
        "lake_megabytes": sum(path.stat().st_size for path in lake.rglob("*.parquet")) // 1_000_000,
        "generated_cpu_seconds": round(made, 1),
        "series_over_scan_cpu": [round(x, 1) for x in (ratios[0], statistics.median(ratios), ratios[-1])],
        "series_over_scan_wall": [round(x, 1) for x in (walls[0], statistics.median(walls), walls[-1])],
        "series_cpu_seconds": round(statistics.median(run[1] for run in runs), 1),
        "scan_cpu_seconds": round(statistics.median(run[2] for run in runs), 2),
        "peak_megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        **refreshed(folder, lake, country),
    }  # fmt: skip


def main() -> None:
    """Measure in a folder that is removed afterwards; print JSON and keep it."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--institutions", type=int, default=Country.institutions)
    arguments.add_argument("--participations", type=int, default=Country.participations)
    arguments.add_argument("--repeats", type=int, default=3)
    arguments.add_argument("--lake", type=Path, help="a lake written before")
    chosen = arguments.parse_args()
    country = Country(chosen.institutions, chosen.participations)
    with tempfile.TemporaryDirectory() as temporary:
        found = json.dumps(measure(Path(temporary), country, chosen.repeats, chosen.lake), indent=1)
    BUILD.mkdir(exist_ok=True)
    (BUILD / f"country-{country.participations}.json").write_text(found)
    print(found)


if __name__ == "__main__":
    main()
