"""Changed rules tried on everything ever received: who would newly fail or pass, which figures would move."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from expectations.rules.ruleset import Ruleset
from warehouse.indicators.series import series
from warehouse.ingestion.batch import Arrival, Batch, judged
from warehouse.ingestion.judging import judging_context
from warehouse.ingestion.storing import Kept
from warehouse.installation.home import Home
from warehouse.journal.journal import known_by
from warehouse.journal.ledger import EVER, judged_anew, place
from warehouse.journal.steps import files_of
from warehouse.release.contents import KEY, REPORTED_KPI
from warehouse.storage.loading import bulk_insert
from warehouse.storage.remains import destroyed
from warehouse.tables.tables import table

Row = dict[str, Any]
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Turned:
    """A delivery whose verdict would be another one."""

    delivery: str
    institution_code: str
    as_of: date | None
    before: str
    after: str


@dataclass(frozen=True)
class MovedShare:
    """A share of the reported indicator that would be another one, in per cent."""

    scope_type: str
    scope_code: str
    as_of: date
    before: Decimal | None
    after: Decimal | None


@dataclass
class Rehearsal:
    """What rules in another setting would have said of all deliveries, and what that would have done."""

    deliveries: int = 0
    turned: list[Turned] = field(default_factory=list)
    findings: dict[str, tuple[int, int]] = field(default_factory=dict)  # by rule: as stored, as rehearsed
    figures: list[MovedShare] = field(default_factory=list)


def rehearse(home: Home, rules: Ruleset, on_progress: Progress = lambda done, of: None) -> Rehearsal:
    """Judge every delivery anew under `rules`, each against its past as it was recorded; nothing is kept.

    Needs `opened(…, write=True)`: what the figures would be is tried in a transaction that is taken back.
    """
    found, changed = Rehearsal(), list[_Changed]()
    with home.engine.connect() as connection, connection.begin() as transaction:
        stored = _stored(connection)
        before, after = _counted(connection, stored), Counter[str]()
        names = {row["place"]: delivery for delivery, row in stored.items()}
        batches = list(files_of(connection, names, home.settings.batch))
        found.deliveries = sum(map(len, batches))
        for done, arrivals in enumerate(batches, 1):
            kept = _judged(home, connection, arrivals, rules)
            after.update(kept.findings["rule"].to_pylist())
            for row in kept.ledger.values():
                old = stored[row["delivery"]]
                if old["verdict"] != row["verdict"]:
                    found.turned.append(
                        Turned(old["delivery"], old["institution_code"], old["as_of"], old["verdict"], row["verdict"])
                    )
                if any(old[name] != row[name] for name in _COUNTED):
                    changed.append(_Changed.of(kept, row))
            on_progress(done, len(batches))
        found.findings = {
            rule: (before[rule], after[rule]) for rule in sorted(before | after) if before[rule] != after[rule]
        }
        if changed:
            found.figures = _moved(connection, changed)
        transaction.rollback()
    return found


_COUNTED = ("verdict", "rows_stored", "rows_quarantined")


@dataclass(frozen=True)
class _Changed:
    """A delivery of which other rows would count."""

    ledger: Row
    facts: dict[str, pa.Table]

    @classmethod
    def of(cls, kept: Kept, row: Row) -> _Changed:
        facts = {name: rows.filter(pc.equal(rows["delivery"], row["delivery"])) for name, rows in kept.facts.items()}
        return cls(row, facts)


def _stored(connection: sa.Connection) -> dict[str, Row]:
    """Return the ledger's lines of deliveries that were judged and can be judged anew, by delivery."""
    ledger, gone = table("deliveries"), destroyed(connection)
    own = (ledger.c.verdict != "duplicate", ~judged_anew(ledger, EVER))
    rows = connection.execute(sa.select(ledger, place(ledger).label("place")).where(*own)).mappings()
    return {row["delivery"]: dict(row) for row in rows if row["sha256"] not in gone}


def _counted(connection: sa.Connection, stored: dict[str, Row]) -> Counter[str]:
    rows, counted = table("findings"), Counter[str]()
    found = sa.select(rows.c.delivery, rows.c.rule, sa.func.count()).group_by(rows.c.delivery, rows.c.rule)
    for delivery, rule, number in connection.execute(found):
        counted[rule] += number if delivery in stored else 0
    return counted


def _judged(home: Home, connection: sa.Connection, arrivals: list[Arrival], rules: Ruleset) -> Kept:
    staged = Batch(home, connection).read(arrivals)
    context = judging_context(connection, [one.folder for one in staged], arrivals[0].entry.seq - 1)
    return judged(staged, context, rules)


def _moved(connection: sa.Connection, changed: list[_Changed]) -> list[MovedShare]:
    """Compute the reported figures with and without what would change."""
    seq = known_by(connection, None)
    before = reported(connection, seq)
    ledger = table("deliveries")
    for one in changed:
        delivery = one.ledger["delivery"]
        for name, rows in one.facts.items():
            connection.execute(table(name).delete().where(table(name).c.delivery == delivery))
            bulk_insert(connection, table(name), rows)
        values = {name: value for name, value in one.ledger.items() if name not in ("delivery", "folder")}
        connection.execute(ledger.update().where(ledger.c.delivery == delivery).values(values))
    return _differences(before, reported(connection, seq))


def moved(connection: sa.Connection, before: int, after: int) -> list[MovedShare]:
    """Return the reported shares that differ between two journal numbers."""
    return _differences(reported(connection, before), reported(connection, after))


Shares = dict[tuple[str, str, date], Decimal | None]


def _differences(before: Shares, after: Shares) -> list[MovedShare]:
    return [
        MovedShare(*key, before.get(key), after.get(key))
        for key in sorted(before.keys() | after.keys())
        if before.get(key) != after.get(key)
    ]


def reported(connection: sa.Connection, seq: int) -> Shares:
    """Return the reported share of every scope and date, in per cent."""
    rows = series(connection, seq, indicators=(REPORTED_KPI,)).to_pylist()
    key = [name for name in KEY if name in ("scope_type", "scope_code", "as_of")]
    return {tuple(row[name] for name in key): row["value"] for row in rows}
