"""Letters: institutions are told what became of their files, and reminded of what they owe; the department who owes."""

from __future__ import annotations

from datetime import datetime

from prefect import flow, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.runtime import task_run

from flows.artifacts import Row, letter_rows
from flows.failures import without_values
from flows.status import leave_status
from warehouse.installation.settings import Settings, read_settings
from warehouse.mail.notices import run_notices
from warehouse.mail.posting import insist
from warehouse.mail.reminders import run_reminders
from warehouse.watch.runs import watched

NOTICES, REMINDERS = "notices", "reminders"
RUN = {NOTICES: run_notices, REMINDERS: run_reminders}
LAST = 4  # attempts: letters that the server puts off on the last one are left for tomorrow


@without_values
def post(kind: str, settings: Settings, at: datetime, attempt: int = LAST) -> list[Row]:
    """Send what is due; return how many letters went which way. Before the last attempt none is put off."""
    with watched(kind, settings) as watch:
        posted = RUN[kind](settings, at)
        watch.count(sent=posted.sent, kept=posted.kept, refused=posted.refused, postponed=posted.postponed)
        if attempt < LAST:
            insist(posted)
    return letter_rows(posted)


@task(
    name="post",
    retries=LAST - 1,
    retry_delay_seconds=[60, 300, 900],  # what was sent is remembered: only the rest is tried again
    persist_result=False,
    cache_policy=NO_CACHE,
)
def post_task(kind: str) -> list[Row]:
    """Send the letters of a kind to everyone who is due."""
    settings = read_settings()
    return post(kind, settings, datetime.now(settings.timezone), task_run.run_count)


@flow(name=NOTICES, persist_result=False)
def notices() -> None:
    """Известить организации по почте, что стало с их файлами."""
    create_table_artifact(table=post_task(NOTICES), key=NOTICES, description="Извещения организациям")
    leave_status()


@flow(name=REMINDERS, persist_result=False)
def reminders() -> None:
    """Напомнить организациям, которые не сдали сведения или чей последний файл не принят."""
    create_table_artifact(table=post_task(REMINDERS), key=REMINDERS, description="Напоминания организациям")
    leave_status()
