"""What one cell says as a value of each kind."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from datetime import date, datetime

from expectations.reading.pages import Cell, Fault
from expectations.spellings import Kind
from expectations.structure import Column
from expectations.text import clean, fold_code

Value = str | int | float | date | Fault | None

FIRST_EXCEL_DATE = date(1900, 3, 1)  # before it Excel counts a 29 February 1900 that never was
FIRST_YEAR, LAST_YEAR = 1900, 2100
EXACT_DIGITS = 15  # Excel keeps no more: a longer number has been rounded
SNILS_DIGITS = 11
SHORT_INN = (9, 11)  # ИНН of 10 and 12 digits that lost a leading zero as numbers

_ESCAPED_CONTROL = re.compile(r"_x00(?:[01][0-9A-Fa-f]|7[Ff])_")  # a control character as Excel's XML has it
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\u2066-\u2069]")
_LOST = re.compile("[\ufffd\ufffe\uffff]")  # a character the sender's program could not keep
_PLAIN = re.compile('[ -"$-~А-яЁё№«»–—]*')  # without «#», which begins an error typed as text
_DAY_FIRST = re.compile(r"([0-9]{2})\.([0-9]{2})\.([0-9]{4})")
_YEAR_FIRST = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
# «5,0» is five; three zeros would be thousands.
_INTEGER = re.compile(r"[-+]?(?:[0-9]+|[0-9]{1,3}(?: [0-9]{3})+)(?:[.,]0{1,2})?")
_NUMBER = re.compile(r"[-+]?(?:[0-9]+|[0-9]{1,3}(?: [0-9]{3})+)(?:[.,][0-9]+)?")
SEPARATORS = re.compile(r"[ .\-‐‑‒–—―−]")
_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)
EXCEL_ERRORS = frozenset(
    (
        "#NULL! #DIV/0! #VALUE! #REF! #NAME? #NUM! #N/A #SPILL! #CALC! #GETTING_DATA #FIELD! #BLOCKED! "
        "#ПУСТО! #ДЕЛ/0! #ЗНАЧ! #ССЫЛКА! #ИМЯ? #ЧИСЛО! #Н/Д #ПЕРЕНОС! #ВЫЧИСЛ! #ПОЛЕ! #ЗАБЛОКИРОВАНО!"
    ).split()
)


def read_text(cell: Cell) -> str | Fault | None:
    """Return the text of a cell: cleaned, the digits of a number; None for an empty one."""
    if isinstance(cell, str):
        return _clean(cell)
    if isinstance(cell, Fault):
        return cell
    return Fault.WRONG_TYPE if isinstance(cell, bool) or not isinstance(cell, int | float) else _digits(cell)


def is_plain(text: str) -> bool:
    """Return whether a text needs no cleaning; nearly every one needs none."""
    if not _PLAIN.fullmatch(text) or "  " in text or "_x00" in text:
        return False
    return text.strip(" ") == text


def _clean(text: str) -> str | Fault | None:
    if not is_plain(text):
        text = _UNWRITABLE.sub("", _ESCAPED_CONTROL.sub("", text))
        if _LOST.search(text):
            return Fault.WRONG_TYPE
        text = clean(text)
        if text.upper() in EXCEL_ERRORS:
            return Fault.ERROR
    return text or None


def _digits(number: float) -> str | Fault:
    """Write a number as it is seen in its cell; Fault for one that Excel has rounded."""
    if not math.isfinite(number) or abs(number) >= 10**EXACT_DIGITS:
        return Fault.WRONG_TYPE
    return str(int(number)) if number == int(number) else format(number, f".{EXACT_DIGITS}g")


def read_date(cell: Cell) -> date | Fault | None:
    """Return the date of a real date or of a text written as one of the two forms accepted."""
    if isinstance(cell, datetime):
        cell = cell.date()
    if isinstance(cell, date):
        return cell if are_dates([cell]) else Fault.WRONG_TYPE
    text = _only_text(cell)
    if not isinstance(text, str):
        return text
    if match := _DAY_FIRST.fullmatch(text):
        return _calendar_date(*reversed(match.groups()))
    if match := _YEAR_FIRST.fullmatch(text):
        return _calendar_date(*match.groups())
    return Fault.WRONG_TYPE


def are_dates(cells: Sequence[date]) -> bool:
    """Return whether date cells are within the years accepted."""
    return not cells or (min(cells) >= FIRST_EXCEL_DATE and max(cells).year <= LAST_YEAR)


def is_number(text: str) -> bool:
    """Return whether a text is ASCII digits alone."""
    return text.isascii() and text.isdecimal()


def _only_text(cell: Cell) -> str | Fault | None:
    return _clean(cell) if isinstance(cell, str) else cell if isinstance(cell, Fault) else Fault.WRONG_TYPE


def _calendar_date(year: str, month: str, day: str) -> date | Fault:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return Fault.WRONG_TYPE
    return found if FIRST_YEAR <= found.year <= LAST_YEAR else Fault.WRONG_TYPE


def read_integer(cell: Cell) -> int | Fault | None:
    """Return a whole number, a text with spaces between thousands too."""
    number = _read_number(cell, _INTEGER)
    if not isinstance(number, int | float):
        return number
    return int(number) if number == int(number) else Fault.WRONG_TYPE


def read_number(cell: Cell) -> float | Fault | None:
    """Return a number, a text with a decimal comma or point too."""
    number = _read_number(cell, _NUMBER)
    return float(number) if isinstance(number, int | float) else number


def _read_number(cell: Cell, pattern: re.Pattern[str]) -> float | Fault | None:
    if isinstance(cell, bool):
        return Fault.WRONG_TYPE
    if not isinstance(cell, int | float):
        text = _only_text(cell)
        if not isinstance(text, str):
            return text
        text = text.replace("−", "-")
        if not pattern.fullmatch(text) or len(text) > 2 * EXACT_DIGITS:
            return Fault.WRONG_TYPE
        cell = float(text.replace(" ", "").replace(",", "."))
    return cell if math.isfinite(cell) and abs(cell) < 10**EXACT_DIGITS else Fault.WRONG_TYPE


def read_snils(cell: Cell) -> str | Fault | None:
    """Return the digits of a СНИЛС; other text as written, for the checksum to refuse."""
    digits = _read_digits(cell)
    return digits.zfill(SNILS_DIGITS) if isinstance(digits, str) and not isinstance(cell, str) else digits


def read_inn(cell: Cell) -> str | Fault | None:
    """Return the digits of an ИНН; other text as written, for the checksum to refuse."""
    digits = _read_digits(cell)
    if isinstance(digits, str) and not isinstance(cell, str) and len(digits) in SHORT_INN:
        return "0" + digits
    return digits


def _read_digits(cell: Cell) -> str | Fault | None:
    text = read_text(cell)
    if not isinstance(text, str):
        return text
    if not isinstance(cell, str):
        return text if is_number(text) else Fault.WRONG_TYPE
    digits = SEPARATORS.sub("", text)
    return digits if is_number(digits) else text


def read_url(cell: Cell) -> str | Fault | None:
    """Return a web address."""
    text = _only_text(cell)
    return Fault.WRONG_TYPE if isinstance(text, str) and not _ADDRESS.fullmatch(text) else text


def reader_of(column: Column) -> Callable[[Cell], Value]:
    """Return the function that reads a cell of a column."""
    return _code_reader(column) if column.kind is Kind.CODE else READERS[column.kind]


def _code_reader(column: Column) -> Callable[[Cell], Value]:
    allowed = {fold_code(code): code for code in column.codes}

    def read_code(cell: Cell) -> str | Fault | None:
        """Return the allowed value as the form spells it; another text as written, for the list to refuse."""
        text = read_text(cell)
        return allowed.get(fold_code(text), text) if isinstance(text, str) else text

    return read_code


READERS: dict[Kind, Callable[[Cell], Value]] = {
    Kind.TEXT: read_text,
    Kind.NAME: read_text,
    Kind.INTEGER: read_integer,
    Kind.NUMBER: read_number,
    Kind.DATE: read_date,
    Kind.SNILS: read_snils,
    Kind.INN: read_inn,
    Kind.URL: read_url,
}

if {*READERS, Kind.CODE} != set(Kind):
    raise TypeError("a kind of value has no reader")
