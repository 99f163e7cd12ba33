"""Holding deliveries that lose many pupils at once, and confirming them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from warehouse.installation.home import Home
from warehouse.installation.settings import Misconfigured
from warehouse.journal.journal import CONFIRMATION, HELD, Entry, Journal
from warehouse.journal.ledger import ACCEPTED, EVER, held, laid_aside, place, restated_as
from warehouse.journal.notes import sign
from warehouse.review.held import Past, held_of
from warehouse.storage.loading import insert_rows
from warehouse.tables.tables import table


def hold_drops(connection: sa.Connection, deliveries: Collection[str], percent: int, at: datetime) -> list[str]:
    """Hold those of one batch, just stored, that lose over `percent` of the pupils involved; return them.

    Each is compared with what was in force before the batch. 0 holds none.
    """
    ledger = table("deliveries")
    columns = (ledger.c.seq, ledger.c.delivery, ledger.c.institution_code, ledger.c.as_of, ledger.c.involved)
    chosen = sa.select(*columns).where(ledger.c.delivery.in_(deliveries), ledger.c.verdict.in_(ACCEPTED))
    arrived = connection.execute(chosen.order_by(ledger.c.seq)).all() if percent else []
    if not arrived:
        return []
    past = Past(connection, [row.institution_code for row in arrived], arrived[0].seq - 1)
    drops = {row.delivery: past.drop(row.institution_code, row.as_of, row.involved) for row in arrived}
    over = {delivery: drop for delivery, drop in drops.items() if drop is not None and drop.over(percent)}
    journal = Journal(connection)
    entries = [journal.add(HELD, delivery, at) for delivery in over]
    journal.write()
    insert_rows(connection, table("holds"), [_hold(entry, over[entry.subject].compared_to) for entry in entries])
    return list(over)


def _hold(entry: Entry, compared_to: str) -> dict[str, object]:
    return {"seq": entry.seq, "delivery": entry.subject, "compared_to": compared_to}


def replay_hold(connection: sa.Connection, entry: Entry) -> None:
    """Note in the warehouse what a journal entry held, whatever the setting is today.

    Where a later program refuses what it was compared to, it stands compared to itself: held, nothing lost.
    """
    ledger = table("deliveries")
    one = connection.execute(sa.select(ledger).where(ledger.c.delivery == entry.subject)).one()
    past = Past(connection, [one.institution_code], one.seq - 1)
    drop = past.drop(one.institution_code, one.as_of, one.involved) if one.verdict in ACCEPTED else None
    insert_rows(connection, table("holds"), [_hold(entry, drop.compared_to if drop else one.delivery)])


def confirm_held(home: Home, delivery: str, at: datetime, decided_by: str, reason: str | None = None) -> Entry:
    """Confirm a delivery and note who did; the reason is kept sealed. Raises as `confirm` does."""
    with home.writing() as connection:
        home.notes.forget_strays(connection)
        entry = confirm(connection, delivery, at)
        sign(connection, entry.seq, decided_by, home.notes.write(reason) if reason else None)
    return entry


def confirm(connection: sa.Connection, delivery: str, at: datetime) -> Entry:
    """Record that a held delivery is right: from now on it is in force, and its sender is owed a new receipt.

    Raises Misconfigured with the reason where it does not wait to be confirmed.
    """
    if why := _obstacle(connection, delivery):
        raise Misconfigured(why)
    journal = Journal(connection)
    entry = journal.add(CONFIRMATION, delivery, at)
    journal.write()
    replay_confirmation(connection, entry)
    insert_rows(connection, table("pending_receipts"), [{"delivery": delivery}])
    return entry


def replay_confirmation(connection: sa.Connection, entry: Entry) -> None:
    """Note in the warehouse what a journal entry confirmed."""
    insert_rows(connection, table("confirmations"), [{"seq": entry.seq, "delivery": entry.subject}])


def _obstacle(connection: sa.Connection, delivery: str) -> str:
    """Say why a delivery cannot be confirmed; empty where it can."""
    ledger = table("deliveries")
    one = connection.execute(sa.select(ledger).where(ledger.c.delivery == delivery)).first()
    if one is None:
        return f"Сдачи {delivery} нет. Какие ждут подтверждения, скажет nastavnik status."
    if one.verdict == "duplicate":
        return f"Сдача {delivery} — повтор сдачи {one.duplicate_of}: подтверждают ту."
    if one.verdict not in ACCEPTED:
        return f"Сдача {delivery} не принята: подтверждать нечего."
    if (other := restated_as(connection, delivery)) is not None:
        return f"Сдача {delivery} пересмотрена: её место заняла {other}."
    found = held_of(connection, [delivery]).get(delivery)
    if found is None:
        return f"Сдача {delivery} не удержана: подтверждать её не нужно."
    if found.confirmed_at is not None:
        return f"Сдача {delivery} уже подтверждена."
    return "" if found.waits else _replaced(connection, one)


def _replaced(connection: sa.Connection, one: sa.Row) -> str:
    """Say what took the place of a held delivery that waits no longer."""
    gone, ledger = table("withdrawals"), table("deliveries")
    if connection.execute(sa.select(gone.c.seq).where(gone.c.delivery == one.delivery)).first():
        return f"Сдача {one.delivery} отозвана: подтверждать нечего."
    after = place(ledger) > (one.arrived_seq or one.seq)
    same = (ledger.c.institution_code == one.institution_code, ledger.c.as_of == one.as_of, after)
    standing = (ledger.c.verdict.in_(ACCEPTED), sa.or_(~laid_aside(ledger, EVER), held(ledger, EVER)))
    newest = sa.select(ledger.c.delivery).where(*same, *standing).order_by(place(ledger).desc()).limit(1)
    newer = connection.execute(newest).scalar()
    what = f"её место заняла более поздняя сдача {newer}" if newer else "позже организация снова прислала прежнее"
    return f"Сдачу {one.delivery} подтвердить нельзя: {what}."
