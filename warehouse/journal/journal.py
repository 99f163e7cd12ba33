"""The journal: all that became known, numbered; whatever else exists can be made from it again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from warehouse.storage.loading import insert_rows
from warehouse.tables.tables import entries

RECEIVED, WITHDRAWAL, DECISION = "received", "withdrawal", "decision"
HELD, CONFIRMATION = "held", "confirmation"
EXPLANATION, UNEXPLAINED = "explanation", "unexplained"  # of warnings; and taken back
REFERENCE, RELEASE = "reference", "release"
RESTATEMENT, RESTATED = "restatement", "restated"  # of dates, by rules; and a delivery judged anew by it
ERASURE, RETENTION, DESTROYED = "erasure", "retention", "destroyed"  # asked, due; and done
ASKED_AT_ONCE = 1000  # marks in one question


@dataclass(frozen=True)
class Entry:
    """One thing that became known."""

    seq: int
    known_at: datetime
    event: str
    subject: str
    sha256: str | None = None
    size: int | None = None
    received_at: datetime | None = None
    arrival: str | None = None
    as_of: date | None = None
    definition: str | None = None


class Journal:
    """Numbers entries in order: numbers rise by one, and no time is earlier than that of an entry before.

    Loads of reference data hold nobody back: deliveries of past years may have been received before (`--received-at`).
    """

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._new: list[Entry] = []
        last, told = last_entry(connection), last_entry(connection, of_reference=False)
        self._seq, self._known_at = last.seq if last else 0, told.known_at if told else None

    def add(self, event: str, subject: str, at: datetime, **fields: object) -> Entry:
        """Append an entry that became known at `at`, or at the time of one before where the clock went back."""
        known_at = max(at, self._known_at or at)
        if event != REFERENCE:
            self._known_at = known_at
        self._seq += 1
        self._new.append(entry := Entry(self._seq, known_at, event, subject, **fields))  # type: ignore[arg-type]
        return entry

    def write(self) -> None:
        """Write the added entries in the caller's transaction."""
        insert_rows(self._connection, entries(), [entry.__dict__ for entry in self._new])
        self._new.clear()


def _entry(row: sa.Row) -> Entry:
    return Entry(**row._mapping)


def last_entry(connection: sa.Connection, *, of_reference: bool = True) -> Entry | None:
    """Return the entry of the highest number, perhaps that of no load of reference data; None where there is none."""
    table = entries()
    among = sa.true() if of_reference else table.c.event != REFERENCE
    row = connection.execute(table.select().where(among).order_by(table.c.seq.desc()).limit(1)).first()
    return _entry(row) if row else None


def all_entries(connection: sa.Connection) -> list[Entry]:
    """Return the whole journal in order of its numbers."""
    table = entries()
    return [_entry(row) for row in connection.execute(table.select().order_by(table.c.seq))]


def known_by(connection: sa.Connection, time: datetime | None) -> int:
    """Return the number of the last entry known at a time (of the last entry at all for None); 0 for none."""
    table = entries()
    statement = sa.select(sa.func.max(table.c.seq))
    if time is not None:
        statement = statement.where(table.c.known_at <= time)
    return connection.execute(statement).scalar() or 0


class Arrivals:
    """The marks of every file that was ever taken; asked by those at hand, the journal is never read whole."""

    def __init__(self, reading: Callable[[], AbstractContextManager[sa.Connection]]) -> None:
        self._reading = reading

    def intersection(self, marks: Iterable[str], /) -> set[str]:
        """Return which of these marks are of files that were taken."""
        return set(self.hashes(marks))

    def hashes(self, marks: Iterable[str]) -> dict[str, str]:
        """Return the SHA-256 of what was taken under these marks; one that was never taken has none."""
        table, found, asked = entries().c, dict[str, str](), list(marks)
        if not asked:
            return found
        with self._reading() as connection:
            for start in range(0, len(asked), ASKED_AT_ONCE):
                some = table.arrival.in_(asked[start : start + ASKED_AT_ONCE])
                found.update(connection.execute(sa.select(table.arrival, table.sha256).where(some)).tuples().all())
        return found


def arrivals(connection: sa.Connection) -> Arrivals:
    """Return the marks of every file that was ever taken, as one connection tells them."""
    return Arrivals(lambda: nullcontext(connection))
