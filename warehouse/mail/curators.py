"""Addresses of institutions: what they gave themselves as their curator's, in the form."""

from __future__ import annotations

import sqlalchemy as sa

from warehouse.installation.home import Home
from warehouse.journal.ledger import ACCEPTED, EVER, judged_anew, place
from warehouse.storage.vault import read_vault
from warehouse.tables.tables import table


def curator_addresses(home: Home, institutions: set[str]) -> dict[str, str]:
    """Return what each institution's last accepted delivery gives as its curator's address; none without a server."""
    if home.settings.smtp_url is None:
        return {}
    ledger = table("deliveries")
    newest = sa.func.row_number().over(partition_by=ledger.c.institution_code, order_by=place(ledger).desc())
    ranked = (
        sa.select(ledger.c.delivery, ledger.c.institution_code, newest.label("newest"))
        .where(ledger.c.verdict.in_(ACCEPTED), ledger.c.institution_code.in_(institutions))
        .where(~judged_anew(ledger, EVER))
        .subquery()
    )
    statement = sa.select(ranked.c.delivery, ranked.c.institution_code).where(ranked.c.newest == 1)
    with home.reading() as connection:
        sender = {row.delivery: row.institution_code for row in connection.execute(statement)}
    if sender:
        home.audit("letters", addresses=len(sender))
    found = read_vault(home.vault, "organisation", ["curator_email"], sender).to_pylist()
    return {sender[row["delivery"]]: row["curator_email"] for row in found if row["curator_email"]}
