"""Releases: the series frozen under a number, from which the same bytes can always be made again."""

from __future__ import annotations

import shutil
from datetime import date, datetime
from pathlib import Path

import sqlalchemy as sa

from warehouse.home import Home
from warehouse.indicators.definitions import definitions
from warehouse.journal import RELEASE, Entry, Journal
from warehouse.loading import insert_rows
from warehouse.reference import known_reference
from warehouse.release.contents import Contents
from warehouse.release.extract import hash_figures
from warehouse.release.gather import gather
from warehouse.release.package import write_release
from warehouse.settings import Misconfigured, Settings
from warehouse.tables import table


def make_release(home: Home, as_of: date, at: datetime, output: Path | None = None) -> Path:
    """Freeze the series for a reporting date under the next number and write its folder; return the folder.

    Needs `opened(…, write=True)`. The number is taken in one transaction with the hash of the figures; the files
    follow from it. A run that ended between the two is completed by the next one under the same number.
    """
    if output is not None and output.exists() and any(output.iterdir()):
        raise Misconfigured(f"Папка {output} не пуста: выпуск в неё не записан.")
    folder = complete_release(home, as_of)
    if folder is None:
        with home.writing() as connection:
            contents = _freeze(connection, home.settings, as_of, at)
        folder = write_release(contents, home.settings.releases / contents.release)
    if output is None:
        return folder
    shutil.copytree(folder, output, dirs_exist_ok=True)
    return output


def _freeze(connection: sa.Connection, settings: Settings, as_of: date, at: datetime) -> Contents:
    releases = table("releases")
    number = connection.execute(sa.select(sa.func.count()).where(releases.c.as_of == as_of)).scalar_one() + 1
    name = f"{as_of.isoformat()}-{number}"
    journal = Journal(connection)
    entry = journal.add(RELEASE, name, at, as_of=as_of, definition=definitions().version)
    journal.write()
    _require_reporting_date(connection, as_of, entry.seq)
    return record_release(connection, settings, entry)


def record_release(connection: sa.Connection, settings: Settings, entry: Entry) -> Contents:
    """Compute a release from its journal entry and note the hash of its figures."""
    contents = contents_of(
        connection, settings, entry.subject, entry.as_of, entry.seq, entry.known_at, entry.definition
    )
    row: dict[str, object] = {
        "release": entry.subject, "as_of": entry.as_of, "seq": entry.seq, "known_at": entry.known_at,
        "definition": entry.definition, "figures_sha256": hash_figures(contents.figures),
    }  # fmt: skip
    insert_rows(connection, table("releases"), [row])
    return contents


def contents_of(
    connection: sa.Connection, settings: Settings, release: str, as_of: date | None, seq: int, known_at: datetime,
    definition: str | None,
) -> Contents:  # fmt: skip
    """Gather what a release says, from what was known at its journal number."""
    assert as_of is not None
    return gather(connection, release, as_of, seq, known_at, settings.timezone, definition)


def _require_reporting_date(connection: sa.Connection, as_of: date, seq: int) -> None:
    calendar = known_reference("reporting_dates", seq)
    dates = set(connection.execute(sa.select(calendar.c.as_of)).scalars())
    if as_of not in dates:
        raise Misconfigured(f"{as_of:%d.%m.%Y} нет в календаре отчётных дат.")


def complete_release(home: Home, as_of: date) -> Path | None:
    """Write the folder of the date's newest release where a former run ended before it; None where nothing lacks."""
    releases = table("releases")
    with home.reading() as connection:
        newest = sa.select(releases).where(releases.c.as_of == as_of).order_by(releases.c.seq.desc()).limit(1)
        row = connection.execute(newest).first()
        if row is None or (home.settings.releases / row.release).exists():
            return None
        contents = contents_of(connection, home.settings, row.release, row.as_of, row.seq, row.known_at, row.definition)
    return write_release(contents, home.settings.releases / row.release)
