"""What the last intake left in the channels: letters of strangers, files it saw and was not given."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from warehouse.installation.durable import write_durably
from warehouse.installation.settings import Settings

FILE = "left.json"


@dataclass(frozen=True)
class Left:
    """Counts of one run over all channels."""

    strangers: int = 0  # letters of unknown senders
    unread: int = 0  # files listed by a channel and not given


def note_left(settings: Settings, left: Left) -> None:
    """Note what one run over all channels left, if that is other than before."""
    if left != last_left(settings):
        write_durably(settings.run / FILE, json.dumps(asdict(left)).encode())


def last_left(settings: Settings) -> Left:
    """Return what the last such run left."""
    try:
        return Left(**json.loads((settings.run / FILE).read_bytes()))
    except (FileNotFoundError, ValueError, TypeError):
        return Left()
