"""A release: the series of one reporting date frozen and written out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE

from flows.artifacts import Row, release_rows
from flows.failures import without_values
from warehouse.collection.expected import due_for_release
from warehouse.installation.home import opened
from warehouse.installation.settings import Settings, read_settings
from warehouse.lineage.datasets import of_release
from warehouse.lineage.events import observed
from warehouse.watch.runs import step, watched


@without_values
def publish(
    settings: Settings, at: datetime, as_of: date | None = None, on_warning: Callable[[str], None] = lambda _: None
) -> list[Row]:
    """Release one reporting date, by default the one that is due; return what was released."""
    from warehouse.desk.analysis import refresh_analysis
    from warehouse.release.publish import make_release

    with watched("release", settings), opened(settings, at, write=True) as home, observed("release") as run:
        as_of = as_of or due_for_release(home, at.astimezone(settings.timezone).date())
        if as_of is None:
            return release_rows(None, None)
        folder = make_release(home, as_of, at, None, on_warning)
        run.touched = lambda: of_release(folder)
        with step("analysis"):
            refresh_analysis(home)
        return release_rows(folder.name, as_of)


@task(name="publish", retries=2, retry_delay_seconds=60, persist_result=False, cache_policy=NO_CACHE)
def publish_task(as_of: date | None) -> list[Row]:
    """Release one reporting date; a repetition completes what failed under the same number."""
    settings = read_settings()
    return publish(settings, datetime.now(settings.timezone), as_of, _log_warning)


def _log_warning(text: str) -> None:
    """Log what the checklist warns of: codes of the register, dates and counts."""
    get_run_logger().warning("%s", text)


@flow(name="release", persist_result=False)
def release(as_of: date | None = None) -> None:
    """Сделать выпуск на отчётную дату; без даты — на ту, срок которой прошёл, а выпуска ещё нет."""
    rows = publish_task(as_of)
    create_table_artifact(table=rows, key="release", description="Выпуск показателей")
