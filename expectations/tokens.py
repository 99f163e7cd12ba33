"""Keyed tokens that stand for a person wherever names must not go."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date
from functools import lru_cache

from expectations.text import fold_name

TOKEN_BYTES = 16  # 128 bits: no chance meeting among 10⁹ people


@lru_cache(16)
def _tokens_of(key: bytes, kind: bytes) -> Callable[[str], str]:
    """Return what makes of a text the start of its HMAC-SHA-256 (RFC 2104).

    The two hashes of it begin alike for one key, whatever is hashed, so they are begun once: `hmac.digest` says the
    same and takes four times as long.
    """
    block = hashlib.sha256().block_size
    padded = (hashlib.sha256(key).digest() if len(key) > block else key).ljust(block, b"\0")
    inner, outer = (hashlib.sha256(bytes(byte ^ pad for byte in padded)) for pad in (0x36, 0x5C))
    inner.update(kind + b"\0")
    begin, finish = inner.copy, outer.copy

    def token(text: str) -> str:
        inside, outside = begin(), finish()
        inside.update(text.encode())
        outside.update(inside.digest())
        return outside.hexdigest()[: 2 * TOKEN_BYTES]

    return token


def snils_token(key: bytes, snils: str) -> str:
    """Return the token of a valid СНИЛС (11 digits)."""
    return _tokens_of(key, b"snils")(snils)


def name_token(key: bytes, surname: str, given_name: str, patronymic: str | None, birth_date: date) -> str:
    """Return the token of a full name and birth date as people are compared (indicators.md, «One person»)."""
    parts = (fold_name(surname), fold_name(given_name), fold_name(patronymic), birth_date.isoformat())
    return _tokens_of(key, b"name")("\x1f".join(parts))


def warning_token(key: bytes, rule: str, version: str, institution: str, said: str) -> str:
    """Return the fingerprint of a warning: of its rule and what it rests on, in any delivery of an institution."""
    return _tokens_of(key, b"warning")("\x1f".join((rule, version, institution, said)))
