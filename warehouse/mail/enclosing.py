"""A marked workbook as an attachment: encrypted as Excel does (ECMA-376 agile, AES-256) under its sender's password."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from warehouse.installation.home import opened
from warehouse.installation.settings import Settings
from warehouse.installation.temporary import temporary
from warehouse.mail.letters import Key
from warehouse.mail.passwords import password_of

MOST_BYTES = 10 * 1024 * 1024  # mail servers commonly refuse letters above some 15 MB, and base64 adds a third


@dataclass(frozen=True)
class Enclosure:
    """An encrypted workbook, and the name it is attached under."""

    name: str
    content: bytes


def enclosure(settings: Settings, about: Key, at: datetime) -> Enclosure | None:
    """Mark and encrypt the workbook a notice is about; None where it cannot be marked or is too big for a letter."""
    from warehouse.marked.marking import NotMarked, mark_delivery

    with opened(settings, at) as home, temporary(settings) as folder:
        try:
            marked = mark_delivery(home, about.about, folder / "замечания.xlsx").path
        except NotMarked:
            return None
        if marked.stat().st_size > MOST_BYTES:
            return None
        return Enclosure(marked.name, encrypted(marked, password_of(home, about.institution)))


def encrypted(workbook: Path, password: str) -> bytes:
    """Return a workbook that opens with a password."""
    from msoffcrypto.format.ooxml import OOXMLFile

    sealed = io.BytesIO()
    with workbook.open("rb") as content:
        OOXMLFile(content).encrypt(password, sealed)
    return sealed.getvalue()
