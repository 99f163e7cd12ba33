"""Intakes that die at a named point: forked, one a line of standard input, from a process that has imported everything.

A line is JSON with `home`, `url`, `point`; the answer is the signal that ended the child, or its exit code. The
product knows nothing of this: here its functions are replaced before it runs.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

# Where to die: the function, which of its calls, and on which side of it.
POINTS = {
    "schema made, nothing loaded": ("warehouse.installation.home.load_reference", 1, "before"),
    "reference loaded, not committed": ("warehouse.installation.home.load_reference", 1, "after"),
    "one of the files received": ("warehouse.channels.inboxes.Inboxes.fetch", 1, "after"),
    "journal written, nothing read": ("warehouse.ingestion.batch.Batch.process", 1, "before"),
    "vault kept": ("warehouse.ingestion.batch.keep_identities", 1, "after"),
    "half of a lake file written": ("warehouse.storage.lake._created", 1, "after"),
    "half of the lake written": ("warehouse.storage.lake._write", 4, "after"),
    "lake written": ("warehouse.ingestion.batch.write_lake", 1, "after"),
    "half of the facts stored": ("warehouse.ingestion.batch.bulk_insert", 4, "after"),
    "all stored, not committed": ("warehouse.ingestion.batch.Batch.process", 1, "after"),
    "committed, no receipt": ("warehouse.receipts.write_pending_receipts", 2, "before"),
    "half of the receipts written": ("warehouse.receipts.writing.write_receipt", 1, "after"),
    "receipts written, inbox as it was": ("warehouse.channels.inboxes.Inboxes.done", 1, "before"),
    "half of the inbox emptied": ("warehouse.channels.folder.InFolder.done", 1, "after"),
}


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def arm(path: str, call: int, side: str) -> None:
    """Replace a function by itself and the end of this process."""
    parts = path.split(".")
    for length in range(len(parts) - 1, 0, -1):
        try:
            place = importlib.import_module(".".join(parts[:length]))
            break
        except ModuleNotFoundError:
            continue
    *owners, name = parts[length:]
    for owner in owners:
        place = getattr(place, owner)
    original, calls = getattr(place, name), iter(range(1, 1_000_000))

    def dying(*args: object, **kwargs: object) -> object:
        last = next(calls) == call
        if last and side == "before":
            _die()
        outcome = original(*args, **kwargs)
        if last:
            _die()
        return outcome

    setattr(place, name, dying)


def run(home: str, url: str | None, point: str | None) -> None:
    """Run one intake, to its end for no point."""
    from tests.installations import installation, take

    if point:
        arm(*POINTS[point])
    with installation(Path(home), url, NASTAVNIK_BATCH="7") as opened:
        take(opened)


def serve(run: Callable[..., None]) -> None:
    """Run once for each line of JSON on standard input, in a child of its own, or in several at once for a list;
    answer with their exit codes."""
    gc.freeze()  # what was imported: no child looks through it for garbage, or copies it by looking
    for line in sys.stdin:
        told = json.loads(line)
        children = [_child(run, one) for one in (told if isinstance(told, list) else [told])]
        codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
        sys.stdout.write(" ".join(map(str, codes)) + "\n")
        sys.stdout.flush()


def _child(run: Callable[..., None], told: dict) -> int:
    child = os.fork()
    if child == 0:
        try:
            run(**told)
        except BaseException:  # noqa: BLE001 — told as the interpreter would
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return child


def _serve() -> None:
    import expectations.suites  # noqa: F401 (the seconds it takes are paid once)
    import tests.installations  # noqa: F401
    import warehouse.receipts.document
    import warehouse.receipts.protocol  # noqa: F401

    serve(run)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        run(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None, None)
    else:
        _serve()
