"""A home watched in every way: events, file, collector; one intake of good and bad files, one that fails."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from click.testing import Result

from tests.cli.conftest import Run, runner
from tests.installations import settings_for
from tests.leaks.birds import fly_in
from tests.leaks.breaking import breaking
from tests.watch.collector import Collector, running_collector
from tests.workbooks import submission, write
from warehouse.ingestion.batch import Batch
from warehouse.installation.settings import Settings

FLOW_RUN = "0193b3a2-0000-7000-8000-000000000001"


@dataclass
class Watched:
    """What whoever watches saw."""

    settings: Settings
    run: Run
    metrics: Path
    collector: Collector
    took: Result
    failed: Result

    @property
    def engine(self) -> str:
        return "duckdb" if self.settings.embedded else "postgresql"

    def events(self, result: Result) -> list[dict]:
        return [json.loads(line) for line in result.stderr.splitlines() if line.startswith("{")]


@pytest.fixture(scope="module", params=["duckdb", pytest.param("postgresql", marks=pytest.mark.slow)])
def watched_home(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    folder = tmp_path_factory.mktemp("watched")
    url = request.getfixturevalue("postgres_database") if request.param == "postgresql" else None
    home, metrics, warehouse = (
        folder / "home",
        folder / "nastavnik.prom",
        {"NASTAVNIK_WAREHOUSE_URL": url} if url else {},
    )
    (folder / "collected").mkdir()
    with running_collector(folder / "collected") as collector, pytest.MonkeyPatch.context() as patch:
        own = {
            "NASTAVNIK_LOG": "json", "NASTAVNIK_METRICS_FILE": str(metrics), "PREFECT__FLOW_RUN_ID": FLOW_RUN,
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "CANARY_FAULT": str(folder / "fault"), **warehouse,
        }  # fmt: skip
        fly_in(home / "inbox")
        took = runner(home)("intake", "--received-at", "2022-01-10", **own)
        (folder / "fault").write_text("chain")
        patch.setattr(Batch, "store", breaking(Batch.store))
        write(home / "inbox/NSH-S020/b.xlsx", submission("NSH-S020"))
        failed = runner(home)("intake", "--received-at", "2022-01-11", **own)
        yield Watched(settings_for(home, url), partial(runner(home), **warehouse), metrics, collector, took, failed)
