"""Intake: everything pending is received, judged and stored exactly once."""

from __future__ import annotations

import gc
import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path

import sqlalchemy as sa

from warehouse.ahead import Ahead, Readings
from warehouse.batch import Arrival, Batch, Line
from warehouse.erasure.destroying import finish
from warehouse.home import Home
from warehouse.inbox import Inbox, Waiting, look, unchanged
from warehouse.journal import RECEIVED, Journal, arrivals
from warehouse.ledger import accepted_deliveries, delivery_id, earlier_deliveries
from warehouse.received import NotAFile, Received
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
    if not found.ready:
        return summary
    home.readers.start()
    with home.reading() as connection:
        forget_strays(home.vault, accepted_deliveries(connection))
    progress = _Progress(on_progress, len(found.ready))
    with Ahead(home.readers) as ahead:
        coming = waves(found.ready, home.settings.batch)
        for batch in _one_ahead(_receive_all(home, wave, ahead, progress.read, summary) for wave in coming):
            _import_gate()
            _take(home, batch, received_at, ahead, summary)
            progress.taken(len(batch.wave))
            write_pending_receipts(home)
            if inbox is None:
                _empty(batch.wave)
    finish(home, received_at)  # destroyed bytes that came again are not kept
    return summary


def _import_gate() -> None:
    """Import great-expectations: seconds, spent while the first files are read, more if garbage were looked for."""
    gc.disable()
    import expectations.suites  # noqa: F401

    gc.enable()


def _one_ahead(batches: Iterator[_Received]) -> Iterator[_Received]:
    """Yield each batch when the one after it is received and being read."""
    present = next(batches, None)
    while present is not None:
        following = next(batches, None)
        yield present
        present = following


class _Progress:
    """Tells how many files are read; one that needed no reading counts once its batch is taken."""

    def __init__(self, tell: Progress, total: int) -> None:
        self._tell, self._total, self._read, self._taken = tell, total, 0, 0

    def read(self) -> None:
        self._read += 1
        self._tell(max(self._read, self._taken), self._total)

    def taken(self, files: int) -> None:
        self._taken += files
        self._tell(max(self._read, self._taken), self._total)


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


@dataclass(frozen=True)
class _Received:
    """A batch whose bytes are kept and whose reading has begun."""

    wave: list[Waiting]
    files: list[tuple[Waiting, Received]]
    readings: Future[Readings]


def _receive_all(
    home: Home, wave: list[Waiting], ahead: Ahead, on_read: Callable[[], None], summary: IntakeSummary
) -> _Received:
    """Keep the bytes of a batch and begin to read those that their sender never sent before."""
    still = [one for one in wave if unchanged(one)]  # earlier batches took their time
    received = [(one, _receive(one, home)) for one in still]
    files = [(one, file) for one, file in received if file is not None]
    summary.unsettled += len(wave) - len(still)
    summary.odd += len(still) - len(files)
    with home.reading() as connection:
        earlier = earlier_deliveries(connection, [file.sha256 for _, file in files])
    fresh = dict.fromkeys(file.path for one, file in files if file.path and (one.folder, file.sha256) not in earlier)
    return _Received(wave, files, ahead.begin(fresh, on_read))


def _take(home: Home, batch: _Received, at: datetime, ahead: Ahead, summary: IntakeSummary) -> None:
    if not batch.files:
        return
    os.sync()  # the journal never names bytes that a power cut could take
    with home.writing() as connection:
        arriving = _enter(connection, batch.files, at)
        read = partial(ahead.finish, batch.readings)
        lines = Batch(home, connection, read).process(arriving)
    summary.lines += lines
    numbers = f"{arriving[0].entry.seq}-{arriving[-1].entry.seq}"
    home.audit("intake", numbers, received=len(lines), **Counter(line.verdict for line in lines))


def _receive(one: Waiting, home: Home) -> Received | None:
    try:
        return home.received.receive(one.path, home.settings.limits.file_bytes)
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
