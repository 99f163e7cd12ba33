"""Synthetic deliveries on disk, in the order in which they arrive."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from multiprocessing import get_context
from pathlib import Path

from warehouse.synthetic.incidents import Incidents, Rates, Timing
from warehouse.synthetic.outlook import Outlook, Place
from warehouse.synthetic.people import Crowd
from warehouse.synthetic.setting import Setting
from warehouse.synthetic.slips import break_off
from warehouse.synthetic.submissions import submissions_of
from warehouse.synthetic.writing import write_submission

CHUNK = 40  # institutions written by one process before it reports


@dataclass(frozen=True)
class Posting:
    """One delivery waiting to arrive: a written file and the inbox folder it goes to."""

    as_of: date
    timing: Timing
    folder: str  # institution code
    file_name: str
    path: Path

    def deliver(self, inbox: Path) -> Path:
        """Move the file into its folder of the inbox, on the same file system, and return where it is."""
        target = inbox / self.folder / self.file_name
        target.parent.mkdir(parents=True, exist_ok=True)
        return self.path.replace(target)


@dataclass(frozen=True)
class Wave:
    """Deliveries that arrive together."""

    as_of: date
    timing: Timing
    received_at: datetime  # aware, Moscow
    postings: tuple[Posting, ...]

    def deliver(self, inbox: Path) -> int:
        """Move all files of the wave into the inbox; return how many. A wave can be delivered once."""
        return len([posting.deliver(inbox) for posting in self.postings])


def prepare_waves(
    folder: Path,
    seed: int,
    setting: Setting,
    rates: Rates,
    workers: int = 1,
    progress: Callable[[int], None] = lambda files: None,
) -> list[Wave]:
    """Write all deliveries of a world into `folder` and return them as waves in the order of timing.

    The same seed and setting give the same bytes, whatever the number of workers. `progress` is
    told how many files have just been written. With one worker everything happens in this process.
    """
    incidents = Incidents(Outlook(seed, setting), rates)
    due = {each.as_of: each.due_on for each in setting.dates}
    groups: dict[tuple[date, Timing], list[Posting]] = {}
    for postings in _written(folder, incidents, workers):
        progress(len(postings))
        for posting in postings:
            groups.setdefault((posting.as_of, posting.timing), []).append(posting)
    waves = [
        Wave(as_of, timing, timing.received_at(due[as_of]), tuple(postings))
        for (as_of, timing), postings in groups.items()
    ]
    return sorted(waves, key=lambda wave: wave.received_at)


def _written(folder: Path, incidents: Incidents, workers: int) -> Iterator[list[Posting]]:
    places = incidents.outlook.places
    if workers <= 1:
        crowd = Crowd(incidents.outlook.seed)
        yield from (_write_place(folder, incidents, place, crowd) for place in places)
        return
    size = min(CHUNK, -(-len(places) // workers))
    chunks = [places[start : start + size] for start in range(0, len(places), size)]
    # Started afresh, not forked: the caller may have threads of its database running.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for chunk in pool.map(_write_places, *zip(*((folder, incidents, chunk) for chunk in chunks), strict=True)):
            yield from chunk


def _write_places(folder: Path, incidents: Incidents, places: Iterable[Place]) -> list[list[Posting]]:
    crowd = Crowd(incidents.outlook.seed)
    return [_write_place(folder, incidents, place, crowd) for place in places]


def _write_place(folder: Path, incidents: Incidents, place: Place, crowd: Crowd) -> list[Posting]:
    """Write every delivery of one institution."""
    due = {each.as_of: each.due_on for each in incidents.outlook.setting.dates}
    postings = []
    for submission in submissions_of(incidents.outlook, place, crowd):
        for delivery in incidents.deliveries(submission):
            timing = delivery.timing
            path = folder / f"{submission.as_of}" / timing.name.lower() / delivery.folder / delivery.file_name
            path.parent.mkdir(parents=True, exist_ok=True)
            write_submission(delivery.submission, path)
            if delivery.truncated:
                break_off(path)
            sent = timing.received_at(due[submission.as_of]).timestamp()
            os.utime(path, (sent, sent))
            postings.append(Posting(submission.as_of, timing, delivery.folder, delivery.file_name, path))
    return postings
