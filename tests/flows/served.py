"""Schedules really served: `up` in a process of its own, its API, its children, its files searched."""

from __future__ import annotations

import base64
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from uuid import UUID

import pytest

PATIENCE = 240.0  # on two busy cores; a quiet machine needs a tenth of it
UP = "import sys; from flows.serving import up; from warehouse.installation.settings import read_settings; sys.exit(up(read_settings()))"


def started(home: Path, output: Path, **settings: str) -> subprocess.Popen[bytes]:
    """Start `up` from a folder that is not the repository."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "NASTAVNIK_"))}
    environ |= {
        "NASTAVNIK_HOME": str(home),
        "NASTAVNIK_SETTLE_SECONDS": "0",
        "PREFECT_WORKER_QUERY_SECONDS": "1",
    } | settings
    with output.open("wb") as log:
        return subprocess.Popen([sys.executable, "-c", UP], env=environ, cwd=home, stdout=log, stderr=log)


def wait_for(reached: Callable[[], object], what: str, seconds: float = PATIENCE, pause: float = 0.3) -> None:
    deadline = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < deadline, f"no {what} after {seconds:.0f} s"
        time.sleep(pause)


def url_in(output: Path) -> str | None:
    """Return the address `up` has printed, once it has."""
    found = re.search(r"Работает: (http\S+)", output.read_text())
    return found and found[1]


@contextmanager
def api(url: str, home: Path) -> Iterator:
    """Talk to the server as its operator does."""
    from prefect.client.orchestration import get_client
    from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

    secret = (home / "run" / "prefect" / "auth").read_text()
    address = {PREFECT_API_URL: f"{url}/api", PREFECT_API_AUTH_STRING: secret}
    with (
        pytest.MonkeyPatch.context() as patch,  # for the processes we start
        temporary_settings(address),  # for this one
        get_client(sync_client=True) as client,
    ):
        for setting, value in address.items():
            patch.setenv(setting.name, value)
        yield client


def status_of(url: str) -> int:
    """Return how somebody without the password is answered."""
    request = urllib.request.Request(url)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def run_to_its_end(client, deployment: UUID) -> str:
    """Trigger a deployment; return the name of the state its run ends in."""
    run = client.create_flow_run_from_deployment(deployment)
    wait_for(lambda: client.read_flow_run(run.id).state.is_final(), "end of the run")
    return client.read_flow_run(run.id).state.name


def session_of(process: subprocess.Popen[bytes]) -> set[int]:
    """Return every living process below one."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = path.read_text().rpartition(")")[2].split()[:2]
        except OSError:
            continue
        if state not in "ZX":
            parents[int(path.parent.name)] = int(parent)
    below = {process.pid}
    while grown := {pid for pid, parent in parents.items() if parent in below} - below:
        below |= grown
    return below - {process.pid}


def stopped(process: subprocess.Popen[bytes], number: int = signal.SIGTERM) -> int:
    process.send_signal(number)
    return process.wait(60)


def spellings(word: str) -> dict[str, bytes]:
    """Return how a word may stand in a file, by the name of the spelling."""
    escaped = json.dumps(word)[1:-1]
    return {
        "UTF-8": word.encode(),
        "UTF-16": word.encode("utf-16-le"),
        "cp1251": word.encode("cp1251"),
        "escaped": escaped.encode(),
        "escaped twice": escaped.replace("\\", "\\\\").encode(),
        "base64": base64.b64encode(word.encode())[:-4],
    }


def _content(path: Path) -> bytes:
    """Return a file's bytes; of a database also every value whole, which on disk may lie across two pages."""
    if path.suffix != ".db":
        return path.read_bytes()
    with closing(sqlite3.connect(path)) as database:
        return path.read_bytes() + "\n".join(database.iterdump()).encode()


def traces(folder: Path, word: str) -> set[tuple[str, str]]:
    """Find a word in every file of a folder: (file, spelling)."""
    return {
        (path.name, name)
        for path in folder.rglob("*")
        if path.is_file()
        for content in [_content(path).lower()]
        for name, spelling in spellings(word).items()
        if spelling.lower() in content
    }
