"""Keys and signatures for tests."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

from warehouse.proof.signing import new_key, sign

CHIEF, METHODIST = "начальник управления", "методист"
SIGNED = datetime(2025, 1, 21, 9, 0, tzinfo=UTC)


def key_pair(folder: Path, name: str = "key", passphrase: str | None = None) -> tuple[Path, Path]:
    """Make a key pair; return the files of the private and the public key."""
    folder.mkdir(parents=True, exist_ok=True)
    return folder / name, new_key(folder / name, passphrase)[0]


def signed(released: Path, folder: Path, *roles: str) -> Path:
    """Copy a release and have each role sign it with a key of its own."""
    copy = shutil.copytree(released, folder / released.name)
    for number, role in enumerate(roles):
        sign(copy, key_pair(folder, f"key{number}")[0], role, SIGNED)
    return copy
