"""Intake of a region against the bare parsing of the same workbooks, in one run.

usage: python benchmarks/region.py [--institutions 1500] [--seed 1] [--keep DIR]
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from measuring import run

PROCESSES = 2
CHUNK = 25  # files handed to a parsing process at once


def parse(path: Path) -> int:
    """Read every cell of a workbook with calamine and nothing else."""
    import python_calamine

    if path.suffix == ".zip":
        return 0
    try:
        book = python_calamine.CalamineWorkbook.from_path(path)
        return sum(len(book.get_sheet_by_name(name).to_python()) for name in book.sheet_names)
    except python_calamine.CalamineError:
        return 0  # the few broken files of the made-up world


def parse_all(files: list[Path]) -> float:
    """Return the wall seconds of parsing all files on PROCESSES warm processes."""
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        list(pool.map(parse, files[: PROCESSES * 4]))  # processes started, library imported
        start = time.perf_counter()
        list(pool.map(parse, files, chunksize=CHUNK))
        return time.perf_counter() - start


def write_region(folder: Path, institutions: int, seed: int, *, tidy: bool = False) -> list[Path]:
    """Write reference data and the on-time deliveries of one date into `folder`; return the files.

    `tidy`: workbooks alone, every clerk writes as the template has it, nothing is wrong: what any reader can read.
    """
    from warehouse.register.reference import shipped_reference
    from warehouse.synthetic import (
        REGION_PARTICIPANTS,
        REGION_RATES,
        Rates,
        Timing,
        prepare_waves,
        read_setting,
        submissions,
        write_region_reference,
    )
    from warehouse.synthetic.hands import TIDY

    if tidy:
        submissions.hand_of = lambda seed, number: TIDY
    write_region_reference(folder / "reference", shipped_reference(), seed, institutions)
    setting = read_setting(folder / "reference", REGION_PARTICIPANTS)
    one_date = setting.only([setting.dates[-1].as_of])
    rates, workers = (Rates(0, 0, 0, 0), 1) if tidy else (REGION_RATES, PROCESSES)
    for wave in prepare_waves(folder / "written", seed, one_date, rates, workers=workers):
        if wave.timing is Timing.ON_TIME:
            wave.deliver(folder / "inbox")
    return sorted((folder / "inbox").glob("*/*"))


def main() -> None:
    """Measure one region in a folder and print the numbers as JSON."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--institutions", type=int, default=1500)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--keep", type=Path, help="folder to work in, kept afterwards")
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        print(json.dumps(measure(chosen.keep or Path(temporary), chosen.institutions, chosen.seed), indent=1))


def measure(folder: Path, institutions: int, seed: int) -> dict[str, float]:
    """Return seconds, ratios and peak memory of one run."""
    files = write_region(folder, institutions, seed)
    home = folder / "home"
    run("reference", "load", str(folder / "reference"), home=home)
    parsing = parse_all(files)
    intake = run("intake", "--inbox", str(folder / "inbox"), home=home)
    again = run("intake", "--inbox", str(folder / "inbox"), home=home)
    return {
        "files": len(files),
        "parsing_seconds": round(parsing, 2),
        "intake_seconds": round(intake.seconds, 2),
        "intake_over_parsing": round(intake.seconds / parsing, 2),
        "peak_megabytes": intake.peak_bytes // 1024 // 1024,
        "nothing_new_seconds": round(again.seconds, 2),
    }


if __name__ == "__main__":
    main()
