"""Retention kept: what is due is destroyed, and whom newer files name after an erasure."""

from __future__ import annotations

from datetime import datetime

from prefect import flow, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE

from flows.artifacts import Row
from flows.failures import without_values
from warehouse.erasure.retention import retain
from warehouse.installation.home import opened
from warehouse.installation.settings import Settings, read_settings
from warehouse.watch.runs import watched


@without_values
def destroy_due(settings: Settings, at: datetime) -> list[Row]:
    """Destroy what is due; return how much of each kind."""
    with watched("retention", settings) as watch, opened(settings, at, write=True) as home:
        counts = retain(home, at).counts
        watch.count(**{name: counts[name] for name in ("again", "files", "rows", "made")})
    return [
        {
            "людей, присланных снова": counts["again"],
            "полученных файлов": counts["files"],
            "строк личных сведений": counts["rows"],
            "файлов": counts["made"],
        }
    ]


@task(
    name="retention",
    retries=1,
    retry_delay_seconds=300,  # what was begun is finished by the next attempt
    persist_result=False,
    cache_policy=NO_CACHE,
)
def retention_task() -> list[Row]:
    """Destroy what is due today."""
    settings = read_settings()
    return destroy_due(settings, datetime.now(settings.timezone))


@flow(name="retention", persist_result=False)
def retention() -> None:
    """Уничтожить то, чему вышел срок хранения, и сведения людей, которых прислали снова; сделать акты."""
    rows = retention_task()
    create_table_artifact(table=rows, key="retention", description="Уничтожено по срокам хранения и повторно")
