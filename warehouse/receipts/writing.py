"""Receipts put into the folders of those who sent the files."""

from __future__ import annotations

import os
from pathlib import Path

from warehouse.installation.home import Home
from warehouse.receipts.contents import AT_ONCE, Receipt, pending_receipts
from warehouse.receipts.folders import folder_name
from warehouse.tables.tables import table

PROTOCOL, DOCUMENT = "протокол.xlsx", "receipt.json"
BUFFER = 1024 * 1024  # bytes: all but the longest receipts are one call of the disk


def write_pending_receipts(home: Home) -> int:
    """Write the receipts still owed and forget the debt; return how many.

    Interrupted anywhere, it is completed by the next call: the same receipt is written to the same place.
    """
    written = 0
    while True:
        with home.reading() as connection:
            receipts = pending_receipts(connection, home.settings.timezone)
        if receipts:
            _settle(home, receipts)
        written += len(receipts)
        if len(receipts) < AT_ONCE:
            return written


def _settle(home: Home, receipts: list[Receipt]) -> None:
    for receipt in receipts:
        write_receipt(receipt, home.settings.receipts, home.settings.contact)
    os.sync()  # the debt goes only once the receipts cannot be lost
    pending = table("pending_receipts")
    with home.writing() as connection:
        connection.execute(pending.delete().where(pending.c.delivery.in_([one.delivery for one in receipts])))


def receipt_folder(receipt: Receipt, receipts: Path) -> Path:
    """Return where a receipt lies: receipts/<sender>/<reporting date, else day of receipt>_<delivery>."""
    day = receipt.as_of or receipt.received_at.date()
    return receipts / folder_name(receipt.institution_code) / f"{day.isoformat()}_{receipt.delivery}"


def write_receipt(receipt: Receipt, receipts: Path, contact: str | None = None) -> Path:
    """Write both files of one receipt; each appears whole or not at all."""
    from warehouse.receipts.document import document
    from warehouse.receipts.protocol import protocol

    folder = receipt_folder(receipt, receipts)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, pieces in ((PROTOCOL, [protocol(receipt, contact)]), (DOCUMENT, document(receipt))):
        partial = folder / f".{name}.partial"
        with partial.open("wb", BUFFER) as file:
            file.writelines(pieces)
        partial.replace(folder / name)
    return folder
