"""A folder of backups proved: every list as it was written, every piece of contents that it names as it was kept."""

from __future__ import annotations

from collections.abc import Callable

from warehouse.copies.folder import CopiesFolder, CopyDamaged, Piece, Snapshot
from warehouse.installation.settings import Misconfigured


def verify_copies(copies: CopiesFolder, on_progress: Callable[[int, int], None] = lambda done, of: None) -> list[str]:
    """Return in Russian what is wrong with the backups of a folder; raise Misconfigured where there are none."""
    if not copies.names():
        raise Misconfigured("В этой папке нет ни одной копии.")
    wrong, pieces = [], dict[str, tuple[str, Piece]]()
    for name in copies.names():
        try:
            for piece in copies.read(name).pieces:
                pieces.setdefault(piece.sha256, (name, piece))
        except CopyDamaged as damage:
            wrong.append(str(damage))
    for done, (name, piece) in enumerate(pieces.values(), 1):
        try:
            copies.contents(piece)
        except CopyDamaged as damage:
            wrong.append(f"{name}: {damage}")
        on_progress(done, len(pieces))
    return wrong


def require_whole(copies: CopiesFolder, snapshot: Snapshot) -> None:
    """Raise CopyDamaged unless every piece of a backup is what was kept."""
    for piece in snapshot.pieces:
        copies.contents(piece)
