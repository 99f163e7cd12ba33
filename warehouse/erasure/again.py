"""People who were erased and whom newer files name again: found, and erased once more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from warehouse.erasure.erase import Erasure, erase
from warehouse.erasure.later import AGAIN, Erased, erased_people
from warehouse.erasure.person import Wanted
from warehouse.erasure.reading import Advance, People, read_people
from warehouse.installation.home import Home
from warehouse.installation.settings import Settings
from warehouse.journal.decisions import Place
from warehouse.journal.ledger import ACCEPTED
from warehouse.storage.received import received_path
from warehouse.tables.tables import table


@dataclass(frozen=True)
class Found:
    """An erased person, and the first row of a newer file that names them without a newer consent."""

    erased: Erased
    place: Place


@dataclass(frozen=True)
class Again:
    """An accepted delivery that names erased people, and whose file is still kept."""

    delivery: str
    institution_code: str
    received_at: datetime


def erase_again(home: Home, at: datetime, *, dry_run: bool = False) -> list[Erasure]:
    """Erase once more whomever `found_again` gives, each by an act of their own; needs `opened(…, write=True)`."""
    return [
        erase(home, Wanted(place=one.place), AGAIN, f"по акту № {one.erased.seq}", at, dry_run=dry_run)
        for one in found_again(home)
    ]


def found_again(home: Home, on_progress: Advance = lambda done, of: None) -> list[Found]:
    """Find erased people in files that came after their erasure: accepted, rejected and quarantined rows alike.

    Whoever consented anew since is not among them. Reads every file that came after the first erasure and is kept.
    """
    with home.reading() as connection:
        gone = erased_people(connection, home.settings.timezone)
        if not gone:
            return []
        newer = _newer(connection, gone[0].seq)
        consented = [one for one in gone if _consented(connection, one)]
    files = read_people(home, {sha256 for _, sha256, _ in newer}, on_progress)
    told = [(one, _naming(one, newer, files)) for one in gone if one not in consented]
    return [Found(one, places[0]) for one, places in told if places]


def again_kept(connection: sa.Connection, settings: Settings) -> list[Again]:
    """Return accepted deliveries that name erased people and whose files are still kept; reads no file."""
    found: dict[str, Again] = {}
    for one in erased_people(connection, settings.timezone):
        if _consented(connection, one):
            continue
        rows, ledger = table("participants"), table("deliveries")
        statement = (
            sa.select(
                ledger.c.delivery, ledger.c.institution_code, ledger.c.received_at, ledger.c.sha256,
                rows.c.snils_token, rows.c.name_token,
            )
            .join(ledger, ledger.c.delivery == rows.c.delivery)
            .where(ledger.c.seq > one.seq, ledger.c.verdict.in_(ACCEPTED), _bears_a_token_of(one, rows))
            .order_by(ledger.c.seq)
        )  # fmt: skip
        for row in connection.execute(statement):
            kept = received_path(settings.received, row.sha256).exists()
            if kept and one.is_of(row.snils_token, row.name_token):
                found[row.delivery] = Again(row.delivery, row.institution_code, row.received_at)
    return list(found.values())


def _newer(connection: sa.Connection, seq: int) -> list[tuple[str, str, int]]:
    """Return delivery, hash and number of whatever came after an entry of the journal."""
    ledger = table("deliveries")
    columns = (ledger.c.delivery, ledger.c.sha256, ledger.c.seq)
    return list(connection.execute(sa.select(*columns).where(ledger.c.seq > seq).order_by(ledger.c.seq)).tuples())


def _consented(connection: sa.Connection, one: Erased) -> bool:
    rows = table("participants")
    columns = (rows.c.snils_token, rows.c.name_token)
    newer = sa.select(*columns).where(rows.c.consent_date > one.on, _bears_a_token_of(one, rows))
    return any(one.is_of(*row) for row in connection.execute(newer).tuples())


def _bears_a_token_of(one: Erased, rows: sa.Table) -> sa.ColumnElement[bool]:
    return sa.or_(rows.c.snils_token.in_(sorted(one.snils)), rows.c.name_token.in_(sorted(one.names)))


def _naming(one: Erased, newer: list[tuple[str, str, int]], files: dict[str, People]) -> list[Place]:
    """Return the rows that name them; none where any of these consents anew, be its file accepted or not."""
    found = []
    for delivery, sha256, seq in newer:
        for row in files[sha256].named if seq > one.seq and sha256 in files else ():
            if one.is_of(row.snils, row.name):
                if one.outlived_by(row.consent):
                    return []
                found.append(Place(delivery, row.row))
    return found
