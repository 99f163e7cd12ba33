"""An operator told by e-mail that a run went wrong; automations start it, for Prefect's server sends no mail itself."""

from __future__ import annotations

from datetime import datetime

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE

from flows.failures import without_values
from warehouse.doctor.telling import tell
from warehouse.installation.settings import Settings, read_settings

PAGE = "docs/engineers/operations.md#тревоги"


@without_values
def raise_alarm(settings: Settings, at: datetime, what: str, run: str) -> bool:
    """Send the letter; return whether there was anybody to send it to. Names of runs are Prefect's own words."""
    if settings.smtp_url is None or not settings.alarm_to:
        return False
    body = f"{what}\n\nЗапуск: {run}\nЧто делать: {PAGE}; затем nastavnik doctor.\n"
    tell(settings, f"Наставник: {what}", body, at)
    return True


@task(name="alarm", retries=3, retry_delay_seconds=[60, 300, 900], persist_result=False, cache_policy=NO_CACHE)
def alarm_task(what: str, run: str) -> bool:
    """Send one alarm."""
    settings = read_settings()
    return raise_alarm(settings, datetime.now(settings.timezone), what, run)


@flow(name="alarm", persist_result=False)
def alarm(what: str, run: str) -> None:
    """Сообщить по почте (NASTAVNIK_ALARM_TO), что запуск не удался; запускается сам, тревогами сервера."""
    sent = alarm_task(what, run)
    told = "да" if sent else "некому: NASTAVNIK_SMTP_URL, NASTAVNIK_ALARM_TO"
    row = {"тревога": what, "запуск": run, "отправлено": told}
    create_table_artifact(table=[row], key="alarm", description="Тревога оператору")
    if not sent:
        get_run_logger().warning("Тревогу послать некому (NASTAVNIK_SMTP_URL, NASTAVNIK_ALARM_TO): %s, %s", what, run)
