"""People who were erased, and deliveries that name them again."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, tzinfo
from typing import TYPE_CHECKING

import pyarrow as pa
import sqlalchemy as sa

from warehouse.erasure.rows import rows_of_people, without_rows
from warehouse.tables import entries, erasures

if TYPE_CHECKING:
    from warehouse.storing import Kept


@dataclass(frozen=True)
class Erased:
    """One erased person: on which day, under which tokens they were known."""

    on: date
    snils: frozenset[str]
    names: frozenset[str]

    def is_of(self, snils: str | None, name: str | None) -> bool:
        """Tell whether a row is theirs: by СНИЛС where both have one, else by name and birth date."""
        if snils and self.snils:
            return snils in self.snils
        return name in self.names


def without_erased(connection: sa.Connection, kept: Kept, timezone: tzinfo) -> dict[str, pa.Table]:
    """Return what the vault is to keep of a batch: nobody who was erased, unless they consented after that day."""
    people = kept.facts["participants"]
    gone = erased_people(connection, timezone) if people.num_rows else []
    if not gone:
        return kept.vault
    wanted = people.select(["delivery", "row", "snils_token", "name_token", "consent_date"]).to_pylist()
    found = set()
    for row in wanted:
        snils, name = spelled(row["snils_token"]), spelled(row["name_token"])
        consent = row["consent_date"]
        if any(one.is_of(snils, name) and (consent is None or consent <= one.on) for one in gone):
            found.add((row["delivery"], row["row"]))
    return without_rows(kept.vault, rows_of_people(kept.facts.get, found)) if found else kept.vault


def erased_people(connection: sa.Connection, timezone: tzinfo) -> list[Erased]:
    """Return everybody who was erased."""
    told, journal = erasures(), entries()
    statement = sa.select(told.c.seq, told.c.snils_token, told.c.name_token, journal.c.known_at).join(
        journal, journal.c.seq == told.c.seq
    )
    by_seq: dict[int, list[sa.Row]] = {}
    for row in connection.execute(statement.order_by(told.c.seq, told.c.number)):
        by_seq.setdefault(row.seq, []).append(row)
    return [
        Erased(
            rows[0].known_at.astimezone(timezone).date(),
            frozenset(row.snils_token for row in rows if row.snils_token),
            frozenset(row.name_token for row in rows if row.name_token),
        )
        for rows in by_seq.values()
    ]


def spelled(token: str | None) -> str | None:
    """Spell a token as the warehouse gives it back."""
    return str(uuid.UUID(token)) if token else None
