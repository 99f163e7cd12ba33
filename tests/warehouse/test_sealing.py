"""Sealed bytes: what comes back, and what is noticed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expectations.sealing import (
    HEADER_BYTES,
    SEAL_BYTES,
    Damaged,
    NoSuchKey,
    StorageKeys,
    key_of,
    opening,
    rewrapped,
    seal,
    unseal,
)

OLD, NEW = bytes(range(32)), bytes(range(32, 64))
KEYS = StorageKeys("0000aaaa", {"0000aaaa": OLD})
BOTH = StorageKeys("0000bbbb", {"0000aaaa": OLD, "0000bbbb": NEW})
ONLY_NEW = StorageKeys("0000bbbb", {"0000bbbb": NEW})
BOUND = b"received:1"


@given(st.binary(max_size=5000), st.binary(max_size=100))
def test_what_is_sealed_comes_back(content: bytes, bound: bytes) -> None:
    sealed = seal(content, bound, KEYS)
    assert unseal(sealed, bound, KEYS) == content
    assert len(sealed) == len(content) + SEAL_BYTES
    assert len(content) < 8 or content not in sealed


def test_the_same_bytes_are_never_sealed_alike() -> None:
    """Another data key and another nonce each time: nobody learns that two schools sent one file."""
    one, other = seal(b"x" * 100, BOUND, KEYS), seal(b"x" * 100, BOUND, KEYS)
    assert one[9:HEADER_BYTES] != other[9:HEADER_BYTES]
    assert one[HEADER_BYTES:] != other[HEADER_BYTES:]


def test_every_changed_byte_is_noticed() -> None:
    sealed = seal(b"a name", BOUND, KEYS)
    for place in range(len(sealed)):
        for bit in (1, 128):
            changed = bytearray(sealed)
            changed[place] ^= bit
            with pytest.raises((Damaged, NoSuchKey)):
                unseal(bytes(changed), BOUND, KEYS)


def test_every_cut_is_noticed() -> None:
    sealed = seal(b"a name", BOUND, KEYS)
    for length in range(len(sealed)):
        with pytest.raises(Damaged):
            unseal(sealed[:length], BOUND, KEYS)
    with pytest.raises(Damaged):
        unseal(sealed + b"\0", BOUND, KEYS)


def test_one_object_cannot_stand_in_anothers_place() -> None:
    one, other = seal(b"of one", b"vault:1:pairs", KEYS), seal(b"of other", b"vault:2:pairs", KEYS)
    for swapped, bound in (
        (other, b"vault:1:pairs"),
        (one[:HEADER_BYTES] + other[HEADER_BYTES:], b"vault:1:pairs"),
        (one[:HEADER_BYTES] + other[HEADER_BYTES:], b"vault:2:pairs"),
    ):
        with pytest.raises(Damaged):
            unseal(swapped, bound, KEYS)


def test_another_storage_key_changes_the_header_alone() -> None:
    sealed = seal(b"a name", BOUND, KEYS)
    moved = rewrapped(sealed, BOTH)
    assert (key_of(sealed), key_of(moved)) == ("0000aaaa", "0000bbbb")
    assert moved[HEADER_BYTES:] == sealed[HEADER_BYTES:]
    assert unseal(moved, BOUND, ONLY_NEW) == b"a name"
    with pytest.raises(NoSuchKey, match="0000bbbb"):
        unseal(moved, BOUND, KEYS)


def test_a_wrong_storage_key_of_the_same_name_is_noticed() -> None:
    with pytest.raises(Damaged):
        unseal(seal(b"a name", BOUND, KEYS), BOUND, StorageKeys("0000aaaa", {"0000aaaa": NEW}))


def test_plain_bytes_are_told_from_sealed_ones() -> None:
    for plain in (b"", b"PK\3\4" + bytes(200), bytes(200)):
        with pytest.raises(Damaged):
            unseal(plain, BOUND, KEYS)


def test_no_key_is_in_a_printed_form() -> None:
    sealed = seal(b"a name", BOUND, KEYS)
    told = repr((KEYS, opening(sealed, BOUND, KEYS)))
    assert OLD.hex() not in told
    assert repr(OLD) not in told
    assert repr(opening(sealed, BOUND, KEYS).data_key) not in told
