"""What is exchanged on the way from one state of knowledge to another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import sqlalchemy as sa

from warehouse.indicators.knowledge import Knowledge
from warehouse.journal.journal import REFERENCE
from warehouse.journal.ledger import ACCEPTED, in_force, place
from warehouse.revisions.causes import CORRECTION, DECISION, ENROLMENT, LATE_SUBMISSION, REGISTER, RULES
from warehouse.tables.tables import decisions, entries, table

COUNTED_BY = ("institutions", "plans", "milestones")  # reference files that numerators and denominators depend on


def exchanges(connection: sa.Connection, before: int, after: int) -> Iterator[tuple[str, Knowledge]]:
    """Yield the way from one journal number to a later one: each cause that happened, and what is known after it.

    What was judged anew comes first: whatever else came, came as it is judged by now. The definition comes last and is
    none of the journal's.
    """
    anew = after if _any_restated(connection, before, after) else None
    if anew is not None:
        yield RULES, replace(Knowledge.at(before), rules=anew)
    late, corrected = _deliveries(connection, before, after)
    happened = {
        LATE_SUBMISSION: late, CORRECTION: corrected, ENROLMENT: corrected,
        DECISION: _any_decision(connection, before, after), REGISTER: _any_reference(connection, before, after),
    }  # fmt: skip
    known = [before] * len(happened)
    for number, (cause, did) in enumerate(happened.items()):
        known[number] = after
        if did:
            yield cause, replace(Knowledge(*known), rules=anew)


def _deliveries(connection: sa.Connection, before: int, after: int) -> tuple[bool, bool]:
    """Tell whether deliveries became known of institutions and dates that had none in force, and of those that had.

    One that was held becomes known when it is confirmed.
    """
    ledger, gone, told = table("deliveries"), table("withdrawals"), in_force(before, rules=after)
    confirmed = table("confirmations")
    since = sa.select(confirmed.c.delivery).where(confirmed.c.seq > before, confirmed.c.seq <= after)
    came = sa.or_(sa.and_(place(ledger) > before, ledger.c.seq <= after), ledger.c.delivery.in_(since))
    same = (told.c.institution_code == ledger.c.institution_code) & (told.c.as_of == ledger.c.as_of)
    statement = (
        sa.select(told.c.delivery.is_not(None))
        .select_from(ledger.outerjoin(told, same))
        .where(ledger.c.verdict.in_(ACCEPTED), came)
        .distinct()
    )
    found = set(connection.execute(statement).scalars())
    withdrawn = sa.select(gone.c.seq).where(gone.c.seq > before, gone.c.seq <= after).limit(1)
    return False in found, True in found or connection.execute(withdrawn).first() is not None


def _any_restated(connection: sa.Connection, before: int, after: int) -> bool:
    made = table("restated")
    statement = sa.select(made.c.seq).where(made.c.seq > before, made.c.seq <= after).limit(1)
    return connection.execute(statement).first() is not None


def _any_decision(connection: sa.Connection, before: int, after: int) -> bool:
    made = decisions()
    statement = sa.select(made.c.seq).where(made.c.seq > before, made.c.seq <= after).limit(1)
    return connection.execute(statement).first() is not None


def _any_reference(connection: sa.Connection, before: int, after: int) -> bool:
    journal = entries()
    statement = sa.select(journal.c.seq).where(
        journal.c.event == REFERENCE, journal.c.subject.in_(COUNTED_BY), journal.c.seq > before, journal.c.seq <= after
    )
    return connection.execute(statement.limit(1)).first() is not None
