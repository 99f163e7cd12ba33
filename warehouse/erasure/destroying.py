"""What is to be destroyed written into the journal, and then destroyed.

The order survives a kill anywhere: remains kept and forced to the disk; the journal; vault, bytes and files; the act;
the journal's word that it is done. Until that word, whoever opens the installation to write goes on from the journal.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from expectations.sealing import HEADER_BYTES
from warehouse.erasure.files import remove
from warehouse.installation.home import Home
from warehouse.installation.settings import Misconfigured
from warehouse.journal.journal import DESTROYED, ERASURE, RETENTION, Entry, Journal
from warehouse.storage.compaction import compact_vault
from warehouse.storage.loading import insert_rows
from warehouse.storage.received import received_path
from warehouse.storage.remains import destroyed, forget_and_keep, gather
from warehouse.storage.vault import may_destroy
from warehouse.tables.tables import destructions, entries, table

Row = dict[str, object]
AT_ONCE = 100  # deliveries whose remains are in memory together
OF_VAULT = ("identity", "sheet", "text")


def enter(home: Home, event: str, ground: str, at: datetime, gone: Iterable[Row], people: Iterable[Row] = ()) -> Entry:
    """Write into the journal what is to be destroyed, in one transaction; return the entry."""
    from warehouse.tables.tables import erasures

    with home.writing() as connection:
        journal = Journal(connection)
        entry = journal.add(event, ground, at)
        journal.write()
        for kept, rows in ((erasures(), people), (destructions(), gone)):
            insert_rows(connection, kept, [{"seq": entry.seq, "number": n, **row} for n, row in enumerate(rows, 1)])
    return entry


def require_rights(home: Home) -> None:
    """Raise Misconfigured for an account of a server that may not do all of it."""
    if not may_destroy(home.vault):
        raise Misconfigured(
            "Этой учётной записи PostgreSQL личные сведения не уничтожить: запустите команду от служебной, "
            "под которой идёт приём."
        )


def unfinished(connection: sa.Connection) -> list[Entry]:
    """Return the entries whose destruction is not told to be done, oldest first."""
    journal = entries()
    asked = sa.select(journal).where(journal.c.event.in_([ERASURE, RETENTION, DESTROYED])).order_by(journal.c.seq)
    rows = [Entry(**row._mapping) for row in connection.execute(asked)]
    done = {row.subject for row in rows if row.event == DESTROYED}
    return [row for row in rows if row.event != DESTROYED and str(row.seq) not in done]


def finish(home: Home, at: datetime) -> list[Path]:
    """Destroy all that the journal says is to be destroyed; return the acts written. Cheap where nothing is left.

    Accounts of a server that may not are passed over: the service account, which took the files in, finishes.
    """
    from warehouse.erasure.act import write_act

    if not home.settings.embedded and not may_destroy(home.vault):
        return []
    with home.reading() as connection:
        todo = unfinished(connection)
        told = {entry.seq: destructions_of(connection, entry.seq) for entry in todo}
    acts = []
    for entry in todo:
        counts = _destroy(home, told[entry.seq])
        acts.append(write_act(home, entry, at))
        with home.writing() as connection:
            journal = Journal(connection)
            journal.add(DESTROYED, str(entry.seq), at)
            journal.write()
        home.audit(entry.event, str(entry.seq), **counts)
    _destroy_again(home)
    return acts


def destructions_of(connection: sa.Connection, seq: int) -> list[Row]:
    """Return what an entry destroys, in order."""
    gone = destructions()
    statement = sa.select(gone).where(gone.c.seq == seq).order_by(gone.c.number)
    return [dict(row) for row in connection.execute(statement).mappings()]


def _destroy(home: Home, gone: list[Row]) -> dict[str, int]:
    of_vault = sorted({str(row["delivery"]) for row in gone if row["kind"] in OF_VAULT})
    for start in range(0, len(of_vault), AT_ONCE):
        batch = of_vault[start : start + AT_ONCE]
        forget_and_keep(home.vault, {delivery: home.remains.read(delivery) for delivery in batch})
    if of_vault:
        compact_vault(home)
    for sha256 in sorted({str(row["sha256"]) for row in gone if row["kind"] == "received"}):
        _shred(received_path(home.settings.received, sha256))
    for row in gone:
        if row["kind"] == "file":
            path = home.settings.home / str(row["path"])
            _shred(path) if path.parent == home.settings.notes else remove(path)
    os.sync()
    return dict(Counter(str(row["kind"]) for row in gone))


def _shred(path: Path) -> None:
    """Unlink a sealed file after the key of its data, which is in its header alone, is overwritten."""
    if path.exists():
        _lose_key(path)
        path.unlink()


def _lose_key(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"\0" * HEADER_BYTES)
        file.flush()
        os.fsync(file.fileno())


def _destroy_again(home: Home) -> None:
    """Destroy bytes that came once more after they had been destroyed: what they left is kept first."""
    with home.reading() as connection:
        back = {one for one in destroyed(connection) if received_path(home.settings.received, one).exists()}
        if not back:
            return
        ledger = table("deliveries")
        statement = sa.select(ledger.c.delivery).where(ledger.c.sha256.in_(sorted(back))).order_by(ledger.c.seq)
        for delivery in connection.execute(statement).scalars().all():
            if not home.remains.has(delivery):
                left = gather(connection, home.settings.lake, home.vault, delivery)
                home.remains.write(delivery, left)
    for sha256 in sorted(back):
        _shred(received_path(home.settings.received, sha256))
