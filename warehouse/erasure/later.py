"""People who were erased, and what the vault keeps of deliveries that name them again: nothing."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import date, tzinfo
from itertools import groupby
from typing import TYPE_CHECKING

import pyarrow as pa
import sqlalchemy as sa

from warehouse.erasure.rows import Place, rows_of_people, with_blanks, without_rows
from warehouse.erasure.words import NAME, Cell, Words, cells_naming
from warehouse.tables.tables import entries, erasures

if TYPE_CHECKING:
    from warehouse.ingestion.storing import Kept

AGAIN = "again"  # the ground of an erasure that follows from an earlier one: the person was named in newer files


@dataclass(frozen=True)
class Erased:
    """One erased person: by which entry of the journal, on which day, under which tokens they were known."""

    seq: int
    on: date
    snils: frozenset[str]
    names: frozenset[str]

    def is_of(self, snils: str | None, name: str | None) -> bool:
        """Tell whether a row is theirs: by СНИЛС where both have one, else by name and birth date."""
        if snils and self.snils:
            return snils in self.snils
        return name in self.names

    def outlived_by(self, consent: date | None) -> bool:
        """Tell whether a consent was given after the erasure: it alone lets them be kept again."""
        return consent is not None and consent > self.on


def without_erased(connection: sa.Connection, kept: Kept, timezone: tzinfo) -> dict[str, pa.Table]:
    """Return what the vault is to keep of a batch: nobody who was erased, unless they consented after that day."""
    people = kept.facts["participants"]
    gone = erased_people(connection, timezone) if people.num_rows else []
    if not gone:
        return kept.vault
    wanted = people.select(["delivery", "row", "snils_token", "name_token", "consent_date"]).to_pylist()
    found = set[Place]()
    for row in wanted:
        snils, name = spelled(row["snils_token"]), spelled(row["name_token"])
        if any(one.is_of(snils, name) and not one.outlived_by(row["consent_date"]) for one in gone):
            found.add((row["delivery"], row["row"]))
    if not found:
        return kept.vault
    left = without_rows(kept.vault, rows_of_people(kept.facts.get, found))
    return with_blanks(left, _told_in_words(kept.vault, found))


def _told_in_words(vault: dict[str, pa.Table], found: set[Place]) -> set[Cell]:
    """Return the cells in which a delivery tells of its own erased people in words, whoever's row it is."""
    names = [row for row in vault["participants"].to_pylist() if (row["delivery"], row["row"]) in found]
    cells = set[Cell]()
    for delivery in {row["delivery"] for row in names}:
        words = Words(tuple(row[part] for part in NAME) for row in names if row["delivery"] == delivery)
        cells |= {cell for cell in cells_naming(words, vault) if cell[0] == delivery}
    return cells


def erased_people(connection: sa.Connection, timezone: tzinfo) -> list[Erased]:
    """Return everybody who was erased; what was done AGAIN adds tokens to whom it was done, and no later day."""
    told, journal = erasures(), entries()
    columns = (told.c.seq, told.c.snils_token, told.c.name_token, journal.c.known_at, journal.c.subject)
    statement = sa.select(*columns).join(journal, journal.c.seq == told.c.seq).order_by(told.c.seq, told.c.number)
    found: list[Erased] = []
    for seq, group in groupby(connection.execute(statement), key=lambda row: row.seq):
        rows = list(group)
        one = Erased(
            seq,
            rows[0].known_at.astimezone(timezone).date(),
            frozenset(row.snils_token for row in rows if row.snils_token),
            frozenset(row.name_token for row in rows if row.name_token),
        )
        if rows[0].subject == AGAIN:
            found = [_known_by_more(before, one) for before in found]
        else:
            found.append(one)
    return found


def _known_by_more(before: Erased, again: Erased) -> Erased:
    if before.snils & again.snils or (before.names & again.names and not (before.snils and again.snils)):
        return replace(before, snils=before.snils | again.snils, names=before.names | again.names)
    return before


def spelled(token: str | None) -> str | None:
    """Spell a token as the warehouse gives it back."""
    return str(uuid.UUID(token)) if token else None
