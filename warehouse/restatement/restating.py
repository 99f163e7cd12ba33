"""Restatement: stored deliveries of some reporting dates judged anew, as an event of the journal.

What a delivery was judged stays in the ledger, known at its time. One whose judgement comes out otherwise gets a line,
a name and rows of its own: the same file, judged by other rules. From then on the new line stands in the place of the
old one, between the deliveries that came before and after that file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from expectations.judge import version_of
from expectations.rules.ruleset import Ruleset
from warehouse.collection.expected import calendar
from warehouse.ingestion.batch import Arrival, Batch, judged, line_of
from warehouse.ingestion.judging import judging_context
from warehouse.ingestion.storing import Kept
from warehouse.installation.home import Home
from warehouse.installation.settings import Misconfigured
from warehouse.journal.journal import RESTATED, RESTATEMENT, Entry, Journal
from warehouse.journal.ledger import EVER, held, judged_anew, place, restated_id
from warehouse.journal.steps import files_of
from warehouse.restatement.adopted import Adopted, adopted_rules, by_rules
from warehouse.storage.loading import insert_rows
from warehouse.storage.remains import destroyed, put_back
from warehouse.tables.tables import restatements, table

Row = dict[str, Any]
Progress = Callable[[int, int], None]
JUDGED = (
    "verdict", "content_hash", "late", "enrolled", "involved", "rows_read", "rows_stored", "rows_quarantined",
    "rows_skipped",
)  # fmt: skip
FOUND = ("sheet", "row", "letter", "column", "rule", "severity", "detail")


@dataclass(frozen=True)
class Turned:
    """A delivery that was judged anew and comes out otherwise; `by_delivery` stands in its place."""

    delivery: str
    by_delivery: str
    institution_code: str
    as_of: date
    before: str
    after: str


@dataclass
class Restatement:
    """What a restatement did; `entry` is None where it had nothing to do."""

    dates: tuple[date, ...]
    entry: Entry | None = None
    adopted: str | None = None  # the version of the rules adopted; None where those that held stay
    deliveries: int = 0  # judged anew
    turned: list[Turned] = field(default_factory=list)


def dates_between(connection: sa.Connection, seq: int, first: date, last: date) -> tuple[date, ...]:
    """Return the reporting dates from a day to another; Misconfigured where the calendar has none."""
    dates = tuple(day.as_of for day in calendar(connection, seq) if first <= day.as_of <= last)
    if not dates:
        raise Misconfigured(f"С {first:%d.%m.%Y} по {last:%d.%m.%Y} в календаре нет ни одной отчётной даты.")
    return dates


def restate(
    home: Home, connection: sa.Connection, dates: tuple[date, ...], rules: Ruleset | None, at: datetime, *,
    trial: bool = False, on_progress: Progress = lambda done, of: None,
) -> Restatement:  # fmt: skip
    """Judge the deliveries of the dates anew, by `rules` or by those that hold for each, in the caller's transaction.

    Register and calendar are those known now; what a delivery is compared to is what was in force when it came. Rules
    that are given are adopted for the dates. A `trial` writes neither vault nor lake: to be taken back.
    """
    journal = Journal(connection)
    entry = journal.add(RESTATEMENT, f"{dates[0]}/{dates[-1]}", at)
    holding = adopted_rules(connection, entry.seq)
    done = Restatement(dates)
    if rules is not None:
        done.adopted = None if all(holding.of(day).text == rules.text for day in dates) else version_of(rules)
        holding = Adopted(((dates[0], dates[-1], rules),))
    anew = _Anew(home, connection, entry.seq, holding, trial)
    before = {restated_id(one["delivery"]): one for one in _candidates(connection, dates)}
    for arrivals in files_of(connection, {one["place"]: name for name, one in before.items()}, home.settings.batch):
        for kept in anew.judge(arrivals):
            other = _otherwise(connection, kept, before)
            entries = {name: journal.add(RESTATED, old["delivery"], at) for name, old in other.items()}
            anew.store(kept.only(other), arrivals, entries)
            done.turned += [_turned(old, name, kept.ledger[name]) for name, old in other.items()]
        done.deliveries += len(arrivals)
        on_progress(done.deliveries, len(before))
    if done.turned or done.adopted:
        journal.write()
        _record(connection, entry, done, rules)
        done.entry = entry
    return done


def _record(connection: sa.Connection, entry: Entry, done: Restatement, rules: Ruleset | None) -> None:
    row: Row = {
        "seq": entry.seq, "first": done.dates[0], "last": done.dates[-1], "ruleset": done.adopted,
        "rules": rules.text if rules is not None and done.adopted else None,
    }  # fmt: skip
    insert_rows(connection, restatements(), [row])


def _candidates(connection: sa.Connection, dates: Collection[date]) -> list[Row]:
    """Return the lines of the ledger that hold of the dates, each with the `place` of its file.

    Without what was withdrawn, and what was sent again only to repeat; a file that is destroyed is judged no more.
    """
    ledger, gone, withdrawn = table("deliveries"), destroyed(connection), table("withdrawals")
    chosen = sa.select(ledger, place(ledger).label("place")).where(
        ledger.c.as_of.in_(dates), ledger.c.verdict != "duplicate", ~judged_anew(ledger, EVER),
        ledger.c.delivery.not_in(sa.select(withdrawn.c.delivery)),
    )  # fmt: skip
    rows = connection.execute(chosen).mappings()
    return [dict(row) for row in rows if row["sha256"] not in gone]


def _otherwise(connection: sa.Connection, kept: Kept, before: dict[str, Row]) -> dict[str, Row]:
    """Return which deliveries of a judged batch come out otherwise than before, by name, with their former lines."""
    old = {name: before[name] for name in kept.ledger}
    found = _findings(connection, [one["delivery"] for one in old.values()])
    anew: dict[str, Counter] = {name: Counter() for name in old}
    for row in kept.findings.to_pylist():
        anew[row["delivery"]][tuple(row[name] for name in FOUND)] += 1
    ordered = sorted(old, key=lambda name: old[name]["place"])
    return {
        name: old[name]
        for name in ordered
        if any(old[name][part] != kept.ledger[name][part] for part in JUDGED)
        or found.get(old[name]["delivery"], Counter()) != anew[name]
    }


def _findings(connection: sa.Connection, deliveries: list[str]) -> dict[str, Counter]:
    rows, found = table("findings"), dict[str, Counter]()
    columns = (rows.c[name] for name in ("delivery", *FOUND))
    for delivery, *finding in connection.execute(sa.select(*columns).where(rows.c.delivery.in_(deliveries))):
        found.setdefault(delivery, Counter())[tuple(finding)] += 1
    return found


def _turned(old: Row, name: str, row: Row) -> Turned:
    return Turned(old["delivery"], name, old["institution_code"], old["as_of"], old["verdict"], row["verdict"])


class _Anew:
    """Judges and stores deliveries anew, as of the number of a restatement and by the rules it gives each date."""

    def __init__(self, home: Home, connection: sa.Connection, seq: int, holding: Adopted, trial: bool = False) -> None:
        self._connection, self._seq, self._holding, self._trial = connection, seq, holding, trial
        self._batch = Batch(home, connection)
        self._settings = home.settings
        self._basis = self._batch.bases(seq, holding)

    def judge(self, arrivals: list[Arrival]) -> Iterator[Kept]:
        past = arrivals[0].entry.seq - 1
        for rules, part in by_rules(self._batch.read(arrivals), self._holding):
            folders = [one.folder for one in part]
            yield judged(part, judging_context(self._connection, folders, self._seq, past), rules)

    def store(self, kept: Kept, arrivals: list[Arrival], entries: dict[str, Entry]) -> None:
        """Enter what was judged under the numbers of its entries."""
        (self._batch.enter if self._trial else self._batch.store)(kept)
        came = {one.delivery: one for one in arrivals}
        lines = [self._line(came[name], row, entries[name]) for name, row in kept.ledger.items()]
        insert_rows(self._connection, table("deliveries"), lines)
        self.note({name: entries[name] for name in kept.ledger})

    def _line(self, arrival: Arrival, row: Row, entry: Entry) -> Row:
        basis = self._basis(arrival.received_on(self._settings), row["as_of"])
        line = line_of(arrival, row, version_of(self._holding.of(row["as_of"])), basis)
        return line | {"seq": entry.seq, "known_at": entry.known_at, "arrived_seq": arrival.entry.seq}

    def note(self, entries: dict[str, Entry]) -> None:
        """Lay the former deliveries aside; one that waits to be confirmed goes on waiting. Receipts are owed."""
        restated = [{"seq": one.seq, "delivery": one.subject, "by_delivery": name} for name, one in entries.items()]
        insert_rows(self._connection, table("holds"), self._holds(entries))
        insert_rows(self._connection, table("restated"), restated)
        insert_rows(self._connection, table("pending_receipts"), [{"delivery": name} for name in entries])

    def _holds(self, entries: dict[str, Entry]) -> list[Row]:
        holds, ledger = table("holds").alias("former"), table("deliveries")
        by_old = {one.subject: (name, one) for name, one in entries.items()}
        joined = sa.select(holds.c.delivery, holds.c.compared_to).join(ledger, ledger.c.delivery == holds.c.delivery)
        waiting = joined.where(holds.c.delivery.in_(by_old), held(ledger, EVER))
        return [
            {"seq": by_old[old][1].seq, "delivery": by_old[old][0], "compared_to": compared}
            for old, compared in self._connection.execute(waiting)
        ]


def replay_restated(home: Home, connection: sa.Connection, entries: list[Entry]) -> None:
    """Judge anew what one restatement judged, as its entries of the journal tell."""
    made, ledger = restatements(), table("deliveries")
    statement = sa.select(made).where(made.c.seq < entries[0].seq).order_by(made.c.seq.desc()).limit(1)
    seq = connection.execute(statement).one().seq
    anew = _Anew(home, connection, seq, adopted_rules(connection, seq))
    by_name = {restated_id(one.subject): one for one in entries}
    chosen = sa.select(ledger.c.delivery, place(ledger).label("place")).where(
        ledger.c.delivery.in_([one.subject for one in entries])
    )
    names = {row.place: restated_id(row.delivery) for row in connection.execute(chosen)}
    for arrivals in files_of(connection, names, home.settings.batch):
        left = Batch(home, connection).left(arrivals)
        put_back(connection, home.settings.lake, home.vault, left)
        anew.note({name: by_name[name] for name in left})
        if readable := [one for one in arrivals if one.delivery not in left]:
            for kept in anew.judge(readable):
                anew.store(kept, readable, by_name)
