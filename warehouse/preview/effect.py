"""What a file would change if it were submitted: its students, and the reported figure of those it counts in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from expectations.form import STUDENT
from expectations.judge import RULESET
from warehouse.indicators.knowledge import Knowledge
from warehouse.indicators.series import series
from warehouse.ingestion.storing import Kept
from warehouse.installation.home import Home
from warehouse.journal.journal import known_by
from warehouse.journal.ledger import ACCEPTED, in_force
from warehouse.register.reference import known_reference
from warehouse.release.contents import REPORTED_KPI
from warehouse.review.held import Drop, Past
from warehouse.storage.loading import bulk_insert, fetch, insert_rows
from warehouse.tables.tables import table

Row = dict[str, Any]
_TOLD = ("row", "snils_token", "name_token", "category", "group_name")
_PART = ("participant_row", "role", "form", "started_on", "ended_on")


@dataclass(frozen=True)
class MovedFigure:
    """One figure before and after; the share in per cent, None where there is none."""

    scope_type: str
    scope_code: str
    before: Decimal | None
    after: Decimal | None
    target: Decimal | None
    met_before: bool | None
    met_after: bool | None


@dataclass(frozen=True)
class Effect:
    """What a delivery would change against what is in force for its institution and date.

    `replaces` is the delivery in force, None for the first one. Students are compared by their tokens: one is changed
    when the class or the part in any pair is another.
    """

    as_of: date
    replaces: str | None
    same: bool  # says just what is in force already
    added: int
    gone: int
    changed: int
    figures: tuple[MovedFigure, ...]
    held_for: Drop | None = None  # the loss of pupils for which it would wait to be confirmed


def effect_of(home: Home, kept: Kept, delivery: str, at: datetime) -> Effect | None:
    """Try one accepted delivery of a judged batch in a transaction that is taken back; None for a rejected one.

    Needs `opened(…, write=True)`. Nothing is kept: neither rows, nor a journal number.
    """
    told = kept.ledger.get(delivery)
    if told is None or told["verdict"] not in ACCEPTED:
        return None
    with home.engine.connect() as connection, connection.begin() as transaction:
        seq = known_by(connection, None)
        before = _in_force(connection, seq, told)
        drop = Past(connection, [told["folder"]], seq).drop(told["folder"], told["as_of"], told["involved"])
        moved = _moved(connection, kept, told, seq, at)
        transaction.rollback()
    with home.reading() as connection:
        earlier = _students(*(_stored(connection, name, before.delivery) for name in _TABLES)) if before else {}
    later = _students(*(_of(kept.facts[name], delivery) for name in _TABLES))
    return Effect(
        told["as_of"],
        before.delivery if before else None,
        before is not None and before.content_hash == told["content_hash"],
        *_compared(earlier, later),
        moved,
        drop if drop is not None and drop.over(home.settings.hold_drop) else None,
    )


_TABLES = ("participants", "participations")


def _in_force(connection: sa.Connection, seq: int, told: Row) -> sa.Row | None:
    now = in_force(seq)
    same = (now.c.institution_code == told["folder"], now.c.as_of == told["as_of"])
    return connection.execute(sa.select(now.c.delivery, now.c.content_hash).where(*same)).first()


def _moved(connection: sa.Connection, kept: Kept, told: Row, seq: int, at: datetime) -> tuple[MovedFigure, ...]:
    """The reported figure of the institution, its kind and its municipality, before and with the delivery."""
    scopes = _scopes(connection, seq, told)
    before = _reported(connection, seq, told["as_of"], scopes)
    _enter(connection, kept, told, seq + 1, at)
    after = _reported(connection, seq + 1, told["as_of"], scopes)
    nothing: Row = {"value": None, "target": None, "meets_target": None}
    pairs = [(scope, before.get(scope, nothing), after.get(scope, nothing)) for scope in scopes]
    return tuple(
        MovedFigure(*scope, old["value"], new["value"], new["target"], old["meets_target"], new["meets_target"])
        for scope, old, new in pairs
    )


def _scopes(connection: sa.Connection, seq: int, told: Row) -> list[tuple[str, str]]:
    register = known_reference("institutions", seq)
    valid = sa.or_(register.c.valid_to.is_(None), register.c.valid_to >= told["as_of"])
    place = connection.execute(
        sa.select(register.c.municipality, register.c.kind).where(
            register.c.code == told["folder"], register.c.valid_from <= told["as_of"], valid
        )
    ).one()
    return [
        ("institution", told["folder"]),
        ("kind", f"{place.municipality}/{place.kind}"),
        ("municipality", place.municipality),
    ]


def _reported(
    connection: sa.Connection, seq: int, as_of: date, scopes: list[tuple[str, str]]
) -> dict[tuple[str, str], Row]:
    figures = series(connection, Knowledge.at(seq), as_of, indicators=(REPORTED_KPI,)).to_pylist()
    by_scope = {(row["scope_type"], row["scope_code"]): row for row in figures}
    return {scope: by_scope[scope] for scope in scopes if scope in by_scope}


def _enter(connection: sa.Connection, kept: Kept, told: Row, seq: int, at: datetime) -> None:
    """Write the delivery's rows and its line of the ledger; the lake and the vault are not touched."""
    for name, rows in kept.facts.items():
        bulk_insert(connection, table(name), _of(rows, told["delivery"]))
    line = {name: value for name, value in told.items() if name != "folder"}
    line |= {
        "seq": seq, "institution_code": told["folder"], "known_at": at, "received_at": at, "sha256": "",
        "ruleset": RULESET, "basis": "",
    }  # fmt: skip
    insert_rows(connection, table("deliveries"), [line])


def _of(rows: pa.Table, delivery: str) -> pa.Table:
    return rows.filter(pc.equal(rows["delivery"], delivery))


def _stored(connection: sa.Connection, name: str, delivery: str) -> pa.Table:
    rows = table(name)
    return fetch(connection, sa.select(rows).where(rows.c.delivery == delivery))


def _students(participants: pa.Table, participations: pa.Table) -> dict[int, Row]:
    """Return every student by row, with the class and all parts in pairs."""
    parts: dict[int, set[tuple]] = {}
    for row in participations.select(_PART).to_pylist():
        parts.setdefault(row["participant_row"], set()).add(tuple(row[name] for name in _PART[1:]))
    told = [row for row in participants.select(_TOLD).to_pylist() if row["category"] == STUDENT]
    return {row["row"]: row | {"parts": parts.get(row["row"], set())} for row in told}


def _compared(earlier: dict[int, Row], later: dict[int, Row]) -> tuple[int, int, int]:
    """Count students added, gone and changed: the same one by СНИЛС, or else by name and birth date."""
    left, added, changed = dict(earlier), 0, 0
    by = {token: _by(token, earlier.values()) for token in ("snils_token", "name_token")}
    for row in later.values():
        number = next((n for token, rows in by.items() for n in rows.get(_plain(row[token]), ()) if n in left), None)
        if number is None:
            added += 1
        else:
            old = left.pop(number)
            changed += (old["group_name"], old["parts"]) != (row["group_name"], row["parts"])
    return added, len(left), changed


def _by(token: str, rows: Iterable[Row]) -> dict[str | None, list[int]]:
    found: dict[str | None, list[int]] = {}
    for row in rows:
        if row[token] is not None:
            found.setdefault(_plain(row[token]), []).append(row["row"])
    return found


def _plain(token: str | None) -> str | None:
    """A token as its digits alone: the warehouse writes it with dashes, a batch without."""
    return token and token.replace("-", "")
