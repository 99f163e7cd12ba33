"""What befalls a run: processes killed, the database stopped, no room in files, the same run begun twice."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

from flows import processes
from tests.postgres import Server
from tests.soak.parts import PATIENCE, Parts, below, kill, wait_for

LARGEST_FILE = 3000  # bytes: less than any file of a release or of the lake
DOWN_SECONDS = 1.0
SHARE_OF_EARLY = 0.3  # of strikes: a run imports for as long as it works
LONGEST_WAIT = 6.0  # seconds


def run_killed(parts: Parts, run: str, at: str) -> None:
    """The process of the run is gone: too little memory."""
    for pid in parts.process_of(run):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def run_ended(parts: Parts, run: str, at: str) -> None:
    """The process of the run is asked to end."""
    for pid in parts.process_of(run):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)


def reader_killed(parts: Parts, run: str, at: str) -> None:
    """A process that reads workbooks is gone."""
    for child in [child for pid in parts.process_of(run) for child in below(pid)]:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)


def worker_killed(parts: Parts, run: str, at: str) -> None:
    """The worker is gone, and its supervisor begins it anew; the run is not asked."""
    kill(parts.worker)
    parts.begin_worker()


def machine_lost(parts: Parts, run: str, at: str) -> None:
    """Worker and run are gone together: nobody is left to tell."""
    kill(parts.worker)
    run_killed(parts, run, at)
    parts.begin_worker()


def server_killed(parts: Parts, run: str, at: str) -> None:
    """Prefect's server is gone, and its supervisor begins it anew."""
    kill(parts.server)
    time.sleep(DOWN_SECONDS)
    parts.begin_server()


def database_stopped(parts: Parts, run: str, at: str) -> None:
    """The warehouse's PostgreSQL stops at once."""
    _stop_for_a_while(parts.database)


def prefects_database_stopped(parts: Parts, run: str, at: str) -> None:
    """The PostgreSQL of Prefect's server stops at once."""
    _stop_for_a_while(parts.prefects_database)


def _stop_for_a_while(database: Server) -> None:
    database.stop_immediately()
    time.sleep(DOWN_SECONDS)
    database.start()


def files_bound(parts: Parts, run: str, at: str) -> None:
    """No file of the run's process may grow."""
    for pid in parts.process_of(run):
        with suppress(ProcessLookupError):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))


def run_twice(parts: Parts, run: str, at: str) -> None:
    """A second worker takes the same run."""
    words = ("flow-run", "execute", run)
    processes.start("prefect", *words, environ=parts.environ, log=parts.folder / "twice.log").wait(PATIENCE)


def by_hand(parts: Parts, run: str, at: str) -> None:
    """An operator begins an intake in a terminal."""
    command = [str(Path(sys.executable).with_name("nastavnik")), "intake", "--received-at", at]
    subprocess.run(command, env=parts.environ, capture_output=True, timeout=PATIENCE)


@dataclass(frozen=True)
class Strike:
    """One kind of mishap, and how often it comes among the others."""

    act: Callable[[Parts, str, str], None]
    weight: int

    @property
    def name(self) -> str:
        return self.act.__name__.replace("_", " ")


STRIKES = (
    Strike(run_killed, 4), Strike(run_ended, 2), Strike(reader_killed, 2), Strike(worker_killed, 2), Strike(machine_lost, 1),
    Strike(server_killed, 2), Strike(database_stopped, 4), Strike(prefects_database_stopped, 2), Strike(files_bound, 3), Strike(run_twice, 2), Strike(by_hand, 2),
)  # fmt: skip


def chosen(seed: int, number: int, most: int = len(STRIKES)) -> list[Strike]:
    """Return a strike for each of so many nights: each kind once, in an order of the seed, then by weight."""
    random = Random(f"{seed}/strikes")
    kinds = list(STRIKES)
    random.shuffle(kinds)
    more = random.choices(STRIKES, [one.weight for one in STRIKES], k=max(0, number - most))
    return (kinds + more)[:number]


def strike_in_its_moment(
    strike: Strike, parts: Parts, random: Random, run: str, at: str, begun: Callable[[], bool]
) -> bool:
    """Wait until the run is importing, or at work, and then some time. Tell whether it still was."""
    importing, wait = random.random() < SHARE_OF_EARLY, random.uniform(0, LONGEST_WAIT)
    with suppress(TimeoutError):
        wait_for(lambda: parts.process_of(run), "process of the run", 60)
        wait_for(lambda: importing or begun(), "beginning of the run", 60)
        time.sleep(wait)
    hit = bool(parts.process_of(run))
    strike.act(parts, run, at)
    return hit
