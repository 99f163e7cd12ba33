"""Where no collector is set nothing is imported; where none answers a run waits a little and goes on."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.installations import settings_for
from warehouse.watch.runs import step, watched
from warehouse.watch.telemetry import PATIENCE

UNREACHABLE = "http://127.0.0.1:9"  # the port of «discard», which nothing serves


def test_an_unreachable_collector_takes_its_patience_and_is_told_of(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    began = time.monotonic()
    own = settings_for(tmp_path / "home", NASTAVNIK_LOG="text")
    with watched("kpi", own, {"OTEL_EXPORTER_OTLP_ENDPOINT": UNREACHABLE}), step("series"):
        began_after = time.monotonic() - began
    assert (
        time.monotonic() - began - began_after < PATIENCE + 30
    )  # the library alone would try for minutes; a loaded machine is slow
    assert [line.split()[2] for line in capsys.readouterr().err.splitlines()] == [
        "run-begun", "run-ended", "collector-unreachable",
    ]  # fmt: skip


@pytest.mark.parametrize("environ", [{}, {"OTEL_EXPORTER_OTLP_ENDPOINT": UNREACHABLE, "OTEL_SDK_DISABLED": "true"}])
def test_without_a_collector_the_library_is_not_imported(tmp_path: Path, environ: dict[str, str]) -> None:
    code = """
import os, sys
from warehouse.installation.settings import read_settings
from warehouse.watch.runs import step, watched
with watched("kpi", read_settings()), step("series"):
    pass
sys.exit(any(name.startswith(("opentelemetry.sdk", "prometheus_client")) for name in sys.modules))
"""
    own = {"NASTAVNIK_HOME": str(tmp_path / "home")} | environ
    assert subprocess.run([sys.executable, "-c", code], env=own, check=False).returncode == 0
