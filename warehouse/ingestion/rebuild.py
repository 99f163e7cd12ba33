"""Rebuilding lake, warehouse and vault from the journal and the received files alone."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field

import sqlalchemy as sa

from warehouse.indicators.decided import keep_decided
from warehouse.ingestion.batch import Batch
from warehouse.ingestion.strays import without_strays
from warehouse.installation.home import Home
from warehouse.journal.decisions import replay_withdrawal
from warehouse.journal.journal import CONFIRMATION, HELD, REFERENCE, RELEASE, WITHDRAWAL, Entry, all_entries
from warehouse.journal.ledger import accepted_deliveries
from warehouse.journal.steps import Anew, Step, steps
from warehouse.register.reference import replay_reference
from warehouse.release.publish import record_release
from warehouse.restatement.restating import replay_restated
from warehouse.review.holding import replay_confirmation, replay_hold
from warehouse.storage.lake import orphans
from warehouse.storage.vault import forget_strays
from warehouse.tables.tables import MENTORING, table, tables_of


@dataclass
class RebuildSummary:
    """What a rebuild went through, and what came out otherwise than it had been."""

    deliveries: int = 0
    reference_loads: int = 0
    releases: int = 0
    turned: list[str] = field(default_factory=list)  # deliveries of another verdict: a later program reads or judges so
    moved: list[str] = field(default_factory=list)  # releases of other figures; their packages stay


def rebuild(
    home: Home,
    on_progress: Callable[[int, int], None] = lambda done, of: None,
    check: Callable[[sa.Connection], None] = lambda connection: None,
) -> RebuildSummary:
    """Make everything anew, in one transaction: until it commits, the old state is what others see.

    Needs `opened(…, write=True)`. Receipts and release folders are left as they are; lake files that no delivery
    names any more are removed. `on_progress` is told how many entries of the journal are done, and of how many.
    `check` looks at the new state before it is committed, and may refuse it by raising.
    """
    summary = RebuildSummary()
    with without_strays(home):
        with home.writing() as connection:
            before = _outcome(connection)
            _empty(connection)
            entries, done = all_entries(connection), 0
            for step in steps(entries, home.settings.batch):
                _replay(home, connection, step, summary)
                done += 1 if isinstance(step, Entry) else len(step.entries if isinstance(step, Anew) else step)
                on_progress(done, len(entries))
            keep_decided(connection, 0)
            connection.execute(table("pending_receipts").delete())
            summary.turned, summary.moved = _differing(before, _outcome(connection))
            check(connection)
            os.sync()  # the lake's list never names bytes that a power cut could take
        _sweep(home)
    return summary


def _outcome(connection: sa.Connection) -> list[dict[str, str]]:
    """Return the verdicts by delivery, and the hashes of figures by release."""
    deliveries, releases = table("deliveries").c, table("releases").c
    asked = (deliveries.delivery, deliveries.verdict), (releases.release, releases.figures_sha256)
    return [dict(connection.execute(sa.select(*columns)).tuples().all()) for columns in asked]


def _differing(before: list[dict[str, str]], after: list[dict[str, str]]) -> list[list[str]]:
    return [
        sorted(key for key in was.keys() & now.keys() if was[key] != now[key])
        for was, now in zip(before, after, strict=True)
    ]


def _empty(connection: sa.Connection) -> None:
    for kept in tables_of().tables.values():
        if kept.schema == MENTORING:
            connection.execute(kept.delete())


def _replay(home: Home, connection: sa.Connection, step: Step, summary: RebuildSummary) -> None:
    if isinstance(step, list):
        Batch(home, connection).process(step)
        summary.deliveries += len(step)
    elif isinstance(step, Anew):
        replay_restated(home, connection, step.entries)
    elif step.event == REFERENCE:
        replay_reference(connection, home.received, step)
        summary.reference_loads += 1
    elif step.event == WITHDRAWAL:
        replay_withdrawal(connection, step)
    elif step.event == HELD:
        replay_hold(connection, step)
    elif step.event == CONFIRMATION:
        replay_confirmation(connection, step)
    elif step.event == RELEASE:
        record_release(connection, step)
        summary.releases += 1


def _sweep(home: Home) -> None:
    files = table("lake_files")
    with home.reading() as connection:
        listed = set(connection.execute(sa.select(files.c.path)).scalars())
        forget_strays(home.vault, accepted_deliveries(connection))
    for path in orphans(home.settings.lake, listed):
        path.unlink()
