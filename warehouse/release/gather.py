"""All that a release says, gathered from the warehouse as known at a journal number."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
import pyarrow as pa
import sqlalchemy as sa

from expectations.rules import RULES
from warehouse.indicators.breakdowns import breakdowns, members
from warehouse.indicators.breaks import breaks
from warehouse.indicators.definitions import by_version, definitions
from warehouse.indicators.knowledge import Knowledge
from warehouse.indicators.scopes import Roster, roster
from warehouse.indicators.series import reporting_dates, series
from warehouse.indicators.trajectory import plan_known, trajectory
from warehouse.proof.engine import gather_evidence
from warehouse.proof.evidence import Evidence
from warehouse.proof.origin import origin
from warehouse.register.reference import last_entries
from warehouse.release.contents import (
    BREAKDOWNS,
    FINDINGS,
    INDICATORS,
    LATE,
    MISSING,
    ON_TIME,
    REVISIONS,
    WAITING,
    Contents,
)
from warehouse.release.gather_programme import gather_programme
from warehouse.release.programme import Programme
from warehouse.review.held import waiting_deliveries
from warehouse.revisions.parts import revisions
from warehouse.revisions.states import State, previous_release
from warehouse.storage.loading import fetch
from warehouse.tables.tables import table


def gather(
    connection: sa.Connection, release: str, as_of: date, seq: int, known_at: datetime, zone: ZoneInfo,
    definition: str | None = None, lake: Path | None = None, *, public: bool = False,
) -> Contents:  # fmt: skip
    """Gather the contents of a release: the series up to `as_of` and what the report tells around it.

    `definition` is the newest version there was: each date is counted under the one that holds on it. With the folder
    of the lake the second engine counts as well, and leaves the evidence; raises LakeDamaged where it cannot. What no
    public package tells is not gathered for one: findings, breakdowns, revisions, the programme.
    """
    dates = _dates(connection, seq, as_of)
    versions = by_version(dates, newest=definition)
    counted = {day: definitions(version) for version, days in versions.items() for day in days}
    evidence = gather_evidence(connection, lake, seq, counted) if lake else Evidence()  # first: a damaged lake ends it
    relations = roster(connection, Knowledge.at(seq), dates)
    figures = series(connection, seq, dates=dates, newest=definition)
    previous = None if public else previous_release(connection, as_of, seq)
    return Contents(
        release=release,
        as_of=as_of,
        known_at=known_at.astimezone(zone),
        figures=_named(figures, release),
        institutions=_institutions(connection, relations, as_of),
        indicators=_passports(versions),
        completeness=_completeness(connection, relations, zone),
        findings=FINDINGS.empty_table() if public else _findings(connection, relations),
        breakdowns=BREAKDOWNS.empty_table()
        if public
        else _named(breakdowns(connection, seq, dates, newest=definition), release),
        members=members(versions),
        trajectory=_named(trajectory(figures, plan_known(connection, seq), as_of), release),
        breaks=breaks(connection, seq, as_of),
        revisions=_revisions(connection, previous, State(release, seq, as_of, definition), figures),
        compared_to=previous.name if previous else None,
        waiting=WAITING.empty_table() if public else _waiting(connection, seq, dates),
        programme=Programme() if public else gather_programme(connection, seq, as_of, definition),
        evidence=evidence,
        origin=origin(connection, seq, counted, compared=lake is not None),
    )


def released_figures(connection: sa.Connection, as_of: date, seq: int, definition: str | None = None) -> pa.Table:
    """Compute the figures of a release alone, as `gather` does; their column `release` is empty."""
    return series(connection, seq, dates=_dates(connection, seq, as_of), newest=definition)


def _dates(connection: sa.Connection, seq: int, as_of: date) -> tuple[date, ...]:
    return tuple(sorted({*reporting_dates(connection, seq, as_of), as_of}))


def _revisions(connection: sa.Connection, previous: State | None, now: State, figures: pa.Table) -> pa.Table:
    return revisions(connection, previous, now, figures) if previous else REVISIONS.empty_table()


def _waiting(connection: sa.Connection, seq: int, dates: tuple[date, ...]) -> pa.Table:
    """What is accepted and not counted until somebody confirms it."""
    rows = [
        {
            "as_of": one.as_of, "institution_code": one.institution_code, "delivery": one.delivery,
            "before": one.drop.before, "after": one.drop.after,
        }
        for one in waiting_deliveries(connection, seq)
        if one.as_of in dates
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=WAITING)


def _named(rows: pa.Table, release: str) -> pa.Table:
    """Write the number of the release into a table's first column."""
    return rows.set_column(0, "release", pa.array([release] * rows.num_rows, pa.string()))


def _institutions(connection: sa.Connection, relations: Roster, as_of: date) -> pa.Table:
    """The register's entries for every institution expected on any of the dates, as last valid."""
    register = last_entries(relations.known.register, as_of)
    expected = sa.select(relations.expected.c.institution_code).distinct().subquery("asked")
    columns = [register.c[name] for name in ("code", "name", "kind", "level", "municipality", "region")]
    return fetch(connection, sa.select(*columns).join(expected, expected.c.institution_code == register.c.code))


def _passports(versions: Iterable[str]) -> pa.Table:
    """Every indicator of the versions, the older first."""
    rows = [
        {name: getattr(indicator, name) for name in INDICATORS.names}
        | {"denominator_words": indicator.denominator_words or None}
        for version in versions
        for indicator in definitions(version).indicators
    ]
    return pa.Table.from_pylist(rows, schema=INDICATORS)


def _completeness(connection: sa.Connection, relations: Roster, zone: ZoneInfo) -> pa.Table:
    expected, ledger = relations.expected, table("deliveries")
    state = sa.case((expected.c.reported == 0, MISSING), (expected.c.on_time == 1, ON_TIME), else_=LATE)
    joined = expected.outerjoin(ledger, ledger.c.delivery == expected.c.delivery)
    columns = (expected.c.institution_code, expected.c.as_of, state.label("state"), ledger.c.received_at)
    rows = fetch(connection, sa.select(*columns).select_from(joined))
    received = pd.Series(rows["received_at"].to_pandas()).dt.tz_localize("UTC").dt.tz_convert(zone).dt.date
    return rows.append_column("received_on", pa.array(received, pa.date32(), from_pandas=True))


def _findings(connection: sa.Connection, relations: Roster) -> pa.Table:
    rows, present = table("findings"), relations.in_force
    counted = (
        sa.select(
            present.c.as_of, rows.c.rule, rows.c.severity,
            sa.func.count(rows.c.delivery.distinct()).label("deliveries"), sa.func.count().label("findings"),
        )
        .join(present, present.c.delivery == rows.c.delivery)
        .group_by(present.c.as_of, rows.c.rule, rows.c.severity)
    )  # fmt: skip
    found = fetch(connection, counted)
    titles = pd.Series(found["rule"].to_pylist(), dtype="object").map(lambda rule: RULES[rule].title)
    return found.append_column("title", pa.array(titles, pa.string()))
