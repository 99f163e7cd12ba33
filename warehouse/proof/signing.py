"""Signatures of a release: who stands for it, in what role, since when; Ed25519 over its manifest.

`signature.json` beside the manifest holds them; the manifest does not list it. Each signs the bytes
`nastavnik-signature-v1`, a line feed, and its statement as JSON with sorted keys and no spaces.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warehouse.installation.settings import Misconfigured
from warehouse.proof.manifest import MANIFEST, SIGNATURE, render

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

DOMAIN = b"nastavnik-signature-v1\n"
STATED = ("manifest_sha256", "public_key", "role", "signed_at")
LONGEST_ROLE = 120
DAMAGED = f"{SIGNATURE}: файл подписей повреждён."


@dataclass(frozen=True)
class Signature:
    """One signature as it is told: the fingerprint is the SHA-256 of the public key's 32 bytes."""

    role: str
    signed_at: str
    fingerprint: str


def sign(folder: Path, key_file: Path, role: str, at: datetime, passphrase: str | None = None) -> Signature:
    """Add a role's signature to a proved release; raise Misconfigured where the key or the role will not do."""
    if not role.strip() or len(role) > LONGEST_ROLE or not role.isprintable():
        raise Misconfigured(f"Роль подписавшего — от 1 до {LONGEST_ROLE} печатных знаков, например «начальник отдела».")
    key = _private_key(key_file, passphrase)
    records = _read(folder) if (folder / SIGNATURE).exists() else []
    if any(record["role"] == role for record in records):
        raise Misconfigured(f"Подпись этой роли уже есть в {SIGNATURE}: «{role}».")
    statement = {
        "manifest_sha256": _manifest_hash(folder),
        "public_key": base64.b64encode(key.public_key().public_bytes_raw()).decode(),
        "role": role,
        "signed_at": at.astimezone(UTC).isoformat(timespec="seconds"),
    }
    signature = base64.b64encode(key.sign(_signed_bytes(statement))).decode()
    ordered = sorted([*records, statement | {"signature": signature}], key=lambda record: record["role"])
    _replace(folder / SIGNATURE, render({"signatures": ordered}))
    return _told(statement)


def check_signatures(
    folder: Path, *, required: bool = False, key_file: Path | None = None
) -> tuple[list[Signature], list[str]]:
    """Check every signature of a release; return those that hold, and in Russian what is wrong.

    None at all is wrong only where one is `required`; with a public key, where none is by that key.
    """
    wanted = None if key_file is None else public_key(key_file)
    try:
        records = _read(folder)
    except FileNotFoundError:
        return [], [f"Подписи нет: в выпуске нет файла {SIGNATURE}."] if required or wanted else []
    except ValueError:
        return [], [DAMAGED]
    wrong = list(_wrong(folder, records))
    if wanted is not None and wanted not in [record["public_key"] for record in records]:
        wrong.append("Подписи названным ключом нет.")
    return ([] if wrong else [_told(record) for record in records]), wrong


def new_key(file: Path, passphrase: str | None = None) -> tuple[Path, str]:
    """Make a key pair: the private key in `file` (0600), the public one beside it; return its path and fingerprint.

    The private key is encrypted where a passphrase is given. Raises Misconfigured where either file exists.
    """
    from cryptography.hazmat.primitives import serialization as formats
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    public_file = file.with_name(f"{file.name}.pub")
    if file.exists() or public_file.exists():
        raise Misconfigured(f"Файл {file if file.exists() else public_file} уже есть: ключ не создан.")
    key = Ed25519PrivateKey.generate()
    how = formats.BestAvailableEncryption(passphrase.encode()) if passphrase else formats.NoEncryption()
    private = key.private_bytes(formats.Encoding.PEM, formats.PrivateFormat.PKCS8, how)
    public = key.public_key().public_bytes(formats.Encoding.PEM, formats.PublicFormat.SubjectPublicKeyInfo)
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
        opened.write(private)
    public_file.write_bytes(public)
    return public_file, _fingerprint(key.public_key().public_bytes_raw())


def public_key(file: Path) -> str:
    """Read a public key in PEM as its 32 bytes in base64; raise Misconfigured where it is no Ed25519 key."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key = load_pem_public_key(file.read_bytes())
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise Misconfigured(f"{file}: ожидается открытый ключ Ed25519 в PEM.")
    return base64.b64encode(key.public_bytes_raw()).decode()


def _private_key(file: Path, passphrase: str | None) -> Ed25519PrivateKey:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    if file.stat().st_mode & 0o077:
        raise Misconfigured(f"{file}: закрытый ключ доступен не только владельцу; исправьте: chmod 600 {file}")
    try:
        key = load_pem_private_key(file.read_bytes(), passphrase.encode() if passphrase else None)
    except TypeError:  # what cryptography says of a passphrase that lacks or is not needed
        needed = "не нужна: ключ не зашифрован" if passphrase else "нужна: ключ зашифрован"
        raise Misconfigured(f"{file}: парольная фраза NASTAVNIK_SIGN_PASSPHRASE {needed}.") from None
    except (ValueError, UnsupportedAlgorithm):
        raise Misconfigured(f"{file}: ключ не читается; возможно, неверна NASTAVNIK_SIGN_PASSPHRASE.") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise Misconfigured(f"{file}: ожидается закрытый ключ Ed25519 в PEM.")
    return key


def _read(folder: Path) -> list[dict[str, str]]:
    """Read the signatures; raise ValueError unless they are spelled as they are written, to the last byte."""
    content = (folder / SIGNATURE).read_bytes()
    found = json.loads(content.decode())
    records = found["signatures"] if isinstance(found, dict) and found.keys() == {"signatures"} else None
    if not isinstance(records, list) or not records or render({"signatures": records}) != content:
        raise ValueError(SIGNATURE)
    for record in records:
        if not isinstance(record, dict) or record.keys() != {*STATED, "signature"}:
            raise ValueError(SIGNATURE)
        if not all(isinstance(value, str) for value in record.values()):
            raise ValueError(SIGNATURE)
    return records


def _wrong(folder: Path, records: list[dict[str, str]]) -> Iterator[str]:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    manifest = _manifest_hash(folder)
    for record in records:
        if record["manifest_sha256"] != manifest:
            yield f"Подпись «{record['role']}»: подписана другая опись."
        try:
            key = Ed25519PublicKey.from_public_bytes(_bytes(record["public_key"]))
            key.verify(_bytes(record["signature"]), _signed_bytes(record))
        except (InvalidSignature, ValueError):
            yield f"Подпись «{record['role']}» неверна."


def _bytes(text: str) -> bytes:
    """Decode base64 of one spelling only: other trailing bits would be another text of the same bytes."""
    decoded = binascii.a2b_base64(text, strict_mode=True)
    if base64.b64encode(decoded).decode() != text:
        raise ValueError("base64")
    return decoded


def _signed_bytes(record: dict[str, Any]) -> bytes:
    statement = {name: record[name] for name in STATED}
    return DOMAIN + json.dumps(statement, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _manifest_hash(folder: Path) -> str:
    return hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest()


def _told(statement: dict[str, str]) -> Signature:
    return Signature(statement["role"], statement["signed_at"], _fingerprint(_bytes(statement["public_key"])))


def _fingerprint(key: bytes) -> str:
    return hashlib.sha256(key).hexdigest()


def _replace(file: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    partial = file.with_name(f".{file.name}.partial")
    with partial.open("wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    partial.rename(file)
