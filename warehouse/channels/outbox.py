"""Receipts put into a place elsewhere, each once, where those who sent the files can fetch them."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

from warehouse.channels.channel import Cut, Denied, Outbox, Unreachable
from warehouse.channels.inboxes import PAUSES
from warehouse.channels.opening import outbox_at
from warehouse.installation.settings import Settings
from warehouse.receipts.writing import DOCUMENT, PROTOCOL

REFUSED = "протоколы туда не кладутся: нет права на запись."


def send_receipts(settings: Settings) -> dict[str, str]:
    """Put receipts not put yet, the document last; return why that ended, by the outbox's name.

    What was put is remembered beside, not asked of the place: a school may take its receipts away. Interrupted
    anywhere, it is completed by the next call: the same receipt is put in the same place.
    """
    if settings.outbox is None:
        return {}
    outbox, memory = outbox_at(settings.outbox), _memory(settings)
    known = set(memory.read_text(encoding="utf-8").splitlines()) if memory.exists() else set()
    waiting = {mark: path for path in _documents(settings) if (mark := _mark(path, settings)) not in known}
    try:
        with memory.open("a", encoding="utf-8", buffering=1) as remembered:
            for mark, path in waiting.items():
                for name in (PROTOCOL, DOCUMENT):
                    _put(outbox, f"{path.parent.relative_to(settings.receipts)}/{name}", path.with_name(name))
                remembered.write(f"{mark}\n")
    except (Unreachable, Cut) as error:
        return {outbox.name: str(error)}
    except Denied:
        return {outbox.name: REFUSED}
    finally:
        outbox.close()
    return {}


def _put(outbox: Outbox, name: str, path: Path) -> None:
    content = path.read_bytes()
    for pause in PAUSES:
        try:
            return outbox.put(name, content)
        except Cut:
            time.sleep(pause)
    return outbox.put(name, content)


def _documents(settings: Settings) -> list[Path]:
    return sorted(settings.receipts.glob(f"*/*/{DOCUMENT}"))


def _mark(document: Path, settings: Settings) -> str:
    """Mark a receipt as it was written last: one that is written anew is put anew."""
    return f"{document.stat().st_mtime_ns} {document.parent.relative_to(settings.receipts)}"


def _memory(settings: Settings) -> Path:
    """Return where it is remembered what was put; another outbox has had nothing yet."""
    return settings.run / f"outbox-{hashlib.sha256(str(settings.outbox).encode()).hexdigest()[:12]}"
