"""The server shape under test: Prefect's server, its database on PostgreSQL, a worker; each may be killed and begun anew."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa

from flows import processes
from flows.serving import HOST, environment, without_keys
from tests.postgres import Server
from tests.soak.clock import RUN
from warehouse.installation.settings import Settings

PATIENCE = 300.0  # of a server that begins, on a busy machine
KEPT_DAYS = 4  # of runs and events; in earnest 90 and 7
SHORT = {  # intervals, of minutes and hours in earnest
    "PREFECT_WORKER_QUERY_SECONDS": "1",
    "PREFECT_WORKER_HEARTBEAT_SECONDS": "5",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_LOOP_SECONDS": "5",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ORPHAN_CLEANUP_LOOP_SECONDS": "10",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(KEPT_DAYS * 86_400),
    "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": f"P{KEPT_DAYS}D",
}
Found = TypeVar("Found")


def wait_for(reached: Callable[[], Found], what: str, seconds: float = PATIENCE) -> Found:
    """Wait until something is there; return it."""
    deadline = time.monotonic() + seconds
    while not (found := reached()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"no {what} after {seconds:.0f} s")
        time.sleep(0.1)
    return found


def asyncpg_url(url: str) -> str:
    """Return the URL of a database as Prefect's server wants it."""
    return sa.make_url(url).set(drivername="postgresql+asyncpg").render_as_string(hide_password=False)


class Parts:
    """The processes; their logs lie in `folder`."""

    def __init__(
        self, settings: Settings, folder: Path, databases: tuple[Server, Server], prefect_url: str, port: int
    ) -> None:
        self.folder, self._port = folder, port
        self.database, self.prefects_database = databases
        self.environ = environment(settings, port) | SHORT
        self.environ["PREFECT_SERVER_DATABASE_CONNECTION_URL"] = asyncpg_url(prefect_url)
        self.server: processes.Child | None = None
        self.worker: processes.Child | None = None

    def change(self, environ: Mapping[str, str]) -> None:
        """Set more of what the processes find in their environment."""
        self.environ |= environ

    def begin_server(self) -> None:
        """Start the server and wait for its answer."""
        words = ("server", "start", "--host", HOST, "--port", str(self._port))
        log = self.folder / "server.log"
        self.server = processes.start("prefect", *words, environ=without_keys(self.environ), log=log)

    def deploy(self) -> int:
        """Bring pool, deployments and automations there."""
        return processes.start("flows.deploying", environ=self.environ, log=self.folder / "deploying.log").wait(
            PATIENCE
        )

    def begin_worker(self) -> None:
        """Start the worker."""
        self.worker = processes.start("flows.worker", environ=self.environ, log=self.folder / "worker.log")

    def process_of(self, run: str) -> list[int]:
        """Return the process of a run, whoever its parent was; that of the one before may still be ending."""
        wanted = f"PREFECT__FLOW_RUN_ID={run}"
        return [pid for pid in self.engines() if wanted in words_in(pid, "environ")]

    def engines(self) -> list[int]:
        """Return the processes of all runs."""
        return [pid for pid in processes.descendants(set()) if RUN in words_in(pid, "cmdline")]

    def stop(self) -> None:
        """End all, runs first."""
        for child in (self.worker, self.server):
            if child is not None:
                processes.end(child, 15)
        processes.end_descendants({self.database.pid, self.prefects_database.pid}, 15)


def kill(child: processes.Child | None) -> None:
    """Take a process away without a word."""
    assert child is not None
    child.send_signal(signal.SIGKILL)
    child.wait()


def words_in(pid: int, name: str) -> list[str]:
    """Return the command line of a process, or its environment."""
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return []


def below(pid: int) -> list[int]:
    """Return the children of a process."""
    with suppress(OSError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def resident(pid: int) -> float:
    """Return the megabytes a process holds in memory."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def descriptors(pid: int) -> int:
    """Return how many files and sockets a process has open."""
    return len(os.listdir(f"/proc/{pid}/fd"))  # noqa: PTH208 (a listing that vanishes while it is read)


@contextmanager
def served(parts: Parts) -> Iterator[Parts]:
    """Serve until the block ends."""
    processes.adopt_orphans()
    try:
        parts.begin_server()
        if parts.deploy():
            raise RuntimeError((parts.folder / "deploying.log").read_text())
        parts.begin_worker()
        yield parts
    finally:
        parts.stop()
