"""Ours, the physical floor and the peers over the same tidy deliveries, in one run, round by round.

usage: python benchmarks/bench.py [--size town|region|country] [--institutions N] [--rounds 3] [--without PEER...]

Nobody's time counts before the figures of all are equal. JSON goes to build/bench/, a line a contestant to the screen.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from measuring import run
from peer import NAMES, ROOT, Figures, python_of, run_peer
from region import parse_all, write_region

SIZES = {"town": 21, "region": 1500}
ALSO = {  # what else is measured at a size, by a program of its own
    "town": ["town.py"],
    "region": ["region.py", "growth.py", "postgres.py", "linking.py"],
    "country": ["country.py"],
}
FLOOR, OURS = "calamine alone, 2 processes", "nastavnik intake"
Contestant = Callable[[], tuple[float, Figures | None]]


def copy_all(files: list[Path]) -> tuple[float, None]:
    """Copy the files and force each to the disk."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        for number, file in enumerate(files):
            with (Path(folder) / str(number)).open("wb") as copy:
                copy.write(file.read_bytes())
                copy.flush()
                os.fsync(copy.fileno())
        return time.perf_counter() - start, None


def take(folder: Path) -> tuple[float, Figures]:
    """Take the deliveries into a fresh installation; its reference data is loaded before the clock starts."""
    home = folder / "home"
    shutil.rmtree(home, ignore_errors=True)
    run("reference", "load", str(folder / "reference"), home=home)
    seconds = run("intake", "--inbox", str(folder / "inbox"), home=home).seconds
    return seconds, _ledger(home)


def _ledger(home: Path) -> Figures:
    import duckdb

    statement = "SELECT institution_code, involved, enrolled FROM mentoring.deliveries WHERE verdict = 'accepted'"
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        return {code: (involved, enrolled) for code, involved, enrolled in connection.execute(statement).fetchall()}


def contestants(folder: Path, files: list[Path], peers: list[str]) -> dict[str, Contestant]:
    """Return everything that is measured, by name."""
    inbox = folder / "inbox"
    every: dict[str, Contestant] = {
        FLOOR: lambda: (parse_all(files), None),
        "copying the files, an fsync each": lambda: copy_all(files),
        OURS: lambda: take(folder),
    }
    return every | {NAMES[peer]: lambda peer=peer: run_peer(peer, inbox) for peer in peers}  # type: ignore[misc]


def processor_seconds() -> float:
    """Return the processor time of this process and of all its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def measure(
    folder: Path, institutions: int, rounds: int, peers: list[str]
) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """Return wall and processor seconds of every round by contestant.

    Raises RuntimeError where two came to other figures.
    """
    files = write_region(folder, institutions, seed=1, tidy=True)
    for peer in peers:
        python_of(peer)
    seconds: dict[str, list[float]] = {}
    processor: dict[str, list[float]] = {}
    for number in range(rounds):
        agreed: Figures | None = None
        for name, contestant in contestants(folder, files, peers).items():
            before = processor_seconds()
            took, figures = contestant()
            processor.setdefault(name, []).append(round(processor_seconds() - before, 2))
            if figures is not None and len(figures) != len(files):
                raise RuntimeError(f"{name} has figures of {len(figures)} institutions out of {len(files)}")
            if figures is not None and figures != (agreed := agreed or figures):
                raise RuntimeError(f"{name} comes to other figures than {OURS}")
            seconds.setdefault(name, []).append(round(took, 2))
            print(f"round {number + 1}: {name}: {took:.2f} s, processor {processor[name][-1]:.2f} s", flush=True)
    return seconds, processor


def ratios(seconds: dict[str, list[float]], over: str) -> dict[str, list[float]]:
    """Return minimum, median and maximum of every contestant over one of them, round by round."""
    found = {}
    for name, mine in seconds.items():
        each = sorted(a / b for a, b in zip(mine, seconds[over], strict=True))
        found[name] = [round(x, 2) for x in (each[0], statistics.median(each), each[-1])]
    return found


def keep(size: str, result: dict[str, object]) -> Path:
    """Write a result to build/bench/."""
    path = ROOT / "build" / "bench" / f"{size}-{datetime.now(UTC):%Y%m%d-%H%M%S}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path


def _also(size: str) -> None:
    for name in ALSO[size]:
        program = Path(__file__).with_name(name)
        if program.exists():
            print(f"== {name}", flush=True)
            subprocess.run([sys.executable, program], check=True)
        else:
            print(f"== {name}: not written yet")


def main() -> None:
    """Measure, print, keep."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--size", choices=ALSO, default="region")
    arguments.add_argument("--institutions", type=int, help="deliveries; as many as the size has, by default")
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--without", nargs="*", choices=NAMES, default=[], help="peers to leave out")
    arguments.add_argument("--alone", action="store_true", help="nothing but this comparison")
    chosen = arguments.parse_args()
    if chosen.size in SIZES:
        count, peers = chosen.institutions or SIZES[chosen.size], [name for name in NAMES if name not in chosen.without]
        with tempfile.TemporaryDirectory() as temporary:
            seconds, processor = measure(Path(temporary), count, chosen.rounds, peers)
        result = {"deliveries": count, "cores": os.cpu_count(), "seconds": seconds, "processor_seconds": processor}
        result |= {"over_floor": ratios(seconds, FLOOR), "over_ours": ratios(seconds, OURS)}
        result |= {"processor_over_floor": ratios(processor, FLOOR), "processor_over_ours": ratios(processor, OURS)}
        for name, (least, median, most) in ratios(seconds, FLOOR).items():
            print(f"{median:8.2f} × the floor ({least:.2f} to {most:.2f})  {name}")
        print(keep(chosen.size, result).relative_to(ROOT))
    if not chosen.alone:
        _also(chosen.size)


if __name__ == "__main__":
    main()
