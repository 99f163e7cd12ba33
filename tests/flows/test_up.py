"""`nastavnik up` with a real server: schedules appear, intake loads once, nothing leaks, nothing stays behind."""

from __future__ import annotations

import json
import socket
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.artifacts import status_rows
from flows.automations import ALARMS, SILENT, STUCK
from flows.cli.commands.scheduled import schedules
from flows.serving import deploy, up
from tests.cli.conftest import runner
from tests.flows.served import (
    api,
    run_to_its_end,
    session_of,
    started,
    status_of,
    stopped,
    traces,
    url_in,
    wait_for,
)
from tests.installations import COLLECTED, KEY, installation, rows, settings_for
from tests.watch.collector import running_collector
from tests.workbooks import PEOPLE, submission, write
from warehouse.doctor.answers import Look
from warehouse.installation.locks import alone_with
from warehouse.installation.settings import Misconfigured
from warehouse.tables.tables import table

SURNAME, FOLDER = "Канареечкинский", "Канареечкина Папка"
BACKFILL = {"first": "2021-12-31", "last": "2021-12-31"}
MASTER = "0123456789abcdef" * 4  # of the environment: every part of `up` could tell it
PERSON = PEOPLE.replace("Пробный", SURNAME)
WRONG = PERSON.replace("29.02.2008", "30.02.2008")  # so that a finding is made of the very row


class Served:
    """What a served installation did before it was stopped; told once, asked by every test."""

    def __init__(self, home: Path, output: Path, process: subprocess.Popen[bytes]) -> None:
        self.home, self.process = home, process
        wait_for(lambda: url_in(output) or process.poll() is not None, "server")
        assert process.poll() is None, output.read_text()
        self.stranger = status_of(f"{url_in(output)}/api/work_pools/nastavnik")
        with api(url_in(output) or "", home) as client:
            self._work(client)
        self.below = session_of(process)
        self.code = stopped(process)
        self.output = output.read_text()

    def _work(self, client) -> None:
        from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey

        self.deployments = {one.name: one for one in client.read_deployments()}
        self.scheduled = Counter(run.deployment_id for run in client.read_flow_runs() if run.state.is_scheduled())
        intake = self.deployments["intake"].id
        self.ends = [run_to_its_end(client, intake)]
        self.ledger = [self._deliveries()]
        self.ends.append(run_to_its_end(client, intake))
        self.ledger.append(self._deliveries())
        found = client.read_artifacts(artifact_filter=ArtifactFilter(key=ArtifactFilterKey(any_=["intake"])))
        self.artifacts = [artifact.data for artifact in found]
        left = client.read_artifacts(artifact_filter=ArtifactFilter(key=ArtifactFilterKey(any_=["status"])))
        self.status = [json.loads(artifact.data) for artifact in left]
        self.doctor = schedules(Look(settings_for(self.home, NASTAVNIK_KEY=MASTER), COLLECTED))
        self.alarm = self._alarm(client)
        self.ids, self.automations = _ids(client), _automations(client)
        self.deployed = deploy(settings_for(self.home, NASTAVNIK_KEY=MASTER))
        self.ids_after, self.automations_after = _ids(client), _automations(client)

    def _alarm(self, client) -> tuple[str, dict]:
        """Let a run fail; return how the alarm's own run ended and what it was told."""
        from prefect.client.schemas.filters import FlowRunFilter
        from prefect.states import Failed

        failing = client.create_flow_run_from_deployment(self.deployments["backfill"].id, parameters=BACKFILL)
        client.set_flow_run_state(failing.id, Failed(), force=True)
        wanted = FlowRunFilter(deployment_id={"any_": [self.deployments["alarm"].id]})

        def ended() -> list:
            return [one for one in client.read_flow_runs(flow_run_filter=wanted) if one.state.is_final()]

        wait_for(ended, "alarm")
        return ended()[0].state.name, ended()[0].parameters

    def _deliveries(self) -> list[tuple]:
        with installation(self.home, NASTAVNIK_KEY=MASTER) as home:
            return rows(home, table("deliveries"), "institution_code", "verdict", "rows_stored")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    home = settings_for(folder / "home", NASTAVNIK_KEY=MASTER).home
    inbox = home / "inbox"
    write(inbox / "NSH-S007" / "a.xlsx", submission(Участники=PERSON))
    write(inbox / "NSH-S008" / "a.zip", submission("NSH-S008", Участники=WRONG))
    write(inbox / FOLDER / "a.xlsx", submission("NSH-S001", Участники=PERSON))
    (folder / "watched").mkdir()
    with running_collector(folder / "watched") as collector:
        watched = {
            "NASTAVNIK_LOG": "json", "NASTAVNIK_METRICS_FILE": str(folder / "watched/figures.prom"),
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
        }  # fmt: skip
        process = started(home, folder / "output", NASTAVNIK_KEY=MASTER, **watched)
        try:
            yield Served(home, folder / "output", process)
        finally:
            if process.poll() is None:
                stopped(process)


def _ids(client) -> dict[str, tuple]:
    """Return deployments and schedules by name, with what must outlive a redeployment."""
    return {one.name: (one.id, sorted((s.slug, s.id) for s in one.schedules)) for one in client.read_deployments()}


def _automations(client) -> dict[str, object]:
    return {one.name: one.id for one in client.read_automations()}


@pytest.mark.slow
def test_a_failed_run_is_told_to_the_operator(served: Served) -> None:
    state, told = served.alarm
    assert state == "Completed"
    assert told["what"] == "Запуск не удался"
    assert told["run"].startswith("backfill, ")


@pytest.mark.slow
def test_automations_are_brought_once(served: Served) -> None:
    assert set(served.automations) == {SILENT, STUCK, *ALARMS}
    assert served.automations_after == served.automations


@pytest.mark.slow
def test_the_doctor_sees_schedules_and_worker(served: Served) -> None:
    assert served.doctor.level == "ok", served.doctor.told


@pytest.mark.slow
def test_scheduled_runs_exist_for_every_schedule(served: Served) -> None:
    names = {name for name, one in served.deployments.items() if served.scheduled[one.id]}
    assert names == {"intake", "kpi", "notices", "release", "reminders", "retention", "backup"}
    assert set(served.deployments) == names | {"backfill", "alarm"}
    assert all(f"  {name} " in served.output for name in names | {"backfill"})


@pytest.mark.slow
def test_intake_loads_once(served: Served) -> None:
    assert served.ends == ["Completed", "Completed"]
    assert served.ledger[0] == served.ledger[1]
    assert {code: verdict for code, verdict, _ in served.ledger[0]} == {
        "NSH-S007": "accepted",
        "NSH-S008": "accepted_with_errors",
        FOLDER: "rejected",
    }


@pytest.mark.slow
def test_artifacts_count_without_naming(served: Served) -> None:
    assert len(served.artifacts) == 2
    told = "".join(map(str, served.artifacts))
    assert "NSH-S007" in told
    assert FOLDER not in told


@pytest.mark.slow
def test_the_status_left_is_what_the_command_shows(served: Served) -> None:
    told = runner(served.home)("status", "--format", "json", NASTAVNIK_KEY=MASTER).stdout
    assert served.status == [status_rows(json.loads(told))] * 2


@pytest.mark.slow
@pytest.mark.parametrize("canary", [SURNAME, FOLDER, MASTER, KEY])
def test_neither_prefect_nor_who_watches_is_told_of_anyone(served: Served, canary: str) -> None:
    """In artifacts, logs with events, figures and traces."""
    kept, watched = served.home / "run" / "prefect", served.home.parent / "watched"
    assert traces(kept, canary) == traces(watched, canary) == set()
    assert ("prefect.db", "escaped twice") in traces(kept, "не из реестра")  # the search does see artifacts
    assert ("worker.log", "UTF-8") in traces(kept, '"event": "run-ended"')
    assert ("figures.prom", "UTF-8") in traces(watched, 'nastavnik_runs_total{job="intake"} 2.0')
    assert [name for name, _ in traces(watched, "nastavnik.flow_run") if name.endswith(".bin")]


@pytest.mark.slow
def test_a_redeployment_keeps_every_id(served: Served) -> None:
    assert served.deployed == 0
    assert served.ids_after == served.ids
    assert [slug for slug, _ in served.ids["intake"][1]] == ["nightly"]


@pytest.mark.slow
def test_a_stranger_is_not_answered(served: Served) -> None:
    assert served.stranger == 401


@pytest.mark.slow
def test_a_stop_leaves_no_process(served: Served) -> None:
    assert served.code == 0
    assert len(served.below) >= 2  # server and worker
    assert [pid for pid in served.below if Path(f"/proc/{pid}").exists()] == []


@pytest.mark.slow
def test_prefect_home_is_the_owners_alone(served: Served) -> None:
    kept = served.home / "run" / "prefect"
    assert {path for path in kept.rglob("*") if path.stat().st_mode & 0o077} == set()


def test_an_installation_is_served_once(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    with alone_with(settings.run / "up.lock", ""), pytest.raises(Misconfigured, match="уже обслуживает"):
        up(settings, 0)


def test_a_busy_port_is_told_before_anything_starts(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(Misconfigured, match="занят"):
            up(settings_for(tmp_path), taken.getsockname()[1])


def test_deploy_needs_to_know_the_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    with pytest.raises(Misconfigured, match="PREFECT_API_URL"):
        deploy(settings_for(tmp_path))
