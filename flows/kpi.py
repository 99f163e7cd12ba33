"""The series computed anew, its reported indicator against the targets."""

from __future__ import annotations

from datetime import date, datetime

from prefect import flow, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE

from flows.artifacts import Row, kpi_rows
from flows.failures import without_values
from warehouse.installation.home import opened
from warehouse.installation.settings import Settings, read_settings
from warehouse.journal.journal import known_by
from warehouse.lineage.datasets import of_series
from warehouse.lineage.events import observed
from warehouse.release.contents import REPORTED_KPI
from warehouse.watch.runs import step, watched


@without_values
def compute_kpi(settings: Settings, at: datetime, as_of: date | None = None) -> list[Row]:
    """Compute the series as known now, for one reporting date or for all; return the reported KPI."""
    from warehouse.desk.analysis import refresh_analysis
    from warehouse.indicators.series import series

    with (
        watched("kpi", settings),
        opened(settings, at) as home,
        home.reading() as connection,
        observed("kpi") as run,
    ):
        run.touched = of_series
        with step("analysis"):
            refresh_analysis(home)
        with step("series"):
            return kpi_rows(series(connection, known_by(connection, None), as_of, None), REPORTED_KPI)


@task(name="compute-kpi", retries=2, retry_delay_seconds=60, persist_result=False, cache_policy=NO_CACHE)
def compute_kpi_task(as_of: date | None) -> list[Row]:
    """Compute the reported KPI."""
    settings = read_settings()
    return compute_kpi(settings, datetime.now(settings.timezone), as_of)


@flow(name="kpi", persist_result=False)
def kpi(as_of: date | None = None) -> None:
    """Вычислить показатели и сравнить с целями: на одну отчётную дату или на все."""
    rows = compute_kpi_task(as_of)
    create_table_artifact(table=rows, key="kpi", description="Вовлечённость в наставничество и цели")
