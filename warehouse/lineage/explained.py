"""A figure explained: its definition, its numbers, and every row of every delivery that made them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from warehouse.indicators.definitions import Definitions, Indicator, Measure, by_version, definitions
from warehouse.indicators.figures import figure_of
from warehouse.indicators.knowledge import Knowledge
from warehouse.indicators.scopes import Roster, roster, scope_code
from warehouse.installation.settings import Misconfigured
from warehouse.lineage.rows import Scope, count_of, counted_rows
from warehouse.lineage.vintage import Vintage
from warehouse.tables.tables import entries, table


@dataclass(frozen=True)
class Side:
    """The numerator or the denominator: what it counts, in words, and the rows (`ROWS`) that make it."""

    words: str
    measure: Measure
    rows: pa.Table


@dataclass(frozen=True)
class Delivered:
    """A delivery that a figure rests on, or (without institution and verdict) a reference file.

    `restates` is the delivery in whose place it stands: the same file, judged anew.
    """

    sha256: str
    known_at: datetime
    institution: str = ""
    received_at: datetime | None = None
    verdict: str = ""
    restates: str = ""


@dataclass(frozen=True)
class Explanation:
    """One figure with all that made it; `deliveries` by their keys, `references` by file names."""

    indicator: Indicator
    figure: dict
    vintage: Vintage
    sides: tuple[Side, ...]  # numerator, and denominator where there is one
    deliveries: dict[str, Delivered]
    references: dict[str, Delivered]


def explain(
    connection: sa.Connection, code: str, scope: Scope, as_of: date, at: Vintage, definition: str | None = None
) -> Explanation:
    """Explain one figure as known; Misconfigured for a figure that there is not."""
    if at.as_of is not None and as_of > at.as_of:
        raise Misconfigured(f"В выпуске {at.release} нет даты {as_of:%d.%m.%Y}: его последняя — {at.as_of:%d.%m.%Y}.")
    (version,) = by_version((as_of,), definition, at.newest)
    indicator, known = _indicator(definitions(version), code, scope), Knowledge.at(at.seq)
    relations = roster(connection, known, (as_of,))
    reported = _reported(connection, relations, scope)
    if not reported:
        raise Misconfigured(f"Охвата {':'.join(scope)} нет в реестре на {as_of:%d.%m.%Y}.")
    both = [(indicator.numerator_words, indicator.numerator), (indicator.denominator_words, indicator.denominator)]
    sides = tuple(Side(words, m, counted_rows(connection, m, relations, scope)) for words, m in both if m is not None)
    kinds = {kind for kind, (_, number) in reported.items() if number}
    numerator, denominator, *_ = *(count_of(side.measure, side.rows, kinds) for side in sides), None
    expected, present = (sum(column) for column in zip(*reported.values(), strict=True))
    figure = figure_of(connection, known, indicator, scope, as_of, (numerator, denominator), (expected, present))
    rows = pa.concat_tables([side.rows for side in sides])
    deliveries, references = _deliveries(connection, rows), _references(connection, rows, at)
    return Explanation(indicator, figure, at, sides, deliveries, references)


def _reported(connection: sa.Connection, relations: Roster, scope: Scope) -> dict[str, tuple[int, int]]:
    """Return by kind how many institutions of a scope are expected, and how many of them reported."""
    expected = relations.expected
    counted = sa.select(expected.c.kind, sa.func.count(), sa.func.sum(expected.c.reported))
    of_scope = counted.where(scope_code(scope[0], expected.c) == scope[1]).group_by(expected.c.kind)
    return {kind: (number, int(present)) for kind, number, present in connection.execute(of_scope)}


def _indicator(chosen: Definitions, code: str, scope: Scope) -> Indicator:
    found = {one.code: one for one in chosen.indicators}
    if code not in found:
        raise Misconfigured(f"Нет показателя «{code}» в версии {chosen.version}. Известные: {', '.join(found)}.")
    if scope[0] not in found[code].scopes:
        raise Misconfigured(
            f"Показатель {code} не считают по охвату {scope[0]}; его охваты: {', '.join(found[code].scopes)}."
        )
    return found[code]


def _deliveries(connection: sa.Connection, rows: pa.Table) -> dict[str, Delivered]:
    ledger, made = table("deliveries"), table("restated")
    wanted = rows["delivery"].drop_null().unique().to_pylist()
    told = sa.select(ledger, made.c.delivery.label("restates"))
    joined = told.outerjoin_from(ledger, made, made.c.by_delivery == ledger.c.delivery)
    return {
        row.delivery: Delivered(
            row.sha256, row.known_at, row.institution_code, row.received_at, row.verdict, row.restates or ""
        )
        for row in connection.execute(joined.where(ledger.c.delivery.in_(wanted)).order_by(ledger.c.seq))
    }


def _references(connection: sa.Connection, rows: pa.Table, at: Vintage) -> dict[str, Delivered]:
    """The loads of the reference files that rows name, as known."""
    journal, found = entries(), {}
    for name in rows.filter(pc.is_null(rows["delivery"]))["sheet"].unique().to_pylist():
        loads = sa.select(journal.c.sha256, journal.c.known_at).where(
            journal.c.event == "reference", journal.c.subject == name.removesuffix(".csv"), journal.c.seq <= at.seq
        )
        if (row := connection.execute(loads.order_by(journal.c.seq.desc()).limit(1)).first()) is not None:
            found[name] = Delivered(row.sha256, row.known_at)
    return found
