"""The soak: nights in accelerated time, one of whose runs each is struck, through Prefect's server and worker on PostgreSQL.

`python -m tests.soak.soak --nights 30 --size region` (`make soak`). In the end every invariant must hold, the state must be
that of the same nights undisturbed, no run may hold a place, and nothing may have grown.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from tests.forked import ROOT
from tests.installations import installation, settings_for
from tests.postgres import Server, fresh_database, running_server
from tests.soak import prefects
from tests.soak.arrivals import nights, posted
from tests.soak.clock import standing
from tests.soak.growth import grown, judged, paces
from tests.soak.invariants import Season as Ended
from tests.soak.invariants import broken, frozen, whole
from tests.soak.parts import Parts, kill, served, wait_for
from tests.soak.season import Season, Told, undisturbed
from tests.soak.strikes import Strike, chosen
from warehouse.installation.settings import Settings
from warehouse.register.reference import load_reference

QUIET_AT_THE_END = 200.0  # seconds: a run that fell silent is given up within ninety
INSTALLED = sorted(Path("/usr/lib/postgresql").glob("*/bin"))  # as Debian lays it out
OURS = {"NASTAVNIK_SETTLE_SECONDS": "2"}


@dataclass
class Outcome:
    """What a soak found; `wrong` is empty where all is well."""

    nights: list[Told] = field(default_factory=list)
    wrong: dict[str, list[str]] = field(default_factory=dict)
    seconds: float = 0.0


def soak(folder: Path, size: str, number: int, seed: int, strikes: list[Strike] | None = None) -> Outcome:
    """Go through the nights twice, undisturbed and struck; hold the one against the other."""
    began, outcome = time.monotonic(), Outcome()
    found, reference = posted(size, seed, folder / "posted")
    coming = nights(found, number, seed, folder / "posted")
    with running_server() as database, _prefects_own() as own, _databases(database, own) as (calm, troubled, prefect):
        calm_home = _home(folder / "calm", calm, reference, coming[0].at)
        undisturbed(calm_home, coming, seed)
        with installation(calm_home.home, calm) as home:
            expected = whole(home)
        settings = _home(folder / "home", troubled, reference, coming[0].at)
        parts = _parts(settings, folder, (database, own), prefect)
        released: dict[str, str] = {}
        with standing(folder, parts.environ, ROOT) as (clock, environ):
            clock.write_text(coming[0].at.isoformat(), encoding="ascii")
            parts.change(environ)
            with served(parts), prefects.client_of(parts.environ) as client:
                season = Season(settings, parts, client, clock, prefect, seed)
                for night, strike in zip(coming, strikes or chosen(seed, len(coming)), strict=False):
                    outcome.nights.append(season.go_through(night, strike))
                    _tell(outcome.nights[-1])
                    with installation(settings.home, troubled) as home:
                        released = frozen(home) | released  # what is seen first holds
                outcome.wrong = {f"night {one.number}": one.wrong for one in outcome.nights if one.wrong}
                outcome.wrong |= {"places": held} if (held := _held(client)) else {}
                outcome.wrong |= {"temporary": left} if (left := _left(season, parts)) else {}
            kept = prefects.everything(prefect)
        with installation(settings.home, troubled) as home:
            ended = Ended(home, coming, expected, released, [one.seconds for one in outcome.nights])
            ended.sinks = [folder / "tmp", database.log, own.log, *folder.glob("*.log")]
            ended.texts = [kept]
            outcome.wrong |= broken(ended)
    outcome.wrong |= grown([one.measured for one in outcome.nights])
    outcome.seconds = round(time.monotonic() - began, 1)
    return outcome


@contextmanager
def _databases(server: Server, own: Server) -> Iterator[tuple[str, str, str]]:
    """Make databases: undisturbed, disturbed, Prefect's."""
    with ExitStack() as stack:
        calm, troubled, prefect = (stack.enter_context(fresh_database(one.url)) for one in (server, server, own))
        yield calm, troubled, prefect


@contextmanager
def _prefects_own() -> Iterator[Server]:
    """Start the machine's own PostgreSQL for Prefect, which wants `pg_trgm`: the wheel does not have it."""
    if not INSTALLED:
        raise SystemExit("The soak needs an installed PostgreSQL, for Prefect: apt-get install postgresql")
    with running_server(INSTALLED[-1]) as server:
        yield server


def _home(folder: Path, url: str, reference: Path | None, at: datetime) -> Settings:
    """Make a home; its backups lie beside it."""
    settings = settings_for(folder, url, **OURS, NASTAVNIK_BACKUP=str(folder.with_name(f"{folder.name}-copies")))
    with installation(folder, url, at) as home:
        if reference is not None:
            with home.writing() as connection:
                load_reference(connection, home.received, reference, at)
    return settings


def _parts(settings: Settings, folder: Path, databases: tuple[Server, Server], prefect_url: str) -> Parts:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (folder / "tmp").mkdir()
    parts = Parts(settings, folder, databases, prefect_url, port)
    parts.change(OURS | {"TMPDIR": str(folder / "tmp")})
    return parts


def _held(client) -> list[str]:
    """Wait for what is at work to end; return what still is, and the places that are taken."""
    deadline = time.monotonic() + QUIET_AT_THE_END
    while (busy := prefects.at_work(client)) and time.monotonic() < deadline:
        time.sleep(1)
    return busy + [f"{name}: {taken}" for name, taken in prefects.places_held(client).items()]


def _left(season: Season, parts: Parts) -> list[str]:
    """Begin the worker once more, which takes away what killed ones left; return what is there still."""
    with suppress(TimeoutError):  # a run is over some seconds before its process, which works in the worker's folder
        wait_for(lambda: not parts.engines(), "end of the last run's process", QUIET_AT_THE_END)
    kill(parts.worker)
    parts.begin_worker()
    with suppress(TimeoutError):
        wait_for(lambda: not season.temporary(), "clean folder", QUIET_AT_THE_END)
    return season.temporary()


def _tell(told: Told) -> None:
    ends = ", ".join(told.ends)
    took = " ".join(f"{name} {told.measured[name]:g}" for name in SHOWN)
    at = f" at {told.struck}{'' if told.hit else ', which was over'}" if told.strike else ""
    _say(
        f"{told.number:>3}  {told.files:>4} files  {told.strike}{at}: {ends}; {told.seconds:.0f} s; {took} {told.wrong or ''}"
    )


SHOWN = ("server MB", "worker MB", "server fds", "worker fds", "temp", "flow_run", "events", "log", "megabytes")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    """Soak as the command line says; return 1 where anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nights", type=int, default=30)
    parser.add_argument("--size", choices=("small", "town", "region"), default="town")
    parser.add_argument("--seed", type=int, default=632)
    parser.add_argument("--json", type=Path, help="where to write the results for other programs")
    parser.add_argument("--keep", type=Path, help="a new folder to work in, kept afterwards with its logs")
    asked = parser.parse_args()
    os.umask(0o077)
    with tempfile.TemporaryDirectory(prefix="nastavnik-soak-") as temporary:
        folder = asked.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        outcome = soak(folder, asked.size, asked.nights, asked.seed)
    if asked.json:
        asked.json.parent.mkdir(parents=True, exist_ok=True)
        asked.json.write_text(json.dumps(asdict(outcome), ensure_ascii=False, indent=1), encoding="utf-8")
    for name, (pace, lived) in paces([one.measured for one in outcome.nights]).items():
        _say(f"{name}: {pace:+.1f} MB a night over {lived} nights{'' if judged(lived) else ': too few to judge'}")
    runs = sum(len(one.ends) for one in outcome.nights)
    _say(f"{len(outcome.nights)} nights, {runs} runs, {outcome.seconds:.0f} s; wrong: {outcome.wrong or 'nothing'}")
    return 1 if outcome.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
