"""Publications: releases fit to leave the department, each held against all that were published before it."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import sqlalchemy as sa

from warehouse.disclosure.earlier import PUBLICATION, Earlier, Unpublishable, earlier, publications
from warehouse.disclosure.hiding import hide
from warehouse.disclosure.package import hash_public, write_public
from warehouse.indicators.knowledge import Knowledge
from warehouse.indicators.scopes import PLACE, roster
from warehouse.indicators.trajectory import plan_known
from warehouse.installation.home import Home
from warehouse.installation.settings import Misconfigured, Settings
from warehouse.journal.journal import Entry, Journal
from warehouse.release.contents import Contents
from warehouse.release.extract import hash_figures
from warehouse.release.gather import gather
from warehouse.storage.loading import fetch
from warehouse.tables.tables import table


def make_publication(home: Home, release: str, at: datetime, output: Path | None = None) -> Path:
    """Write the public package of a release, `public/<release>`, and enter it in the journal; return its folder.

    Needs `opened(…, write=True)`. A release is published once: a second time its folder is written anew where it is
    gone, equal to what the journal remembers. With nothing written it raises Misconfigured for an unknown release and
    Unpublishable where its figures would give away what earlier packages hid.
    """
    if output is not None and output.exists() and any(output.iterdir()):
        raise Misconfigured(f"Папка {output} не пуста: пакет в неё не записан.")
    with home.writing() as connection:
        entries = publications(connection)
        mine = next((entry for entry in entries if entry.subject == release), None)
        folder = home.settings.public / release
        contents = None
        if mine is None or not folder.exists():
            before = [entry for entry in entries if mine is None or entry.seq < mine.seq]
            contents = _public(home.settings, connection, release, before)
            _enter(connection, mine, contents, at)
    if contents is not None:
        write_public(contents, folder)
        home.audit("publish", release)
    if output is None:
        return folder
    shutil.copytree(folder, output, dirs_exist_ok=True)
    return output


def rehearse_publication(settings: Settings, connection: sa.Connection, contents: Contents, seq: int) -> Contents:
    """Return what would be published of a release's contents, known at a journal number, today."""
    return _hidden(settings, connection, contents, seq, earlier(settings.public, publications(connection)))


def _public(settings: Settings, connection: sa.Connection, release: str, before: list[Entry]) -> Contents:
    releases = table("releases")
    row = connection.execute(sa.select(releases).where(releases.c.release == release)).first()
    if row is None:
        raise Misconfigured(f"Выпуска {release} нет: публикуется только выпущенное.")
    contents = gather(
        connection, release, row.as_of, row.seq, row.known_at, settings.timezone, row.definition, public=True
    )  # fmt: skip
    if hash_figures(contents.figures) != row.figures_sha256:
        raise Unpublishable(f"Показатели выпуска {release} сосчитаны иначе, чем выпущены: публиковать их нельзя.")
    return _hidden(settings, connection, contents, row.seq, earlier(settings.public, before))


def _hidden(settings: Settings, connection: sa.Connection, contents: Contents, seq: int, before: Earlier) -> Contents:
    places = _places(connection, seq, contents)
    return hide(contents, places, plan_known(connection, seq), before, settings.small_cell)


def _places(connection: sa.Connection, seq: int, contents: Contents) -> pa.Table:
    """Where each institution expected was, on every date of the figures."""
    dates = tuple(sorted(set(contents.figures["as_of"].to_pylist())))
    expected = roster(connection, Knowledge.at(seq), dates).expected
    return fetch(connection, sa.select(*(expected.c[name] for name in PLACE)))


def _enter(connection: sa.Connection, mine: Entry | None, contents: Contents, at: datetime) -> None:
    """Note a new publication; hold one that is written again against what was noted."""
    made = hash_public(contents)
    if mine is None:
        journal = Journal(connection)
        journal.add(PUBLICATION, contents.release, at, as_of=contents.as_of, sha256=made)
        journal.write()
    elif mine.sha256 != made:
        raise Unpublishable(
            f"Пакет {contents.release} был опубликован другим, вероятно при другом NASTAVNIK_SMALL_CELL: верните его "
            "папку из копии или прежнее значение."
        )
