"""One batch of deliveries: read, judged, stored; the same for a first intake and for a rebuild."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import sqlalchemy as sa

from expectations.judge import RULESET, judge
from expectations.reading.reading import Reading, unreadable
from expectations.staging import Staged, Staging
from warehouse import ledger
from warehouse.erasure.later import without_erased
from warehouse.explained import fingerprints
from warehouse.home import Home
from warehouse.journal import Entry
from warehouse.judging import judging_context
from warehouse.lake import write_lake
from warehouse.loading import bulk_insert, insert_rows
from warehouse.received import received_path
from warehouse.remains import Left, destroyed, put_back
from warehouse.settings import Settings
from warehouse.storing import Kept
from warehouse.tables import table
from warehouse.vault import keep_identities


@dataclass(frozen=True)
class Arrival:
    """A received file with its journal entry and the name of its delivery."""

    entry: Entry
    delivery: str

    def path(self, settings: Settings) -> Path | None:
        """Return where the bytes are kept; None where they were over the limit."""
        if (self.entry.size or 0) > settings.limits.file_bytes:
            return None
        return received_path(settings.received, self.entry.sha256 or "")

    def received_on(self, settings: Settings) -> date:
        assert self.entry.received_at is not None
        return self.entry.received_at.astimezone(settings.timezone).date()


Read = Callable[[Iterable[Path]], Iterator[tuple[Path, Reading]]]  # of files, in any order


@dataclass(frozen=True)
class Line:
    """What became of one delivery."""

    delivery: str
    institution_code: str
    verdict: str


class Batch:
    """Processes arrivals, at most one of each sender, in the caller's transaction."""

    def __init__(self, home: Home, connection: sa.Connection, read: Read | None = None) -> None:
        self._key = home.ring.tokens
        self._settings, self._read_files = home.settings, read or home.readers.read
        self._connection, self._vault, self._remains = connection, home.vault, home.remains

    def process(self, arrivals: list[Arrival]) -> list[Line]:
        """Judge and store; return a line an arrival. Nothing is visible before the caller commits."""
        seq = arrivals[0].entry.seq - 1
        bases = {
            day: ledger.basis(self._connection, RULESET, seq, day)
            for day in {a.received_on(self._settings) for a in arrivals}
        }
        left = self._left(arrivals)
        repeated = self._repeated_bytes([a for a in arrivals if a.delivery not in left], bases)
        fresh = [a for a in arrivals if a.delivery not in repeated and a.delivery not in left]
        lines, rows = [], []
        if fresh:
            staged = self.read(fresh)
            same = self._same_content(staged, seq)
            repeated |= {one.delivery: same[one.delivery] for one in staged if one.delivery in same}
            staged = [one for one in staged if one.delivery not in same]
            rows = self._judge(staged, seq)
        put_back(self._connection, self._settings.lake, self._vault, left)
        judged = {str(row["delivery"]): row for row in rows}
        for arrival in arrivals:
            if arrival.delivery in left:
                continue
            row = judged.get(arrival.delivery) or _repetition(repeated[arrival.delivery])
            lines.append(self._line(arrival, row, bases[arrival.received_on(self._settings)]))
        insert_rows(self._connection, table("deliveries"), lines)
        insert_rows(self._connection, table("pending_receipts"), [{"delivery": a.delivery} for a in arrivals])
        lines += [one.line for one in left.values()]
        return [Line(str(x["delivery"]), str(x["institution_code"]), str(x["verdict"])) for x in lines]

    def _left(self, arrivals: list[Arrival]) -> dict[str, Left]:
        """Return what deliveries left whose bytes were destroyed since; bytes that come anew are judged as any."""
        gone = destroyed(self._connection, {a.entry.sha256 or "" for a in arrivals})
        again = [a for a in arrivals if a.entry.sha256 in gone]
        return {a.delivery: self._remains.read(a.delivery) for a in again if not self._readable(a)}

    def _readable(self, arrival: Arrival) -> bool:
        path = arrival.path(self._settings)
        return not self._remains.has(arrival.delivery) and (path is None or path.exists())

    def _repeated_bytes(self, arrivals: list[Arrival], bases: dict[date, str]) -> dict[str, str]:
        earlier = ledger.earlier_deliveries(self._connection, [a.entry.sha256 or "" for a in arrivals])
        found = {}
        for a in arrivals:
            same = earlier.get((a.entry.subject, a.entry.sha256 or ""), [])
            if (first := ledger.repeats(same, bases[a.received_on(self._settings)])) is not None:
                found[a.delivery] = first.delivery
        return found

    def read(self, arrivals: list[Arrival]) -> list[Staged]:
        by_path: dict[Path, list[Arrival]] = {}
        staged = []
        for arrival in arrivals:
            path = arrival.path(self._settings)
            if path is None:
                limit = f"больше {self._settings.limits.file_bytes // 1024 // 1024} МБ"
                staged.append(self._staged(arrival, unreadable("too-large", limit)))
            else:
                by_path.setdefault(path, []).append(arrival)
        for path, reading in self._read_files(by_path):
            staged += [self._staged(arrival, reading) for arrival in by_path.get(path, ())]
        return sorted(staged, key=lambda one: one.delivery)

    def _staged(self, arrival: Arrival, reading: Reading) -> Staged:
        return Staged(arrival.delivery, arrival.entry.subject, arrival.received_on(self._settings), *reading)

    def _same_content(self, staged: list[Staged], seq: int) -> dict[str, str]:
        """Find deliveries that say just what is in force already, or waits to be confirmed (re-saved, renamed)."""
        told = ledger.contents_told(self._connection, [one.folder for one in staged], seq)
        same = {}
        for one in staged:
            dates = one.sheets["organisation"].column("as_of").to_pylist()
            contents = told.get((one.folder, dates[0]), {}) if dates else {}
            if (delivery := contents.get(one.content_hash)) is not None:
                same[one.delivery] = delivery
        return same

    def _judge(self, staged: list[Staged], seq: int) -> list[dict[str, object]]:
        if not staged:
            return []
        with Staging() as staging:
            staging.load(staged, judging_context(self._connection, [one.folder for one in staged], seq))
            staged.clear()  # their rows need no second place in memory
            judge(staging)
            kept = Kept(staging)
        self._store(kept)
        return list(kept.ledger.values())

    def _store(self, kept: Kept) -> None:
        accepted = {d: row["as_of"] for d, row in kept.ledger.items() if row["verdict"] != "rejected"}
        keep_identities(self._vault, without_erased(self._connection, kept, self._settings.timezone), list(accepted))
        files = write_lake(self._settings.lake, kept.facts, accepted)
        for name, rows in kept.facts.items():
            bulk_insert(self._connection, table(name), rows)
        told = {"findings": kept.findings, "sheet_counts": kept.sheet_counts, "lake_files": files}
        for name, rows in (told | {"fingerprints": fingerprints(kept.warnings, self._key)}).items():
            bulk_insert(self._connection, table(name), rows)

    def _line(self, arrival: Arrival, row: dict[str, object], basis: str) -> dict[str, object]:
        entry = arrival.entry
        row = {name: value for name, value in row.items() if name != "folder"}
        return row | {
            "seq": entry.seq, "delivery": arrival.delivery, "institution_code": entry.subject,
            "known_at": entry.known_at, "received_at": entry.received_at, "sha256": entry.sha256,
            "ruleset": RULESET, "basis": basis,
        }  # fmt: skip


def _repetition(of: str) -> dict[str, object]:
    none = dict.fromkeys(("rows_read", "rows_stored", "rows_quarantined", "rows_skipped"), 0)
    return none | {"verdict": "duplicate", "duplicate_of": of}


def in_batches(arrivals: list[Arrival], size: int) -> Iterator[list[Arrival]]:
    """Cut arrivals, in their order, into batches that hold each sender at most once."""
    batch: list[Arrival] = []
    senders: set[str] = set()
    for arrival in arrivals:
        if len(batch) == size or arrival.entry.subject in senders:
            yield batch
            batch, senders = [], set()
        batch.append(arrival)
        senders.add(arrival.entry.subject)
    if batch:
        yield batch
