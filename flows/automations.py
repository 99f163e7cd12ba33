"""What Prefect's server does by itself when runs of ours go wrong; bringing it there twice changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import StateType
from prefect.events.actions import ChangeFlowRunState, RunDeployment
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture

from flows.serving import TAG

ALARM_TAG = f"{TAG}-alarm"  # its runs are not watched, or a failing alarm would raise alarms
HEARTBEAT, RUNNING = "prefect.flow-run.heartbeat", "prefect.flow-run.Running"
ENDS = {f"prefect.flow-run.{state}" for state in ("Completed", "Failed", "Cancelled", "Crashed", "TimedOut")}
SILENT_AFTER = timedelta(seconds=90)  # three heartbeats; the first may never have been sent
SILENT = "nastavnik: silent runs"
STARTS = {f"prefect.flow-run.{state}" for state in ("Pending", "Submitting")}
WAITS = {f"prefect.flow-run.{state}" for state in ("AwaitingConcurrencySlot", "AwaitingRetry")}  # in order: not stuck
BEGUN_WITHIN = timedelta(minutes=10)  # imports take one on a busy machine
STUCK = "nastavnik: stuck runs"
ALARMS = {  # docs/engineers/operations.md has a row for each; by the name of the state that a run went into
    "nastavnik: failed": ("Failed", "Запуск не удался"),
    "nastavnik: crashed": ("Crashed", "Запуск оборвался"),
    "nastavnik: timed out": ("TimedOut", "Запуск не уложился во время"),
    "nastavnik: late": ("Late", "Запуск опаздывает"),
}


def automations(
    alarm: UUID, silent_after: timedelta = SILENT_AFTER, begun_within: timedelta = BEGUN_WITHIN
) -> Iterator[AutomationCore]:
    """Yield all of them; `alarm` is the deployment that sends the letters."""
    yield _lost_runs(SILENT, "Запуск умолк", {RUNNING, HEARTBEAT}, {HEARTBEAT, *ENDS}, silent_after)
    yield _lost_runs(STUCK, "Запуск так и не начался", STARTS, {*WAITS, RUNNING, HEARTBEAT, *ENDS}, begun_within)
    for name, (state, sentence) in ALARMS.items():
        trigger = EventTrigger(
            expect={f"prefect.flow-run.{state}"}, posture=Posture.Reactive, threshold=1, **_runs(TAG)
        )
        told = {"run": "{{ flow.name }}, {{ flow_run.name }}", "event": "id {{ event.id }}"}  # filled in by the server
        parameters = {"what": sentence, **told}
        action = RunDeployment(source="selected", deployment_id=alarm, parameters=parameters)
        yield AutomationCore(name=name, description=sentence, trigger=trigger, actions=[action])


def _runs(*tags: str) -> dict[str, Any]:
    return {
        "match": {"prefect.resource.id": ["prefect.flow-run.*"]},
        "match_related": {"prefect.resource.id": [f"prefect.tag.{tag}" for tag in tags]},
        "for_each": {"prefect.resource.id"},
    }


def _lost_runs(name: str, told: str, after: set[str], expect: set[str], within: timedelta) -> AutomationCore:
    """Mark a run crashed that comes no further: a worker that is killed with it tells nobody.

    An alarm that hangs is given up too: it would hold the place of those after it.
    """
    trigger = EventTrigger(
        after=after, expect=expect, posture=Posture.Proactive, threshold=1, within=within, **_runs(TAG, ALARM_TAG)
    )
    action = ChangeFlowRunState(state=StateType.CRASHED, message="The run fell silent.")
    return AutomationCore(name=name, description=told, trigger=trigger, actions=[action])


def bring(client: SyncPrefectClient, alarm: UUID, **within: timedelta) -> list[str]:
    """Make a server's automations of ours those declared, with other times where told; return their names."""
    names = []
    for wanted in automations(alarm, **within):
        existing = client.read_automations_by_name(wanted.name)
        if existing:
            client.update_automation(existing[0].id, wanted)
        else:
            client.create_automation(wanted)
        names.append(wanted.name)
    return names
