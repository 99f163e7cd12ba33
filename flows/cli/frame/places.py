"""Places as parameters: a folder of this machine, or the address of one elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from flows.cli.frame.kinds import ExistingFolder

if TYPE_CHECKING:
    from warehouse.channels.address import Address


class Inbox(click.ParamType):
    """Where deliveries are taken from."""

    name = "ПАПКА ИЛИ АДРЕС"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path | Address:
        from warehouse.channels.address import address_of, is_elsewhere

        if isinstance(value, str) and is_elsewhere(value):
            return address_of(value)
        return ExistingFolder().convert(value, param, ctx)
