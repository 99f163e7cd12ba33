"""A stretch of reporting dates brought up to the rules, the register and the files there are now."""

from __future__ import annotations

import getpass
from datetime import date, datetime

from prefect import flow, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE

from expectations.rules.ruleset import read
from flows.artifacts import Row, kpi_rows, plan_rows
from flows.failures import without_values
from warehouse.installation.home import opened
from warehouse.installation.settings import Misconfigured, Settings, read_settings
from warehouse.journal.journal import known_by
from warehouse.lineage.datasets import of_backfill
from warehouse.lineage.events import observed
from warehouse.release.contents import REPORTED_KPI
from warehouse.restatement.backfill import Asked, plan
from warehouse.restatement.backfill import backfill as carry_out
from warehouse.watch.runs import watched


def asked_for(first: date, last: date, rules: str | None) -> Asked:
    """Return what a run asks for; `rules` are lines `name=value`, empty: the usual rules; None: those that hold."""
    from expectations.rules.ruleset import BadRule

    try:
        return Asked(first, last, None if rules is None else read(rules))
    except BadRule as wrong:
        raise Misconfigured(str(wrong)) from None


@without_values
def preview(settings: Settings, at: datetime, asked: Asked) -> list[Row]:
    """Tell what a backfill would take, judge otherwise and compute, changing nothing."""
    with opened(settings, at, write=True) as home:
        return plan_rows(plan(home, asked, at))


@without_values
def take_and_compute(settings: Settings, at: datetime, asked: Asked, decided_by: str) -> list[Row]:
    """Judge the dates anew, take everything pending, then compute the reported KPI of every one of the dates."""
    from warehouse.indicators.series import series

    with watched("backfill", settings) as watch, opened(settings, at, write=True) as home, observed("backfill") as run:
        done, summary = carry_out(home, asked, at, decided_by)
        watch.count(**summary.counts)
        run.touched = lambda: of_backfill(home, done, summary.lines)
        with home.reading() as connection:
            figures = series(connection, known_by(connection, None), dates=done.dates)
            return kpi_rows(figures, REPORTED_KPI)


@task(name="backfill", retries=1, retry_delay_seconds=60, persist_result=False, cache_policy=NO_CACHE)
def backfill_task(asked: Asked, dry_run: bool) -> list[Row]:
    """Preview or do one backfill; a repetition completes what an earlier one began."""
    settings = read_settings()
    at = datetime.now(settings.timezone)
    if dry_run:
        return preview(settings, at, asked)
    return take_and_compute(settings, at, asked, getpass.getuser())


@flow(name="backfill", persist_result=False)
def backfill(first: date, last: date, rules: str | None = None, dry_run: bool = True) -> None:
    """Довести отчётные даты от first до last до нынешних правил, реестра и файлов.

    Сданное на эти даты проверяется заново, и где решение выходит другим, с этого времени действует новое; прежние
    известны на своё время, сделанные выпуски не меняются. Потом принимаются файлы, которые ждут, дописываются
    протоколы, вычисляются показатели. rules — строки «имя=значение», как у nastavnik backfill --set; пустой текст —
    обычные правила; без него остаются те, что есть. По умолчанию (dry_run) только показывается, что изменилось бы.
    """
    rows = backfill_task(asked_for(first, last, rules), dry_run)
    create_table_artifact(table=rows, key="backfill", description="План" if dry_run else "Показатели")
