"""Which rules hold for which reporting dates: the shipped ones, until a restatement adopted others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from expectations.rules.ruleset import SHIPPED, Ruleset, read
from expectations.staging import Staged
from warehouse.tables.tables import restatements


@dataclass(frozen=True)
class Adopted:
    """The rules adopted by a journal number, each with its first and last reporting date; the last word holds."""

    adoptions: tuple[tuple[date, date, Ruleset], ...] = ()

    def of(self, as_of: date | None) -> Ruleset:
        """Return the rules for a reporting date; the shipped ones where none could be read."""
        if as_of is None:
            return SHIPPED
        return next((rules for first, last, rules in reversed(self.adoptions) if first <= as_of <= last), SHIPPED)


def adopted_rules(connection: sa.Connection, seq: int) -> Adopted:
    """Return the rules adopted by a journal number; a restatement under the rules that held adopts none."""
    made = restatements()
    columns = (made.c.first, made.c.last, made.c.rules)
    known = sa.select(*columns).where(made.c.seq <= seq, made.c.ruleset.is_not(None)).order_by(made.c.seq)
    return Adopted(tuple((row.first, row.last, read(row.rules or "")) for row in connection.execute(known)))


def by_rules(staged: Iterable[Staged], adopted: Adopted) -> list[tuple[Ruleset, list[Staged]]]:
    """Part a batch by the rules that its deliveries are judged by: nearly always it is one part."""
    parts: dict[str, tuple[Ruleset, list[Staged]]] = {}
    for one in staged:
        rules = adopted.of(as_of_told(one))
        parts.setdefault(rules.text, (rules, []))[1].append(one)
    return list(parts.values())


def as_of_told(one: Staged) -> date | None:
    """Return the reporting date that a file names."""
    dates = one.sheets["organisation"].column("as_of").to_pylist()
    return dates[0] if dates else None
