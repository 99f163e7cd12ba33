"""The vault's strays: people of deliveries that a killed run kept, and that the ledger never named."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from warehouse.installation.durable import sync, write_durably
from warehouse.installation.home import Home
from warehouse.journal.ledger import accepted_deliveries
from warehouse.storage.vault import forget_strays

MARK = "vault-whole"  # in run/, while nobody keeps people: the last who did came to its end


@contextmanager
def without_strays(home: Home) -> Iterator[None]:
    """Let people be kept until the block ends; what one who did not come to this end left is forgotten first.

    The mark goes before anybody is kept, so to hold the whole vault against the ledger is for the run after a kill.
    A home without a mark, new or restored or of an earlier version, is looked through once.
    """
    mark = home.settings.run / MARK
    if mark.exists():
        mark.unlink()
        sync(home.settings.run)
    else:
        with home.reading() as connection:
            forget_strays(home.vault, accepted_deliveries(connection))
    yield
    with suppress(OSError):  # all is done: without a mark the next one only looks for nothing
        write_durably(mark, b"")
