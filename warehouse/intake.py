"""Intake: everything pending is received, judged and stored exactly once."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from warehouse.batch import Arrival, Batch, Line
from warehouse.home import Home
from warehouse.inbox import Inbox, Waiting, look, unchanged
from warehouse.journal import RECEIVED, Journal, arrivals
from warehouse.ledger import accepted_deliveries, delivery_id
from warehouse.received import NotAFile, Received, receive
from warehouse.settings import Settings
from warehouse.tables import table
from warehouse.vault import forget_strays


@dataclass
class IntakeSummary:
    """What one run of intake did."""

    lines: list[Line] = field(default_factory=list)
    unsettled: int = 0  # still being written: left for the next run
    odd: int = 0  # links, folders, pipes: left where they lie

    @property
    def verdicts(self) -> Counter[str]:
        return Counter(line.verdict for line in self.lines)


Progress = Callable[[int, int], None]  # files read, files in all


def run_intake(
    home: Home, received_at: datetime, inbox: Path | None = None, on_progress: Progress = lambda done, of: None
) -> IntakeSummary:
    """Take everything pending in the inbox; needs `opened(…, write=True)`.

    Our own inbox is emptied of what was taken; another folder given as `inbox` is left as it is. Every batch is
    one transaction: journal, ledger and facts together. A run that is interrupted anywhere is completed by the next.
    """
    from warehouse.receipts import write_pending_receipts

    found = pending(home, inbox)
    summary = IntakeSummary(unsettled=found.unsettled, odd=found.odd)
    write_pending_receipts(home)
    if inbox is None:
        _empty(found.taken)  # an earlier run ended between its commit and this
    if found.ready:
        home.readers.start()
        with home.reading() as connection:
            forget_strays(home.vault, accepted_deliveries(connection))
        import expectations.suites  # noqa: F401 — seconds, spent while the readers start
    done = 0
    for wave in waves(found.ready, home.settings.batch):
        start = done

        def on_read() -> None:
            nonlocal done
            done += 1
            on_progress(done, len(found.ready))

        _take(home, wave, received_at, on_read, summary)
        done = start + len(wave)
        on_progress(done, len(found.ready))
        write_pending_receipts(home)
        if inbox is None:
            _empty(wave)
    return summary


def pending(home: Home, inbox: Path | None = None) -> Inbox:
    """Look what waits."""
    with home.reading() as connection:
        taken = arrivals(connection)
    return look(inbox or home.settings.inbox, taken, home.settings.settle_seconds)


def waves(ready: list[Waiting], size: int) -> Iterator[list[Waiting]]:
    """Cut what waits into batches that hold each sender once: the first files of all, then the second ones."""
    by_sender: dict[str, list[Waiting]] = defaultdict(list)
    for one in ready:
        by_sender[one.folder].append(one)
    for rank in range(max(map(len, by_sender.values()), default=0)):
        wave = [files[rank] for files in by_sender.values() if len(files) > rank]
        for start in range(0, len(wave), size):
            yield wave[start : start + size]


def _take(home: Home, wave: list[Waiting], at: datetime, on_read: Callable[[], None], summary: IntakeSummary) -> None:
    settings = home.settings
    still = [one for one in wave if unchanged(one)]  # earlier batches took their time
    received = [(one, _receive(one, settings)) for one in still]
    good = [(one, file) for one, file in received if file is not None]
    summary.unsettled += len(wave) - len(still)
    summary.odd += len(still) - len(good)
    if not good:
        return
    os.sync()  # the journal never names bytes that a power cut could take
    with home.writing() as connection:
        arriving = _enter(connection, good, at)
        lines = Batch(home, connection).process(arriving, on_read)
    summary.lines += lines


def _receive(one: Waiting, settings: Settings) -> Received | None:
    try:
        return receive(one.path, settings.received, settings.limits.file_bytes)
    except NotAFile:
        return None


def _enter(connection: sa.Connection, good: list[tuple[Waiting, Received]], at: datetime) -> list[Arrival]:
    """Write the journal's entries of a batch and name its deliveries."""
    journal = Journal(connection)
    ledger = table("deliveries")
    counted = sa.select(ledger.c.institution_code, ledger.c.sha256, sa.func.count()).where(
        ledger.c.sha256.in_([file.sha256 for _, file in good])
    )
    before = {(a, b): n for a, b, n in connection.execute(counted.group_by(ledger.c.institution_code, ledger.c.sha256))}
    arriving = []
    for one, file in good:
        entry = journal.add(
            RECEIVED, one.folder, at, sha256=file.sha256, size=file.size, received_at=at, arrival=one.arrival
        )
        repetition = before.get((one.folder, file.sha256), 0)
        arriving.append(Arrival(entry, delivery_id(one.folder, file.sha256, repetition)))
    journal.write()
    return arriving


def _empty(wave: list[Waiting]) -> None:
    """Remove what was taken; a file written anew in the meantime was not, and stays for the next run."""
    for one in wave:
        if unchanged(one):
            one.path.unlink(missing_ok=True)
