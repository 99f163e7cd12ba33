"""The official forms of one institution, made and laid where only their owner may read them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from warehouse.forms.bases import base_of_mentees, base_of_mentors
from warehouse.forms.people import pairs_of, source_of
from warehouse.forms.workbook import write_bases
from warehouse.installation.home import Home
from warehouse.receipts.folders import folder_name


@dataclass(frozen=True)
class Made:
    """What was written: the file, its reporting date, entries of each form, and how many of them name nobody."""

    path: Path
    as_of: date
    mentees: int
    mentors: int
    unnamed_mentees: int
    unnamed_mentors: int


def make_forms(home: Home, institution_code: str, as_of: date | None, on: date, output: Path | None = None) -> Made:
    """Write both forms of an institution's delivery in force; by default forms/<institution>/<reporting date>.xlsx.

    The file replaces an earlier one whole; it and the folders made for it are their owner's alone.
    """
    with home.reading() as connection:
        source = source_of(connection, institution_code, as_of)
    home.audit("forms", f"{institution_code} {source.as_of.isoformat()}")
    path = output or home.settings.forms / folder_name(institution_code) / f"{source.as_of.isoformat()}.xlsx"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    pairs = pairs_of(home, source, on)
    mentees, mentors = base_of_mentees(pairs), base_of_mentors(pairs)
    partial = path.with_name(f".{path.name}.partial")
    try:
        write_bases((mentees, mentors), source, partial)
        partial.chmod(0o600)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return Made(path, source.as_of, mentees.entries, mentors.entries, mentees.unnamed, mentors.unnamed)
