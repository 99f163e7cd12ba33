"""Reminders to institutions that owe a submission, and to the department the list of them."""

from __future__ import annotations

from datetime import datetime

from prefect import flow, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.runtime import task_run

from flows.artifacts import Row, letter_rows
from flows.failures import without_values
from flows.status import leave_status
from warehouse.mail.posting import insist
from warehouse.mail.reminders import run_reminders
from warehouse.settings import Settings, read_settings

LAST = 4  # attempts: letters that the server puts off on the last one are left for tomorrow


@without_values
def remind(settings: Settings, at: datetime, attempt: int = LAST) -> list[Row]:
    """Write and send what is due; return how many letters went which way. Before the last attempt none is put off."""
    posted = run_reminders(settings, at)
    if attempt < LAST:
        insist(posted)
    return letter_rows(posted)


@task(
    name="remind",
    retries=LAST - 1,
    retry_delay_seconds=[60, 300, 900],  # what was sent is remembered: only the rest is tried again
    persist_result=False,
    cache_policy=NO_CACHE,
)
def remind_task() -> list[Row]:
    """Remind everyone who is due."""
    settings = read_settings()
    return remind(settings, datetime.now(settings.timezone), task_run.run_count)


@flow(name="reminders", persist_result=False)
def reminders() -> None:
    """Напомнить организациям, которые не сдали сведения или чей последний файл не принят."""
    rows = remind_task()
    create_table_artifact(table=rows, key="reminders", description="Напоминания организациям")
    leave_status()
