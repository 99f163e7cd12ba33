"""Which files of a home belong to a backup: those that its journal knows, none of which holds a name in the open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from warehouse.access.audit import audit_path
from warehouse.access.keyring import keyring_path
from warehouse.disclosure.earlier import PUBLICATION
from warehouse.installation.settings import Settings
from warehouse.journal.journal import RECEIVED, REFERENCE, RELEASE, RESTATED, Entry
from warehouse.journal.ledger import restated_id
from warehouse.journal.steps import steps
from warehouse.storage.received import received_path
from warehouse.storage.remains import NAME_LETTERS

# What was said to institutions, so that it is not said twice, and whose password was replaced; no address is in either.
SAID = ("outbox/journal.jsonl", "outbox/passwords.json")
MADE_UP = "demo"  # the mark of a home that holds nothing but made-up people
# Beside received files and remains; none of them names people, and what people said in words is sealed.
FOLDERS = ("receipts", "releases", "public", "acts", "notes")


@dataclass(frozen=True)
class Known:
    """What a journal knows that has files."""

    received: frozenset[str]  # hashes of whatever was received
    deliveries: frozenset[str]
    releases: frozenset[str]
    publications: frozenset[str]

    def knows(self, name: str) -> bool:
        """Tell whether a file, by its path in the home, belongs to what the journal knows."""
        folder, *rest = name.split("/")
        match folder:
            case "received":
                return rest[-1] in self.received
            case "remains":
                return rest[-1] in self.deliveries
            case "receipts":
                return len(rest) > 1 and rest[1].rpartition("_")[2] in self.deliveries
            case "releases":
                return rest[0] in self.releases
            case "public":
                return rest[0] in self.publications
        return True


def known_to(entries: list[Entry]) -> Known:
    """Return what a journal knows."""
    arrivals = [arrival for step in steps(entries, len(entries) or 1) if isinstance(step, list) for arrival in step]
    judged_anew = frozenset(restated_id(one.subject) for one in entries if one.event == RESTATED)
    return Known(
        frozenset(one.sha256 for one in entries if one.sha256 and one.event in (RECEIVED, REFERENCE)),
        frozenset(arrival.delivery for arrival in arrivals) | judged_anew,
        frozenset(one.subject for one in entries if one.event == RELEASE),
        frozenset(one.subject for one in entries if one.event == PUBLICATION),
    )


def files_of(settings: Settings, known: Known) -> Iterator[str]:
    """Yield the paths in the home of all files that belong to a backup, the audit journal last.

    Names that begin with a dot are those of unfinished files.
    """
    yield keyring_path(settings).name
    yield from (name for name in (MADE_UP, *SAID) if (settings.home / name).exists())
    for sha256 in sorted(known.received):
        if (path := received_path(settings.received, sha256)).exists():
            yield str(path.relative_to(settings.home))
    for path in sorted(settings.remains.glob("*")):
        if len(path.name) == NAME_LETTERS:
            yield f"remains/{path.name}"
    for folder in FOLDERS:
        yield from (name for name in _below(settings.home, folder) if known.knows(name))
    if audit_path(settings).exists():
        yield audit_path(settings).name


def _below(home: Path, folder: str) -> Iterator[str]:
    for path in sorted((home / folder).rglob("*")):
        name = path.relative_to(home)
        if path.is_file() and not path.is_symlink() and not any(part.startswith(".") for part in name.parts):
            yield str(name)


def needed(settings: Settings, entries: list[Entry], destroyed: set[str]) -> list[str]:
    """Return the hashes whose bytes are to be there: those that the journal knows and nobody destroyed."""
    hashes = {
        one.sha256
        for one in entries
        if one.sha256
        and one.event in (RECEIVED, REFERENCE)
        and (one.event == REFERENCE or (one.size or 0) <= settings.limits.file_bytes)
        and one.sha256 not in destroyed
    }
    return sorted(hashes)


def lost(settings: Settings, entries: list[Entry], destroyed: set[str]) -> list[str]:
    """Return the hashes whose bytes are to be there, and are not."""
    return [one for one in needed(settings, entries, destroyed) if not received_path(settings.received, one).exists()]
