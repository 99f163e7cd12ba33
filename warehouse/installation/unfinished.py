"""A home in the middle of an upgrade or a restore: nothing else opens it until that is done."""

from __future__ import annotations

from pathlib import Path

from warehouse.installation.durable import sync, write_durably
from warehouse.installation.settings import Misconfigured, Settings

UPGRADE, RESTORE = "upgrade", "restore"
_SENTENCES = {
    UPGRADE: "Обновление не закончено: повторите nastavnik upgrade.",
    RESTORE: "Восстановление из копии не закончено: повторите ту же команду nastavnik restore.",
}


def begin(settings: Settings, act: str, subject: str = "") -> None:
    """Note durably that an act has begun."""
    settings.run.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_durably(_marker(settings), f"{act} {subject}".encode())


def end(settings: Settings) -> None:
    """Note that the act is done."""
    _marker(settings).unlink(missing_ok=True)
    sync(settings.run)


def unfinished(settings: Settings) -> tuple[str, str] | None:
    """Return the act that was begun, and what it was done with; None where none was."""
    try:
        act, _, subject = _marker(settings).read_text(encoding="utf-8").partition(" ")
    except FileNotFoundError:
        return None
    return act, subject


def require_none(settings: Settings) -> None:
    """Raise Misconfigured, with what to do, in the middle of an act."""
    if (begun := unfinished(settings)) is not None:
        raise Misconfigured(_SENTENCES.get(begun[0], _SENTENCES[UPGRADE]))


def _marker(settings: Settings) -> Path:
    return settings.run / "unfinished"
