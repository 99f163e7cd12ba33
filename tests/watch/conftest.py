"""A home watched in every way: events, file, collector; one intake of good and bad files, one that fails."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import Result

from tests.cli.conftest import Run, runner
from tests.leaks.birds import fly_in
from tests.leaks.breaking import breaking
from tests.watch.collector import Collector, running_collector
from tests.workbooks import submission, write
from warehouse.ingestion.batch import Batch

FLOW_RUN = "0193b3a2-0000-7000-8000-000000000001"


@dataclass
class Watched:
    """What whoever watches saw."""

    home: Path
    run: Run
    metrics: Path
    collector: Collector
    took: Result
    failed: Result

    def events(self, result: Result) -> list[dict]:
        return [json.loads(line) for line in result.stderr.splitlines() if line.startswith("{")]


@pytest.fixture(scope="module")
def watched_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    folder = tmp_path_factory.mktemp("watched")
    home, metrics = folder / "home", folder / "nastavnik.prom"
    (folder / "collected").mkdir()
    with running_collector(folder / "collected") as collector, pytest.MonkeyPatch.context() as patch:
        own = {
            "NASTAVNIK_LOG": "json", "NASTAVNIK_METRICS_FILE": str(metrics), "PREFECT__FLOW_RUN_ID": FLOW_RUN,
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "CANARY_FAULT": str(folder / "fault"),
        }  # fmt: skip
        fly_in(home / "inbox")
        took = runner(home)("intake", "--received-at", "2022-01-10", **own)
        (folder / "fault").write_text("chain")
        patch.setattr(Batch, "store", breaking(Batch.store))
        write(home / "inbox/NSH-S020/b.xlsx", submission("NSH-S020"))
        failed = runner(home)("intake", "--received-at", "2022-01-11", **own)
        yield Watched(home, runner(home), metrics, collector, took, failed)
