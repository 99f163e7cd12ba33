"""Receipts: what became of each delivery, told to the one who sent it."""

from warehouse.receipts.writing import write_pending_receipts

__all__ = ["write_pending_receipts"]
