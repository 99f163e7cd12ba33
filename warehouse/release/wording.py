"""How a release words its codes, numbers and dates in Russian."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from warehouse.release.contents import FINAL, LATE, MISSING, ON_TIME, PROVISIONAL

STATUSES = {FINAL: "итоговый", PROVISIONAL: "предварительный"}
SCOPES = {
    "institution": "организация",
    "kind": "вид организаций",
    "municipality": "муниципалитет",
    "region": "регион",
    "country": "страна",
}
STATES = {ON_TIME: "в срок", LATE: "с опозданием", MISSING: "не сдано"}
KINDS = {"ОУ": "Школы", "УДО": "Дополнительное образование"}
SEVERITIES = {"fatal": "отказ", "error": "ошибка", "warning": "предупреждение"}
YES, NO = "да", "нет"
ABSENT, HIDDEN = "—", "скрыто"
NBSP = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"

PERSONS = ("человек", "человека", "человек")
INSTITUTIONS = ("организация", "организации", "организаций")
OF_INSTITUTIONS = ("организации", "организаций", "организаций")  # «из 21 организации»
OF_STUDENTS = ("обучающегося", "обучающихся", "обучающихся")


def number(value: Decimal | int | None, decimals: int | None = None) -> str:
    """Write a number with a decimal comma and spaced thousands; without `decimals` as short as it is."""
    if value is None:
        return ABSENT
    if decimals is not None:
        value = Decimal(value).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    text = f"{abs(value):,f}".replace(",", NBSP).replace(".", ",")
    if decimals is None and "," in text:
        text = text.rstrip("0").rstrip(",")
    return (MINUS if value < 0 else "") + text


def percent(value: Decimal | int | None, decimals: int | None = None) -> str:
    """Write a percentage."""
    return ABSENT if value is None else f"{number(value, decimals)}{NBSP}%"


def change(value: Decimal | None) -> str:
    """Write a change in percentage points with its sign."""
    return ABSENT if value is None else ("+" if value > 0 else "") + number(value, 2)


def signed(value: Decimal | int) -> str:
    """Write a change with its sign."""
    return ("+" if value > 0 else "") + number(value)


def mean(value: float | None) -> str:
    """Write a mean mark."""
    return ABSENT if value is None else number(Decimal(repr(value)), 2)


def amount(value: float) -> str:
    """Write an amount that may have a part: hours, a mean; as short as it is."""
    return number(Decimal(repr(value)).quantize(Decimal("0.01"), ROUND_HALF_UP))


def gain(value: float | None, decimals: int | None = None) -> str:
    """Write a difference of amounts, or of means with their decimals, with its sign."""
    if value is None:
        return ABSENT
    return ("+" if value > 0 else "") + (amount(value) if decimals is None else number(Decimal(repr(value)), decimals))


def day(value: date | None) -> str:
    """Write a date."""
    return ABSENT if value is None else f"{value:%d.%m.%Y}"


def moment(value: datetime) -> str:
    """Write a moment with its offset from UTC."""
    offset = value.strftime("%z")
    return f"{value:%d.%m.%Y %H:%M} (UTC{offset[:3]}:{offset[3:5]})"


def without_controls(text: str) -> str:
    """Drop characters that no XML may hold, whatever a register was loaded with."""
    return "".join(
        letter for letter in text if letter.isprintable() or letter in "\n\t\N{NO-BREAK SPACE}\N{SOFT HYPHEN}"
    )


def unbroken(name: str) -> str:
    """Keep a number with its sign on one line: «№ 5»."""
    return name.replace("№ ", f"№{NBSP}")


def counted(count: int, forms: tuple[str, str, str]) -> str:
    """Write a count with its noun in the right form: 1 организация, 2 организации, 5 организаций."""
    return f"{number(count)}{NBSP}{noun(count, forms)}"


def noun(count: int, forms: tuple[str, str, str]) -> str:
    """Choose the form of a noun that goes with a count."""
    tens, ones = count % 100, count % 10
    if 11 <= tens <= 14 or ones == 0 or ones >= 5:
        return forms[2]
    return forms[0] if ones == 1 else forms[1]


def natural(name: str) -> tuple:
    """Give a sorting key that puts «№ 3» before «№ 14»."""
    return tuple((part.zfill(12) if part.isdigit() else part.casefold()) for part in re.split(r"(\d+)", name))
