"""Every received file read once more, for the people it names: rejected, repeated and quarantined rows too."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from warehouse.erasure.later import spelled
from warehouse.erasure.words import NAME
from warehouse.installation.home import Home
from warehouse.storage.received import received_path

if TYPE_CHECKING:
    from expectations.reading.reading import Reading

TEXTS = {"pairs": ("request", "result"), "organisation": ("curator_name",)}  # where a person may be named in words
Advance = Callable[[int, int], None]


@dataclass(frozen=True)
class Named:
    """A row of «Участники» as a file has it. No part of it may go to a log or the screen."""

    row: int
    snils: str | None  # token
    name: str | None  # token
    consent: date | None  # its date
    words: tuple[str | None, ...] = field(repr=False)  # NAME


@dataclass(frozen=True)
class People:
    """Whom one file names, and its texts; `blind` where no row of «Участники» could be read."""

    named: list[Named] = field(repr=False)
    texts: list[tuple[str, str]] = field(repr=False)  # column, words
    blind: bool


def read_people(home: Home, hashes: Collection[str], on_progress: Advance) -> dict[str, People]:
    """Read every received file of some hashes that is still there."""
    paths = [path for one in sorted(hashes) if (path := received_path(home.settings.received, one)).exists()]
    found: dict[str, People] = {}
    for path, reading in home.readers.read(paths):
        found[path.name] = _people(reading)
        on_progress(len(found), len(paths))
    return found


def _people(reading: Reading) -> People:
    rows = (
        reading.sheets["participants"].select(["row", "snils_token", "name_token", "consent_date", *NAME]).to_pylist()
    )
    named = [
        Named(
            row["row"],
            spelled(row["snils_token"]),
            spelled(row["name_token"]),
            row["consent_date"],
            tuple(row[name] for name in NAME),
        )
        for row in rows
    ]
    texts = [
        (column, words)
        for sheet, columns in TEXTS.items()
        for column in columns
        for words in reading.sheets[sheet][column].to_pylist()
        if words
    ]
    return People(named, texts, not named)
