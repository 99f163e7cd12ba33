"""The town's whole job, five years of 21 institutions, and a run with nothing new.

usage: python benchmarks/town.py [--seed 632]
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

from measuring import run


def measure(folder: Path, seed: int) -> dict[str, float]:
    """Return seconds and peak memory of the demonstration, and seconds of an intake that finds nothing."""
    home = folder / "home"
    job = run("demo", "--seed", str(seed), home=home)
    again = run("intake", home=home)
    return {
        "demo_seconds": round(job.seconds, 2),
        "peak_megabytes": job.peak_bytes // 1024 // 1024,
        "nothing_new_seconds": round(again.seconds, 2),
    }


def main() -> None:
    """Measure in a folder that is removed afterwards; print JSON."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seed", type=int, default=632)
    with tempfile.TemporaryDirectory() as temporary:
        print(json.dumps(measure(Path(temporary), arguments.parse_args().seed), indent=1))


if __name__ == "__main__":
    main()
