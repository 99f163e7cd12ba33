"""Identifiers of SDMX for the codes of a release, there and back.

SDMX allows Latin letters, digits and «_@$-» in the identifier of a code. «/» becomes «@», known Russian words have
short names of their own, any other sign is «$» with six hexadecimal digits of its code point. Nothing is lost:
`code_of` undoes `identifier`.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from warehouse.release.contents import FINAL, PERCENT, PROVISIONAL

KNOWN = {PERCENT: "PT", "ед.": "NUMBER", "чел.-ч": "PERSON_HOURS", "ОУ": "OU", "УДО": "UDO"}
STATUSES = {FINAL: "A", PROVISIONAL: "P"}  # of the cross-domain list CL_OBS_STATUS
_WORDS = {identifier: word for word, identifier in KNOWN.items()}
_SIGN = re.compile(r"\$([0-9A-F]{6})")


def identifier(code: str) -> str:
    """Spell a code as SDMX allows: «NSH/ОУ» is NSH@OU, «%» is PT."""
    return KNOWN.get(code) or "@".join(map(_part, code.split("/")))


def _part(text: str) -> str:
    if text in KNOWN:
        return KNOWN[text]
    if text in _WORDS:  # a code that is by chance the short name of a word must not be read as it
        return _escaped(text[0]) + text[1:]
    return "".join(sign if re.fullmatch(r"[A-Za-z0-9_-]", sign) else _escaped(sign) for sign in text)


def _escaped(sign: str) -> str:
    return f"${ord(sign):06X}"


def code_of(spelled: str) -> str:
    """Return the code that was spelled so."""
    return "/".join(
        _WORDS.get(part) or _SIGN.sub(lambda sign: chr(int(sign[1], 16)), part) for part in spelled.split("@")
    )


def frequency(as_of: date) -> str:
    """Tell how often figures of such dates come: A at the end of a year, Q of another quarter, M of a month, else D."""
    tomorrow = as_of + timedelta(days=1)
    if tomorrow.day > 1:
        return "D"
    return "A" if tomorrow.month == 1 else "Q" if tomorrow.month in (4, 7, 10) else "M"


FREQUENCIES = {"A": "ежегодно, на 31 декабря", "Q": "ежеквартально", "M": "ежемесячно", "D": "ежедневно"}
