"""Releases: the series frozen under a number, from which the same bytes can always be made again."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import sqlalchemy as sa

from warehouse.access.audit import ANCHOR, anchor
from warehouse.gate.checks import before_counting, previous_annual
from warehouse.gate.moved import after_counting
from warehouse.gate.points import WARNS, Point, refuse
from warehouse.indicators.definitions import definitions_on
from warehouse.installation.durable import write_durably
from warehouse.installation.home import Home
from warehouse.installation.settings import Misconfigured, Settings
from warehouse.journal.journal import RELEASE, Entry, Journal
from warehouse.proof.breakdowns import recompute_breakdowns
from warehouse.proof.comparison import require_agreement
from warehouse.proof.figures import recompute
from warehouse.proof.manifest import MANIFEST
from warehouse.release.contents import Contents
from warehouse.release.extract import hash_figures
from warehouse.release.gather import gather, released_figures
from warehouse.release.package import write_release
from warehouse.storage.loading import insert_rows
from warehouse.tables.tables import table
from warehouse.watch.runs import step, tell

Stage = Callable[[str], None]  # is told what begins: check, count, prove, write


def make_release(
    home: Home,
    as_of: date,
    at: datetime,
    output: Path | None = None,
    on_warning: Callable[[str], None] = lambda _: None,
    on_stage: Stage = lambda _: None,
) -> Path:
    """Freeze the series for a reporting date under the next number and write its folder; return the folder.

    Needs `opened(…, write=True)`. The number is taken in one transaction with the hash of the figures; the files
    follow from it. A run that ended between the two is completed by the next one under the same number. `on_warning`
    is told what its readers should know, `on_stage` what begins. With nothing written and no number taken it raises
    Misconfigured where a point of the checklist blocks, and Unproved where the second engine counts otherwise.
    """
    if output is not None and output.exists() and any(output.iterdir()):
        raise Misconfigured(f"Папка {output} не пуста: выпуск в неё не записан.")
    folder = complete_release(home, as_of)
    if folder is None:
        with step("freeze"), home.writing() as connection:
            contents, points = _freeze(home, connection, as_of, at, on_stage)
        with step("write"):
            on_stage("write")
            folder = _anchored(home, write_release(contents, home.settings.releases / contents.release))
        for point in points:
            if point.level == WARNS:
                on_warning(f"{point.title}. {point.detail}")
    if output is None:
        return folder
    shutil.copytree(folder, output, dirs_exist_ok=True)
    return output


def _freeze(
    home: Home, connection: sa.Connection, as_of: date, at: datetime, on_stage: Stage
) -> tuple[Contents, list[Point]]:
    releases, settings = table("releases"), home.settings
    number = connection.execute(sa.select(sa.func.count()).where(releases.c.as_of == as_of)).scalar_one() + 1
    name = f"{as_of.isoformat()}-{number}"
    journal = Journal(connection)
    entry = journal.add(RELEASE, name, at, as_of=as_of, definition=definitions_on(as_of).version)
    journal.write()
    on_stage("check")
    points = before_counting(home, connection, as_of, entry.seq, at.astimezone(settings.timezone).date())
    refuse(points)
    contents = contents_of(
        connection, settings, entry.subject, entry.as_of, entry.seq, entry.known_at, entry.definition, on_stage
    )
    _note(connection, entry, contents.figures)
    most, previous = Decimal(str(settings.moved_points)), previous_annual(connection, as_of, entry.seq)
    return contents, [*points, *after_counting(contents, previous, most)]


def record_release(connection: sa.Connection, entry: Entry) -> None:
    """Compute the figures of a release again from its journal entry, by the warehouse alone, and note their hash."""
    assert entry.as_of is not None
    _note(connection, entry, released_figures(connection, entry.as_of, entry.seq, entry.definition))


def _note(connection: sa.Connection, entry: Entry, figures: pa.Table) -> None:
    row: dict[str, object] = {
        "release": entry.subject, "as_of": entry.as_of, "seq": entry.seq, "known_at": entry.known_at,
        "definition": entry.definition, "figures_sha256": hash_figures(figures),
    }  # fmt: skip
    insert_rows(connection, table("releases"), [row])


def contents_of(
    connection: sa.Connection, settings: Settings, release: str, as_of: date | None, seq: int, known_at: datetime,
    definition: str | None, on_stage: Stage = lambda _: None,
) -> Contents:  # fmt: skip
    """Gather what a release says, from what was known at its journal number, counted by both engines.

    Raises Unproved where they disagree, or where the lake is damaged.
    """
    assert as_of is not None
    on_stage("count")
    contents = gather(connection, release, as_of, seq, known_at, settings.timezone, definition, settings.lake)
    on_stage("prove")
    require_agreement(
        (contents.figures, recompute(contents.evidence, release)),
        (contents.breakdowns, recompute_breakdowns(contents.evidence, release)),
    )
    return contents


def complete_release(home: Home, as_of: date) -> Path | None:
    """Write the folder of the date's newest release where a former run ended before it; None where nothing lacks."""
    releases = table("releases")
    with home.reading() as connection:
        newest = sa.select(releases).where(releases.c.as_of == as_of).order_by(releases.c.seq.desc()).limit(1)
        row = connection.execute(newest).first()
        if row is None:
            return None
        if ((folder := home.settings.releases / row.release) / ANCHOR).exists():
            return None
        if folder.exists():
            return _anchored(home, folder)
        contents = contents_of(connection, home.settings, row.release, row.as_of, row.seq, row.known_at, row.definition)
    return _anchored(home, write_release(contents, folder))


def _anchored(home: Home, folder: Path) -> Path:
    """Note a release in the audit journal, and the line in its folder, unless that was done; return the folder.

    The manifest does not list the line: it is made of nothing but what the journal knows, and always the same.
    """
    if not (folder / ANCHOR).exists():
        manifest = hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest()
        line = home.audit("release", f"{folder.name} {manifest}")
        write_durably(folder / ANCHOR, anchor(line))
        tell("release-made", release=folder.name)
    return folder
