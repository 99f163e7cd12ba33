"""The journal of the outbox: what was said to whom, line by line; no address stands in it."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path

from warehouse.mail.letters import Key, Kind
from warehouse.mail.server import Outcome

JOURNAL = "journal.jsonl"


@dataclass(frozen=True)
class Said:
    """A letter that need not be said again; `code` is the mail server's, of a refusal."""

    key: Key
    at: datetime
    outcome: Outcome
    code: int | None
    message_id: str


def outbox_of(home: Path) -> Path:
    """Return the folder of the journal and of what the department is told."""
    return home / "outbox"


@contextlib.contextmanager
def alone(home: Path) -> Iterator[None]:
    """Let one process at a time look what was said and say the rest."""
    os.umask(0o077)
    outbox_of(home).mkdir(parents=True, exist_ok=True, mode=0o700)
    with (outbox_of(home) / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def add(home: Path, said: Said) -> None:
    """Write a line to the disk; needs `alone`. A line that a power cut left torn is dropped: it is said again."""
    line = json.dumps(asdict(said) | {"at": said.at.isoformat()}, ensure_ascii=False) + "\n"
    with (outbox_of(home) / JOURNAL).open("a+b") as file:
        if end := file.tell():
            file.seek(end - 1)
            if file.read(1) != b"\n":
                file.seek(0)
                file.truncate(file.read().rfind(b"\n") + 1)
        file.write(line.encode())
        file.flush()
        os.fsync(file.fileno())


def said_so_far(home: Path) -> dict[Key, Said]:
    """Return what was said, oldest first."""
    path = outbox_of(home) / JOURNAL
    lines = path.read_bytes().split(b"\n")[:-1] if path.exists() else []
    found = [_said(json.loads(line)) for line in lines]
    return {one.key: one for one in found}


def _said(told: dict) -> Said:
    key = Key(**(told["key"] | {"kind": Kind(told["key"]["kind"])}))
    at, outcome = datetime.fromisoformat(told["at"]), Outcome(told["outcome"])
    return Said(key, at, outcome, told["code"], told["message_id"])


def last_reminders(home: Path, as_of: date) -> dict[str, Said]:
    """Return the last reminder of a reporting date by institution."""
    about = as_of.isoformat()
    said = said_so_far(home).values()
    return {one.key.institution: one for one in said if one.key.kind is Kind.REMINDER and one.key.about == about}
