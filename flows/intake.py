"""The nightly intake: everything pending is received, judged and stored."""

from __future__ import annotations

from datetime import datetime

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE

from flows.artifacts import FOREIGN, Row, intake_rows
from flows.failures import without_values
from flows.status import leave_status
from warehouse.channels.faults import last_faults
from warehouse.collection.alarms import alarms_among
from warehouse.collection.expected import register
from warehouse.ingestion.intake import run_intake
from warehouse.installation.home import opened
from warehouse.installation.settings import Settings, read_settings
from warehouse.journal.journal import known_by
from warehouse.lineage.datasets import of_intake
from warehouse.lineage.events import observed
from warehouse.watch.lastnight import note_night
from warehouse.watch.runs import watched


@without_values
def take_pending(settings: Settings, at: datetime) -> list[Row]:
    """Run the intake once; return its counts by institution and verdict."""
    with watched("intake", settings) as watch, opened(settings, at, write=True) as home, observed("intake") as run:
        summary = run_intake(home, at)
        watch.count(**summary.counts)
        run.touched = lambda: of_intake(home, summary.lines)
        with home.reading() as connection:
            registered = {one.code for one in register(connection, known_by(connection, None))}
            foreign = alarms_among(connection, (line.delivery for line in summary.lines))
        if not summary.faults:
            note_night(settings, at)
        return intake_rows(summary.lines, registered, foreign, summary.held)


@task(
    name="take-pending",
    retries=3,
    retry_delay_seconds=[60, 300, 900],  # a full disk or a database being restarted gets time
    persist_result=False,
    cache_policy=NO_CACHE,
)
def take_pending_task() -> list[Row]:
    """Take everything pending; a repetition takes only what is left."""
    settings = read_settings()
    return take_pending(settings, datetime.now(settings.timezone))


@flow(name="intake", persist_result=False, timeout_seconds=6 * 3600)  # what hangs must not hold the next night
def intake() -> None:
    """Принять всё, что лежит в папке приёма."""
    rows = take_pending_task()
    if rows and (foreign := rows[0][FOREIGN]):
        get_run_logger().warning("Тревога: сдано в чужую папку: %s. Чьи это папки, скажет nastavnik status.", foreign)
    create_table_artifact(table=rows, key="intake", description="Принятые файлы по организациям и решениям")
    leave_status()
    if faults := last_faults(read_settings()):  # what the others gave is taken; the night was not a good one
        raise RuntimeError(f"Каналы недоступны: {', '.join(faults)}. Почему, скажет nastavnik doctor.")
