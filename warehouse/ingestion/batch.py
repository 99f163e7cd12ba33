"""One batch of deliveries: read, judged, stored; the same for a first intake and for a rebuild."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from pathlib import Path

import pyarrow as pa
import sqlalchemy as sa

from expectations.judge import judge, version_of
from expectations.reading.reading import Reading, unreadable
from expectations.rules.ruleset import SHIPPED, Ruleset
from expectations.staging import Staged, Staging
from warehouse.erasure.later import without_erased
from warehouse.ingestion.judging import judging_context
from warehouse.ingestion.storing import Kept
from warehouse.installation.home import Home
from warehouse.installation.settings import Settings
from warehouse.journal import ledger
from warehouse.journal.journal import Entry
from warehouse.restatement.adopted import Adopted, adopted_rules, as_of_told, by_rules
from warehouse.review.explained import fingerprints
from warehouse.storage.lake import write_lake
from warehouse.storage.loading import bulk_insert, insert_rows
from warehouse.storage.received import received_path
from warehouse.storage.remains import Left, destroyed, put_back
from warehouse.storage.vault import keep_identities
from warehouse.tables.tables import table


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
Threads = Callable[[], int | None]  # that may judge; as many as there are cores for None


@dataclass(frozen=True)
class Line:
    """What became of one delivery."""

    delivery: str
    institution_code: str
    verdict: str


class Batch:
    """Processes arrivals, at most one of each sender, in the caller's transaction."""

    def __init__(
        self, home: Home, connection: sa.Connection, read: Read | None = None, threads: Threads = lambda: None
    ) -> None:
        self._key, self._threads = home.ring.tokens, threads
        self._settings, self._read_files = home.settings, read or home.readers.read
        self._connection, self._vault, self._remains = connection, home.vault, home.remains

    def process(self, arrivals: list[Arrival]) -> list[Line]:
        """Judge and store; return a line an arrival. Nothing is visible before the caller commits."""
        seq = arrivals[0].entry.seq - 1
        adopted = adopted_rules(self._connection, seq)
        basis = self.bases(seq, adopted)
        left = self.left(arrivals)
        repeated = self._repeated_bytes([a for a in arrivals if a.delivery not in left], basis)
        fresh = [a for a in arrivals if a.delivery not in repeated and a.delivery not in left]
        lines, rows = [], list[dict[str, object]]()
        if fresh:
            staged = self.read(fresh)
            same = self._same_content(staged, seq)
            repeated |= {one.delivery: same[one.delivery] for one in staged if one.delivery in same}
            staged = [one for one in staged if one.delivery not in same]
            parts = by_rules(staged, adopted)
            staged.clear()
            for rules, part in parts:
                folders = [one.folder for one in part]
                kept = judged(part, judging_context(self._connection, folders, seq), rules, self._threads())
                self.store(kept)
                rows += kept.ledger.values()
        put_back(self._connection, self._settings.lake, self._vault, left)
        stored = {str(row["delivery"]): row for row in rows}
        for arrival in arrivals:
            if arrival.delivery in left:
                continue
            row = stored.get(arrival.delivery) or _repetition(repeated[arrival.delivery])
            as_of: date | None = row.get("as_of")  # type: ignore[assignment]
            of_rules = version_of(adopted.of(as_of))
            lines.append(line_of(arrival, row, of_rules, basis(arrival.received_on(self._settings), as_of)))
        insert_rows(self._connection, table("deliveries"), lines)
        insert_rows(self._connection, table("pending_receipts"), [{"delivery": a.delivery} for a in arrivals])
        lines += [one.line for one in left.values()]
        return [Line(str(x["delivery"]), str(x["institution_code"]), str(x["verdict"])) for x in lines]

    def bases(self, seq: int, adopted: Adopted) -> Basis:
        """Return what tells all that a verdict depends on, by the day a file came and the reporting date it names."""
        of_day = cache(partial(ledger.basis, self._connection, seq))
        return lambda day, as_of: f"{version_of(adopted.of(as_of))}/{of_day(day)}"

    def left(self, arrivals: list[Arrival]) -> dict[str, Left]:
        """Return what deliveries left whose bytes were destroyed since; bytes that come anew are judged as any."""
        gone = destroyed(self._connection, {a.entry.sha256 or "" for a in arrivals})
        again = [a for a in arrivals if a.entry.sha256 in gone]
        return {a.delivery: self._remains.read(a.delivery) for a in again if not self._readable(a)}

    def _readable(self, arrival: Arrival) -> bool:
        path = arrival.path(self._settings)
        return not self._remains.has(arrival.delivery) and (path is None or path.exists())

    def _repeated_bytes(self, arrivals: list[Arrival], basis: Basis) -> dict[str, str]:
        earlier = ledger.earlier_deliveries(self._connection, [a.entry.sha256 or "" for a in arrivals])
        found = {}
        for a in arrivals:
            same = earlier.get((a.entry.subject, a.entry.sha256 or ""), [])
            if (first := ledger.repeats(same, partial(basis, a.received_on(self._settings)))) is not None:
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
            as_of = as_of_told(one)
            contents = told.get((one.folder, as_of), {}) if as_of else {}
            if (delivery := contents.get(one.content_hash)) is not None:
                same[one.delivery] = delivery
        return same

    def store(self, kept: Kept) -> None:
        """Put what was judged into vault, lake and warehouse."""
        accepted = {d: row["as_of"] for d, row in kept.ledger.items() if row["verdict"] != "rejected"}
        keep_identities(self._vault, without_erased(self._connection, kept, self._settings.timezone), list(accepted))
        files = write_lake(self._settings.lake, kept.facts, accepted)
        bulk_insert(self._connection, table("lake_files"), files)
        self.enter(kept)

    def enter(self, kept: Kept) -> None:
        """Put what was judged into the warehouse alone."""
        told = {"findings": kept.findings, "sheet_counts": kept.sheet_counts}
        for name, rows in (
            kept.facts | told | {"fingerprints": fingerprints(kept.warnings, self._key, kept.limits)}
        ).items():
            bulk_insert(self._connection, table(name), rows)


Basis = Callable[[date, date | None], str]  # of the day a file came on, and of its reporting date


def judged(
    staged: list[Staged], context: dict[str, pa.Table], rules: Ruleset = SHIPPED, threads: int | None = None
) -> Kept:
    """Judge deliveries by rules, on so many threads; they are taken out of the list."""
    with Staging(threads=threads) as staging:
        staging.load(staged, context)
        staged.clear()  # their rows need no second place in memory
        judge(staging, rules)
        return Kept(staging, rules)


def line_of(arrival: Arrival, row: dict[str, object], ruleset: str, basis: str) -> dict[str, object]:
    """Return the ledger's line of a delivery: how it was judged, and what the journal tells of it."""
    entry = arrival.entry
    row = {name: value for name, value in row.items() if name != "folder"}
    return row | {
        "seq": entry.seq, "delivery": arrival.delivery, "institution_code": entry.subject,
        "known_at": entry.known_at, "received_at": entry.received_at, "sha256": entry.sha256,
        "ruleset": ruleset, "basis": basis,
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
