"""Nights gone through: undisturbed in this process, and disturbed by way of Prefect; both over the same deliveries."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient

from flows.automations import bring
from flows.backup import add_backup
from flows.intake import take_pending
from flows.kpi import compute_kpi
from flows.release import publish
from flows.worker import FOLDER
from tests.soak import prefects
from tests.soak.arrivals import CUT, Night
from tests.soak.clerks import decide_in
from tests.soak.invariants import half_made_releases
from tests.soak.parts import Parts, descriptors, resident
from tests.soak.strikes import Strike, strike_in_its_moment
from warehouse.installation.settings import Settings

MOST_TRIES = 8
BEGUN_WITHIN = timedelta(seconds=120)  # of ten minutes: nobody is waited for so long in a soak
GROWS_EVERY = 0.3  # seconds: a file is left alone that grew within NASTAVNIK_SETTLE_SECONDS
STEPS: dict[str, Callable[[Settings, datetime], object]] = {
    "intake": take_pending, "kpi": compute_kpi, "release": publish, "backup": add_backup,
}  # fmt: skip


def steps_of(night: Night, seed: int) -> tuple[str, ...]:
    """Return what runs after the intake: releases in every history where they are due, the rest by the seed."""
    random = Random(f"{seed}/steps/{night.number}")
    return ("release", *(("kpi",) if random.random() < 0.3 else ()), *(("backup",) if random.random() < 0.4 else ()))


def undisturbed(settings: Settings, nights: list[Night], seed: int) -> None:
    """Go through the nights without Prefect and without faults."""
    for night in nights:
        night.lie(settings.inbox)
        take_pending(settings, night.at)
        night.complete(settings.inbox)
        take_pending(settings, night.at)
        for step in steps_of(night, seed):
            STEPS[step](settings, night.at)
        decide_in(settings, night, seed)


@dataclass
class Told:
    """What a night was like."""

    number: int
    files: int
    strike: str
    struck: str  # which run
    hit: bool = True  # the run was not over yet
    ends: list[str] = field(default_factory=list)  # of every run, in order
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0
    measured: dict[str, float] = field(default_factory=dict)


@contextmanager
def arriving_slowly(night: Night, inbox: Path) -> Iterator[None]:
    """Let half of each slow file lie there: under another name, or under its own, growing."""
    done, growing = threading.Event(), []
    for one in night.arrived:
        if one.slow:
            content = one.source.read_bytes()
            path = inbox / one.folder / (one.name + ".part" if one.slow == CUT else one.name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content[: len(content) // 2])
            growing += [path] if one.slow != CUT else []

    def grow() -> None:
        while not done.wait(GROWS_EVERY):
            for path in growing:
                with path.open("ab") as file:
                    file.write(b"\0")

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        yield
    finally:
        done.set()
        writer.join()
        for one in night.arrived:
            (inbox / one.folder / f"{one.name}.part").unlink(missing_ok=True)


class Season:
    """Nights by way of Prefect's server and worker."""

    def __init__(
        self, settings: Settings, parts: Parts, client: SyncPrefectClient, clock: Path, prefect_url: str, seed: int
    ) -> None:
        self._settings, self._parts, self._client, self._clock = settings, parts, client, clock
        self._url, self._seed = prefect_url, seed
        self._deployments: dict[str, UUID] = prefects.no_schedules(client)
        bring(client, self._deployments["alarm"], begun_within=BEGUN_WITHIN)

    def go_through(self, night: Night, strike: Strike | None) -> Told:
        """Go through one night, one of whose runs is struck."""
        started, random = time.monotonic(), Random(f"{self._seed}/moments/{night.number}")
        steps = ("intake", *steps_of(night, self._seed))
        struck = "intake" if strike is None or random.random() < 0.7 else random.choice(steps)
        told = Told(night.number, len(night.arrived), strike.name if strike else "", struck if strike else "")
        self._clock.write_text(night.at.isoformat(), encoding="ascii")
        inbox = self._settings.inbox
        with arriving_slowly(night, inbox):
            night.lie(inbox)
            self._until_done("intake", strike if struck == "intake" else None, random, told)
        night.complete(inbox)
        self._until_done("intake", None, random, told)
        for step in steps[1:]:
            self._until_done(step, strike if step == struck else None, random, told)
        decide_in(self._settings, night, self._seed)
        told.seconds = round(time.monotonic() - started, 1)
        told.measured = self._measured()
        prefects.a_day_passes(self._url)
        return told

    def _until_done(self, step: str, strike: Strike | None, random: Random, told: Told) -> None:
        """Run a step until it ends well, as an operator does whom an alarm has called."""
        for _ in range(MOST_TRIES):
            end = self._run(step, strike, random, told)
            told.ends.append(f"{step} {end}")
            told.wrong += half_made_releases(self._settings) if strike and step == "release" else []
            if end == "Completed":
                return
            strike = None
        told.wrong.append(f"{step} ended {MOST_TRIES} times without success")

    def _run(self, step: str, strike: Strike | None, random: Random, told: Told) -> str:
        run = prefects.begin(self._client, self._deployments[step], f"{step}-{told.number}-{len(told.ends) + 1}")
        if strike is not None:
            at = self._clock.read_text(encoding="ascii")
            begun = partial(prefects.begun, self._client, run)
            told.hit = strike_in_its_moment(strike, self._parts, random, str(run), at, begun)
        return prefects.end_of(self._client, run)

    def _measured(self) -> dict[str, float]:
        """Return what server, worker and Prefect's database take."""
        found: dict[str, float] = dict(prefects.counted(self._url))
        for name, child in (("server", self._parts.server), ("worker", self._parts.worker)):
            assert child is not None
            found |= {
                f"{name} pid": child.pid, f"{name} MB": round(resident(child.pid), 1), f"{name} fds": descriptors(child.pid),
            }  # fmt: skip
        return found | {"temp": len(self.temporary())}

    def temporary(self) -> list[str]:
        """Return what lies in every folder for temporary files, but for the own folder of the worker that lives."""
        folder, worker = self._settings.run / "prefect" / FOLDER, self._parts.worker
        places = (Path(self._parts.environ["TMPDIR"]), folder)
        found = [*self._settings.run.glob("tmp-*"), *(path for place in places for path in place.rglob("*"))]
        own = {path for path in folder.glob("*") if worker and path.name.endswith(f"-{worker.pid}")}
        return sorted(path.name for path in found if not own & {path, *path.parents})


def as_json(told: Told) -> dict[str, object]:
    """Return a night for other programs."""
    return asdict(told)
