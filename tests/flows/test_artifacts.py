"""Every deployment leaves a table for its run: each flow's own function, its tasks as plain functions, no server."""

from __future__ import annotations

import logging
from importlib import import_module
from types import ModuleType

import pytest
from prefect import Task

from tests.flows.test_deployments import DEPLOYMENTS
from warehouse.installation.settings import Settings

GIVEN = {
    "alarm": {"what": "Запуск не удался", "run": "intake, a-run"},
    "backfill": {"first": "2021-12-31", "last": "2021-12-31"},
}


def without_server(patch: pytest.MonkeyPatch, module: ModuleType, left: dict[str, list[dict]]) -> None:
    """Have the tasks of a module run as functions, and its tables and log stay here."""
    for name, value in list(vars(module).items()):
        if isinstance(value, Task):
            patch.setattr(module, name, value.fn)
    for name, stand_in in (
        ("create_table_artifact", lambda table, key, description: left.setdefault(key, table)),
        ("get_run_logger", lambda: logging.getLogger("run")),
    ):
        if hasattr(module, name):
            patch.setattr(module, name, stand_in)


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_a_run_leaves_its_table(name: str, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import date

    monkeypatch.setenv("NASTAVNIK_HOME", str(settings.home))
    monkeypatch.setenv("NASTAVNIK_SETTLE_SECONDS", "0")
    path, function = DEPLOYMENTS[name]["entrypoint"].rsplit(".", 1)
    module, status, left = import_module(path), import_module("flows.status"), {}
    without_server(monkeypatch, status, left)
    without_server(monkeypatch, module, left)
    if hasattr(module, "leave_status"):
        monkeypatch.setattr(module, "leave_status", status.leave_status)
    if hasattr(module, "task_run"):
        monkeypatch.setattr(module, "task_run", type("OfTask", (), {"run_count": module.LAST}))
    given = {key: date.fromisoformat(value) if key in ("first", "last") else value for key, value in GIVEN.get(name, {}).items()}  # fmt: skip
    getattr(module, function).fn(**given)
    assert name in left
    assert isinstance(left[name], list)
    assert ("status" in left) == (name in ("intake", "notices", "reminders"))
