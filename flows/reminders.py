"""Reminders to institutions that owe a submission."""

from __future__ import annotations

from datetime import datetime

from prefect import flow, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE

from flows.artifacts import Row, reminder_rows
from flows.failures import without_values
from warehouse.reminders import run_reminders
from warehouse.settings import Settings, read_settings


@without_values
def remind(settings: Settings, at: datetime) -> list[Row]:
    """Write and send what is due; return how many letters went which way."""
    return reminder_rows(run_reminders(settings, at))


@task(
    name="remind",
    retries=3,
    retry_delay_seconds=[60, 300, 900],  # what was sent is remembered: only the rest is tried again
    persist_result=False,
    cache_policy=NO_CACHE,
)
def remind_task() -> list[Row]:
    """Remind everyone who is due."""
    settings = read_settings()
    return remind(settings, datetime.now(settings.timezone))


@flow(name="reminders", persist_result=False)
def reminders() -> None:
    """Напомнить организациям, которые не сдали сведения или чей последний файл не принят."""
    rows = remind_task()
    create_table_artifact(table=rows, key="reminders", description="Напоминания организациям")
