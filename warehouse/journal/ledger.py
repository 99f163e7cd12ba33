"""The ledger of deliveries: what was judged before, and what is in force."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pyarrow as pa
import sqlalchemy as sa

from warehouse.register.reference import known_reference, last_load
from warehouse.storage.loading import fetch
from warehouse.tables.tables import table

ACCEPTED = ("accepted", "accepted_with_errors")
EVER = 2**62  # a journal number no entry reaches


@dataclass(frozen=True)
class Earlier:
    """An earlier delivery of the same bytes from the same sender.

    `void` where it is withdrawn, was held in vain, or was judged anew and holds as another delivery.
    """

    delivery: str
    as_of: date | None
    verdict: str
    basis: str
    void: bool


def delivery_id(folder: str, sha256: str, repetition: int) -> str:
    """Name a delivery by its sender, its bytes and how often these had come before."""
    return hashlib.sha256(f"{folder}\0{sha256}\0{repetition}".encode()).hexdigest()[:16]


def restated_id(delivery: str) -> str:
    """Name the delivery that takes the place of one judged anew: the same file under another judgement."""
    return hashlib.sha256(f"{delivery}\0restated".encode()).hexdigest()[:16]


Number = int | sa.ColumnElement[int]  # a journal number


def in_force(seq: Number, corrections: Number | None = None, rules: Number | None = None) -> sa.Subquery:
    """Return the deliveries in force as known at a journal number: the newest accepted per institution and date.

    One withdrawn, held and not confirmed, or judged anew is none; a delivery judged anew has its file's place among
    the others. With `corrections`, an earlier number, an institution and date that had a delivery in force then keeps
    it; the others have what is in force at `seq`. `rules` as `heard` takes it.
    """
    ledger = table("deliveries")
    newest = sa.func.row_number().over(
        partition_by=(ledger.c.institution_code, ledger.c.as_of), order_by=place(ledger).desc()
    )
    known = sa.select(ledger, newest.label("newest")).where(heard(ledger, seq, corrections, rules)).subquery("accepted")
    columns = [column for column in known.c if column.name != "newest"]
    return sa.select(*columns).where(known.c.newest == 1).subquery("in_force")


def place(ledger: sa.FromClause) -> sa.ColumnElement[int]:
    """The journal number that a file came with: by it deliveries replace each other, whenever they were judged."""
    return sa.func.coalesce(ledger.c.arrived_seq, ledger.c.seq)


def heard(
    ledger: sa.FromClause, seq: Number, corrections: Number | None = None, rules: Number | None = None
) -> sa.ColumnElement[bool]:
    """The condition that a row of the ledger is an accepted delivery, not laid aside, as known at a journal number.

    With `corrections`, of an institution and date that had one in force at that earlier number, those known then.
    With `rules`, a later number, what was judged anew by then has its new judgement already.
    """
    if corrections is None or corrections == seq:
        return _accepted(ledger, seq, rules)
    earlier = table("deliveries").alias("earlier")
    same = (earlier.c.institution_code == ledger.c.institution_code) & (earlier.c.as_of == ledger.c.as_of)
    told = sa.exists().where(same, _accepted(earlier, corrections, rules))
    return sa.or_(_accepted(ledger, corrections, rules), sa.and_(_accepted(ledger, seq, rules), ~told))


def _accepted(ledger: sa.FromClause, seq: Number, rules: Number | None) -> sa.ColumnElement[bool]:
    if rules is None or rules == seq:
        return sa.and_(ledger.c.verdict.in_(ACCEPTED), ledger.c.seq <= seq, ~laid_aside(ledger, seq))
    anew = sa.and_(ledger.c.arrived_seq.is_not(None), ledger.c.seq <= rules)
    aside = (
        _noted("withdrawals", ledger, seq),
        sa.and_(_noted("holds", ledger, rules), ~_noted("confirmations", ledger, seq)),  # what is held came so
        _noted("restated", ledger, rules),
    )
    known = sa.and_(place(ledger) <= seq, sa.or_(ledger.c.arrived_seq.is_(None), anew))
    return sa.and_(ledger.c.verdict.in_(ACCEPTED), known, ~sa.or_(*aside))


def laid_aside(ledger: sa.FromClause, seq: Number) -> sa.ColumnElement[bool]:
    """The condition that a row of the ledger is a delivery that, at a journal number, may not be in force."""
    return sa.or_(withdrawn(ledger, seq), held(ledger, seq), judged_anew(ledger, seq))


def withdrawn(ledger: sa.FromClause, seq: Number) -> sa.ColumnElement[bool]:
    """The condition that a row of the ledger is a delivery that somebody withdrew by a journal number."""
    return _noted("withdrawals", ledger, seq)


def judged_anew(ledger: sa.FromClause, seq: Number) -> sa.ColumnElement[bool]:
    """The condition that a row of the ledger is a delivery whose place, by a journal number, another judgement took."""
    return _noted("restated", ledger, seq)


def held(ledger: sa.FromClause, seq: Number) -> sa.ColumnElement[bool]:
    """The condition that a row of the ledger is a delivery held by a journal number, and not confirmed by then."""
    return sa.and_(_noted("holds", ledger, seq), ~_noted("confirmations", ledger, seq))


def _noted(name: str, ledger: sa.FromClause, seq: Number) -> sa.ColumnElement[bool]:
    noted = table(name)
    return sa.exists().where(noted.c.delivery == ledger.c.delivery, noted.c.seq <= seq)


def waiting(seq: Number) -> sa.Subquery:
    """Return the deliveries that wait to be confirmed, as known at a journal number.

    They are held and the last word of their institution on the date: a newer accepted delivery, held or not, takes
    their place, and so does a repetition of another one.
    """
    ledger, newer, first, other = (table("deliveries").alias(name) for name in ("ledger", "newer", "first", "other"))
    holds = table("holds")  # few: everything else is looked up for them alone
    of_sender = (newer.c.institution_code == ledger.c.institution_code, newer.c.seq <= seq)
    later = (*of_sender, place(newer) > place(ledger))
    told = sa.func.coalesce(newer.c.duplicate_of, newer.c.delivery)  # the delivery whose contents the newer one has
    anew = sa.and_(other.c.institution_code == first.c.institution_code, place(other) == place(first))
    contents = newer.join(first, first.c.delivery == told).join(  # as they are judged by now
        other, sa.and_(anew, other.c.seq <= seq, ~_noted("restated", other, seq))
    )
    replaced = (
        sa.exists()
        .select_from(contents)
        .where(*later, place(other) != place(ledger), other.c.as_of == ledger.c.as_of)
        .where(other.c.verdict.in_(ACCEPTED), ~_noted("withdrawals", other, seq))
        .correlate(ledger)
    )
    gone = [_noted(name, ledger, seq) for name in ("confirmations", "withdrawals", "restated")]
    known = sa.select(ledger).join(holds, holds.c.delivery == ledger.c.delivery).where(holds.c.seq <= seq)
    accepted = ledger.c.verdict.in_(ACCEPTED)  # judged anew, it may be refused
    return known.where(accepted, ~sa.or_(*gone), ~replaced).subquery("waiting")


def restated_as(connection: sa.Connection, delivery: str) -> str | None:
    """Return the delivery that took the place of one judged anew; None where none did."""
    made = table("restated")
    return connection.execute(sa.select(made.c.by_delivery).where(made.c.delivery == delivery)).scalar()


def accepted_deliveries(connection: sa.Connection) -> set[str]:
    """Return every delivery that was ever accepted."""
    ledger = table("deliveries")
    return set(connection.execute(sa.select(ledger.c.delivery).where(ledger.c.verdict.in_(ACCEPTED))).scalars())


def earlier_deliveries(connection: sa.Connection, hashes: list[str]) -> dict[tuple[str, str], list[Earlier]]:
    """Return earlier deliveries of these bytes by (sender, hash), oldest first."""
    ledger, now = table("deliveries"), waiting(EVER)
    void = sa.and_(laid_aside(ledger, EVER), ledger.c.delivery.not_in(sa.select(now.c.delivery)))
    columns = [ledger.c[name] for name in ("institution_code", "sha256", "delivery", "as_of", "verdict", "basis")]
    statement = sa.select(*columns, void.label("void")).where(ledger.c.sha256.in_(hashes)).order_by(ledger.c.seq)
    found: dict[tuple[str, str], list[Earlier]] = {}
    for sender, sha256, *earlier in connection.execute(statement):
        found.setdefault((sender, sha256), []).append(Earlier(*earlier))
    return found


def repeats(earlier: list[Earlier], basis: Callable[[date | None], str]) -> Earlier | None:
    """Return the delivery that these bytes merely repeat; `basis` tells that of a judgement today, by reporting date.

    Accepted bytes are a repetition until they are withdrawn, or held and replaced by others; refused ones only while
    nothing that the verdict depends on (rules, reference data, opened reporting dates) has changed.
    """
    judged = [one for one in earlier if one.verdict != "duplicate" and not one.void]
    same = [one for one in judged if one.verdict in ACCEPTED or one.basis == basis(one.as_of)]
    return same[-1] if same else None


def contents_told(
    connection: sa.Connection, institutions: list[str], seq: int
) -> dict[tuple[str, date], dict[str, str]]:
    """Return delivery by content hash of what is in force or waits, by (institution, reporting date)."""
    found: dict[tuple[str, date], dict[str, str]] = {}
    for now in (in_force(seq), waiting(seq)):
        columns = (now.c.institution_code, now.c.as_of, now.c.content_hash, now.c.delivery)
        for row in connection.execute(sa.select(*columns).where(now.c.institution_code.in_(institutions))):
            found.setdefault((row.institution_code, row.as_of), {})[row.content_hash] = row.delivery
    return found


def past(connection: sa.Connection, institutions: list[str], seq: int) -> pa.Table:
    """Return what a new delivery is compared to: enrolled and involved of the deliveries in force."""
    now = in_force(seq)
    columns = (now.c.institution_code, now.c.as_of, now.c.enrolled, now.c.involved)
    return fetch(connection, sa.select(*columns).where(now.c.institution_code.in_(institutions)))


def basis(connection: sa.Connection, seq: int, on: date) -> str:
    """Name all that a verdict depends on beside bytes and rules: reference data, reporting dates opened by a day."""
    loads = [last_load(name, seq) for name in ("institutions", "reporting_dates")]
    calendar = known_reference("reporting_dates", seq)
    opened = sa.select(sa.func.max(calendar.c.as_of)).where(calendar.c.as_of <= on).scalar_subquery()
    register, dates, last = connection.execute(sa.select(*loads, opened)).one()
    return f"{register}/{dates}/{last}"
