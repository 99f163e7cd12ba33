"""The keyring: the key of people's tokens and the storage keys, in one file that only the master key opens.

`keyring.json` holds the same ring once for each master key that opens it: one, and two while keys are being changed.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field, replace
from pathlib import Path

from expectations.sealing import StorageKeys
from warehouse.access.keys import key_id, make_key_file, new_key, read_master, wrapping_key
from warehouse.installation.durable import write_durably
from warehouse.installation.settings import Misconfigured, Settings, Source

NONCE_BYTES = 12


@dataclass(frozen=True)
class Keyring:
    """An open keyring; `masters` are the ids of the master keys that open it, the one to stay last.

    `retokening`: the key of tokens is a new one, and perhaps not everything has been rebuilt with it.
    """

    tokens: bytes = field(repr=False)
    storage: StorageKeys
    masters: tuple[str, ...]
    retokening: bool = False

    @property
    def changing(self) -> bool:
        """Whether a change of keys was begun and not finished."""
        return len(self.masters) > 1 or len(self.storage.by_id) > 1 or self.retokening

    def renewed(self, *, tokens: bool) -> Keyring:
        """Return the ring with a new storage key beside the old one, and a new key of tokens where asked."""
        fresh = new_key()
        storage = StorageKeys(key_id(fresh), {**self.storage.by_id, key_id(fresh): fresh})
        ring = replace(self, storage=storage)
        return replace(ring, tokens=new_key(), retokening=True) if tokens else ring

    def settled(self) -> Keyring:
        """Return the ring without the storage keys that nothing is sealed under any more."""
        current = self.storage.current
        return replace(self, storage=StorageKeys(current, {current: self.storage.by_id[current]}), retokening=False)


def keyring_path(settings: Settings) -> Path:
    """Return where the keyring lies."""
    return settings.home / "keyring.json"


def open_keyring(settings: Settings) -> Keyring | None:
    """Open the keyring with the master key; None where there is none yet. Raises Misconfigured for a wrong key.

    A key that is given but is none stops here even where there is no keyring, before anything is read or made.
    """
    try:
        text = keyring_path(settings).read_text(encoding="utf-8")
    except FileNotFoundError:
        if settings.key.kind is not Source.FILE or settings.key.file.exists():
            read_master(settings.key)
        return None
    return _opened(text, read_master(settings.key))


def make_keyring(settings: Settings, tokens: bytes | None = None) -> Keyring:
    """Make a keyring, and a key file where that is the source and there is none. Only for a home without data."""
    if settings.key.kind is Source.FILE:
        make_key_file(settings.key.file)
    master, storage = read_master(settings.key), new_key()
    ring = Keyring(tokens or new_key(), StorageKeys(key_id(storage), {key_id(storage): storage}), (key_id(master),))
    write_keyring(settings, ring, master)
    return ring


def write_keyring(settings: Settings, ring: Keyring, *masters: bytes) -> None:
    """Write the keyring for each of the master keys, the one to stay last."""
    content = json.dumps({
        "tokens": ring.tokens.hex(),
        "storage": {name: key.hex() for name, key in ring.storage.by_id.items()},
        "current": ring.storage.current,
        "retokening": ring.retokening,
    }).encode()  # fmt: skip
    sealed = {key_id(master): _sealed(content, master).hex() for master in masters}
    text = json.dumps({"version": 1, "sealed": sealed}, indent=1) + "\n"
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_durably(keyring_path(settings), text.encode())


def _sealed(content: bytes, master: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(wrapping_key(master)).encrypt(nonce, content, b"nastavnik keyring 1")


def _opened(text: str, master: bytes) -> Keyring:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        by_master: dict[str, str] = json.loads(text)["sealed"]
        if (own := by_master.get(key_id(master))) is None:
            raise Misconfigured(
                f"Ключ не подходит: этот — {key_id(master)}, а связку ключей открывает {' или '.join(by_master)}. "
                "Верните прежний ключ."
            )
        sealed = bytes.fromhex(own)
        opened = AESGCM(wrapping_key(master)).decrypt(
            sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], b"nastavnik keyring 1"
        )
    except (ValueError, KeyError, TypeError, AttributeError, InvalidTag):
        raise Misconfigured("Связка ключей keyring.json повреждена: верните её из резервной копии.") from None
    ring = json.loads(opened)
    keys = {name: bytes.fromhex(key) for name, key in ring["storage"].items()}
    return Keyring(
        bytes.fromhex(ring["tokens"]), StorageKeys(ring["current"], keys), tuple(by_master), ring["retokening"]
    )
