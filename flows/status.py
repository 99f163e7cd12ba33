"""The state of the collection, left in Prefect as `nastavnik status` shows it."""

from __future__ import annotations

from datetime import datetime

from prefect import task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE

from flows.artifacts import Row, status_rows, status_words
from flows.failures import without_values
from flows.standing import standing
from warehouse.collection.status import status_of
from warehouse.installation.home import opened
from warehouse.installation.settings import Settings, read_settings


@without_values
def collection_status(settings: Settings, at: datetime) -> tuple[list[Row], str]:
    """Return how every institution stands, and the totals in words."""
    with opened(settings, at) as home:
        told = standing(status_of(home, at.astimezone(settings.timezone).date()), settings.timezone)
    return status_rows(told), status_words(told)


@task(name="status", retries=2, retry_delay_seconds=60, persist_result=False, cache_policy=NO_CACHE)
def leave_status() -> None:
    """Leave the table of the collection, of now."""
    settings = read_settings()
    rows, totals = collection_status(settings, datetime.now(settings.timezone))
    create_table_artifact(table=rows, key="status", description=totals)
