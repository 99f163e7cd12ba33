"""Our letters on a terminal that has none of them: what cannot be shown is told in Latin letters.

A program that reads us asks for `--format json`, which is UTF-8 everywhere; this is for a person's eyes.
"""

from __future__ import annotations

import codecs
import unicodedata

NAME = "nastavnik.latin"
# As passports have it, ГОСТ Р 52535.1; ъ and ь of it would be puzzling in a sentence.
_SMALL = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        "a b v g d e e zh z i i k l m n o p r s t u f kh ts ch sh shch  y  e iu ia".split(" "),
        strict=True,
    )
)
_SIGNS = {
    "«": '"', "»": '"', "„": '"', "“": '"', "”": '"', "’": "'", "—": "-", "–": "-", "−": "-", "…": "...", "№": "No",
    "→": "->", "►": ">", "•": "*", "÷": "/", "×": "x", "≥": ">=", "≤": "<=", "\N{NO-BREAK SPACE}": " ", "·": ".",
    "─": "-", "━": "-", "│": "|",
}  # fmt: skip
LATIN = _SMALL | {one.upper(): many.capitalize() for one, many in _SMALL.items()} | _SIGNS


def in_latin(text: str) -> str:
    """Write a text in ASCII: Russian letters by their sound, accents left out, what remains as question marks."""
    return "".join(LATIN.get(sign) if sign in LATIN else _bare(sign) for sign in text)  # type: ignore[misc]


def _bare(sign: str) -> str:
    return unicodedata.normalize("NFKD", sign).encode("ascii", "ignore").decode() or "?"


def _in_place(error: UnicodeError) -> tuple[str, int]:
    """Answer an encoder that met what its alphabet lacks."""
    assert isinstance(error, UnicodeEncodeError)
    return in_latin(error.object[error.start : error.end]), error.end


codecs.register_error(NAME, _in_place)
