"""The work pool, deployments and automations, brought to a Prefect server."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import click
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.filters import DeploymentFilter, FlowRunFilter
from prefect.client.schemas.objects import StateType
from prefect.client.schemas.responses import DeploymentResponse
from prefect.exceptions import ObjectAlreadyExists
from prefect.states import Crashed
from prefect.workers.process import ProcessWorker

from flows.automations import ALARM_TAG, bring
from flows.serving import DEPLOYMENTS, POOL, TAG

HEALTHY_SECONDS = 240.0  # a first start makes Prefect's database; on a busy machine it took over a minute
OURS = DeploymentFilter(tags={"all_": [TAG]})  # a server may serve others too
ALARM = DeploymentFilter(tags={"all_": [ALARM_TAG]})
SCHEDULED_SECONDS = 120.0  # the scheduler looks every few seconds, a busy one more rarely


def main(alone: bool) -> int:
    """Bring everything to the server of PREFECT_API_URL; `alone`: no run can be at work there now."""
    with get_client(sync_client=True) as client:
        if not _healthy(client):
            click.echo("Сервер Prefect не отвечает: проверьте адрес PREFECT_API_URL.", err=True)
            return 3
        _ensure_pool(client)
        if alone:
            _end_stale_runs(client)
        code = subprocess.call(
            [
                sys.executable,
                "-m",
                "prefect",
                "--no-prompt",
                "deploy",
                "--all",
                "--prefect-file",
                str(DEPLOYMENTS),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        if code:
            click.echo("Не удалось записать расписания на сервер Prefect.", err=True)
            return 3
        _bring_automations(client)
        if not _tell_schedules(client):
            click.echo("Расписания записаны, но запуски по ним не появились: смотрите журнал сервера.", err=True)
            return 3
    return 0


def _healthy(client: SyncPrefectClient) -> bool:
    deadline = time.monotonic() + HEALTHY_SECONDS
    while client.api_healthcheck() is not None:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.5)
    return True


def _ensure_pool(client: SyncPrefectClient) -> None:
    template = ProcessWorker.get_default_base_job_template()
    try:
        client.create_work_pool(WorkPoolCreate(name=POOL, type="process", base_job_template=template))
    except ObjectAlreadyExists:
        return


def _end_stale_runs(client: SyncPrefectClient) -> None:
    """Mark runs that a killed worker left behind, so that they give back their place in the queue."""
    unfinished = [StateType.RUNNING, StateType.PENDING, StateType.CANCELLING]
    at_work = FlowRunFilter(state={"type": {"any_": unfinished}})
    for run in client.read_flow_runs(flow_run_filter=at_work, deployment_filter=OURS):
        client.set_flow_run_state(run.id, Crashed(message="The worker ended before the run did."), force=True)


def _bring_automations(client: SyncPrefectClient) -> None:
    (alarm,) = [one for one in client.read_deployments(deployment_filter=ALARM) if one.name == "alarm"]
    bring(client, alarm.id)


def _tell_schedules(client: SyncPrefectClient) -> bool:
    """Print what runs when; return False when the scheduler makes no runs, which it may do in silence."""
    deployments = sorted(client.read_deployments(deployment_filter=OURS), key=lambda one: one.name)
    timed = {one.id for one in deployments if any(schedule.active for schedule in one.schedules)}
    deadline = time.monotonic() + SCHEDULED_SECONDS
    while timed - (upcoming := _upcoming(client)).keys():
        if time.monotonic() > deadline:
            return False
        time.sleep(1)
    for one in deployments:
        click.echo(f"  {one.name:<10} {_when(one, upcoming.get(one.id)):<36} {one.description}")
    return True


def _upcoming(client: SyncPrefectClient) -> dict[UUID, datetime]:
    """Return the first scheduled start by deployment."""
    first: dict[UUID, datetime] = {}
    scheduled = FlowRunFilter(state={"type": {"any_": [StateType.SCHEDULED]}})
    for run in client.read_flow_runs(flow_run_filter=scheduled, deployment_filter=OURS):
        if run.deployment_id and run.next_scheduled_start_time:
            start = run.next_scheduled_start_time
            first[run.deployment_id] = min(start, first.get(run.deployment_id, start))
    return first


def _when(deployment: DeploymentResponse, start: datetime | None) -> str:
    if start is None:
        return "по требованию"
    zone = ZoneInfo(deployment.schedules[0].schedule.timezone)
    return f"ближайший запуск {start.astimezone(zone):%d.%m.%Y в %H:%M}"


if __name__ == "__main__":
    sys.exit(main("--alone" in sys.argv[1:]))
