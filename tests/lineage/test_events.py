"""Run events reach a real collector, and no collector stands in the way of a run."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Run, runner
from tests.lineage.collector import running_collector
from tests.lineage.histories import CANARIES
from tests.workbooks import submission, write
from warehouse.lineage.events import PATIENCE, Dataset, Touched, collector_set, observed

FLOW_RUN = "0193b3a2-0000-7000-8000-000000000001"
DATES = ("--from", "2021-12-31", "--to", "2021-12-31")
STRICT = ("--set", "age-implausible=error", "--set", "age-implausible.student_to=10")  # no pupil is so young
UNREACHABLE = "http://127.0.0.1:9"  # the port of «discard», which nothing serves


@pytest.fixture(autouse=True)
def no_collector() -> Iterator[None]:
    """The library writes variables of its own into the environment."""
    yield
    for name in [name for name in os.environ if name.startswith("OPENLINEAGE")]:
        del os.environ[name]


@pytest.fixture
def home(tmp_path: Path) -> Run:
    write(tmp_path / "home/inbox/NSH-S007/a.xlsx", submission())
    return runner(tmp_path / "home")


def test_every_job_tells_what_it_read_and_wrote(home: Run, tmp_path: Path) -> None:
    sent = hashlib.sha256((tmp_path / "home/inbox/NSH-S007/a.xlsx").read_bytes()).hexdigest()
    with running_collector() as collector:
        own = {"OPENLINEAGE_URL": collector.url, "PREFECT__FLOW_RUN_ID": FLOW_RUN}
        assert home("intake", "--received-at", "2022-01-10", **own).exit_code == 0
        assert home("kpi", **own).exit_code == 0
        released = home("release", "--as-of", "2021-12-31", **own)
        assert released.exit_code == 0, released.stderr
        assert home("backfill", *DATES, *STRICT, "--yes", **own).exit_code == 0
    told = collector.events
    assert [(one["job"]["namespace"], one["job"]["name"], one["eventType"]) for one in told] == [
        ("nastavnik", job, state) for job in ("intake", "kpi", "release", "backfill") for state in ("START", "COMPLETE")
    ]
    assert set(collector.paths) == {"/api/v1/lineage"}
    assert len({one["run"]["runId"] for one in told}) == 4
    assert {one["run"]["facets"]["parent"]["run"]["runId"] for one in told} == {FLOW_RUN}
    _, taken, _, computed, _, frozen, _, restated = told
    assert [one["name"] for one in taken["inputs"]] == [f"received/{sent}"]
    assert (restated["inputs"], restated["outputs"]) == (taken["inputs"], taken["outputs"])
    written = {one["name"]: one for one in taken["outputs"]}
    assert {"lake/pairs", "warehouse/mentoring.pairs", "warehouse/mentoring.deliveries"} <= written.keys()
    columns = {one["name"]: one["type"] for one in written["warehouse/mentoring.pairs"]["facets"]["schema"]["fields"]}
    assert columns["started_on"] == "DATE" and columns["mentor_row"] == "INTEGER"
    assert [one["name"] for one in computed["outputs"]] == ["series"]
    manifest = json.loads((Path(released.stdout.splitlines()[-1]) / "manifest.json").read_text())
    (package,) = frozen["outputs"]
    assert (package["name"], package["facets"]["version"]["datasetVersion"]) == (
        "releases/2021-12-31-1", manifest["figures_sha256"],
    )  # fmt: skip
    text = json.dumps(told, ensure_ascii=False)
    assert [canary for canary in (*CANARIES, str(tmp_path), "a.xlsx") if canary in text] == []


def test_a_failure_is_told_by_its_kind_alone() -> None:
    with running_collector() as collector:
        os.environ["OPENLINEAGE_URL"] = collector.url
        with pytest.raises(ValueError, match="Иванов"), observed("intake"):
            raise ValueError("Иванов Иван")
    start, failed = collector.events
    assert (start["eventType"], failed["eventType"]) == ("START", "FAIL")
    assert failed["run"]["facets"]["errorMessage"]["message"] == "ValueError"
    assert "Иванов" not in json.dumps(collector.events, ensure_ascii=False)


@pytest.mark.parametrize("status", [400, 500, 503])
def test_a_failing_collector_is_warned_of_once(status: int, caplog: pytest.LogCaptureFixture) -> None:
    with running_collector(answer=status) as collector:
        os.environ["OPENLINEAGE_URL"] = collector.url
        with caplog.at_level(logging.WARNING), observed("kpi") as run:
            run.touched = _unwanted
    assert [one.name for one in caplog.records] == ["warehouse.lineage.events"]
    assert len(collector.events) == 1  # neither repeated nor followed


def _unwanted() -> Touched:
    return Touched([Dataset("received/x")])


def test_what_a_run_touched_may_be_lost_but_not_the_run(caplog: pytest.LogCaptureFixture) -> None:
    with running_collector() as collector:
        os.environ["OPENLINEAGE_URL"] = collector.url
        with caplog.at_level(logging.WARNING), observed("release") as run:
            run.touched = lambda: Touched([Dataset(Path("no such manifest").read_text())])
    assert [one["eventType"] for one in collector.events] == ["START"]
    assert [one.name for one in caplog.records] == ["warehouse.lineage.events"]


def test_a_silent_collector_takes_no_more_than_its_patience(caplog: pytest.LogCaptureFixture) -> None:
    with running_collector(wait=30) as collector:
        os.environ["OPENLINEAGE_URL"] = collector.url
        started = time.monotonic()
        with caplog.at_level(logging.WARNING), observed("kpi"):
            pass
        assert time.monotonic() - started < PATIENCE + 1.5
    assert len(caplog.records) == 1


def test_an_address_that_is_none(caplog: pytest.LogCaptureFixture) -> None:
    os.environ["OPENLINEAGE_URL"] = "collector"
    with caplog.at_level(logging.WARNING), observed("kpi"):
        pass
    assert [one.name for one in caplog.records] == ["warehouse.lineage.events"]


def test_an_unreachable_collector_breaks_nothing(home: Run, caplog: pytest.LogCaptureFixture) -> None:
    result = home("intake", "--received-at", "2022-01-10", OPENLINEAGE_URL=UNREACHABLE)
    assert (result.exit_code, result.stdout.splitlines()[0]) == (0, "Получено сдач: 1: принято целиком 1.")
    assert len([one for one in caplog.records if one.name == "warehouse.lineage.events"]) == 1


def test_without_a_collector_the_library_is_not_imported() -> None:
    code = """
import sys
from warehouse.lineage.events import observed
with observed("kpi") as run:
    run.touched = lambda: 1 / 0
sys.exit("openlineage" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("environ", "wanted"),
    [
        ({}, False), ({"OPENLINEAGE_URL": "http://x"}, True), ({"OPENLINEAGE_CONFIG": "x.yml"}, True),
        ({"OPENLINEAGE__TRANSPORT__TYPE": "console"}, True), ({"OPENLINEAGE_CLIENT_LOGGING": "DEBUG"}, False),
        ({"OPENLINEAGE_URL": "http://x", "OPENLINEAGE_DISABLED": "true"}, False),
    ],
)  # fmt: skip
def test_what_sets_a_collector(environ: dict[str, str], wanted: bool) -> None:
    assert collector_set(environ) is wanted
