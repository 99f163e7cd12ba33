"""The journal in steps: batches of deliveries, parted by whatever else became known between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

import sqlalchemy as sa

from warehouse.ingestion.batch import Arrival, in_batches
from warehouse.journal.journal import RECEIVED, RESTATED, Entry, all_entries
from warehouse.journal.ledger import delivery_id


@dataclass(frozen=True)
class Anew:
    """What one restatement judged anew."""

    entries: list[Entry]


Step = list[Arrival] | Anew | Entry


def steps(entries: list[Entry], size: int) -> Iterator[Step]:
    """Group the journal into batches of deliveries, parted by whatever else became known between them."""
    before: dict[tuple[str, str | None], int] = {}
    for event, run in groupby(entries, key=lambda entry: entry.event):
        if event == RECEIVED:
            yield from in_batches(_named(run, before), size)
        elif event == RESTATED:
            yield Anew(list(run))
        else:
            yield from run


def _named(run: Iterator[Entry], before: dict[tuple[str, str | None], int]) -> list[Arrival]:
    """Name the deliveries of files that came one after another, and count these among those before."""
    arrivals = []
    for entry in run:
        key = (entry.subject, entry.sha256)
        arrivals.append(Arrival(entry, delivery_id(entry.subject, entry.sha256 or "", before.get(key, 0))))
        before[key] = before.get(key, 0) + 1
    return arrivals


def files_of(connection: sa.Connection, names: Mapping[int, str], size: int) -> Iterator[list[Arrival]]:
    """Yield chosen files by the numbers they came with, as deliveries of the names given.

    They are grouped as they came, each sender once and nothing else learned in between: the past of all of them is
    what was known before the first.
    """
    for step in steps(all_entries(connection), size):
        if isinstance(step, list):
            chosen = [Arrival(one.entry, names[one.entry.seq]) for one in step if one.entry.seq in names]
            if chosen:
                yield chosen
