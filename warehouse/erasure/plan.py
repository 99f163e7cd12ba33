"""Everything that an erasure will destroy, found before anything is touched."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from warehouse.erasure.files import made_files
from warehouse.erasure.person import Wanted, identities_of_person, identity_of
from warehouse.erasure.reading import Advance, Named, People, read_people
from warehouse.erasure.rows import Place, Rows, rows_of_people, with_blanks, without_rows
from warehouse.erasure.words import CURATOR, NAME, TEXTS, Cell, Words, cells_naming
from warehouse.indicators.identity import Identity
from warehouse.installation.home import Home
from warehouse.journal.ledger import ACCEPTED
from warehouse.journal.notes import deliveries_of_notes
from warehouse.storage.remains import Left, destroyed, gather, vault_of_deliveries
from warehouse.storage.vault import read_vault
from warehouse.tables.tables import table


@dataclass(frozen=True)
class Delivery:
    """A line of the ledger, as far as an erasure asks."""

    delivery: str
    institution_code: str
    sha256: str
    verdict: str
    as_of: date | None


@dataclass(frozen=True)
class Plan:
    """What is to be destroyed; `identities` as far as they bear tokens."""

    identities: list[Identity]
    rows: Rows  # of the vault
    cells: set[Cell]  # of the vault, to be emptied
    places: set[Place]  # rows of «Участники» in received files
    deliveries: list[Delivery]  # whose bytes go
    standing: set[str]  # hashes among theirs whose bytes are there still
    files: list[Path] = field(default_factory=list)
    unread: list[Delivery] = field(default_factory=list)  # files that nobody could read: left, and told

    def counts(self) -> dict[str, int]:
        """Return how much of each kind goes; numbers alone."""
        return {
            "files": len(self.standing),
            "rows": sum(map(len, self.rows.values())),
            "texts": len({cell[:3] for cell in self.cells}),
            "made": len(self.files),
            "unread": len(self.unread),
        }


def plan_erasure(home: Home, wanted: Wanted, on_progress: Advance = lambda done, of: None) -> Plan:
    """Find all that names a person; raise Misconfigured where nobody is found, or more than one."""
    with home.reading() as connection:
        ledger = deliveries_of(connection)
        files = read_people(home, {one.sha256 for one in ledger}, on_progress)
        found = identities_of_person(connection, files, wanted)
        stored = _stored_rows(connection, found)
        words = Words(_names(home, stored, files, found))
        senders = _senders(ledger, stored, files, found, words)
        cells = _cells(home, [one.delivery for one in ledger if one.institution_code in senders], words)
        of_senders = {one.delivery for one in ledger if one.institution_code in senders}
        spoken = _spoken(home, connection, of_senders, words)
        hashes = _hashes(ledger, stored, files, found, words, cells, senders)
        gone = destroyed(connection)
        theirs = [one for one in ledger if one.sha256 in hashes]
        rows = _rows(connection, stored)
        vault = vault_of_deliveries(home.vault, sorted({delivery for delivery, _ in stored}))
    held = {sheet: rows.get(sheet, set()) & _held(vault, sheet) for sheet in rows}
    cells = {cell for cell in cells if (cell[0], cell[2]) not in held.get(cell[1], set())}
    unread = [one for one in _unreadable(ledger, files) if one.sha256 not in hashes]
    return Plan(
        sorted(found, key=str), held, cells, _places(theirs, files, found, words), theirs, hashes & files.keys() - gone,
        [*made_files(home.settings, {one.institution_code for one in theirs}), *spoken], unread,
    )  # fmt: skip


def deliveries_of(connection: sa.Connection) -> list[Delivery]:
    """Return every delivery, in the journal's order."""
    ledger = table("deliveries")
    columns = (ledger.c.delivery, ledger.c.institution_code, ledger.c.sha256, ledger.c.verdict, ledger.c.as_of)
    return [Delivery(*row) for row in connection.execute(sa.select(*columns).order_by(ledger.c.seq))]


def lefts_of(home: Home, connection: sa.Connection, plan: Plan) -> dict[str, Left]:
    """Return what the plan's deliveries leave."""
    gone = destroyed(connection, {one.sha256 for one in plan.deliveries})
    found = {}
    for one in plan.deliveries:
        left = left_of(home, connection, one, gone)
        vault = without_rows(left.vault, plan.rows)
        own = {cell for cell in plan.cells if cell[0] == one.delivery}
        found[one.delivery] = Left(left.facts, left.tables, with_blanks(vault, own) if own else vault)
    return found


def left_of(home: Home, connection: sa.Connection, one: Delivery, gone: Collection[str]) -> Left:
    """Return what a delivery leaves, from its remains where its bytes are among those gone."""
    if one.sha256 in gone and home.remains.has(one.delivery):
        return home.remains.read(one.delivery)
    return gather(connection, home.settings.lake, home.vault, one.delivery)


def _stored_rows(connection: sa.Connection, found: Collection[Identity]) -> set[Place]:
    """Return the rows of «Участники» in the warehouse that are theirs."""
    rows = table("participants")
    names = sorted({one.name for one in found})
    statement = sa.select(rows.c.delivery, rows.c.row, rows.c.snils_token, rows.c.name_token)
    told = connection.execute(statement.where(rows.c.name_token.in_(names)))
    return {(row.delivery, row.row) for row in told if Identity(row.snils_token, row.name_token) in found}


def _rows(connection: sa.Connection, people: set[Place]) -> Rows:
    from warehouse.storage.loading import fetch

    def facts(name: str) -> Any:
        rows = table(name)
        return fetch(connection, sa.select(rows).where(rows.c.delivery.in_(sorted({one for one, _ in people}))))

    return rows_of_people(facts, people)


def _held(vault: dict[str, Any], sheet: str) -> set[Place]:
    from warehouse.erasure.rows import places

    return set(places(vault[sheet])) if sheet in vault else set()


def _names(
    home: Home, stored: set[Place], files: dict[str, People], found: Collection[Identity]
) -> Iterable[tuple[str | None, ...]]:
    for row in read_vault(home.vault, "participants", NAME, sorted({one for one, _ in stored})).to_pylist():
        if (row["delivery"], row["row"]) in stored:
            yield tuple(row[name] for name in NAME)
    for people in files.values():
        yield from (one.words for one in people.named if _by_token(one, found))


def _by_token(one: Named, found: Collection[Identity]) -> bool:
    return identity_of(one) in found if one.snils or one.name else False


def _is_named(people: People, found: Collection[Identity], words: Words) -> list[int]:
    """Return the rows of a file that are theirs: by tokens, and where a row has none, by surname and given name."""
    return [
        one.row for one in people.named
        if _by_token(one, found) or (not one.snils and not one.name and words.is_name(one.words))
    ]  # fmt: skip


def _senders(
    ledger: list[Delivery], stored: set[Place], files: dict[str, People], found: Collection[Identity], words: Words
) -> set[str]:
    told = {delivery for delivery, _ in stored}
    naming = {sha256 for sha256, people in files.items() if _is_named(people, found, words)}
    return {one.institution_code for one in ledger if one.delivery in told or one.sha256 in naming}


def _cells(home: Home, deliveries: list[str], words: Words) -> set[Cell]:
    """Return the vault's cells, among these deliveries', that name them in words."""
    columns = {"pairs": TEXTS, "organisation": CURATOR}
    vault = {sheet: read_vault(home.vault, sheet, names, deliveries) for sheet, names in columns.items()}
    return cells_naming(words, vault)


def _spoken(home: Home, connection: sa.Connection, deliveries: set[str], words: Words) -> list[Path]:
    """Return what people said of these deliveries in words that name them."""
    told = deliveries_of_notes(connection)
    own = [note for note, spoken_of in sorted(told.items()) if spoken_of & deliveries]
    return [home.notes.path(note) for note in own if words.told_in("note", home.notes.read(note) or "")]


def _hashes(
    ledger: list[Delivery], stored: set[Place], files: dict[str, People], found: Collection[Identity], words: Words,
    cells: set[Cell], senders: set[str],
) -> set[str]:  # fmt: skip
    """Return the hashes of the bytes to go: all that name them, and what their senders sent and nobody can read."""
    told = {delivery for delivery, _ in stored} | {cell[0] for cell in cells}
    hashes = {one.sha256 for one in ledger if one.delivery in told}
    hashes |= {sha256 for sha256, people in files.items() if _is_named(people, found, words)}
    hashes |= {one.sha256 for one in _unreadable(ledger, files) if one.institution_code in senders}
    for one in ledger:
        people = files.get(one.sha256) if one.institution_code in senders else None
        if people is not None and any(words.told_in(column, text) for column, text in people.texts):
            hashes.add(one.sha256)
    return hashes


def _unreadable(ledger: list[Delivery], files: dict[str, People]) -> list[Delivery]:
    """Return refused deliveries of which no row of «Участники» could be read: nobody knows whom they name."""
    accepted = {one.sha256 for one in ledger if one.verdict in ACCEPTED}
    return [
        one for one in ledger
        if one.verdict == "rejected" and one.sha256 not in accepted and one.sha256 in files and files[one.sha256].blind
    ]  # fmt: skip


def _places(theirs: list[Delivery], files: dict[str, People], found: Collection[Identity], words: Words) -> set[Place]:
    return {
        (one.delivery, row)
        for one in theirs if one.sha256 in files
        for row in _is_named(files[one.sha256], found, words)
    }  # fmt: skip
