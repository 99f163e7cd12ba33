"""Addresses of institutions: what they gave themselves as their curator's, in the form."""

from __future__ import annotations

import sqlalchemy as sa

from warehouse.installation.home import Home
from warehouse.journal.ledger import ACCEPTED
from warehouse.storage.vault import read_vault
from warehouse.tables.tables import table


def curator_addresses(home: Home, institutions: set[str]) -> dict[str, str]:
    """Return what each institution's last accepted delivery gives as its curator's address; none without a server."""
    if home.settings.smtp_url is None:
        return {}
    ledger = table("deliveries")
    newest = sa.select(ledger.c.institution_code, sa.func.max(ledger.c.seq).label("seq")).where(
        ledger.c.verdict.in_(ACCEPTED), ledger.c.institution_code.in_(institutions)
    )
    last = newest.group_by(ledger.c.institution_code).subquery()
    with home.reading() as connection:
        statement = sa.select(ledger.c.delivery, ledger.c.institution_code).join(last, ledger.c.seq == last.c.seq)
        sender = {row.delivery: row.institution_code for row in connection.execute(statement)}
    if sender:
        home.audit("letters", addresses=len(sender))
    found = read_vault(home.vault, "organisation", ["curator_email"], sender).to_pylist()
    return {sender[row["delivery"]]: row["curator_email"] for row in found if row["curator_email"]}
