"""Check digits of СНИЛС and ИНН, and the numbers that carry them."""

from __future__ import annotations

PRIME = 999_999_937  # the largest prime below 10⁹: multiplying modulo it visits every number once
STRIDE = 387_420_489  # spreads neighbours far apart, so that made-up СНИЛС do not look like a count
TAX_OFFICE = "6199"  # an office number that is not in use: no made-up ИНН belongs to a real enterprise
INN_WEIGHTS = (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)


def snils(serial: int) -> str:
    """Return the 11 digits of the `serial`-th made-up СНИЛС; different serials below PRIME - 1 never meet."""
    digits = f"{(serial + 1) * STRIDE % PRIME:09d}"  # never eleven zeros, which is nobody's СНИЛС
    return digits + f"{sum(int(digit) * (9 - place) for place, digit in enumerate(digits)) % 101 % 100:02d}"


def written_snils(digits: str) -> str:
    """Write a СНИЛС as the certificate shows it: 112-233-445 95."""
    return f"{digits[:3]}-{digits[3:6]}-{digits[6:9]} {digits[9:]}"


def _with_check_digit(digits: str) -> str:
    weights = INN_WEIGHTS[-len(digits) :]
    return digits + str(sum(int(d) * w for d, w in zip(digits, weights, strict=True)) % 11 % 10)


def inn_of_organisation(serial: int) -> str:
    """Return a ten-digit ИНН; `serial` below 100,000."""
    return _with_check_digit(f"{TAX_OFFICE}{serial:05d}")


def inn_of_entrepreneur(serial: int) -> str:
    """Return a twelve-digit ИНН; `serial` below 1,000,000."""
    return _with_check_digit(_with_check_digit(f"{TAX_OFFICE}{serial:06d}"))
