"""Shared texts of a workbook, measured before calamine repeats them in every cell that points to them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from expectations.reading.limits import Limits
from expectations.reading.refusal import too_large
from expectations.reading.xml_parts import walk_xml

_POINTER = re.compile(rb't="s"[^>]*><v>(\d+)')
POINTER_BYTES = 24  # of the shortest cell that points to a text
COPY_BYTES = 4  # per sign and cell: two in calamine, two in Python


def longest_item(strings: bytes, limits: Limits) -> int:
    """Return a bound of the longest shared text; refuse one over the limit of a cell."""
    longest = max(map(len, strings.split(b"</si>")))
    if longest > limits.characters and max(_lengths(strings)) > limits.characters:
        raise too_large(f"текст длиннее {limits.characters} знаков в ячейке")
    return longest


def check_copies(strings: bytes, sheets: Iterable[bytes], limits: Limits) -> None:
    """Refuse a workbook whose cells, each with a text of its own, would not fit in memory."""
    lengths = _lengths(strings)
    total = sum(
        lengths[index] for sheet in sheets for index in map(int, _POINTER.findall(sheet)) if index < len(lengths)
    )
    if total * COPY_BYTES > limits.memory_bytes:
        raise too_large("тексты ячеек не помещаются в память")


def _lengths(strings: bytes) -> list[int]:
    lengths: list[int] = []

    def start(tag: str, _: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == "si":
            lengths.append(0)

    def text(characters: str) -> None:
        if lengths:
            lengths[-1] += len(characters)

    walk_xml(strings, start, text=text)
    return lengths or [0]
