"""Names of folders made from names that strangers chose."""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata

LONGEST = 60  # characters; at most 240 bytes of UTF-8, where a file system takes 255
_FORBIDDEN = re.compile(r"[^\w.-]")
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)  # names that Windows keeps for itself


def folder_name(sender: str) -> str:
    """Return a sender's name when it is harmless, else a harmless likeness that no other sender shares."""
    likeness = _FORBIDDEN.sub("_", unicodedata.normalize("NFC", sender)).strip("._-")[:LONGEST]
    if sender and likeness == sender and not _DEVICES.fullmatch(sender):
        return sender
    return f"{likeness}~{hashlib.sha256(os.fsencode(sender)).hexdigest()[:8]}"
