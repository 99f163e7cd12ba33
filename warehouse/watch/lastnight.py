"""When an intake last ended well: read from outside, by whoever watches that nights go well."""

from __future__ import annotations

from datetime import UTC, datetime

from warehouse.installation.durable import write_durably
from warehouse.installation.settings import Settings


def note_night(settings: Settings, at: datetime) -> None:
    """Note that an intake of the own inbox ended well, whether or not anything waited."""
    write_durably(settings.run / "night", at.astimezone(UTC).isoformat(timespec="seconds").encode())


def last_night(settings: Settings) -> datetime | None:
    """Return when one last did; None where none is known."""
    try:
        return datetime.fromisoformat((settings.run / "night").read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        return None
