"""The ledger of deliveries: what was judged before, and what is in force."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

import pyarrow as pa
import sqlalchemy as sa

from warehouse.loading import fetch
from warehouse.reference import known_reference, last_load
from warehouse.tables import table

ACCEPTED = ("accepted", "accepted_with_errors")
EVER = 2**62  # a journal number no entry reaches


@dataclass(frozen=True)
class Earlier:
    """An earlier delivery of the same bytes from the same sender; `void` where it is withdrawn or was held in vain."""

    delivery: str
    verdict: str
    basis: str
    void: bool


def delivery_id(folder: str, sha256: str, repetition: int) -> str:
    """Name a delivery by its sender, its bytes and how often these had come before."""
    return hashlib.sha256(f"{folder}\0{sha256}\0{repetition}".encode()).hexdigest()[:16]


Number = int | sa.ColumnElement[int]  # a journal number


def in_force(seq: Number, corrections: Number | None = None) -> sa.Subquery:
    """Return the deliveries in force as known at a journal number: the newest accepted per institution and date.

    One withdrawn, or held and not confirmed, is none. With `corrections`, an earlier number, an institution and date
    that had a delivery in force then keeps it; the others have what is in force at `seq`.
    """
    ledger = table("deliveries")
    newest = sa.func.row_number().over(
        partition_by=(ledger.c.institution_code, ledger.c.as_of), order_by=ledger.c.seq.desc()
    )
    known = sa.select(ledger, newest.label("newest")).where(heard(ledger, seq, corrections)).subquery("accepted")
    columns = [column for column in known.c if column.name != "newest"]
    return sa.select(*columns).where(known.c.newest == 1).subquery("in_force")


def heard(ledger: sa.FromClause, seq: Number, corrections: Number | None = None) -> sa.ColumnElement[bool]:
    """The condition that a row of the ledger is an accepted delivery, not laid aside, as known at a journal number.

    With `corrections`, of an institution and date that had one in force at that earlier number, those known then.
    """
    if corrections is None or corrections == seq:
        return _accepted(ledger, seq)
    earlier = table("deliveries").alias("earlier")
    same = (earlier.c.institution_code == ledger.c.institution_code) & (earlier.c.as_of == ledger.c.as_of)
    told = sa.exists().where(same, _accepted(earlier, corrections))
    return sa.or_(_accepted(ledger, corrections), sa.and_(_accepted(ledger, seq), ~told))


def _accepted(ledger: sa.FromClause, seq: Number) -> sa.ColumnElement[bool]:
    return sa.and_(ledger.c.verdict.in_(ACCEPTED), ledger.c.seq <= seq, ~laid_aside(ledger, seq))


def laid_aside(ledger: sa.FromClause, seq: Number) -> sa.ColumnElement[bool]:
    """The condition that a row of the ledger is a delivery that, at a journal number, may not be in force."""
    return sa.or_(_noted("withdrawals", ledger, seq), held(ledger, seq))


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
    ledger, newer, other = (table("deliveries").alias(name) for name in ("ledger", "newer", "other"))
    holds = table("holds")  # few: everything else is looked up for them alone
    later = (newer.c.institution_code == ledger.c.institution_code, newer.c.seq > ledger.c.seq, newer.c.seq <= seq)
    told = sa.func.coalesce(newer.c.duplicate_of, newer.c.delivery)  # the delivery whose contents the newer one has
    replaced = (
        sa.exists()
        .select_from(newer.join(other, other.c.delivery == told))
        .where(*later, other.c.delivery != ledger.c.delivery, other.c.as_of == ledger.c.as_of)
        .where(other.c.verdict.in_(ACCEPTED), ~_noted("withdrawals", other, seq))
        .correlate(ledger)
    )
    gone = [_noted(name, ledger, seq) for name in ("confirmations", "withdrawals")]
    known = sa.select(ledger).join(holds, holds.c.delivery == ledger.c.delivery).where(holds.c.seq <= seq)
    return known.where(~sa.or_(*gone), ~replaced).subquery("waiting")


def accepted_deliveries(connection: sa.Connection) -> set[str]:
    """Return every delivery that was ever accepted."""
    ledger = table("deliveries")
    return set(connection.execute(sa.select(ledger.c.delivery).where(ledger.c.verdict.in_(ACCEPTED))).scalars())


def earlier_deliveries(connection: sa.Connection, hashes: list[str]) -> dict[tuple[str, str], list[Earlier]]:
    """Return earlier deliveries of these bytes by (sender, hash), oldest first."""
    ledger, now = table("deliveries"), waiting(EVER)
    void = sa.and_(laid_aside(ledger, EVER), ledger.c.delivery.not_in(sa.select(now.c.delivery)))
    columns = (ledger.c.institution_code, ledger.c.sha256, ledger.c.delivery, ledger.c.verdict, ledger.c.basis)
    statement = sa.select(*columns, void.label("void")).where(ledger.c.sha256.in_(hashes)).order_by(ledger.c.seq)
    found: dict[tuple[str, str], list[Earlier]] = {}
    for sender, sha256, *earlier in connection.execute(statement):
        found.setdefault((sender, sha256), []).append(Earlier(*earlier))
    return found


def repeats(earlier: list[Earlier], basis: str) -> Earlier | None:
    """Return the delivery that these bytes merely repeat.

    Accepted bytes are a repetition until they are withdrawn, or held and replaced by others; refused ones only while
    nothing that the verdict depends on (rules, reference data, opened reporting dates) has changed.
    """
    judged = [one for one in earlier if one.verdict != "duplicate" and not one.void]
    same = [one for one in judged if one.verdict in ACCEPTED or one.basis == basis]
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


def basis(connection: sa.Connection, ruleset: str, seq: int, on: date) -> str:
    """Name all that a verdict depends on beside the bytes: rules, reference data, reporting dates opened by a day."""
    loads = [last_load(name, seq) for name in ("institutions", "reporting_dates")]
    calendar = known_reference("reporting_dates", seq)
    opened = sa.select(sa.func.max(calendar.c.as_of)).where(calendar.c.as_of <= on).scalar_subquery()
    register, dates, last = connection.execute(sa.select(*loads, opened)).one()
    return f"{ruleset}/{register}/{dates}/{last}"
