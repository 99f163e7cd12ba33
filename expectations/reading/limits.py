"""The bounds within which a delivered file is read."""

from __future__ import annotations

from dataclasses import dataclass

MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """Bounds of rules.md, «too-large», and of the process that reads."""

    file_bytes: int = 50 * MEGABYTE
    unpacked_bytes: int = 500 * MEGABYTE
    ratio: int = 100  # unpacked to packed, per entry
    entries: int = 1000
    sheets: int = 64
    rows: int = 200_000
    columns: int = 16_384
    characters: int = 32_767
    memory_bytes: int = 1024 * MEGABYTE
    cpu_seconds: int = 60
    wall_seconds: int = 90
