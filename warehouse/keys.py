"""The key that tokens are made with: outside the warehouse and the vault, never printed."""

from __future__ import annotations

import os
import secrets

from warehouse.settings import Misconfigured, Settings

KEY_BYTES = 32


def create_key(settings: Settings) -> None:
    """Make a new key file, readable by its owner alone, unless there is one."""
    settings.key_file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        descriptor = os.open(settings.key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(KEY_BYTES) + "\n")
        file.flush()
        os.fsync(file.fileno())


def read_key(settings: Settings) -> bytes:
    """Read the key; raise Misconfigured when it is missing, empty, short or no hexadecimal."""
    try:
        key = bytes.fromhex(settings.key_file.read_text().strip())
    except FileNotFoundError:
        raise Misconfigured(
            "Нет файла ключа. Без ключа обработка не идёт: верните файл или задайте NASTAVNIK_KEY_FILE."
        ) from None
    except (OSError, ValueError):
        raise Misconfigured("Файл ключа не читается: ожидается шестнадцатеричная запись.") from None
    if len(key) < KEY_BYTES or len(set(key)) == 1:
        raise Misconfigured(f"Ключ короче {KEY_BYTES} байт или состоит из одного знака. Верните прежний ключ.")
    return key
