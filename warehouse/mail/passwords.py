"""Passwords of marked workbooks that travel by mail: each institution's own, told it by other means than mail.

A password is made of the key of tokens, which no change of other keys touches, and of its turn: nothing of it is kept.
`outbox/passwords.json` holds the turns of those whose password was replaced; it tells nothing without the keyring.
"""

from __future__ import annotations

import hmac
import json
from pathlib import Path

import sqlalchemy as sa

from warehouse.installation.durable import write_durably
from warehouse.installation.home import Home
from warehouse.installation.settings import Misconfigured
from warehouse.journal.journal import known_by
from warehouse.mail.journal import alone, outbox_of
from warehouse.register.reference import known_reference

TURNS = "passwords.json"
GROUPS, DIGITS = 5, 4  # digits alone: no keyboard layout spoils them; 66 bits, and each guess costs 100,000 rounds


def password_of(home: Home, institution: str) -> str:
    """Return an institution's password, «1234-5678-…»; raise Misconfigured where the register does not know it."""
    _require(home, institution)
    turn = _turns(home.settings.home).get(institution, 1)
    made = hmac.digest(home.ring.tokens, f"mail password {turn} {institution}".encode(), "sha256")
    digits = str(int.from_bytes(made) % 10 ** (GROUPS * DIGITS)).zfill(GROUPS * DIGITS)
    return "-".join(digits[at : at + DIGITS] for at in range(0, len(digits), DIGITS))


def replace_password(home: Home, institution: str) -> None:
    """Give an institution another password from now on: what was sent before opens with the former one."""
    _require(home, institution)
    with alone(home.settings.home):
        turns = _turns(home.settings.home)
        turns[institution] = turns.get(institution, 1) + 1
        write_durably(_path(home.settings.home), json.dumps(turns, sort_keys=True, indent=1).encode() + b"\n")


def _require(home: Home, institution: str) -> None:
    with home.reading() as connection:
        known = known_reference("institutions", known_by(connection, None))
        found = connection.execute(sa.select(known.c.code).where(known.c.code == institution)).first()
    if found is None:
        raise Misconfigured("Такой организации в реестре нет: коды показывает nastavnik status.")


def _turns(home: Path) -> dict[str, int]:
    return json.loads(_path(home).read_text()) if _path(home).exists() else {}


def _path(home: Path) -> Path:
    return outbox_of(home) / TURNS
