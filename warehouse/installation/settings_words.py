"""How one setting is read: what cannot be meant is refused in words for the operator."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from warehouse.mail.address import is_address

LONGEST_ACTOR = 120  # characters
LONGEST_CONTACT = 200  # characters
REMIND_DAYS = (-7, -1, 1, 8)  # stages in days from the deadline: a week is time to collect what is missing
LONGEST_PERIOD = 5000  # years or days of retention


class Misconfigured(Exception):
    """A setting that the operator must mend; its text is shown to them as it is."""


def positive(environ: Mapping[str, str], name: str, default: float) -> float:
    """Read a number, not below nought."""
    text = environ.get(name, "")
    try:
        value = float(text) if text else default
    except ValueError:
        value = -1
    if not 0 <= value < math.inf:
        raise Misconfigured(f"{name}: ожидается неотрицательное число, а задано «{text}».")
    return value


def whole(environ: Mapping[str, str], name: str, most: int, zero: str) -> int:
    """Read a whole number up to `most`; `zero` says what 0 means."""
    value = positive(environ, name, 0)
    if not value <= most or value != int(value):
        raise Misconfigured(f"{name}: ожидается целое число от 0 ({zero}) до {most}.")
    return int(value)


def period(environ: Mapping[str, str], name: str) -> int:
    """Read a period of retention."""
    return whole(environ, name, LONGEST_PERIOD, "бессрочно")


def small_cell(environ: Mapping[str, str]) -> int:
    """Read the smallest count that is shown."""
    value = positive(environ, "NASTAVNIK_SMALL_CELL", 5)
    if value < 3 or value != int(value):
        raise Misconfigured("NASTAVNIK_SMALL_CELL: ожидается целое число не меньше 3: двух человек не скроет ничто.")
    return int(value)


def actor(environ: Mapping[str, str]) -> str | None:
    """Read who acts."""
    name = environ.get("NASTAVNIK_ACTOR", "")
    if not name.isprintable() or len(name) > LONGEST_ACTOR:
        raise Misconfigured(f"NASTAVNIK_ACTOR: ожидается до {LONGEST_ACTOR} печатных знаков в одну строку.")
    return name.strip() or None


def yes(environ: Mapping[str, str], name: str) -> bool:
    """Read yes or no; no where nothing is said."""
    return one_of(environ, name, ("no", "yes")) == "yes"


def one_of(environ: Mapping[str, str], name: str, words: Sequence[str]) -> str:
    """Read one of some words; the first where nothing is said."""
    if (text := environ.get(name) or words[0]) not in words:
        raise Misconfigured(f"{name}: ожидается {' или '.join(words)}.")
    return text


def contact(environ: Mapping[str, str]) -> str | None:
    """Read whom an institution may ask."""
    text = environ.get("NASTAVNIK_CONTACT", "")
    if not text.isprintable() or len(text) > LONGEST_CONTACT:
        raise Misconfigured(f"NASTAVNIK_CONTACT: ожидается до {LONGEST_CONTACT} печатных знаков в одну строку.")
    return text.strip() or None


def addresses(environ: Mapping[str, str], name: str) -> tuple[str, ...]:
    """Read e-mail addresses."""
    found = tuple(one.strip() for one in environ.get(name, "").split(",") if one.strip())
    if not all(is_address(one) for one in found):
        raise Misconfigured(f"{name}: ожидаются адреса эл. почты через запятую.")
    return found


def remind_days(environ: Mapping[str, str]) -> tuple[int, ...]:
    """Read the stages of reminders."""
    text = environ.get("NASTAVNIK_REMIND_DAYS")
    if text is None:
        return REMIND_DAYS
    try:
        return tuple(sorted({int(day) for day in text.split(",") if day.strip()}))
    except ValueError:
        raise Misconfigured(
            "NASTAVNIK_REMIND_DAYS: ожидаются дни от срока сдачи через запятую, например -7,-1,1,8."
        ) from None
