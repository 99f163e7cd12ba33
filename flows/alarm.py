"""An operator told by e-mail that a run went wrong; automations start it, for Prefect's server sends no mail itself."""

from __future__ import annotations

from datetime import datetime

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowFilter, FlowRunFilter
from prefect.client.schemas.objects import StateType
from prefect.client.schemas.sorting import FlowRunSort

from flows.failures import without_values
from warehouse.doctor.telling import tell
from warehouse.installation.settings import Settings, read_settings

LATEST = 50  # alarms that are looked through for one of the same event
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


def told_before(event: str) -> bool:
    """Ask the server whether an alarm has been raised for an event; alarms run one after another.

    On SQLite the server takes an event once more where it found the database busy, and fires again. Where it does not
    answer, no: a letter too many is better than none.
    """
    ours, done = FlowFilter(name={"any_": ["alarm"]}), FlowRunFilter(state={"type": {"any_": [StateType.COMPLETED]}})
    try:
        with get_client(sync_client=True) as client:
            latest = client.read_flow_runs(
                flow_filter=ours, flow_run_filter=done, sort=FlowRunSort.START_TIME_DESC, limit=LATEST
            )
    except Exception:  # noqa: BLE001 (whatever it is, the letter goes)
        return False
    return any(one.parameters.get("event") == event for one in latest)


@flow(name="alarm", persist_result=False)
def alarm(what: str, run: str, event: str = "") -> None:
    """Сообщить по почте (NASTAVNIK_ALARM_TO), что запуск не удался; запускается сам, тревогами сервера."""
    if event and told_before(event):
        return
    sent = alarm_task(what, run)
    told = "да" if sent else "некому: NASTAVNIK_SMTP_URL, NASTAVNIK_ALARM_TO"
    row = {"тревога": what, "запуск": run, "отправлено": told}
    create_table_artifact(table=[row], key="alarm", description="Тревога оператору")
    if not sent:
        get_run_logger().warning("Тревогу послать некому (NASTAVNIK_SMTP_URL, NASTAVNIK_ALARM_TO): %s, %s", what, run)
