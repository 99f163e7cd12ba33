"""Warnings that somebody explained: the same warning in a later delivery is known by its fingerprint.

A fingerprint is a keyed hash of the rule with its condition, of whom it is about and of the values: no cell can be
read from it. The journal holds the place of what was explained, so that a new key of tokens changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa
import sqlalchemy as sa

from expectations.rules.resting import version_of
from expectations.rules.ruleset import SHIPPED, Thresholds
from expectations.tokens import warning_token
from warehouse.journal.journal import UNEXPLAINED
from warehouse.journal.notes import notes
from warehouse.tables.tables import JOURNAL, entries, table, tables_of

_PLACE = ("delivery", "rule", "sheet", "row", "letter", "detail")  # tells a finding from any other
FINGERPRINTS = pa.schema([("delivery", pa.string()), ("number", pa.int32()), ("fingerprint", pa.string())])


@dataclass(frozen=True)
class Explained:
    """An explanation in effect: its number, when it became known, by whom, and the name of its text."""

    seq: int
    known_at: datetime
    decided_by: str
    note: str | None


def explanations() -> sa.Table:
    """Return the journal's table of explained warnings."""
    return tables_of().tables[f"{JOURNAL}.explanations"]


def fingerprints(warnings: pa.Table, key: bytes, limits: Thresholds = SHIPPED.thresholds) -> pa.Table:
    """Return the fingerprint of every warning of a batch judged by limits; what they rest on is left behind."""
    columns = (warnings[name].to_pylist() for name in ("rule", "folder", "said"))
    made = [
        warning_token(key, rule, version_of(rule, limits), folder, said)
        for rule, folder, said in zip(*columns, strict=True)
    ]
    return pa.table([warnings["delivery"], warnings["number"], pa.array(made, pa.string())], schema=FINGERPRINTS)


def in_effect(connection: sa.Connection) -> dict[str, Explained]:
    """Return the explanations in effect by the fingerprints they are of; of several of one, the last.

    One whose rule has another condition now says nothing any more.
    """
    made, found, prints = explanations(), table("findings"), table("fingerprints")
    same = (found.c[name].is_not_distinct_from(made.c[name]) for name in _PLACE)
    of = sa.and_(prints.c.delivery == found.c.delivery, prints.c.number == found.c.number)
    statement = (
        sa.select(made.c.seq, made.c.rule, made.c.version, prints.c.fingerprint)
        .select_from(made.join(found, sa.and_(*same)).join(prints, of))
        .order_by(made.c.seq)
    )
    rows = connection.execute(statement).all()
    said = _said(connection) if rows else {}
    return {
        row.fingerprint: said[row.seq] for row in rows if row.seq in said and row.version == version_of(row.rule)
    }  # fmt: skip


def _said(connection: sa.Connection) -> dict[int, Explained]:
    """Return every explanation that is not taken back, by its number."""
    journal, by = entries(), notes()
    undone = sa.select(journal.c.subject).where(journal.c.event == UNEXPLAINED)
    gone = {int(seq) for seq in connection.execute(undone).scalars()}
    own = sa.select(explanations().c.seq)
    statement = sa.select(journal.c.seq, journal.c.known_at, by.c.decided_by, by.c.note).join(
        by, by.c.seq == journal.c.seq
    )
    rows = connection.execute(statement.where(journal.c.seq.in_(own)))
    return {row.seq: Explained(*row) for row in rows if row.seq not in gone}


def explained_of(connection: sa.Connection, deliveries: Collection[str]) -> dict[str, dict[int, Explained]]:
    """Return which findings of deliveries are explained, by delivery and number."""
    known = in_effect(connection)
    if not known or not deliveries:
        return {}
    prints = table("fingerprints")
    found: dict[str, dict[int, Explained]] = {}
    statement = sa.select(prints.c.delivery, prints.c.number, prints.c.fingerprint)
    for delivery, number, fingerprint in connection.execute(statement.where(prints.c.delivery.in_(deliveries))):
        if fingerprint in known:
            found.setdefault(delivery, {})[number] = known[fingerprint]
    return found


def explained_among(connection: sa.Connection, told: pa.Table) -> dict[str, dict[int, Explained]]:
    """Return which of some fingerprints, of deliveries that are stored nowhere, are explained."""
    known = in_effect(connection)
    found: dict[str, dict[int, Explained]] = {}
    for row in told.to_pylist() if known else ():
        if row["fingerprint"] in known:
            found.setdefault(row["delivery"], {})[row["number"]] = known[row["fingerprint"]]
    return found


@dataclass(frozen=True)
class Entry:
    """An explanation as it was recorded: what of which delivery, and how many of its findings."""

    explained: Explained
    delivery: str
    rules: tuple[str, ...]
    findings: int


def listed(connection: sa.Connection) -> Iterator[Entry]:
    """Yield the explanations that are not taken back, oldest first."""
    made, said = explanations(), _said(connection)
    rows = connection.execute(sa.select(made.c.seq, made.c.delivery, made.c.rule).order_by(made.c.seq, made.c.number))
    by_seq: dict[int, list[sa.Row]] = {}
    for row in rows:
        by_seq.setdefault(row.seq, []).append(row)
    for seq, own in by_seq.items():
        if seq in said:
            yield Entry(said[seq], own[0].delivery, tuple(dict.fromkeys(row.rule for row in own)), len(own))
