"""Tokens of the participants of one delivery."""

from __future__ import annotations

from operator import mul
from typing import Any

from expectations.arrow import TOKENS
from expectations.reading.staged import StagedSheet
from expectations.tokens import name_token, snils_token

SNILS_WEIGHTS = range(9, 0, -1)
_ZEROS = ord("0") * sum(SNILS_WEIGHTS)  # what the codes of digits weigh more than the digits


def person_tokens(staged: StagedSheet, key: bytes) -> dict[str, list[Any]]:
    """Return the token columns of a sheet of persons: null where there is nothing sure to make one of."""
    if staged.sheet.name not in TOKENS:
        return {}
    columns = staged.columns
    blank = [None] * len(staged.rows)
    names = (columns[name] for name in ("surname", "given_name"))
    people = zip(*names, columns.get("patronymic", blank), columns["birth_date"], strict=True)
    return {
        "snils_token": [
            snils_token(key, number) if is_snils(number) else None for number in columns.get("snils", blank)
        ],
        "name_token": [
            name_token(key, surname, given_name, patronymic, born) if surname and given_name and born else None
            for surname, given_name, patronymic, born in people
        ],
    }


def is_snils(digits: str | None) -> bool:
    """Return whether digits are a СНИЛС with the right checksum."""
    if digits is None or len(digits) != 11 or not (digits.isascii() and digits.isdecimal()) or not int(digits):
        return False
    total = sum(map(mul, digits.encode(), SNILS_WEIGHTS)) - _ZEROS
    return total % 101 % 100 == int(digits[9:])
