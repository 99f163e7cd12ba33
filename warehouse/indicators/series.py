"""The series: every indicator over every scope and date, as known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import partial

import pyarrow as pa
import sqlalchemy as sa

from warehouse.indicators.counts import Ask, counted
from warehouse.indicators.definitions import Definitions, by_version, definitions
from warehouse.indicators.figures import Part, figures_of
from warehouse.indicators.knowledge import Knowledge
from warehouse.indicators.scopes import Roster, roster
from warehouse.journal.ledger import in_force
from warehouse.release.contents import FIGURES
from warehouse.storage.loading import fetch


def reporting_dates(connection: sa.Connection, seq: int, until: date | None = None) -> tuple[date, ...]:
    """Return the reporting dates with a delivery in force, oldest first, none after `until`."""
    now = in_force(seq)
    statement = sa.select(now.c.as_of).distinct().order_by(now.c.as_of)
    if until is not None:
        statement = statement.where(now.c.as_of <= until)
    return tuple(connection.execute(statement).scalars())


def boundaries_of(connection: sa.Connection, seq: int, as_of: date | None = None) -> date | None:
    """Return the day whose boundaries are today's: the newest date with a submission, or a later one asked about."""
    return max([*reporting_dates(connection, seq), *([as_of] if as_of else [])], default=None)


def series(
    connection: sa.Connection, seq: int | Knowledge, as_of: date | None = None, definition: str | None = None,
    dates: tuple[date, ...] | None = None, boundaries: date | None = None, newest: str | None = None,
    indicators: tuple[str, ...] = (),
) -> pa.Table:  # fmt: skip
    """Compute the figures (`FIGURES`, release empty), sorted by their key.

    For one date, for `dates`, or for every reporting date with a submission; as known at journal number `seq`.
    Institutions are counted as they were, or on the boundaries of a day (`warehouse/indicators/boundaries.py`).
    Under `definition`, or each date under the version that holds on it, `newest` being the last one there was.
    All indicators, or those named.
    """
    known = seq if isinstance(seq, Knowledge) else Knowledge.at(seq)
    dates = (as_of,) if as_of else dates if dates is not None else reporting_dates(connection, known.submissions)
    parts = [
        part
        for version, held in by_version(dates, definition, newest).items()
        for part in figures_over(
            partial(fetch, connection),
            _only(definitions(version), indicators),
            roster(connection, known, held, boundaries),
        )
    ]
    return in_order(parts)


def _only(chosen: Definitions, codes: tuple[str, ...]) -> Definitions:
    kept = tuple(one for one in chosen.indicators if one.code in codes)
    return replace(chosen, indicators=kept) if codes else chosen


def figures_over(ask: Ask, chosen: Definitions, relations: Roster) -> list[Part]:
    """Compute the figures of each indicator of one version over relations."""
    return figures_of(ask, chosen, counted(ask, chosen, relations), relations.known)


def in_order(parts: Iterable[Part]) -> pa.Table:
    """Put the figures of indicators together in the order of their key, without a copy of their rows."""
    ordered = sorted(parts, key=lambda part: (part[0].code, part[0].definition))
    return pa.concat_tables([FIGURES.empty_table(), *(rows for _, rows in ordered)])
