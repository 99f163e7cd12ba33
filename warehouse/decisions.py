"""What a clerk decides: who is one person, who is not, and which delivery is withdrawn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from warehouse.indicators.identity import DIFFERENT, SAME, UNDO, Verdict, identities_of, resolve, verdicts
from warehouse.indicators.knowledge import Knowledge
from warehouse.journal import DECISION, WITHDRAWAL, Entry, Journal, known_by
from warehouse.ledger import ACCEPTED
from warehouse.loading import insert_rows
from warehouse.settings import Misconfigured
from warehouse.tables import decisions, entries, table

GROUNDS = {"documents": "сверено по документам", "institution": "подтвердила организация", "other": "иное основание"}


@dataclass(frozen=True)
class Place:
    """A row of the sheet «Участники» of an accepted delivery."""

    delivery: str
    row: int

    def __str__(self) -> str:
        return f"{self.delivery}:{self.row}"


@dataclass(frozen=True)
class Decision:
    """A decision in effect, as it was recorded."""

    seq: int
    kind: str
    left: Place
    right: Place
    decided_by: str
    ground: str
    known_at: datetime


def decisions_in_effect(connection: sa.Connection) -> list[Decision]:
    """Return the decisions in effect now, oldest first."""
    holding = {verdict.seq for verdict in verdicts(connection, Knowledge.at(known_by(connection, None)))}
    made, journal = decisions(), entries()
    statement = sa.select(made, journal.c.known_at).join(journal, journal.c.seq == made.c.seq).order_by(made.c.seq)
    return [
        Decision(
            row.seq, row.kind, Place(row.left_delivery, row.left_row), Place(row.right_delivery, row.right_row),
            row.decided_by, row.ground, row.known_at,
        )
        for row in connection.execute(statement)
        if row.seq in holding
    ]  # fmt: skip


def decide(
    connection: sa.Connection, kind: str, left: Place, right: Place, at: datetime, decided_by: str, ground: str
) -> Entry:
    """Record that two rows are of one person (SAME) or of different people (DIFFERENT); return the journal's entry.

    The last decision on the same two holds. Raises Misconfigured for a row that nothing accepted holds, and for a
    decision that others, still in effect, exclude.
    """
    known = Knowledge.at(known_by(connection, None))
    told = identities_of(connection, [(left.delivery, left.row), (right.delivery, right.row)], known)
    for place in (left, right):
        if (place.delivery, place.row) not in told:
            raise Misconfigured(f"{place}: такой строки листа «Участники» нет среди принятых.")
        if _is_withdrawn(connection, place.delivery):
            raise Misconfigured(f"{place}: эта сдача отозвана.")
    one, other = told[left.delivery, left.row], told[right.delivery, right.row]
    if one == other:
        raise Misconfigured("Это одна и та же запись: СНИЛС, ФИО и дата рождения совпадают.")
    others = [v for v in verdicts(connection, known) if {v.left, v.right} != {one, other}]
    _refuse_contradictions([*others, Verdict(0, kind, one, other)])
    entry = _enter(connection, kind, at)
    row: dict[str, object] = {
        "seq": entry.seq, "kind": kind, "left_delivery": left.delivery, "left_row": left.row,
        "right_delivery": right.delivery, "right_row": right.row, "undoes": None,
        "decided_by": decided_by, "ground": ground,
    }  # fmt: skip
    insert_rows(connection, decisions(), [row])
    return entry


def _refuse_contradictions(after: list[Verdict]) -> None:
    """Refuse decisions after which people said to be different would still be one person."""
    person = resolve({identity for v in after for identity in (v.left, v.right)}, after)
    if any(v.kind == DIFFERENT and person[v.left] == person[v.right] for v in after):
        raise Misconfigured("Решение противоречит прежним: одних и тех же людей они и разводят, и связывают.")


def undo(connection: sa.Connection, number: int, at: datetime, decided_by: str) -> Entry:
    """Record that a decision no longer holds, as if it had never been made: one it replaced is in effect again.

    Raises Misconfigured where there is none to undo, and where those left would exclude each other.
    """
    made = decisions()
    kinds = dict(connection.execute(sa.select(made.c.seq, made.c.kind)).tuples().all())
    undone = set(connection.execute(sa.select(made.c.undoes).where(made.c.kind == UNDO)).scalars())
    if kinds.get(number) not in (SAME, DIFFERENT):
        raise Misconfigured(f"Решения № {number} нет.")
    if number in undone:
        raise Misconfigured(f"Решение № {number} уже отменено.")
    _refuse_contradictions(verdicts(connection, Knowledge.at(known_by(connection, None)), without=number))
    entry = _enter(connection, UNDO, at)
    row: dict[str, object] = {"seq": entry.seq, "kind": UNDO, "undoes": number, "decided_by": decided_by}
    insert_rows(connection, decisions(), [row])
    return entry


def withdraw(connection: sa.Connection, delivery: str, at: datetime) -> Entry:
    """Record that a delivery is withdrawn: the one before it is in force again; Misconfigured where none was."""
    ledger = table("deliveries")
    verdict = connection.execute(sa.select(ledger.c.verdict).where(ledger.c.delivery == delivery)).scalar()
    if verdict not in ACCEPTED:
        raise Misconfigured(f"Принятой сдачи {delivery} нет.")
    if _is_withdrawn(connection, delivery):
        raise Misconfigured(f"Сдача {delivery} уже отозвана.")
    journal = Journal(connection)
    entry = journal.add(WITHDRAWAL, delivery, at)
    journal.write()
    replay_withdrawal(connection, entry)
    return entry


def _is_withdrawn(connection: sa.Connection, delivery: str) -> bool:
    gone = table("withdrawals")
    return connection.execute(sa.select(gone.c.seq).where(gone.c.delivery == delivery)).first() is not None


def replay_withdrawal(connection: sa.Connection, entry: Entry) -> None:
    """Note in the warehouse what a journal entry withdrew."""
    insert_rows(connection, table("withdrawals"), [{"seq": entry.seq, "delivery": entry.subject}])


def _enter(connection: sa.Connection, kind: str, at: datetime) -> Entry:
    journal = Journal(connection)
    entry = journal.add(DECISION, kind, at)
    journal.write()
    return entry
