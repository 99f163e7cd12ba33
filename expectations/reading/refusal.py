"""The end of reading a file: one fatal rule and its reason."""

from __future__ import annotations

import unicodedata

LABEL_CHARACTERS = 60  # enough to find a heading or an entry by; a whole paragraph typed there is not repeated


class Refused(Exception):
    """A delivered file that cannot be read; `detail` is Russian and holds no value of a cell."""

    def __init__(self, rule: str, detail: str) -> None:
        super().__init__(rule)
        self.rule = rule
        self.detail = detail


def unreadable(detail: str) -> Refused:
    """Return the refusal of a file that is not what we read, or is damaged."""
    return Refused("unreadable-file", detail)


def too_large(detail: str) -> Refused:
    """Return the refusal of a file over a limit."""
    return Refused("too-large", detail)


def label(text: str) -> str:
    """Return a heading, sheet title or entry name fit for a message: one line, no controls, cut."""
    signs = "".join(" " if sign.isspace() else sign for sign in text if sign.isspace() or _visible(sign))
    words = " ".join(signs.split())
    return words if len(words) <= LABEL_CHARACTERS else words[: LABEL_CHARACTERS - 1] + "…"


def entry_label(name: str) -> str:
    """Return what may be told of a file in an archive: not its name, which may be a person's, but its extension."""
    _, dot, extension = name.replace("\\", "/").rpartition("/")[2].rpartition(".")
    return f"….{extension}" if dot and extension.isascii() and extension.isalnum() and len(extension) <= 5 else "…"


def _visible(sign: str) -> bool:
    return unicodedata.category(sign)[0] != "C"
