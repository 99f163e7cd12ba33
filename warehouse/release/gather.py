"""All that a release says, gathered from the warehouse as known at a journal number."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pandas as pd
import pyarrow as pa
import sqlalchemy as sa

from expectations.form import STUDENT
from expectations.rules import RULES
from warehouse.indicators.definitions import Definitions, definitions
from warehouse.indicators.knowledge import Knowledge
from warehouse.indicators.scopes import Roster, roster
from warehouse.indicators.series import reporting_dates, series
from warehouse.loading import fetch
from warehouse.release.contents import INDICATORS, LATE, MISSING, ON_TIME, Contents
from warehouse.tables import table


def gather(
    connection: sa.Connection, release: str, as_of: date, seq: int, known_at: datetime, zone: ZoneInfo,
    definition: str | None = None,
) -> Contents:  # fmt: skip
    """Gather the contents of a release: the series up to `as_of` and what the report tells around it."""
    chosen = definitions(definition)
    dates = tuple(sorted({*reporting_dates(connection, seq, as_of), as_of}))
    relations = roster(connection, Knowledge.at(seq), dates)
    figures = series(connection, seq, definition=chosen.version, dates=dates)
    named = figures.set_column(0, "release", pa.array([release] * figures.num_rows, pa.string()))
    return Contents(
        release=release,
        as_of=as_of,
        known_at=known_at.astimezone(zone),
        figures=named,
        institutions=_institutions(connection, relations),
        indicators=_passports(chosen),
        completeness=_completeness(connection, relations, zone),
        forms=_forms(connection, relations),
        findings=_findings(connection, relations),
    )


def _institutions(connection: sa.Connection, relations: Roster) -> pa.Table:
    """The register's entries for every institution expected on any of the dates, as last valid."""
    from warehouse.reference import known_reference

    register = known_reference("institutions", relations.known.register)
    expected = sa.select(relations.expected.c.institution_code).distinct().subquery("asked")
    columns = [register.c[name] for name in ("code", "name", "kind", "level", "municipality", "region")]
    return fetch(connection, sa.select(*columns).join(expected, expected.c.institution_code == register.c.code))


def _passports(chosen: Definitions) -> pa.Table:
    rows = [
        {name: getattr(indicator, name) for name in INDICATORS.names}
        | {"denominator_words": indicator.denominator_words or None}
        for indicator in chosen.indicators
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


def _forms(connection: sa.Connection, relations: Roster) -> pa.Table:
    """Pairs and different students by form of mentoring, on the basis `year`."""
    rows, present, people = table("participations"), relations.in_force, relations.people
    involved = sa.and_(
        rows.c.delivery == present.c.delivery,
        rows.c.started_on <= present.c.as_of,
        sa.or_(rows.c.ended_on.is_(None), rows.c.ended_on >= present.c.year_start),
    )
    student = sa.case((rows.c.category == STUDENT, sa.cast(people.of(rows), sa.Text)))
    pair = present.c.delivery + "/" + sa.cast(rows.c.row, sa.Text)
    joined = people.join(present.join(rows, involved), rows)
    counted = sa.select(
        present.c.as_of, rows.c.form, sa.func.count(pair.distinct()).label("pairs"),
        sa.func.count(student.distinct()).label("students"),
    )  # fmt: skip
    return fetch(connection, counted.select_from(joined).group_by(present.c.as_of, rows.c.form))


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
