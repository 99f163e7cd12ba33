"""Which channel an address means; a library is imported only where its kind is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.channels.address import Address
from warehouse.channels.channel import Channel, Outbox
from warehouse.channels.folder import Folder

if TYPE_CHECKING:
    from warehouse.channels.s3 import Bucket
    from warehouse.channels.sftp import Account


def channel_of(place: Path | Address) -> Channel:
    """Return the channel of a place; nothing is asked of it yet."""
    if isinstance(place, Path):
        return Folder(place)
    if place.scheme == "imaps":
        from warehouse.channels.imap import Box

        return Box(place)
    return _either_way(place)


def outbox_at(address: Address) -> Outbox:
    """Return where receipts are put; nothing is asked of it yet."""
    return _either_way(address)


def _either_way(address: Address) -> Bucket | Account:
    if address.scheme == "s3":
        from warehouse.channels.s3 import Bucket

        return Bucket(address)
    from warehouse.channels.sftp import Account

    return Account(address)
