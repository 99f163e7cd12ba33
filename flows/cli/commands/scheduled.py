"""Whether schedules exist where they are served: asked of Prefect's own API, without importing Prefect."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
import uuid
from base64 import b64encode
from typing import Any

from flows.serving import ADDRESS, DEPLOYMENTS, POOL, TAG
from warehouse.doctor.answers import Answer, Look, fail, ok, warn
from warehouse.doctor.checks import Check
from warehouse.installation.settings import Settings

ANSWER_SECONDS = 10


def declared() -> set[str]:
    """Return the names of the deployments that have a schedule."""
    import yaml

    told = yaml.safe_load(DEPLOYMENTS.read_text(encoding="utf-8"))
    return {one["name"] for one in told["deployments"] if one.get("schedules")}


def schedules(look: Look) -> Answer:
    """Does every declared schedule have a run to come, and does a worker wait for it?"""
    api = _api(look.settings)
    if api is None:
        return warn("не проверены: сервер Prefect неизвестен", "Запустите nastavnik up или задайте PREFECT_API_URL.")
    try:
        return _judged(_Server(api, _auth(look.settings)))
    except (urllib.error.URLError, OSError, ValueError, KeyError) as error:
        code = getattr(error, "code", type(error).__name__)
        return fail(
            f"сервер Prefect {api} не отвечает: {code}", "Запустите его: nastavnik up или nastavnik-server.service."
        )


SCHEDULES = Check("schedules", "Расписания", schedules)


def _judged(server: _Server) -> Answer:
    ours = {"tags": {"all_": [TAG]}}
    deployments = server.ask("deployments/filter", {"deployments": ours})
    active = {one["id"]: one["name"] for one in deployments if any(s["active"] for s in one["schedules"])}
    scheduled = {"state": {"type": {"any_": ["SCHEDULED"]}}}
    runs = server.ask("flow_runs/filter", {"flow_runs": scheduled, "deployments": ours, "limit": 200})
    coming = {active[run["deployment_id"]] for run in runs if run["deployment_id"] in active}
    if lacking := sorted(declared() - set(active.values())):
        return fail(f"не записаны: {', '.join(lacking)}", "Запишите их: nastavnik deploy (или nastavnik up).")
    if silent := sorted(set(active.values()) - coming):
        return fail(
            f"нет запусков по расписаниям: {', '.join(silent)}",
            "Перезапустите сервер Prefect и повторите nastavnik deploy.",
        )
    if server.ask(f"work_pools/{POOL}")["status"] != "READY":
        return fail("есть, а исполнителя нет", "Запустите его: nastavnik up или nastavnik-worker.service.")
    if late := sorted({run["name"] for run in runs if run["state_name"] == "Late"}):
        return warn(
            f"опаздывают запуски: {len(late)}", "Исполнитель занят или стоит: смотрите журнал nastavnik-worker."
        )
    return ok(f"их {len(active)}, у каждого есть запуск")


class _Server:
    """Prefect's API at an address."""

    def __init__(self, api: str, auth: str | None) -> None:
        self._api = api.rstrip("/")
        self._headers = {"Content-Type": "application/json"}
        if auth:
            self._headers["Authorization"] = f"Basic {b64encode(auth.encode()).decode()}"
        self._headers |= self._csrf()

    def ask(self, path: str, body: dict | None = None) -> Any:
        """Return an answer; a filter is a POST that changes nothing."""
        content = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self._api}/{path}", content, self._headers)
        with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as answer:
            return json.load(answer)

    def _csrf(self) -> dict[str, str]:
        """Return what a server that protects its forms wants to see; nothing where it does not."""
        client = str(uuid.uuid4())
        try:
            token = self.ask(f"csrf-token?client={client}")["token"]
        except urllib.error.HTTPError as refused:
            if refused.code in (404, 422):
                return {}
            raise
        return {"Prefect-Csrf-Token": token, "Prefect-Csrf-Client": client}


def _api(settings: Settings) -> str | None:
    if given := os.environ.get("PREFECT_API_URL"):
        return given
    path = settings.run / "prefect" / ADDRESS
    return path.read_text() if path.exists() else None


def _auth(settings: Settings) -> str | None:
    if given := os.environ.get("PREFECT_API_AUTH_STRING"):
        return given
    path = settings.run / "prefect" / "auth"
    return path.read_text() if path.exists() else None
