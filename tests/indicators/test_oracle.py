"""Figures and findings on deliveries made and judged outside the project."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from tests.installations import COLLECTED, figures, installation, take
from warehouse.findings.listing import findings_csv
from warehouse.register.reference import load_reference
from warehouse.release.extract import write_csv

ORACLE = os.environ.get("NASTAVNIK_ORACLE")
SEEDS = (101, 202, 303)


def oracle(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(ORACLE), *map(str, arguments)], capture_output=True, text=True)


@pytest.mark.slow
@pytest.mark.skipif(ORACLE is None, reason="NASTAVNIK_ORACLE names no oracle")
@pytest.mark.parametrize("seed", SEEDS)
def test_the_oracle_disagrees_with_nothing(tmp_path: Path, seed: int) -> None:
    made = oracle("make", tmp_path, "--seed", seed, "--institutions", 16, "--students", 40, "--defects")
    assert made.returncode == 0, made.stderr
    with installation(tmp_path / "home") as home:
        with home.writing() as connection:
            load_reference(connection, home.received, tmp_path / "register", COLLECTED)
        take(home, COLLECTED, tmp_path / "inbox")
        write_csv(figures(home, date(2021, 12, 31)), tmp_path / "kpi.csv")
        with home.reading() as connection:
            (tmp_path / "findings.csv").write_text("".join(findings_csv(connection, {})))
    judged = oracle("judge", tmp_path, tmp_path / "kpi.csv", tmp_path / "findings.csv")
    assert judged.returncode == 0, judged.stdout
    assert judged.stdout.strip().endswith("; 0 disagreements")
