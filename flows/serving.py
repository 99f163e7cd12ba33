"""Scheduling in one command: Prefect's server, pool, deployments and worker on this machine."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import socket
import threading
import urllib.error
import urllib.request
from base64 import b64encode
from pathlib import Path

import click

from flows import processes
from warehouse.installation.durable import write_durably
from warehouse.installation.locks import alone_with
from warehouse.installation.settings import Misconfigured, Settings, Source

HOST = "127.0.0.1"
USUAL_PORT = 4200
USER = "nastavnik"
DEPLOYMENTS = Path(__file__).resolve().parents[1] / "deployments" / "prefect.yaml"
POOL = TAG = "nastavnik"  # as there; the tag is on the runs that are watched
ADDRESS = "api"  # in Prefect's folder while it serves: where, for `nastavnik doctor`
START_SECONDS = 600.0  # bounds of its own parts are shorter; this one only ends what hangs
STOP_SECONDS = 15.0
SERVED = "Расписания этой папки уже обслуживает другой nastavnik up."
FOREVER = float("inf")
DONE, FAILED = 0, 3


def up(settings: Settings, port: int | None = None) -> int:
    """Serve the schedules until SIGINT or SIGTERM; return 0 when stopped, 3 when a part failed.

    Without `port` the usual one is taken, or a free one where that is busy. Leaves no process behind.
    """
    os.umask(0o077)
    with alone_with(settings.run / "up.lock", SERVED), processes.stop_signals() as stopping:
        environ = environment(settings, _free_port((port,) if port else (USUAL_PORT, 0)))
        processes.adopt_orphans()
        children: list[processes.Child] = []
        try:
            return _serve(settings, environ, children, stopping)
        finally:
            click.echo("Останавливаю…")
            (settings.run / "prefect" / ADDRESS).unlink(missing_ok=True)
            _stop(children)
            click.echo("Остановлено.")


def deploy(settings: Settings) -> int:
    """Write pool, deployments and schedules to the server of PREFECT_API_URL; repeating changes nothing."""
    if not os.environ.get("PREFECT_API_URL"):
        raise Misconfigured("Задайте адрес сервера Prefect: PREFECT_API_URL=http://…/api.")
    (settings.run / "prefect").mkdir(parents=True, exist_ok=True, mode=0o700)
    environ = {"PREFECT_HOME": str(settings.run / "prefect")} | os.environ | QUIET
    deploying = processes.start("flows.deploying", environ=environ, log=None)
    try:
        return deploying.wait(START_SECONDS)
    finally:
        processes.end(deploying, STOP_SECONDS)


QUIET = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
}


def environment(settings: Settings, port: int) -> dict[str, str]:
    """Return the environment of the parts: our settings absolute, Prefect inside our home and on loopback."""
    folder = settings.run / "prefect"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    password = _password(folder / "auth")
    ours = {
        "NASTAVNIK_HOME": str(settings.home),
        "NASTAVNIK_INBOX": settings.inboxes,
        "NASTAVNIK_WAREHOUSE_URL": settings.warehouse_url,
    }
    if settings.key.kind is Source.FILE:
        ours[settings.key.setting] = settings.key.value
    if settings.backup:
        ours["NASTAVNIK_BACKUP"] = str(settings.backup)
    if settings.metrics_file:
        ours["NASTAVNIK_METRICS_FILE"] = str(settings.metrics_file)
    if settings.smtp_ca_file:
        ours["NASTAVNIK_SMTP_CA_FILE"] = str(settings.smtp_ca_file)
    prefects = {
        "PREFECT_HOME": str(folder),
        "PREFECT_PROFILES_PATH": str(folder / "profiles.toml"),
        "PREFECT_API_URL": f"http://{HOST}:{port}/api",
        "PREFECT_SERVER_API_HOST": HOST,
        "PREFECT_SERVER_API_PORT": str(port),
        # loopback is open to every user of the machine and to every page of their browsers
        "PREFECT_SERVER_API_AUTH_STRING": password,
        "PREFECT_API_AUTH_STRING": password,
        "PREFECT_SERVER_CSRF_PROTECTION_ENABLED": "true",
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": f"http://{HOST}:{port}",
        "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
        # leases in memory are forgotten by a restart, and the places they hold with them
        "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",  # runs older than 90 days are forgotten
        "PREFECT_SERVER_EVENTS_MESSAGING_BROKER": "flows.messaging",  # no event is dropped where SQLite is busy
        "PREFECT_CLI_COLORS": "false",
        "PYTHONUNBUFFERED": "1",
    }
    unwanted = ("PREFECT_API_KEY", "PREFECT_PROFILE", "PREFECT_SERVER_DATABASE_CONNECTION_URL")
    inherited = {name: value for name, value in os.environ.items() if name not in unwanted}
    return inherited | QUIET | ours | prefects


def without_keys(environ: dict[str, str]) -> dict[str, str]:
    """Return the environment of a part that opens no data: Prefect's server."""
    return {name: value for name, value in environ.items() if not name.startswith("NASTAVNIK_")}


def _password(path: Path) -> str:
    """Return «user:password» of this installation's Prefect, made on first use."""
    if not path.exists() or not path.read_text():
        write_durably(path, f"{USER}:{secrets.token_urlsafe(24)}".encode())
    return path.read_text()


def _free_port(wanted: tuple[int, ...]) -> int:
    """Return the first free port, 0 standing for any; who holds a taken one must not get our schedules."""
    for port in wanted:
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((HOST, port))
            return probe.getsockname()[1]
    raise Misconfigured(f"Порт {wanted[0]} занят; задайте другой: --port.")


def _serve(
    settings: Settings,
    environ: dict[str, str],
    children: list[processes.Child],
    stopping: threading.Event,
) -> int:
    folder, api = settings.run / "prefect", environ["PREFECT_API_URL"]

    def begin(module: str, *arguments: str, log: Path | None) -> processes.Child:
        own = environ if module != "prefect" else without_keys(environ)
        children.append(processes.start(module, *arguments, environ=own, log=log))
        return children[-1]

    click.echo("Запускаю сервер Prefect, это занимает до минуты…")
    port = environ["PREFECT_SERVER_API_PORT"]
    server = begin("prefect", "server", "start", "--host", HOST, "--port", port, log=folder / "server.log")
    deploying = begin("flows.deploying", "--alone", log=None)
    processes.wait_until(lambda: processes.any_ended(deploying, server), stopping, START_SECONDS)
    if deploying.poll() != 0:
        return _outcome(stopping, "Сервер Prefect не запустился", folder / "server.log")
    worker = begin("flows.worker", log=folder / "worker.log")

    def ready() -> bool:
        return processes.any_ended(worker) or _has_worker(api, environ["PREFECT_API_AUTH_STRING"])

    if not processes.wait_until(ready, stopping, START_SECONDS) or processes.any_ended(worker):
        return _outcome(stopping, "Исполнитель не запустился", folder / "worker.log")
    write_durably(folder / ADDRESS, api.encode())
    click.echo(f"Работает: {api.removesuffix('/api')} (вход — строка из файла {folder / 'auth'})")
    click.echo("Остановить: Ctrl-C.")
    processes.wait_until(lambda: processes.any_ended(server, worker), stopping, FOREVER)
    return _outcome(stopping, "Одна из частей остановилась сама", folder)


def _outcome(stopping: threading.Event, failure: str, place: Path) -> int:
    if stopping.is_set():
        return DONE
    click.echo(f"{failure}; смотрите {place}.", err=True)
    return FAILED


def _has_worker(api: str, auth: str) -> bool:
    """Whether the pool has a worker that answers."""
    request = urllib.request.Request(f"{api}/work_pools/{POOL}")
    request.add_header("Authorization", f"Basic {b64encode(auth.encode()).decode()}")
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)["status"] == "READY"
    except (urllib.error.URLError, OSError):
        return False


def _stop(children: list[processes.Child]) -> None:
    """End the worker, then its runs while the server can still note how they ended, then the server."""
    if not children:
        return
    server, *others = children
    for child in reversed(others):
        processes.end(child, STOP_SECONDS)
    below_server = {server.pid} if server.poll() is None else set()
    processes.end_descendants(below_server, STOP_SECONDS)
    processes.end(server, STOP_SECONDS)
    processes.end_descendants(set(), STOP_SECONDS)
