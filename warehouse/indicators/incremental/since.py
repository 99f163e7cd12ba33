"""What is new in a packed lake since its state was counted, and whether that can be counted by itself."""

from __future__ import annotations

from pathlib import Path

from warehouse.indicators.incremental.state import KEPT, State, files_in
from warehouse.journal.ledger import ACCEPTED
from warehouse.storage.packed import FACTS, NEW_LEDGER, OF_SENDERS

COUNTED_ALONE = (*FACTS, "deliveries", "holds", "fingerprints")  # new files of these may be counted by themselves
NEW = "deliveries_new"


class Unforeseen(Exception):
    """Why everything has to be counted anew, in Russian."""


def new_deliveries(state: State, lake: Path) -> tuple[int, set]:
    """Show the new deliveries of a lake, and of their senders the ledger and register alone.

    Returns the journal number up to which the lake knows, and its files; raises Unforeseen where more is new than
    deliveries. `NEW` has those accepted.
    """
    if not state.usable:
        raise Unforeseen("состояние записано другой версией программы")
    files, counted = files_in(lake), state.files()
    fresh = files - counted
    if counted - files:
        raise Unforeseen("файлы озера изменились")
    if any(one.name.split("/")[0] not in COUNTED_ALONE for one in fresh):
        raise Unforeseen("новое в озере — не только сдачи")
    if not fresh:
        return state.seq, files
    state.lake.show_since({one.name for one in fresh}, {name: f"{KEPT}.{name}" for name in OF_SENDERS})
    return _judged(state), files


def _judged(state: State) -> int:
    """Look at the ledger rows that are new."""
    verdicts = ", ".join(f"'{one}'" for one in ACCEPTED)
    state.compute(NEW, f"SELECT delivery FROM {NEW_LEDGER} WHERE verdict IN ({verdicts})")
    old, new = state.run(f"SELECT min(seq), max(seq) FROM {NEW_LEDGER}")[0]
    if old is None or old <= state.seq:
        raise Unforeseen("среди новых есть сдачи старше посчитанных")
    undated = f"verdict IN ({verdicts}) AND as_of NOT IN (SELECT as_of FROM {KEPT}.dates)"
    if state.run(f"SELECT 1 FROM {NEW_LEDGER} WHERE {undated} LIMIT 1"):
        raise Unforeseen("первая сдача на новую отчётную дату")
    if state.run(f"SELECT 1 FROM mentoring.holds WHERE seq > {state.seq} AND delivery NOT IN (FROM {NEW}) LIMIT 1"):
        raise Unforeseen("задержаны прежние сдачи")
    return new
