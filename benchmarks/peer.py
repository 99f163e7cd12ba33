"""Peers: the same work written with other tools, each in an environment of its own under build/peers/."""

from __future__ import annotations

import csv
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
JOBS, BUILD = ROOT / "benchmarks" / "peers", ROOT / "build" / "peers"
UV = Path(sys.executable).with_name("uv")
NAMES = {
    "pandas_gx": "pandas, openpyxl, GX a file",
    "dlt_dbt": "dlt, dbt-duckdb",
    "polars_pandera": "polars, fastexcel, pandera",
}

Figures = dict[str, tuple[int, int]]  # students involved, students enrolled, by institution


def python_of(peer: str) -> Path:
    """Return the interpreter of a peer's environment, made anew where its requirements have changed."""
    pinned, venv = JOBS / peer / "requirements.txt", BUILD / peer / "venv"
    made = venv / "made-of.txt"
    if not made.exists() or made.read_bytes() != pinned.read_bytes():
        python = ["--python", str(venv / "bin" / "python")]
        subprocess.run([UV, "venv", "--quiet", "--clear", "--python", sys.executable, venv], check=True)
        subprocess.run(
            [UV, "pip", "install", "--quiet", "--compile-bytecode", "--only-binary", ":all:", *python, "-r", pinned],
            check=True,
        )
        made.write_bytes(pinned.read_bytes())
    return venv / "bin" / "python"


def run_peer(peer: str, inbox: Path) -> tuple[float, Figures]:
    """Do the job from an empty folder; return wall seconds and the figures."""
    python = python_of(peer)
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        done = subprocess.run([python, JOBS / peer / "job.py", inbox, folder], capture_output=True, text=True)
        seconds = time.perf_counter() - start
        if done.returncode:
            raise RuntimeError(f"{peer} failed:\n{done.stderr[-2000:]}")
        with (Path(folder) / "kpi.csv").open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
    return seconds, {row["institution"]: (int(row["involved"]), int(row["enrolled"])) for row in rows}
