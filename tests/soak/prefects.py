"""Prefect asked and told by the soak: runs begun and waited for, places held, its database made older."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar
from uuid import UUID

import httpx
import sqlalchemy as sa
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import StateType
from prefect.exceptions import PrefectHTTPStatusError
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

AT_WORK = [StateType.RUNNING, StateType.PENDING, StateType.CANCELLING]
DEAF = (httpx.HTTPError, PrefectHTTPStatusError)  # a server that is gone, or whose database is
TABLES = {  # of Prefect's database that grow with every run, and the column that tells the age of a row
    "flow_run": "end_time", "flow_run_state": None, "task_run": None, "task_run_state": None, "log": None, "artifact": None,
    "events": "occurred", "event_resources": "occurred",
}  # fmt: skip
PATIENCE = 420.0
Found = TypeVar("Found")


@contextmanager
def client_of(environ: dict[str, str]) -> Iterator[SyncPrefectClient]:
    """Talk to the server as its operator does."""
    address = {PREFECT_API_URL: environ["PREFECT_API_URL"], PREFECT_API_AUTH_STRING: environ["PREFECT_API_AUTH_STRING"]}
    with temporary_settings(address), get_client(sync_client=True) as client:
        yield client


def insist(ask: Callable[[], Found], seconds: float = PATIENCE) -> Found:
    """Ask until the server answers."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return ask()
        except DEAF:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)


def no_schedules(client: SyncPrefectClient) -> dict[str, UUID]:
    """Switch the schedules off, whose hours are those of the real clock; return the deployments by name."""
    deployments = client.read_deployments()
    for one in deployments:
        for schedule in one.schedules:
            client.update_deployment_schedule(one.id, schedule.id, active=False)
    return {one.name: one.id for one in deployments}


def begin(client: SyncPrefectClient, deployment: UUID, name: str) -> UUID:
    """Ask for a run; return its number."""
    return insist(lambda: client.create_flow_run_from_deployment(deployment, name=name).id)


def begun(client: SyncPrefectClient, run: UUID) -> bool:
    """Whether the server has been told that a run is at work, or was."""
    state = insist(lambda: client.read_flow_run(run).state)
    return state.is_running() or state.is_final()


def end_of(client: SyncPrefectClient, run: UUID, seconds: float = PATIENCE) -> str:
    """Wait for the end of a run; return its state, «lost» where none comes."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        state = insist(lambda: client.read_flow_run(run).state)
        if state.is_final():
            return state.name
        time.sleep(0.3)
    return "lost"


def at_work(client: SyncPrefectClient) -> list[str]:
    """Return the names of runs that have not ended."""
    unfinished = FlowRunFilter(state={"type": {"any_": AT_WORK}})
    return [run.name for run in insist(lambda: client.read_flow_runs(flow_run_filter=unfinished))]


def places_held(client: SyncPrefectClient) -> dict[str, int]:
    """Return how many places of each limit are taken."""
    limits = insist(lambda: client.read_global_concurrency_limits(limit=100, offset=0))
    return {one.name: one.active_slots for one in limits if one.active_slots}


def counted(url: str) -> dict[str, int]:
    """Count the rows of Prefect's tables that grow, and its megabytes."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        found = {name: connection.execute(sa.text(f"SELECT count(*) FROM {name}")).scalar_one() for name in TABLES}
        size = connection.execute(sa.text("SELECT pg_database_size(current_database())")).scalar_one()
        return found | {"megabytes": size >> 20}


def a_day_passes(url: str) -> None:
    """Make what Prefect's database remembers a day older."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        for name, column in TABLES.items():
            if column:
                connection.execute(sa.text(f"UPDATE {name} SET {column} = {column} - interval '1 day'"))


def everything(url: str) -> str:
    """Return every value of every table of Prefect's database."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        names = sa.inspect(connection).get_table_names()
        return "\n".join(
            str(tuple(row)) for name in names for row in connection.execute(sa.text(f'SELECT * FROM "{name}"'))
        )
