"""Erasures that die at a named point, as in `tests/warehouse/dying_intake`."""

from __future__ import annotations

from pathlib import Path

from tests.warehouse.dying_intake import arm

# Where to die: the function, which of its calls, and on which side of it.
POINTS = {
    "nothing done": ("warehouse.erasure.erase.lefts_of", 1, "after"),
    "some remains kept": ("warehouse.storage.remains.write_durably", 3, "after"),
    "remains kept, no word in the journal": ("warehouse.erasure.erase.enter", 1, "before"),
    "journal written, not committed": ("warehouse.erasure.destroying.insert_rows", 2, "after"),
    "journal written": ("warehouse.erasure.erase.enter", 1, "after"),
    "vault rewritten": ("warehouse.erasure.destroying.forget_and_keep", 1, "after"),
    "vault compact": ("warehouse.erasure.destroying.compact_vault", 1, "after"),
    "a key overwritten, the file still there": ("warehouse.erasure.destroying._lose_key", 2, "after"),
    "some bytes gone": ("warehouse.erasure.destroying._shred", 3, "after"),
    "some files gone": ("warehouse.erasure.destroying.remove", 2, "after"),
    "no act": ("warehouse.erasure.act.write_act", 1, "before"),
    "half of the act": ("warehouse.erasure.act.write_durably", 1, "after"),
    "act written, not told": ("warehouse.erasure.act.write_act", 1, "after"),
}


def run(home: str, delivery: str, row: int, point: str) -> None:
    """Erase a person of a home until a point."""
    from tests.erasure.world import LATER
    from tests.installations import installation
    from warehouse.erasure.erase import erase, wanted_row

    arm(*POINTS[point])
    with installation(Path(home), at=LATER) as opened:
        erase(opened, wanted_row(delivery, row), "request", "clerk", LATER)
