"""The states that are compared: releases, and moments."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

import sqlalchemy as sa

from warehouse.indicators.definitions import definitions
from warehouse.indicators.series import reporting_dates
from warehouse.installation.settings import Misconfigured
from warehouse.journal.journal import known_by
from warehouse.tables.tables import table


@dataclass(frozen=True)
class State:
    """What was known, under which definitions."""

    name: str  # of the release, or the moment
    seq: int
    until: date | None = None  # the last reporting date a release speaks of; a moment speaks of all
    newest: str | None = None  # the newest version of the definitions there was
    definition: str | None = None  # the version asked for, instead of each date's own


def release_state(connection: sa.Connection, release: str) -> State:
    """Return the state a release was frozen from."""
    releases = table("releases")
    row = connection.execute(sa.select(releases).where(releases.c.release == release)).first()
    if row is None:
        raise Misconfigured(f"Выпуска {release} нет.")
    return State(row.release, row.seq, row.as_of, row.definition)


def moment_state(connection: sa.Connection, moment: datetime | None) -> State:
    """Return the state of a moment, of now for None."""
    name = "now" if moment is None else moment.isoformat(timespec="seconds")
    return State(name, known_by(connection, moment))


def under(state: State, definition: str | None) -> State:
    """Return the state under one version of the definitions; Misconfigured where there is no such version."""
    return state if definition is None else replace(state, definition=definitions(definition).version)


def previous_release(connection: sa.Connection, as_of: date, seq: int) -> State | None:
    """Return what a release is compared to: the release before it for the same date, else the one before it."""
    releases = table("releases")
    same = sa.case((releases.c.as_of == as_of, 0), else_=1)
    statement = sa.select(releases.c.release).where(releases.c.seq < seq).order_by(same, releases.c.seq.desc())
    name = connection.execute(statement.limit(1)).scalar()
    return None if name is None else release_state(connection, name)


def dates_of_both(connection: sa.Connection, before: State, after: State) -> tuple[date, ...]:
    """Return the reporting dates that both states speak of and either has a submission for."""
    ends = [state.until for state in (before, after) if state.until is not None]
    until = min(ends, default=None)
    return tuple(sorted({day for state in (before, after) for day in reporting_dates(connection, state.seq, until)}))
