"""What a receipt says, read from the ledger before it becomes files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from expectations.form import FORM
from expectations.rules.wording import Finding, Group, group_findings
from warehouse.findings.listing import findings_of
from warehouse.journal.ledger import ACCEPTED, EVER, judged_anew, place, withdrawn
from warehouse.register.reference import last_entries
from warehouse.review.explained import explained_of
from warehouse.review.held import Held, held_of
from warehouse.tables.tables import table

AT_ONCE = 400  # receipts held in memory together
TITLES = {sheet.name: sheet.title for sheet in FORM.sheets}
ORDER = {sheet.name: number for number, sheet in enumerate(FORM.sheets)}


@dataclass(frozen=True)
class Counts:
    """Rows of one sheet, or of all; read = stored + quarantined + skipped."""

    sheet: str  # title
    read: int
    stored: int
    quarantined: int
    skipped: int


@dataclass(frozen=True)
class Other:
    """Another delivery of the same sender that a receipt speaks of."""

    delivery: str
    received_at: datetime
    verdict: str


@dataclass(frozen=True)
class Receipt:
    """One delivery's fate; times are in the zone of the deadlines."""

    delivery: str
    institution_code: str  # the owner of the folder, whatever the file says
    institution_name: str | None
    as_of: date | None
    received_at: datetime
    verdict: str
    ruleset: str
    late: bool
    duplicate_of: Other | None
    in_force: Other | None  # as known right after this delivery
    counts: tuple[Counts, ...]
    findings: tuple[Finding, ...]
    held: Held | None = None  # it, or what it repeats, was held
    explained: Mapping[int, date] = field(default_factory=dict)  # when, by the number of a finding from 1
    restates: str | None = None  # the delivery in whose place it stands: the same file, judged anew

    @property
    def waits(self) -> bool:
        """Whether it is accepted and not in force until it is confirmed."""
        return self.held is not None and self.held.waits and self.verdict in ACCEPTED

    @cached_property
    def groups(self) -> list[Group]:
        return group_findings(self.findings)

    def explained_in(self, group: Group) -> list[date]:
        """Return when the findings of a group were explained, those of them that were."""
        return explained_in(self.findings, self.explained, group)

    @cached_property
    def totals(self) -> Counts:
        of = self.counts
        sums = (sum(getattr(one, part) for one in of) for part in ("read", "stored", "quarantined", "skipped"))
        return Counts("Всего", *sums)


def explained_in(findings: Sequence[Finding], explained: Mapping[int, date], group: Group) -> list[date]:
    """Return when findings of a group were explained; `explained` goes by their numbers from 1."""
    key = (group.rule, group.sheet, group.column)
    told = ((findings[number - 1], on) for number, on in explained.items())
    return sorted(on for one, on in told if (one.rule, one.sheet, one.column) == key)


def pending_receipts(connection: sa.Connection, timezone: ZoneInfo) -> list[Receipt]:
    """Return the oldest receipts still to be written, at most AT_ONCE."""
    pending = sa.select(table("pending_receipts").c.delivery)
    ledger = table("deliveries")
    statement = sa.select(ledger.c.delivery).where(ledger.c.delivery.in_(pending)).order_by(ledger.c.seq).limit(AT_ONCE)
    return list(receipts_of(connection, list(connection.execute(statement).scalars()), timezone))


def receipts_of(connection: sa.Connection, deliveries: list[str], timezone: ZoneInfo) -> Iterator[Receipt]:
    """Yield the receipts of deliveries, in the order of the journal."""
    if not deliveries:
        return
    counts, findings = _counts(connection, deliveries), findings_of(connection, deliveries)
    rows = connection.execute(_headers(deliveries)).all()
    held = held_of(connection, {row.repeated_delivery or row.delivery for row in rows})
    explained = explained_of(connection, deliveries)
    for row in rows:
        yield Receipt(
            delivery=row.delivery,
            institution_code=row.institution_code,
            institution_name=row.name,
            as_of=row.as_of,
            received_at=row.received_at.astimezone(timezone),
            verdict=row.verdict,
            ruleset=row.ruleset,
            late=bool(row.late),
            duplicate_of=_other(row, "repeated", timezone),
            in_force=_other(row, "ruling", timezone),
            counts=tuple(counts[row.delivery]),
            findings=tuple(findings[row.delivery]),
            held=_local(held.get(row.repeated_delivery or row.delivery), timezone),
            explained={
                number: one.known_at.astimezone(timezone).date()
                for number, one in explained.get(row.delivery, {}).items()
            },
            restates=row.restates,
        )


def _local(held: Held | None, timezone: ZoneInfo) -> Held | None:
    if held is None or held.confirmed_at is None:
        return held
    return replace(held, confirmed_at=held.confirmed_at.astimezone(timezone))


def _other(row: sa.Row, name: str, timezone: ZoneInfo) -> Other | None:
    delivery, received_at, verdict = (row._mapping[f"{name}_{part}"] for part in ("delivery", "received_at", "verdict"))
    return Other(delivery, received_at.astimezone(timezone), verdict) if delivery else None


def _headers(deliveries: list[str]) -> sa.Select:
    """Ledger lines with the name of the sender, the delivery repeated and the one in force at that moment."""
    ledger, repeated, ruling = (table("deliveries").alias(name) for name in ("d", "repeated", "ruling"))
    anew = table("restated").alias("anew")
    former = sa.select(anew.c.delivery).where(anew.c.by_delivery == ledger.c.delivery).scalar_subquery()
    accepted, held, confirmed = table("deliveries").alias("accepted"), table("holds"), table("confirmations")
    # Whatever was held counts from its confirmation alone, and its own receipt is written anew then.
    by_then = sa.or_(confirmed.c.seq <= ledger.c.seq, accepted.c.delivery == ledger.c.delivery)
    then = sa.exists().where(confirmed.c.delivery == accepted.c.delivery, by_then)
    counted = sa.or_(~sa.exists().where(held.c.delivery == accepted.c.delivery), then)
    as_of = sa.func.coalesce(ledger.c.as_of, repeated.c.as_of)
    last = sa.func.row_number().over(partition_by=ledger.c.delivery, order_by=place(accepted).desc())
    ranked = (
        sa.select(ledger.c.delivery, accepted.c.delivery.label("ruling"), last.label("last"))
        .select_from(
            ledger.outerjoin(repeated, repeated.c.delivery == ledger.c.duplicate_of).join(
                accepted,
                (accepted.c.institution_code == ledger.c.institution_code)
                & (accepted.c.as_of == as_of)
                & (accepted.c.seq <= ledger.c.seq),
            )
        )
        .where(ledger.c.delivery.in_(deliveries), accepted.c.verdict.in_(ACCEPTED), counted)
        .where(~judged_anew(accepted, ledger.c.seq), ~withdrawn(accepted, ledger.c.seq))
        .subquery("ranked")
    )
    newest = sa.select(ranked).where(ranked.c.last == 1).subquery("newest")
    register = last_entries(EVER)
    return (
        sa.select(
            *(ledger.c[name] for name in ("delivery", "institution_code", "received_at", "verdict", "ruleset", "late")),
            as_of.label("as_of"),
            register.c.name,
            former.label("restates"),
            *_other_columns(repeated, "repeated"),
            *_other_columns(ruling, "ruling"),
        )
        .select_from(
            ledger.outerjoin(repeated, repeated.c.delivery == ledger.c.duplicate_of)
            .outerjoin(newest, newest.c.delivery == ledger.c.delivery)
            .outerjoin(ruling, ruling.c.delivery == newest.c.ruling)
            .outerjoin(register, register.c.code == ledger.c.institution_code)
        )
        .where(ledger.c.delivery.in_(deliveries))
        .order_by(ledger.c.seq)
    )


def _other_columns(other: sa.FromClause, prefix: str) -> Iterator[sa.Label]:
    return (other.c[name].label(f"{prefix}_{name}") for name in ("delivery", "received_at", "verdict"))


def _counts(connection: sa.Connection, deliveries: list[str]) -> dict[str, list[Counts]]:
    counts = table("sheet_counts")
    found: dict[str, list[Counts]] = defaultdict(list)
    rows = connection.execute(sa.select(counts).where(counts.c.delivery.in_(deliveries))).all()
    for row in sorted(rows, key=lambda row: ORDER[row.sheet]):
        one = Counts(TITLES[row.sheet], row.rows_read, row.rows_stored, row.rows_quarantined, row.rows_skipped)
        found[row.delivery].append(one)
    return found
