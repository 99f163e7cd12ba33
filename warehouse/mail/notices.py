"""Notices: what became of each delivery, told by e-mail; the protocol itself stays in the institution's folder."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from warehouse.installation.home import Home, opened
from warehouse.installation.settings import MarkedByMail, Settings
from warehouse.mail.curators import curator_addresses
from warehouse.mail.journal import alone, said_so_far
from warehouse.mail.letters import Key, Kind, Letter
from warehouse.mail.posting import Posted, post
from warehouse.mail.words import notice_body, notice_subject
from warehouse.receipts.contents import Receipt, receipts_of
from warehouse.receipts.writing import PROTOCOL, receipt_folder
from warehouse.tables.tables import table

NEWS = timedelta(days=14)  # an older answer is no news: the first run of an old installation writes no thousand letters


def run_notices(settings: Settings, at: datetime) -> Posted:
    """Tell those who have an address what became of their newest deliveries, once each; raise MailFailed."""
    with alone(settings.home):
        return post(settings, due_notices(settings, at), at)


def due_notices(settings: Settings, at: datetime) -> list[Letter]:
    """Return the notices not said yet, of recent deliveries whose receipt is written; none without a server."""
    if settings.smtp_url is None:
        return []
    said = {key.about for key in said_so_far(settings.home) if key.kind is Kind.NOTICE}
    with opened(settings, at) as home:
        receipts = _recent(home, at, said)
        addresses = curator_addresses(home, {one.institution_code for one in receipts})
    known = (one for one in receipts if one.institution_name and one.institution_code in addresses)
    return [_notice(settings, one, addresses[one.institution_code]) for one in known]


def _recent(home: Home, at: datetime, said: set[str]) -> list[Receipt]:
    ledger, pending = table("deliveries"), table("pending_receipts")
    statement = (
        sa.select(ledger.c.delivery)
        .where(ledger.c.received_at > at - NEWS, ledger.c.delivery.not_in(sa.select(pending.c.delivery)))
        .order_by(ledger.c.seq)
    )
    with home.reading() as connection:
        deliveries = [one for one in connection.execute(statement).scalars() if one not in said]
        return list(receipts_of(connection, deliveries, home.settings.timezone))


def _notice(settings: Settings, receipt: Receipt, address: str) -> Letter:
    protocol = (receipt_folder(receipt, settings.receipts) / PROTOCOL).relative_to(settings.home)
    key = Key(Kind.NOTICE, receipt.institution_code, receipt.delivery)
    body = notice_body(receipt, str(protocol), settings.contact)
    along = receipt.findings and settings.mail_marked is MarkedByMail.ENCRYPTED
    enclosing = notice_body(receipt, str(protocol), settings.contact, enclosed=True) if along else None
    return Letter(key, (address,), notice_subject(receipt), body, enclosing=enclosing)
