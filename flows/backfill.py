"""A stretch of reporting dates brought up to what is known now."""

from __future__ import annotations

from datetime import date, datetime

from prefect import flow, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE

from flows.artifacts import Row, kpi_rows, plan_rows
from flows.failures import without_values
from warehouse.expected import calendar
from warehouse.home import opened
from warehouse.intake import pending, run_intake
from warehouse.journal import known_by
from warehouse.release.contents import REPORTED_KPI
from warehouse.settings import Settings, read_settings


@without_values
def preview(settings: Settings, at: datetime, first: date, last: date) -> list[Row]:
    """Tell what a backfill would take and compute, changing nothing."""
    with opened(settings, at) as home:
        waiting = len(pending(home).ready)
        with home.reading() as connection:
            known = calendar(connection, known_by(connection, None))
        return plan_rows(waiting, [day.as_of for day in known if first <= day.as_of <= last])


@without_values
def take_and_compute(settings: Settings, at: datetime, first: date, last: date) -> list[Row]:
    """Take everything pending, then compute the reported KPI of every date from `first` to `last`."""
    from warehouse.indicators.series import series

    with opened(settings, at, write=True) as home:
        run_intake(home, at)
        with home.reading() as connection:
            seq = known_by(connection, None)
            dates = tuple(day.as_of for day in calendar(connection, seq) if first <= day.as_of <= last)
            return kpi_rows(series(connection, seq, dates=dates), REPORTED_KPI)


@task(name="backfill", retries=1, retry_delay_seconds=60, persist_result=False, cache_policy=NO_CACHE)
def backfill_task(first: date, last: date, dry_run: bool) -> list[Row]:
    """Preview or do one backfill."""
    settings = read_settings()
    step = preview if dry_run else take_and_compute
    return step(settings, datetime.now(settings.timezone), first, last)


@flow(name="backfill", persist_result=False)
def backfill(first: date, last: date, dry_run: bool = True) -> None:
    """Довести отчётные даты от first до last до того, что известно сейчас.

    Принимаются все файлы, которые ждут, дописываются недостающие протоколы, показатели дат вычисляются
    заново. Уже вынесенные решения по файлам и сделанные выпуски не меняются. По умолчанию (dry_run) только
    показывается, что было бы сделано.
    """
    rows = backfill_task(first, last, dry_run)
    create_table_artifact(table=rows, key="backfill", description="План" if dry_run else "Показатели")
