"""Sealed bytes: each under a data key of its own, which is wrapped by a storage key (envelope encryption).

A sealed object is a header and a ciphertext:

| bytes | what |
|---|---|
| 4 | `NSTV` |
| 1 | version of this format, 1 |
| 4 | id of the storage key |
| 40 | data key, wrapped by it (AES-KW, RFC 3394) |
| 12 | nonce |
| rest | AES-256-GCM |

What the object is (`bound`) is authenticated with it: one object cannot stand in another's place. Another storage key
changes the header alone.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

KEY_BYTES, NONCE_BYTES = 32, 12
_MARK = struct.pack(">4sB", b"NSTV", 1)
_HEADER = struct.Struct(f">5s4s{KEY_BYTES + 8}s{NONCE_BYTES}s")
HEADER_BYTES = _HEADER.size
SEAL_BYTES = HEADER_BYTES + 16  # by how much a sealed object is longer: the header and the mark of GCM


class Damaged(Exception):
    """Sealed bytes that are not what was sealed here: changed, cut off, put in another's place; or never sealed.

    Its text, where there is one, is the name of the file.
    """


class NoSuchKey(Exception):
    """The storage key of sealed bytes is none of those at hand; the text is its id."""


@dataclass(frozen=True)
class StorageKeys:
    """The storage keys by id; new objects are sealed under the current one."""

    current: str
    by_id: Mapping[str, bytes] = field(repr=False)


@dataclass(frozen=True)
class Opening:
    """What opens one sealed object and no other."""

    data_key: bytes = field(repr=False)
    bound: bytes


def seal(content: bytes, bound: bytes, keys: StorageKeys) -> bytes:
    """Seal bytes under a new data key."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    data_key, nonce = os.urandom(KEY_BYTES), os.urandom(NONCE_BYTES)
    return _header(data_key, nonce, keys) + AESGCM(data_key).encrypt(nonce, content, _MARK + bound)


def unseal(sealed: bytes, bound: bytes, keys: StorageKeys) -> bytes:
    """Return what was sealed; raise Damaged or NoSuchKey."""
    return open_sealed(sealed, opening(sealed, bound, keys))


def opening(header: bytes, bound: bytes, keys: StorageKeys) -> Opening:
    """Return what opens an object, of whose bytes HEADER_BYTES are enough."""
    from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap

    key_id, wrapped, _ = _parts(header)
    if key_id not in keys.by_id:
        raise NoSuchKey(key_id)
    try:
        return Opening(aes_key_unwrap(keys.by_id[key_id], wrapped), bound)
    except InvalidUnwrap:
        raise Damaged from None


def open_sealed(sealed: bytes, by: Opening) -> bytes:
    """Return what was sealed; raise Damaged."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    _, _, nonce = _parts(sealed)
    try:
        return AESGCM(by.data_key).decrypt(nonce, memoryview(sealed)[HEADER_BYTES:], _MARK + by.bound)
    except InvalidTag:
        raise Damaged from None


def key_of(header: bytes) -> str:
    """Return the id of the storage key that an object is sealed under."""
    return _parts(header)[0]


def rewrapped(sealed: bytes, keys: StorageKeys) -> bytes:
    """Return the same object under the current storage key: another header, the ciphertext as it was."""
    _, _, nonce = _parts(sealed)
    return _header(opening(sealed, b"", keys).data_key, nonce, keys) + sealed[HEADER_BYTES:]


def _header(data_key: bytes, nonce: bytes, keys: StorageKeys) -> bytes:
    from cryptography.hazmat.primitives.keywrap import aes_key_wrap

    wrapped = aes_key_wrap(keys.by_id[keys.current], data_key)
    return _HEADER.pack(_MARK, bytes.fromhex(keys.current), wrapped, nonce)


def _parts(header: bytes) -> tuple[str, bytes, bytes]:
    """Return key id, wrapped key, nonce."""
    if len(header) < HEADER_BYTES or not header.startswith(_MARK):
        raise Damaged
    _, key_id, wrapped, nonce = _HEADER.unpack_from(header)
    return key_id.hex(), wrapped, nonce
