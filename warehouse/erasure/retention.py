"""Retention: what is due is destroyed, and whom newer files name after an erasure; figures stay.

Years are counted from the end of the reporting year (of the year of receipt where no reporting date was read), days
from receipt. Names go with the files that hold them: where identities are due, so are the files they came in.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from warehouse.erasure.again import erase_again
from warehouse.erasure.destroying import Row, enter, finish, require_rights
from warehouse.erasure.plan import Delivery, deliveries_of, left_of
from warehouse.installation.home import Home
from warehouse.installation.settings import Settings
from warehouse.journal.journal import RETENTION, Entry
from warehouse.journal.ledger import ACCEPTED
from warehouse.journal.notes import deliveries_of_notes
from warehouse.storage.received import received_path
from warehouse.storage.remains import Left, destroyed
from warehouse.storage.vault import sealed_rows
from warehouse.tables.tables import table


@dataclass(frozen=True)
class Due:
    """What is due: deliveries whose bytes go, rows of the vault by (delivery, sheet), files made."""

    received: list[Delivery]
    sheets: dict[tuple[str, str], int]
    files: list[Path]

    def counts(self) -> dict[str, int]:
        """Return how much of each kind is due."""
        hashes = {one.sha256 for one in self.received}
        return {"files": len(hashes), "rows": sum(self.sheets.values()), "made": len(self.files)}


@dataclass(frozen=True)
class Retention:
    """What a run did, or would do."""

    counts: dict[str, int]
    entry: Entry | None
    acts: list[Path]


def retain(home: Home, at: datetime, *, dry_run: bool = False) -> Retention:
    """Erase again whom newer files name, and destroy what is due on the day of `at`; needs `opened(…, write=True)`.

    Where there is nothing of either, nothing is written.
    """
    require_rights(home)
    again = erase_again(home, at, dry_run=dry_run)
    due = plan_retention(home, at.astimezone(home.settings.timezone).date())
    by_kind = {kind: count + sum(one.counts[kind] for one in again) for kind, count in due.counts().items()}
    counts = {"again": len(again)} | by_kind
    acts = [act for one in again for act in one.acts]
    if dry_run or not any(due.counts().values()):
        return Retention(counts, None, acts)
    _keep_remains(home, due)
    entry = enter(home, RETENTION, "term", at, _gone(home, due))
    return Retention(counts, entry, acts + finish(home, at))


def plan_retention(home: Home, on: date) -> Due:
    """Find what is due on a day."""
    settings = home.settings
    with home.reading() as connection:
        ledger, gone = deliveries_of(connection), destroyed(connection)
        received, spoken = _received_on(connection, settings), deliveries_of_notes(connection)
    past = [one for one in ledger if one.as_of and _over(one.as_of.year, settings.keep_identities_years, on)]
    nameless = {one.delivery for one in past if one.verdict in ACCEPTED}
    said = [
        path
        for note, spoken_of in sorted(spoken.items())
        if spoken_of <= {one.delivery for one in past} and (path := home.notes.path(note)).exists()
    ]
    hashes = _hashes(ledger, received, settings, on)
    hashes |= {one.sha256 for one in ledger if one.delivery in nameless}
    hashes = {one for one in hashes - gone if received_path(settings.received, one).exists()}
    return Due([one for one in ledger if one.sha256 in hashes], _sheets(home, nameless), [*_files(settings, on), *said])


def _over(year: int, years: int, on: date) -> bool:
    return years > 0 and on > date(year + years, 12, 31)


def _received_on(connection: sa.Connection, settings: Settings) -> dict[str, date]:
    ledger = table("deliveries")
    rows = connection.execute(sa.select(ledger.c.delivery, ledger.c.received_at))
    return {row.delivery: row.received_at.astimezone(settings.timezone).date() for row in rows}


def _hashes(ledger: list[Delivery], received: dict[str, date], settings: Settings, on: date) -> set[str]:
    """Return the hashes that are due; bytes that came several times are, when the last of them is."""
    by_hash: dict[str, list[Delivery]] = {}
    for one in ledger:
        by_hash.setdefault(one.sha256, []).append(one)
    found = set()
    for sha256, same in by_hash.items():
        told = [one.as_of.year for one in same if one.as_of]
        last = max(received[one.delivery] for one in same)
        refused = settings.keep_rejected_days > 0 and all(one.verdict not in ACCEPTED for one in same)
        over = on > last + timedelta(days=settings.keep_rejected_days)
        if (refused and over) or _over(max(told, default=last.year), settings.keep_received_years, on):
            found.add(sha256)
    return found


def _sheets(home: Home, deliveries: set[str]) -> dict[tuple[str, str], int]:
    kept = sealed_rows()
    statement = sa.select(kept.c.delivery, kept.c.sheet, kept.c.rows).where(kept.c.delivery.in_(sorted(deliveries)))
    with home.vault.engine.connect() as connection:
        found = connection.execute(statement.order_by(kept.c.delivery, kept.c.sheet))
        return {(row.delivery, row.sheet): row.rows for row in found}


def _files(settings: Settings, on: date) -> Iterator[Path]:
    """Yield receipts, forms and filled templates that are due: the day is in the name."""
    for path in sorted(settings.receipts.glob("*/*_*")):
        if (day := _day(path.name[:10])) and _over(day.year, settings.keep_receipts_years, on):
            yield path
    for path in (*sorted(settings.forms.glob("*/*.xlsx")), *sorted(settings.templates.glob("*/*.xlsx"))):
        if (day := _day(path.stem[-10:])) and _over(day.year, settings.keep_identities_years, on):
            yield path


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _keep_remains(home: Home, due: Due) -> None:
    nameless = {delivery for delivery, _ in due.sheets}
    theirs = {one.delivery for one in due.received} | nameless
    with home.reading() as connection:
        gone = destroyed(connection)
        for one in deliveries_of(connection):
            if one.delivery in theirs:
                left = left_of(home, connection, one, gone)
                vault = {} if one.delivery in nameless else left.vault
                home.remains.write(one.delivery, Left(left.facts, left.tables, vault))


def _gone(home: Home, due: Due) -> Iterator[Row]:
    for one in due.received:
        yield {"kind": "received", "delivery": one.delivery, "sha256": one.sha256}
    for (delivery, sheet), rows in due.sheets.items():
        yield {"kind": "sheet", "delivery": delivery, "sheet": sheet, "rows": rows}
    for path in due.files:
        yield {"kind": "file", "path": str(path.relative_to(home.settings.home))}
