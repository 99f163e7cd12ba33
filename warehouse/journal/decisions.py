"""What a clerk decides: who is one person, who is not, and which delivery is withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from warehouse.indicators.identity import DIFFERENT, SAME, UNDO, Identity, Verdict, identities_of, resolve, verdicts
from warehouse.indicators.knowledge import Knowledge
from warehouse.installation.settings import Misconfigured
from warehouse.journal.journal import DECISION, WITHDRAWAL, Entry, Journal, known_by
from warehouse.journal.ledger import ACCEPTED, restated_as
from warehouse.storage.loading import insert_rows
from warehouse.tables.tables import decisions, entries, table

GROUNDS = {"documents": "сверено по документам", "institution": "подтвердила организация", "other": "иное основание"}

CONTRADICTION = "Решение противоречит прежним: одних и тех же людей они и разводят, и связывают."


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


@dataclass(frozen=True)
class Asked:
    """A decision to record."""

    kind: str  # SAME or DIFFERENT
    left: Place
    right: Place


def decide(
    connection: sa.Connection, kind: str, left: Place, right: Place, at: datetime, decided_by: str, ground: str
) -> Entry:
    """Record that two rows are of one person (SAME) or of different people (DIFFERENT); return the journal's entry.

    The last decision on the same two holds. Raises Misconfigured for a row that nothing accepted holds, and for a
    decision that others, still in effect, exclude.
    """
    (outcome,) = decide_together(connection, [Asked(kind, left, right)], at, decided_by, ground)
    if isinstance(outcome, str):
        raise Misconfigured(outcome)
    return outcome


def decide_together(
    connection: sa.Connection, asked: Sequence[Asked], at: datetime, decided_by: str, ground: str
) -> list[Entry | str]:
    """Record decisions in one batch; return of each its entry of the journal, or why it is refused.

    Where some exclude each other, the earlier ones are recorded.
    """
    known = Knowledge.at(known_by(connection, None))
    told = identities_of(connection, {(p.delivery, p.row) for one in asked for p in (one.left, one.right)}, known)
    withdrawn = set(connection.execute(sa.select(table("withdrawals").c.delivery)).scalars())
    outcomes: list[Entry | str] = [_obstacle(one, told, withdrawn) for one in asked]
    sound = {
        number: Verdict(0, one.kind, *(told[place.delivery, place.row] for place in (one.left, one.right)))
        for number, one in enumerate(asked)
        if not outcomes[number]
    }
    allowed = _allowed(verdicts(connection, known), list(sound.values()))
    chosen = [number for number, good in zip(sound, allowed, strict=True) if good]
    outcomes = [outcome or CONTRADICTION for outcome in outcomes]
    entries_ = _enter(connection, [asked[number].kind for number in chosen], at)
    rows: list[dict[str, object]] = []
    for number, entry in zip(chosen, entries_, strict=True):
        one, outcomes[number] = asked[number], entry
        rows.append({
            "seq": entry.seq, "kind": one.kind, "left_delivery": one.left.delivery, "left_row": one.left.row,
            "right_delivery": one.right.delivery, "right_row": one.right.row, "undoes": None,
            "decided_by": decided_by, "ground": ground,
        })  # fmt: skip
    insert_rows(connection, decisions(), rows)
    return outcomes


def _obstacle(one: Asked, told: dict[tuple[str, int], Identity], withdrawn: set[str]) -> str:
    """Say why two rows cannot be decided upon; empty where they can."""
    for place in (one.left, one.right):
        if (place.delivery, place.row) not in told:
            return f"{place}: такой строки листа «Участники» нет среди принятых."
        if place.delivery in withdrawn:
            return f"{place}: эта сдача отозвана."
    if told[one.left.delivery, one.left.row] == told[one.right.delivery, one.right.row]:
        return "Это одна и та же запись: СНИЛС, ФИО и дата рождения совпадают."
    return ""


def _allowed(held: list[Verdict], new: list[Verdict]) -> list[bool]:
    """Tell which new decisions may join those held; hundreds are tried at once, and halved where they don't agree."""
    if not new or not _contradict(_joined(held, new)):
        return [True] * len(new)
    if len(new) == 1:
        return [False]
    half = len(new) // 2
    first = _allowed(held, new[:half])
    kept = _joined(held, [verdict for verdict, good in zip(new[:half], first, strict=True) if good])
    return first + _allowed(kept, new[half:])


def _joined(held: list[Verdict], new: list[Verdict]) -> list[Verdict]:
    """The last decision on the same two holds."""
    return list({frozenset((verdict.left, verdict.right)): verdict for verdict in (*held, *new)}.values())


def _contradict(made: list[Verdict]) -> bool:
    """Whether people said to be different would still be one person."""
    person = resolve({identity for v in made for identity in (v.left, v.right)}, made)
    return any(v.kind == DIFFERENT and person[v.left] == person[v.right] for v in made)


def undo(connection: sa.Connection, number: int, at: datetime, decided_by: str) -> Entry:
    """Record that a decision no longer holds, as if it had never been made: one it replaced is in effect again.

    Raises Misconfigured where there is none to undo, and where those left would exclude each other.
    """
    made = decisions()
    kinds = dict(connection.execute(sa.select(made.c.seq, made.c.kind)).tuples().all())
    undone = set(connection.execute(sa.select(made.c.undoes).where(made.c.kind == UNDO)).scalars())
    if kinds.get(number) not in (SAME, DIFFERENT):
        raise Misconfigured(f"Решения № {number} нет. Действующие решения: nastavnik persons list.")
    if number in undone:
        raise Misconfigured(f"Решение № {number} уже отменено.")
    if _contradict(verdicts(connection, Knowledge.at(known_by(connection, None)), without=number)):
        raise Misconfigured(CONTRADICTION)
    (entry,) = _enter(connection, [UNDO], at)
    row: dict[str, object] = {"seq": entry.seq, "kind": UNDO, "undoes": number, "decided_by": decided_by}
    insert_rows(connection, decisions(), [row])
    return entry


def withdraw(connection: sa.Connection, delivery: str, at: datetime) -> Entry:
    """Record that a delivery is withdrawn: the one before it is in force again; Misconfigured where none was."""
    ledger = table("deliveries")
    verdict = connection.execute(sa.select(ledger.c.verdict).where(ledger.c.delivery == delivery)).scalar()
    if verdict not in ACCEPTED:
        raise Misconfigured(
            f"Принятой сдачи {delivery} нет. Номер сдачи — в протоколе и в nastavnik findings --format csv."
        )
    if (other := restated_as(connection, delivery)) is not None:
        raise Misconfigured(f"Сдача {delivery} пересмотрена: её место заняла {other}.")
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


def _enter(connection: sa.Connection, kinds: list[str], at: datetime) -> list[Entry]:
    journal = Journal(connection)
    made = [journal.add(DECISION, kind, at) for kind in kinds]
    journal.write()
    return made
