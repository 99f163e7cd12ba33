"""Events as records of a log: one a line on the error stream, codes and counts, never a value."""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

# What a text of an event may be: a cell of a school's, were it handed in by mistake, has Cyrillic letters or spaces.
CODE = re.compile(r"[A-Za-z0-9_.:/@+-]{1,120}")
UNSAID = "?"
FACTS = "facts"

log = logging.getLogger(__name__)


class Log(StrEnum):
    """How this process writes its events."""

    NONE = "none"
    JSON = "json"
    TEXT = "text"


def emit(event: str, facts: Mapping[str, Any], level: int = logging.INFO) -> None:
    """Log one event; facts that are None are left out, texts that are no codes are not said."""
    log.log(level, "%s", event, extra={FACTS: {"event": event, **coded(facts)}})


def coded(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return facts with what cannot be a code unsaid, those within facts too."""
    return {_coded(name): _coded(value) for name, value in facts.items() if value is not None}


def _coded(value: Any) -> Any:
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return coded(value)
    return str(value) if CODE.fullmatch(str(value)) else UNSAID


def set_up(form: Log) -> None:
    """Send the events of this process, and our warnings, to its error stream; repeating changes nothing."""
    ours = logging.getLogger("warehouse")
    for former in [one for one in ours.handlers if isinstance(one, _Sink)]:
        ours.removeHandler(former)
    ours.propagate = form is Log.NONE  # a record that others print too would be said twice
    log.setLevel(logging.CRITICAL if form is Log.NONE else logging.INFO)
    if form is not Log.NONE:
        sink = _Sink(sys.stderr)
        sink.setFormatter(_Json() if form is Log.JSON else _Text())
        ours.addHandler(sink)


class _Sink(logging.StreamHandler):
    """The error stream; one that takes nothing more, of a full disk, stops no run."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 (the library's name)
        return


def _told(record: logging.LogRecord) -> dict[str, Any]:
    """Return what a record says: an event's facts; of any other the place alone, for its text may quote anything."""
    facts = getattr(record, FACTS, None) or {"event": "log", "place": f"{record.name}:{record.lineno}"}
    at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
    return {"at": at, "level": record.levelname.lower(), **facts}


class _Json(logging.Formatter):
    """One JSON object a record."""

    def format(self, record: logging.LogRecord) -> str:
        return json.dumps(_told(record))


class _Text(logging.Formatter):
    """One line a record, for eyes."""

    def format(self, record: logging.LogRecord) -> str:
        told = _told(record)
        facts = (f"{name}={json.dumps(value)}" for name, value in told.items() if name not in ("at", "level", "event"))
        return " ".join((told["at"], told["level"], told["event"], *facts))
