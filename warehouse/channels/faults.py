"""Which channels gave nothing the last time, and why: kept until the next run, for whoever watches."""

from __future__ import annotations

import json

from warehouse.installation.durable import write_durably
from warehouse.installation.settings import Settings

FILE = "channels.json"


def note_faults(settings: Settings, faults: dict[str, str]) -> None:
    """Note the faults of one run over all channels, if they are others than before."""
    if faults != _noted(settings):
        write_durably(settings.run / FILE, json.dumps(faults, ensure_ascii=False).encode())


def last_faults(settings: Settings) -> dict[str, str]:
    """Return them by the channel's name; of channels that are still set."""
    names = {str(one) for one in (settings.inbox, *settings.channels, settings.outbox) if one is not None}
    return {name: reason for name, reason in _noted(settings).items() if name in names}


def _noted(settings: Settings) -> dict[str, str]:
    try:
        return dict(json.loads((settings.run / FILE).read_bytes()))
    except (FileNotFoundError, ValueError, TypeError):
        return {}
