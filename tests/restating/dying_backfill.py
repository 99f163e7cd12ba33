"""Backfills that die at a named point, as in `tests/warehouse/dying_intake`."""

from __future__ import annotations

from pathlib import Path

from tests.warehouse.dying_intake import arm

# Where to die: the function, which of its calls, and on which side of it.
POINTS = {
    "a batch judged anew": ("warehouse.restatement.restating._Anew.store", 1, "after"),
    "all judged anew, not committed": ("warehouse.restatement.backfill.sign", 1, "after"),
    "committed, nothing taken": ("warehouse.restatement.backfill.run_intake", 1, "before"),
    "a batch of files taken": ("warehouse.ingestion.batch.Batch.process", 1, "after"),
    "half of the receipts written": ("warehouse.receipts.writing.write_receipt", 2, "after"),
}
AT = "2022-02-01 09:00"


def run(home: str, url: str | None, point: str | None) -> None:
    """Judge a collection by stricter rules, a delivery a batch; to the end for no point."""
    from tests.installations import installation
    from tests.restating.collection import STRICT, restated

    if point:
        arm(*POINTS[point])
    with installation(Path(home), url, NASTAVNIK_BATCH="1") as opened:
        restated(opened, STRICT, AT)
