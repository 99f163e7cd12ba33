"""The sections of the report about breakdowns: pairs and people by form, age and category."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from warehouse.release.overview import Overview

HUNDRED = Decimal(100)
FORM = "form"
MEASURES = {
    "pairs": "Пар",
    "participants": "Людей в них",
    "students": "Обучающихся в них",
    "students_of_enrolled": "К численности обучающихся этого возраста",
}
OF_ENROLLED = "students_of_enrolled"


class Part(NamedTuple):
    """A member of a breakdown at the date of the release, for the whole of what the release covers."""

    title: str
    counts: Mapping[str, int]  # by measure
    values: Mapping[str, Decimal | None]
    share: Decimal  # of the most common member, per cent: how long its bar is
    change: int | None  # pairs more or fewer than at the annual date before, under the same definition


class Table(NamedTuple):
    """A breakdown ready to be shown; `change` tells whether any part has one."""

    code: str
    title: str
    wording: str
    source: str
    definition: str
    measures: tuple[str, ...]
    parts: tuple[Part, ...]

    @property
    def change(self) -> bool:
        return any(part.change is not None for part in self.parts)

    @property
    def beyond(self) -> bool:
        """Whether more took part in the year than are enrolled on the date: some have left since."""
        return any((part.values.get(OF_ENROLLED) or 0) > HUNDRED for part in self.parts)


def tables_of(overview: Overview) -> list[Table]:
    """Give the breakdowns at the date of the release; of forms only those met, the most common first."""
    now = _counts(overview, overview.contents.as_of)
    before = _counts(overview, overview.previous) if overview.previous else {}
    named: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for member in overview.contents.members.to_pylist():
        named.setdefault((member["breakdown"], member["definition"]), []).append(member)
    shown = {key[:2] for key in now}
    tables = (_table(members, now, before) for key, members in named.items() if key in shown)
    return sorted((table for table in tables if table.parts), key=lambda table: table.code != FORM)


Rows = Mapping[str, dict[str, Any]]  # by measure
Counts = Mapping[tuple[str, str, str], Rows]  # by breakdown, definition, member


def _counts(overview: Overview, as_of: date) -> Counts:
    rows, top = overview.contents.breakdowns, overview.top
    here = pc.and_(pc.equal(rows["scope_type"], top.type), pc.equal(rows["scope_code"], top.code))
    there = pc.and_(here, pc.equal(rows["as_of"], pa.scalar(as_of)))
    found: dict[tuple[str, str, str], dict[str, dict[str, Any]]] = {}
    for row in rows.filter(there).to_pylist():
        found.setdefault((row["breakdown"], row["definition"], row["member"]), {})[row["measure"]] = row
    return found


def _table(members: list[dict[str, Any]], now: Counts, before: Counts) -> Table:
    """Lay one breakdown out; `members` are what its members are called, in their order."""
    first = members[0]
    told = [(member, now[_key(member)]) for member in members if _key(member) in now]
    most = max((rows["pairs"]["numerator"] for _, rows in told), default=0) or 1
    comparable = any(key[:2] == _key(first)[:2] for key in before)
    parts = [_part(member, rows, most, before.get(_key(member), {}) if comparable else None) for member, rows in told]
    if first["breakdown"] == FORM:
        parts = sorted(
            (part for part in parts if part.counts["pairs"]), key=lambda one: (-one.counts["pairs"], one.title)
        )
    return Table(
        code=first["breakdown"],
        title=first["title"],
        wording=first["wording"],
        source=first["source"],
        definition=first["definition"],
        measures=tuple(measure for measure in MEASURES if told and measure in told[0][1]),
        parts=tuple(parts),
    )


def _key(member: dict[str, Any]) -> tuple[str, str, str]:
    return member["breakdown"], member["definition"], member["member"]


def _part(member: dict[str, Any], rows: Rows, most: int, before: Rows | None) -> Part:
    pairs = rows["pairs"]["numerator"]
    change = None if before is None else pairs - (before["pairs"]["numerator"] if before else 0)
    counts = {measure: row["numerator"] for measure, row in rows.items()}
    values = {measure: row["value"] for measure, row in rows.items()}
    return Part(member["member_title"], counts, values, HUNDRED * pairs / most, change)
