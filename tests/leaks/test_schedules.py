"""Prefect keeps no person's word: of runs that succeed, fail, are tried again, are killed or cancelled."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.canaries import Search, search
from tests.flows.served import api, session_of, stopped, url_in, wait_for
from tests.installations import settings_for
from tests.leaks.birds import BIRDS, GOOD, fly_in
from tests.workbooks import write

ROOT = Path(__file__).parents[2]
PASSWORD = "Kanareika-Parol-9051"
UP = "from flows.serving import up; from warehouse.installation.settings import read_settings; raise SystemExit(up(read_settings()))"
# Read by every Python below `up`: a run of Prefect is a process of its own.
BREAKABLE = "import sys\nif any('prefect' in word for word in sys.argv) or 'prefect' in sys.orig_argv[-1]:\n    from tests.leaks.breaking import breakable\n    breakable()\n"
DEBUG = {
    "PREFECT_LOGGING_LEVEL": "DEBUG", "PREFECT_LOGGING_ROOT_LEVEL": "DEBUG", "PREFECT_SERVER_LOGGING_LEVEL": "DEBUG",
    "PREFECT_LOGGING_EXTRA_LOGGERS": "sqlalchemy.engine,psycopg", "PREFECT_WORKER_QUERY_SECONDS": "1",
    "PREFECT_WORKER_HEARTBEAT_SECONDS": "2", "PREFECT_RUNNER_POLL_FREQUENCY": "1",
}  # fmt: skip


class Kept:
    """What a served installation went through, and how its runs ended."""

    def __init__(self, folder: Path, url: str | None) -> None:
        self.folder, self.home, self.ends = folder, settings_for(folder / "home").home, {}
        (folder / "site").mkdir()
        (folder / "site/sitecustomize.py").write_text(BREAKABLE)
        (folder / "tmp").mkdir()
        environ = {k: v for k, v in os.environ.items() if not k.startswith(("PREFECT_", "NASTAVNIK_"))} | DEBUG
        environ |= {
            "NASTAVNIK_HOME": str(self.home), "NASTAVNIK_SETTLE_SECONDS": "0", "CANARY_FAULT": str(folder / "fault"),
            "NASTAVNIK_SMTP_URL": f"smtp://kenar:{PASSWORD}@127.0.0.1:9", "TMPDIR": str(folder / "tmp"),
            "PYTHONPATH": os.pathsep.join((str(folder / "site"), str(ROOT))),
        } | ({"NASTAVNIK_WAREHOUSE_URL": url} if url else {})  # fmt: skip
        with (folder / "output").open("wb") as log:
            process = subprocess.Popen([sys.executable, "-c", UP], env=environ, cwd=self.home, stdout=log, stderr=log)
        try:
            wait_for(lambda: url_in(folder / "output") or process.poll() is not None, "server")
            with api(url_in(folder / "output") or "", self.home) as client:
                self._go_through(client, process)
        finally:
            stopped(process)

    def _go_through(self, client, process: subprocess.Popen[bytes]) -> None:
        from prefect.states import Cancelling

        ids = {one.name: one.id for one in client.read_deployments()}
        for name, fault in (("killed", "hang"), ("cancelled", "hang"), ("failed and tried again", "cast in SQL")):
            self._arrive(fault)
            run = client.create_flow_run_from_deployment(ids["intake"])
            if fault == "hang":
                wait_for(lambda run=run: self._at_work(client, run.id), "a run at work")
                if name == "killed":
                    self._kill(process)
                else:
                    client.set_flow_run_state(run.id, Cancelling(), force=True)
                    wait_for(
                        lambda run=run: client.read_flow_run(run.id).state.is_final(), "the end of a cancelled run"
                    )
            else:
                wait_for(lambda run=run: self._retrying(client, run.id), "a run to be tried again")
                (self.folder / "fault").write_text("")
                wait_for(lambda run=run: client.read_flow_run(run.id).state.is_final(), "the end of a run")
            self.ends[name] = client.read_flow_run(run.id).state.name
        fault = "chain"
        self._arrive(fault)
        run = client.create_flow_run_from_deployment(ids["backfill"], parameters={"first": "2021-01-01", "last": "2021-12-31", "dry_run": False})  # fmt: skip
        wait_for(lambda: client.read_flow_run(run.id).state.is_final(), "the end of a failure")
        self.ends["failed"] = client.read_flow_run(run.id).state.name

    def _arrive(self, fault: str) -> None:
        fly_in(self.home / "inbox")
        write(
            self.home / "inbox" / GOOD.institution / f"{GOOD.surname} {fault}.xlsx",
            GOOD.submission(students=len(self.ends) + 50),
        )
        (self.folder / "fault").write_text(fault)

    def _at_work(self, client, run_id) -> bool:
        return bool(client.read_flow_run(run_id).state.is_running()) and (self.folder / "hung").exists()

    def _retrying(self, client, run_id) -> bool:
        from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId

        runs = client.read_task_runs(flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=[run_id])))
        return any(run.state.name == "AwaitingRetry" for run in runs)

    def _kill(self, process: subprocess.Popen[bytes]) -> None:
        os.kill(int((self.folder / "hung").read_text()), signal.SIGKILL)
        (self.folder / "hung").unlink()
        assert session_of(process)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    return Kept(tmp_path_factory.mktemp("kept"), None)


def looking() -> Search:
    return search([PASSWORD, *(canary for bird in BIRDS for canary in bird.canaries)])


@pytest.mark.thorough
def test_the_runs_ended_each_in_its_way(kept: Kept) -> None:
    assert kept.ends["failed"] == "Failed"
    assert kept.ends["failed and tried again"] == "Completed"
    assert kept.ends["cancelled"] in {"Cancelled", "Cancelling"}


@pytest.mark.thorough
def test_nothing_prefect_writes_holds_a_persons_word(kept: Kept) -> None:
    found = looking()
    found.folder(kept.home, without=[kept.home / "inbox"])
    found.folder(kept.folder / "tmp")
    found.file(kept.folder / "output")
    assert found.found == set()
    database = search(["ValueError", "intake"])  # the search does see what Prefect says of a failure
    database.folder(kept.home / "run" / "prefect")
    assert any("prefect.db" in place for place, *_ in database.found)
