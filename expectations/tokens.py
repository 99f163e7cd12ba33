"""Keyed tokens that stand for a person wherever names must not go."""

from __future__ import annotations

import hmac
from datetime import date

from expectations.text import fold_name

TOKEN_BYTES = 16  # 128 bits: no chance meeting among 10⁹ people


def _token(key: bytes, kind: bytes, text: str) -> str:
    return hmac.digest(key, kind + b"\0" + text.encode(), "sha256")[:TOKEN_BYTES].hex()


def snils_token(key: bytes, snils: str) -> str:
    """Return the token of a valid СНИЛС (11 digits)."""
    return _token(key, b"snils", snils)


def name_token(key: bytes, surname: str, given_name: str, patronymic: str | None, birth_date: date) -> str:
    """Return the token of a full name and birth date as people are compared (indicators.md, «One person»)."""
    parts = (fold_name(surname), fold_name(given_name), fold_name(patronymic), birth_date.isoformat())
    return _token(key, b"name", "\x1f".join(parts))
