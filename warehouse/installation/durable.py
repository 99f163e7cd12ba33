"""Small files that are either as they were or as they shall be, after a kill and after a power cut."""

from __future__ import annotations

import os
from pathlib import Path


def write_durably(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Write a file under another name first; it is its owner's alone unless `mode` says otherwise."""
    partial = path.with_name(f".{path.name}.part")
    with open(partial, "wb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        os.fchmod(file.fileno(), mode)  # what a killed process left may have been anybody's
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    replace_durably(partial, path)


def replace_durably(source: Path, target: Path) -> None:
    """Give a file another name, in place of whatever bore it."""
    source.replace(target)
    sync(target.parent)


def sync(path: Path) -> None:
    """Force a file or a folder's list of names to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
