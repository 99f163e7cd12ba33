"""Names in a channel elsewhere: whose file it is, and what is passed over."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from warehouse.ingestion.inbox import ignored, spelled


@dataclass(frozen=True)
class Sorted:
    """What a name below the channel's root says: a sender, or that it is passed over, or odd."""

    folder: str | None = None
    odd: bool = False


def sorted_name(name: str) -> Sorted:
    """Sort «sender/file»; a name of another depth is odd, an unfinished one is passed over."""
    parts = name.split("/")
    if any(ignored(part) for part in parts if part):
        return Sorted()
    if len(parts) != 2 or not all(parts):
        return Sorted(odd=name != "" and not name.endswith("/"))  # what ends so stands for a folder
    return Sorted(spelled(parts[0]))


def arrival_mark(*marks: str | int) -> str:
    """Mark one file in one state."""
    return hashlib.sha256("\0".join(map(str, marks)).encode("utf-8", "surrogateescape")).hexdigest()
