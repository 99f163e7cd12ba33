"""Intake: everything pending is received, judged and stored exactly once."""

from __future__ import annotations

import gc
import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from logging import WARNING
from pathlib import Path

import sqlalchemy as sa

from warehouse.channels.address import Address
from warehouse.channels.channel import Found, Waiting
from warehouse.channels.faults import note_faults
from warehouse.channels.inboxes import Inboxes
from warehouse.channels.left import Left, note_left
from warehouse.channels.opening import channel_of
from warehouse.erasure.destroying import finish
from warehouse.ingestion.ahead import Ahead, Readings
from warehouse.ingestion.batch import Arrival, Batch, Line
from warehouse.ingestion.strays import without_strays
from warehouse.installation.engine import give_back
from warehouse.installation.home import Home
from warehouse.journal.journal import RECEIVED, Arrivals, Journal
from warehouse.journal.ledger import delivery_id, earlier_deliveries
from warehouse.review.holding import hold_drops
from warehouse.storage.received import Received
from warehouse.tables.tables import table
from warehouse.watch.runs import step, tell


@dataclass
class IntakeSummary:
    """What one run of intake did."""

    lines: list[Line] = field(default_factory=list)
    held: list[str] = field(default_factory=list)  # deliveries among them that wait to be confirmed
    unsettled: int = 0  # still being written: left for the next run
    odd: int = 0  # links, folders, pipes: left where they lie
    unread: int = 0  # listed by a channel and not given: left for the next run
    strangers: int = 0  # letters of unknown senders: left in the box
    faults: dict[str, str] = field(default_factory=dict)  # why a channel was given up, by its name

    @property
    def verdicts(self) -> Counter[str]:
        return Counter(line.verdict for line in self.lines)

    @property
    def counts(self) -> dict[str, int]:
        """What it counted, for whoever watches."""
        left = {name: getattr(self, name) for name in ("unsettled", "odd", "unread", "strangers")}
        return {**self.verdicts, "held": len(self.held), **left, "channel_faults": len(self.faults)}


Progress = Callable[[int, int], None]  # files read, files in all


def run_intake(
    home: Home,
    received_at: datetime,
    inbox: Path | Address | None = None,
    on_progress: Progress = lambda done, of: None,
) -> IntakeSummary:
    """Take everything pending in the inboxes; needs `opened(…, write=True)`.

    Our own inbox is emptied of what was taken; another place given as `inbox` is left as it is. Every batch is
    one transaction: journal, ledger and facts together. A run that is interrupted anywhere is completed by the next.
    """
    from warehouse.channels.outbox import send_receipts

    with inboxes_of(home, inbox) as inboxes:
        summary = _taken_from(inboxes, home, received_at, on_progress, own=inbox is None)
    summary.unsettled, summary.odd, summary.unread = inboxes.unsettled, inboxes.odd, inboxes.unread
    summary.strangers = inboxes.strangers
    summary.faults = inboxes.faults
    if inbox is None:
        with step("outbox"):
            summary.faults |= send_receipts(home.settings)
        note_faults(home.settings, summary.faults)
        note_left(home.settings, Left(summary.strangers, summary.unread))
    for name in summary.faults:
        tell("channel-fault", WARNING, channel=name.partition("://")[0] if "://" in name else "folder")
    return summary


def _taken_from(inboxes: Inboxes, home: Home, received_at: datetime, on_progress: Progress, own: bool) -> IntakeSummary:
    from warehouse.receipts import write_pending_receipts

    with step("look"):
        found, summary = _look(home, inboxes), IntakeSummary()
    with step("receipts"):
        write_pending_receipts(home)
    if own:
        earlier = Arrivals(home.reading).hashes(one.arrival for one in found.taken)
        for one in found.taken:  # an earlier run ended between its commit and this
            inboxes.done(one, earlier[one.arrival])
    if not found.ready:
        return summary
    home.readers.start(len(found.ready))
    progress = _Progress(on_progress, len(found.ready))
    with without_strays(home), Ahead(home.readers) as ahead:
        coming = waves(found.ready, home.settings.batch)
        for batch in _one_ahead(_receive_all(home, wave, ahead, progress.read, inboxes) for wave in coming):
            with step("prepare"):
                _import_gate()
            with step("judge"):
                _take(home, batch, received_at, ahead, summary)
            progress.taken(len(batch.wave))
            with step("receipts"):
                write_pending_receipts(home)
            if own:
                for one, file in batch.files:
                    inboxes.done(one, file.sha256)
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


def inboxes_of(home: Home, inbox: Path | Address | None = None) -> Inboxes:
    """Return the channels that are looked into: all that are set, or one place."""
    if inbox is not None:
        return Inboxes([channel_of(inbox)])
    return Inboxes([channel_of(home.settings.inbox), *map(channel_of, home.settings.channels)])


def pending(home: Home) -> Found:
    """Look what waits."""
    with inboxes_of(home) as inboxes:
        return _look(home, inboxes)


def _look(home: Home, inboxes: Inboxes) -> Found:
    return inboxes.look(Arrivals(home.reading), home.settings.settle_seconds)


def waves(ready: Sequence[Waiting], size: int) -> Iterator[list[Waiting]]:
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
    home: Home, wave: list[Waiting], ahead: Ahead, on_read: Callable[[], None], inboxes: Inboxes
) -> _Received:
    """Keep the bytes of a batch and begin to read those that their sender never sent before."""
    receive = partial(home.received.receive_from, limit=home.settings.limits.file_bytes)
    with step("receive"):
        fetched = [(one, inboxes.fetch(one, receive)) for one in wave]
    files = [(one, file) for one, file in fetched if file is not None]
    with home.reading() as connection:
        earlier = earlier_deliveries(connection, [file.sha256 for _, file in files])
    fresh = dict.fromkeys(file.path for one, file in files if file.path and (one.folder, file.sha256) not in earlier)
    return _Received(wave, files, ahead.begin(fresh, on_read))


def _take(home: Home, batch: _Received, at: datetime, ahead: Ahead, summary: IntakeSummary) -> None:
    if not batch.files:
        return
    with home.writing() as connection:
        arriving = _enter(connection, batch.files, at)
        read = partial(ahead.finish, batch.readings)
        lines = Batch(home, connection, read, ahead.threads_left).process(arriving)
        held = hold_drops(connection, [line.delivery for line in lines], home.settings.hold_drop, at)
        os.sync()  # neither the journal nor the lake's list names bytes that a power cut could take
    summary.lines += lines
    summary.held += held
    numbers = f"{arriving[0].entry.seq}-{arriving[-1].entry.seq}"
    counts = Counter(line.verdict for line in lines) + Counter(held=len(held))
    home.audit("intake", numbers, received=len(lines), **counts)
    tell("batch-taken", entries=numbers, received=len(lines), **counts)
    for engine in (home.engine, home.vault.engine):
        give_back(engine)


def _enter(connection: sa.Connection, good: list[tuple[Waiting, Received]], at: datetime) -> list[Arrival]:
    """Write the journal's entries of a batch and name its deliveries."""
    journal = Journal(connection)
    ledger = table("deliveries")
    counted = sa.select(ledger.c.institution_code, ledger.c.sha256, sa.func.count()).where(
        ledger.c.sha256.in_([file.sha256 for _, file in good]), ledger.c.arrived_seq.is_(None)
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
