"""The master key: what opens the keyring. It lies outside the warehouse and the vault and is never printed.

It comes from exactly one source: a file (made on first use), the environment, or a command that prints it.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import shlex
import subprocess
from pathlib import Path

from warehouse.installation.durable import write_durably
from warehouse.installation.settings import KeySource, Misconfigured, Source

KEY_BYTES = 32
COMMAND_SECONDS = 30


def key_id(key: bytes) -> str:
    """Return what a key is called: eight hexadecimal digits that tell nothing of it."""
    return hashlib.sha256(b"nastavnik key id\0" + key).hexdigest()[:8]


def new_key() -> bytes:
    """Make a key."""
    return secrets.token_bytes(KEY_BYTES)


def wrapping_key(master: bytes) -> bytes:
    """Return the AES-256 key that a master key, of whatever length, seals the keyring with."""
    return hmac.digest(master, b"nastavnik keyring", "sha256")


def read_master(source: KeySource) -> bytes:
    """Read a master key; raise Misconfigured when it is missing, empty, short, of one sign or no hexadecimal."""
    match source.kind:
        case Source.FILE:
            text = _of_file(source)
        case Source.COMMAND:
            text = _of_command(source)
        case Source.ENVIRONMENT:
            text = source.value
    return _checked(text.strip(), source)


def _checked(text: str, source: KeySource) -> bytes:
    if not text:
        raise Misconfigured(f"{source.setting}: ключ пуст.")
    try:
        key = bytes.fromhex(text)
    except ValueError:
        raise Misconfigured(f"{source.setting}: ключ не читается, ожидается шестнадцатеричная запись.") from None
    if len(key) < KEY_BYTES or len(set(key)) == 1:
        raise Misconfigured(f"{source.setting}: ключ короче {KEY_BYTES} байт или состоит из одного знака.")
    return key


def _of_file(source: KeySource) -> str:
    try:
        return source.file.read_text(encoding="ascii")
    except FileNotFoundError:
        raise Misconfigured(f"Нет файла ключа {source.file}. Без него ничего не прочесть: верните его.") from None
    except (OSError, UnicodeDecodeError):
        raise Misconfigured(f"Файл ключа {source.file} не читается.") from None


def _of_command(source: KeySource) -> str:
    """Run the operator's command; what it says on standard error is not passed on: it may quote the key."""
    try:
        words = shlex.split(source.value)
        done = subprocess.run(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=COMMAND_SECONDS,
            check=True,
        )
        return done.stdout.decode("ascii")
    except subprocess.TimeoutExpired:
        raise Misconfigured(f"{source.setting}: команда не ответила за {COMMAND_SECONDS} секунд.") from None
    except subprocess.CalledProcessError as error:
        raise Misconfigured(f"{source.setting}: команда завершилась с кодом {error.returncode}.") from None
    except (OSError, ValueError, IndexError):  # no such program; unbalanced quotes; no word; no ASCII
        raise Misconfigured(f"{source.setting}: команда не запускается или печатает не ключ.") from None


def make_key_file(path: Path) -> None:
    """Make a new key file, readable by its owner alone, unless there is one."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_durably(path, key_text(new_key()))


def key_text(key: bytes) -> bytes:
    """Return a key as its file holds it."""
    return f"{key.hex()}\n".encode()
