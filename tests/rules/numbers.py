"""Numbers of nobody with right checksums: СНИЛС and ИНН by their order."""

from __future__ import annotations


def snils(number: int) -> str:
    """Return the СНИЛС whose first nine digits are a number; the checksum as the Pension Fund words it."""
    digits = f"{number:09}"
    total = sum(int(digit) * weight for digit, weight in zip(digits, (9, 8, 7, 6, 5, 4, 3, 2, 1), strict=True))
    while total > 101:
        total %= 101
    return digits + ("00" if total in (100, 101) else f"{total:02}")


def inn(number: int) -> str:
    """Return the ИНН of an organisation whose first nine digits are a number."""
    digits = f"{number:09}"
    return digits + _control(digits, (2, 4, 10, 3, 5, 9, 4, 6, 8))


def inn_of_person(number: int) -> str:
    digits = f"{number:010}"
    digits += _control(digits, (7, 2, 4, 10, 3, 5, 9, 4, 6, 8))
    return digits + _control(digits, (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8))


def _control(digits: str, weights: tuple[int, ...]) -> str:
    return str(sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True)) % 11 % 10)


def spoiled(number: str) -> str:
    """Return a number whose last digit is wrong."""
    return number[:-1] + str((int(number[-1]) + 1) % 10)
