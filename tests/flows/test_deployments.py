"""The deployments as declared: every schedule named, in Moscow time, one run at a time."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from uuid import uuid4

import pytest
import yaml

from flows.automations import SILENT, STUCK, automations

DECLARED = yaml.safe_load((Path(__file__).parents[2] / "deployments" / "prefect.yaml").read_text())
DEPLOYMENTS = {one["name"]: one for one in DECLARED["deployments"]}
SCHEDULED = {
    "intake": "30 2 * * *",
    "kpi": "0 4 * * *",
    "release": "0 5 * * *",
    "notices": "30 7 * * *",
    "reminders": "0 9 * * 1-5",
    "retention": "0 6 * * 1",
    "backup": "30 5 * * *",
    "backfill": None,
}
ALARM = "alarm"  # started by automations


def test_what_runs_when() -> None:
    crons = {name: [s["cron"] for s in one.get("schedules", [])] for name, one in DEPLOYMENTS.items()}
    assert crons == {name: [cron] if cron else [] for name, cron in (SCHEDULED | {ALARM: None}).items()}


@pytest.mark.parametrize("name", [*SCHEDULED, ALARM])
def test_a_deployment_runs_one_at_a_time_from_anywhere(name: str) -> None:
    one = DEPLOYMENTS[name]
    module, function = one["entrypoint"].rsplit(".", 1)
    flow = getattr(import_module(module), function)
    assert flow.name == name
    assert flow.description  # what an operator reads beside the run
    assert DECLARED["pull"] == []
    assert one["concurrency_limit"] == {"limit": 1, "collision_strategy": "ENQUEUE"}
    assert one["work_pool"]["name"] == "nastavnik"
    assert one["tags"] == (["nastavnik-alarm"] if name == ALARM else ["nastavnik"])  # who watches is not watched


@pytest.mark.parametrize("name", SCHEDULED)
def test_a_schedule_keeps_its_id_and_zone(name: str) -> None:
    schedules = DEPLOYMENTS[name].get("schedules", [])
    assert len({one["slug"] for one in schedules}) == len(schedules)
    assert {one["timezone"] for one in schedules} <= {"Europe/Moscow"}


def test_a_run_that_never_begins_is_given_up_as_one_that_falls_silent() -> None:
    """Killed with its worker while it imports, it has no heartbeat yet that could stop."""
    made = {one.name: one for one in automations(uuid4())}
    stuck, silent = made[STUCK].trigger, made[SILENT].trigger
    assert stuck.after == {"prefect.flow-run.Pending", "prefect.flow-run.Submitting"}
    assert {"prefect.flow-run.Running", "prefect.flow-run.AwaitingConcurrencySlot", *silent.expect} <= stuck.expect
    assert silent.within < stuck.within
    assert made[STUCK].actions == made[SILENT].actions
