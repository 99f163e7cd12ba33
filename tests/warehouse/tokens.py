"""States of installations with and without the tokens of people."""

from __future__ import annotations


def without_tokens(state: dict[str, object]) -> str:
    """Say a state without what follows from the key of tokens."""
    tables = {
        name: sorted(repr([cell for cell in row if not is_token(cell) and not is_fingerprint(cell)]) for row in rows)
        for name, rows in state["warehouse"].items()  # type: ignore[attr-defined]
        if name != "mentoring.lake_files"
    }
    return repr((tables, state["vault"], state["received"], state["receipts"], state["releases"]))


def is_token(cell: object) -> bool:
    return isinstance(cell, str) and len(cell) == 36 and cell.count("-") == 4


def is_fingerprint(cell: object) -> bool:
    """Tell what a warning is known again by, which is keyed as tokens are."""
    return isinstance(cell, str) and len(cell) == 32 and not cell.strip("0123456789abcdef")


def tokens_of(state: dict[str, object]) -> set[str]:
    return {cell for rows in state["warehouse"].values() for row in rows for cell in row if is_token(cell)}  # type: ignore[attr-defined]
