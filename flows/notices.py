"""Notices: institutions are told by e-mail what became of their files."""

from __future__ import annotations

from datetime import datetime

from prefect import flow, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.runtime import task_run

from flows.artifacts import Row, letter_rows
from flows.failures import without_values
from flows.status import leave_status
from warehouse.mail.notices import run_notices
from warehouse.mail.posting import insist
from warehouse.settings import Settings, read_settings

LAST = 4  # attempts: letters that the server puts off on the last one are left for tomorrow


@without_values
def notify(settings: Settings, at: datetime, attempt: int = LAST) -> list[Row]:
    """Send what is due; return how many letters went which way. Before the last attempt none is put off."""
    posted = run_notices(settings, at)
    if attempt < LAST:
        insist(posted)
    return letter_rows(posted)


@task(
    name="notify",
    retries=LAST - 1,
    retry_delay_seconds=[60, 300, 900],  # what was sent is remembered: only the rest is tried again
    persist_result=False,
    cache_policy=NO_CACHE,
)
def notify_task() -> list[Row]:
    """Notify everyone whose file was judged."""
    settings = read_settings()
    return notify(settings, datetime.now(settings.timezone), task_run.run_count)


@flow(name="notices", persist_result=False)
def notices() -> None:
    """Известить организации по почте, что стало с их файлами."""
    rows = notify_task()
    create_table_artifact(table=rows, key="notices", description="Извещения организациям")
    leave_status()
