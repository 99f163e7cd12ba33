"""Three workers of one Prefect server take in one inbox over one PostgreSQL; one is killed at work: every delivery once."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from prometheus_client.parser import text_string_to_metric_families

from flows import processes, serving
from tests.flows.served import PATIENCE, api, wait_for
from tests.installations import installation, rows, settings_for
from tests.workbooks import submission, write
from warehouse.installation.settings import Settings
from warehouse.tables.tables import table

SENDERS = [f"NSH-S{number:03}" for number in (1, 3, 4, 5, 7, 8, 14, 16, 20, 24, 25, 27, 28, 31, 34, 37, 38, 40, 79)]
WORKERS = ("first", "second", "third")
OF_WORKERS = {
    "PREFECT_WORKER_QUERY_SECONDS": "1", "NASTAVNIK_SETTLE_SECONDS": "0", "NASTAVNIK_WORKERS": "1", "NASTAVNIK_LOG": "json",
}  # fmt: skip
A_BATCH = {"NASTAVNIK_BATCH": "2"}  # so that there is a middle to be killed in


@contextmanager
def cluster(settings: Settings) -> Iterator[tuple[str, dict[str, processes.Child]]]:
    """A server with the deployments and three workers, each a process of its own; the server's address, and they."""
    environ = serving.environment(settings, serving._free_port((0,))) | OF_WORKERS | A_BATCH
    folder, url = settings.run / "prefect", environ["PREFECT_API_URL"]
    started: list[processes.Child] = []

    def start(module: str, *arguments: str, log: str) -> processes.Child:
        started.append(processes.start(module, *arguments, environ=environ, log=folder / log))
        return started[-1]

    try:
        start("prefect", "server", "start", "--host", serving.HOST, "--port", url.split(":")[2][:-4], log="server.log")
        assert start("flows.deploying", "--alone", log="deploying.log").wait(PATIENCE) == 0
        worker = ("flows.worker", "--limit", "1", "--name")
        yield url.removesuffix("/api"), {name: start(*worker, name, log=f"{name}.log") for name in WORKERS}
    finally:
        for child in reversed(started):
            processes.end(child, 15)


def kill_with_its_worker(run: int, workers: dict[str, processes.Child]) -> str:
    """Kill a run's process and the worker above it, as a machine that goes dark; return the worker's name."""
    above = int(Path(f"/proc/{run}/stat").read_text().rpartition(")")[2].split()[1])
    (name,) = (name for name, worker in workers.items() if worker.pid == above)
    for pid in (above, run):
        os.kill(pid, signal.SIGKILL)
    return name


def writer(settings: Settings) -> int | None:
    """The process that holds the installation for writing, by the system's own table of locks."""
    inode = str((settings.run / "warehouse.lock").stat().st_ino)
    for line in Path("/proc/locks").read_text().splitlines():
        fields = line.split()
        if fields[1] == "FLOCK" and fields[3] == "WRITE" and fields[5].rpartition(":")[2] == inode:
            return int(fields[4])
    return None


@pytest.mark.slow
def test_a_worker_killed_at_work_loses_nothing(tmp_path: Path, postgres_database: str) -> None:
    settings = settings_for(tmp_path / "shared", postgres_database, NASTAVNIK_METRICS_FILE=str(tmp_path / "a.prom"))
    with installation(settings.home, postgres_database) as home:
        home.vault.engine.dispose()
    for number, sender in enumerate(SENDERS):
        write(settings.inbox / f"{sender}/a.xlsx", submission(sender), modified=1_640_000_000 + number)
    engine = sa.create_engine(postgres_database)

    def taken() -> int:
        with engine.connect() as connection:
            return connection.scalar(sa.select(sa.func.count()).select_from(table("deliveries"))) or 0

    with cluster(settings) as (url, workers), api(url, settings.home) as client:
        from prefect.client.schemas.actions import DeploymentUpdate

        intake = next(one for one in client.read_deployments() if one.name == "intake")
        client.update_deployment(intake.id, DeploymentUpdate(concurrency_limit=len(WORKERS)))  # all at once
        wait_for(lambda: len(client.read_workers_for_work_pool(serving.POOL)) == len(WORKERS), "three workers")
        runs = [client.create_flow_run_from_deployment(intake.id).id for _ in WORKERS]
        wait_for(taken, "delivery in the ledger", pause=0.01)
        killed = kill_with_its_worker(writer(settings) or 0, workers)
        assert 0 < taken() < len(SENDERS)  # in the middle

        def completed() -> int:
            return [client.read_flow_run(run).state.name for run in runs].count("Completed")

        wait_for(lambda: completed() == len(WORKERS) - 1, "end of the others' runs")
        ended = {str(run) for run in runs if client.read_flow_run(run).state.name == "Completed"}
        assert {name for name, worker in workers.items() if worker.poll() is not None} == {killed}
    engine.dispose()
    with installation(settings.home, postgres_database) as home:
        assert sorted(rows(home, table("deliveries"), "institution_code", "verdict")) == [
            (sender, "accepted") for sender in SENDERS
        ]
        for name in ("participants", "pairs", "enrolment"):
            stored = rows(home, table(name), "delivery", "row")
            assert len(stored) == len(set(stored)) >= len(SENDERS)
    assert not list(settings.inbox.rglob("*.xlsx"))
    assert {
        one["flow_run"] for one in events(settings) if one["event"] == "run-ended"
    } == ended  # the killed one says nothing
    told = {one.name: one for one in text_string_to_metric_families((tmp_path / "a.prom").read_text())}
    assert {one.labels["verdict"]: one.value for one in told["nastavnik_deliveries"].samples}["accepted"] == len(
        SENDERS
    )
    assert {one.labels["engine"] for one in told["nastavnik_info"].samples} == {"postgresql"}


def events(settings: Settings) -> list[dict]:
    """Read what the runs told, out of the logs of their workers."""
    logs = [settings.run / "prefect" / f"{name}.log" for name in WORKERS]
    lines = [line for log in logs for line in log.read_text(encoding="utf-8").splitlines()]
    return [json.loads(line) for line in lines if line.startswith('{"at":')]
