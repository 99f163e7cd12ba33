"""One reading of text: what counts as the same heading, code, name."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

LATIN = "ABCEHKMOPTXYaceopxyk"
CYRILLIC = "АВСЕНКМОРТХУасеорхук"
LOOK_ALIKES = str.maketrans(LATIN, CYRILLIC)
# After case folding «B» is «b»: comparing names needs the lower-case forms of every capital look-alike.
FOLDED_LOOK_ALIKES = str.maketrans("abcehkmoptxy", "авсенкмортху")

_SPACES = re.compile(r"\s+")
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f\u202a\u202b\u202c\u202d\u202e"))
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−﹘﹣-", "-"))
_BRACKETS, _MARKS = {")": "(", "]": "["}, "*:."
_CYRILLIC_LETTER = re.compile(r"[а-яё]", re.IGNORECASE)
_HYPHENS_AND_SPACES = re.compile(r"[\s-]+")
_SPACED_DASH = re.compile(r"\s*-\s*")


def clean(text: str) -> str:
    """Bring text to NFC without invisible characters, outer and double spaces."""
    if text.isascii() and text.isalnum():
        return text
    return _SPACES.sub(" ", unicodedata.normalize("NFC", text).translate(_INVISIBLE)).strip()


def fold_heading(text: str) -> str:
    """Fold a heading to what it is compared by (submission.md, «Headings»)."""
    folded = unicodedata.normalize("NFKC", text).translate(_INVISIBLE).casefold().replace("ё", "е")
    if _CYRILLIC_LETTER.search(folded):
        folded = folded.translate(FOLDED_LOOK_ALIKES)
    return _without_trailing(_SPACES.sub(" ", folded).strip())


def _without_trailing(text: str) -> str:
    """Cut off notes in brackets and marks at the end; from the end, as a pattern takes hours over «.........а»."""
    end = len(text)
    while end:
        begin = end - 1
        if (opening := _BRACKETS.get(text[begin])) is not None:
            begin = text.rfind(opening, 0, begin)
            if text.rfind(text[end - 1], 0, end - 1) > begin or begin < 0:
                break
        elif text[begin] not in _MARKS:
            break
        end = begin - (text[begin - 1 : begin] == " ")
    return text[:end]


def fold_code(text: str) -> str:
    """Fold a value of a code list: as a heading, every dash one dash."""
    return _SPACED_DASH.sub("-", fold_heading(text.translate(_DASHES)))


@lru_cache(maxsize=65_536)  # names repeat: within a school by hundreds, within a region by thousands
def fold_name(text: str | None) -> str:
    """Fold one part of a person's name to what people are compared by (indicators.md, «One person»)."""
    if not text:
        return ""
    folded = unicodedata.normalize("NFC", text).casefold().replace("ё", "е").translate(_DASHES)
    return _HYPHENS_AND_SPACES.sub(" ", folded.translate(FOLDED_LOOK_ALIKES)).strip()


def read_look_alikes(text: str) -> str:
    """Return a Cyrillic name with its Latin look-alikes read as Cyrillic; any other text unchanged."""
    return text.translate(LOOK_ALIKES) if _CYRILLIC_LETTER.search(text) else text


@lru_cache(maxsize=8_192)  # the register is compared to in every batch
def fold_institution(text: str) -> str:
    """Fold an institution's name: letters and digits alone («МБОУ СОШ № 7» = «мбоу сош №7»)."""
    return "".join(sign for sign in fold_heading(text) if sign.isalnum())
