"""What people said in words: who decided, and their text, which may name somebody.

Texts lie sealed in `notes/`, a file each, and nowhere else; the journal knows them by a number that says nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from expectations.sealing import StorageKeys, seal, unseal
from warehouse.installation.durable import write_durably
from warehouse.installation.settings import Misconfigured
from warehouse.journal.journal import RESTATEMENT
from warehouse.storage.loading import insert_rows
from warehouse.tables.tables import JOURNAL, entries, restatements, table, tables_of

LONGEST = 1000  # characters
NAME_BYTES = 8


@dataclass(frozen=True)
class Notes:
    """The folder of texts, and the keys that open them."""

    folder: Path
    keys: StorageKeys = field(repr=False)

    def path(self, note: str) -> Path:
        return self.folder / note

    def paths(self) -> Iterator[Path]:
        """Yield every text that is kept."""
        return (path for path in sorted(self.folder.glob("*")) if len(path.name) == 2 * NAME_BYTES)

    def write(self, text: str) -> str:
        """Keep a text, forced to the disk; return its name. Raises Misconfigured for one that is empty or endless."""
        if not text.strip() or len(text) > LONGEST:
            raise Misconfigured(f"Пояснение — от 1 до {LONGEST} знаков.")
        note = secrets.token_hex(NAME_BYTES)
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_durably(self.path(note), seal(" ".join(text.split()).encode(), bound(note), self.keys))
        return note

    def read(self, note: str | None) -> str | None:
        """Return a text; None where there is none, or it was destroyed."""
        if note is None or not self.path(note).exists():
            return None
        return unseal(self.path(note).read_bytes(), bound(note), self.keys).decode()

    def forget_strays(self, connection: sa.Connection) -> None:
        """Remove texts of acts that were interrupted before the journal knew them."""
        known = set(connection.execute(sa.select(notes().c.note)).scalars())
        for path in list(self.paths()):
            if path.name not in known:
                path.unlink()


def notes() -> sa.Table:
    """Return the journal's table of who decided, and where their words are."""
    return tables_of().tables[f"{JOURNAL}.notes"]


def sign(connection: sa.Connection, seq: int, decided_by: str, note: str | None) -> None:
    """Note in the journal who made an entry, and by which name their text is kept."""
    insert_rows(connection, notes(), [{"seq": seq, "decided_by": decided_by, "note": note}])


def deliveries_of_notes(connection: sa.Connection) -> dict[str, set[str]]:
    """Return of which deliveries every text is, by its name.

    An explanation is of one, and a reason too; that of a restatement is of all deliveries of its dates.
    """
    kept, journal, ledger, made = notes(), entries(), table("deliveries"), restatements()
    of_dates = sa.select(kept.c.note, ledger.c.delivery).join_from(
        kept.join(made, made.c.seq == kept.c.seq), ledger, ledger.c.as_of.between(made.c.first, made.c.last)
    )
    of_one = sa.select(kept.c.note, journal.c.subject).join(journal, journal.c.seq == kept.c.seq)
    of_one = of_one.where(journal.c.event != RESTATEMENT)
    found: dict[str, set[str]] = {}
    for statement in (of_one, of_dates):
        for note, delivery in connection.execute(statement.where(kept.c.note.is_not(None))):
            found.setdefault(note, set()).add(delivery)
    return found


def bound(note: str) -> bytes:
    """Return what a sealed text is authenticated as."""
    return b"note:" + note.encode()
