"""Which records one mistake may have parted: how names are read, and the pairs that are near.

Statements over a relation `identities`: id, snils and name (tokens), present, birth_date, and of each part of the name
how people are compared by it (`surname`) and how it sounds (`surname_read`). What they find and miss is measured by
`benchmarks/linking.py`.
"""

from __future__ import annotations

import re

from expectations.text import fold_name

NAMES = ("surname", "given_name", "patronymic")
# A given name is known if so many bear it, and this share of those who bear the other one.
KNOWN, SHARE = 5, 0.01
# Where one stranger in a hundred would fit a record as well as the person themselves, nobody is asked about it.
STRANGERS = 0.01
DAYS = 4400  # on which the children of twelve years of school were born
NEAR_DAYS = 22  # of those that differ from a given day in one digit

_LATIN = {
    "shch": "щ", "sch": "щ", "zh": "ж", "kh": "х", "ts": "ц", "ch": "ч", "sh": "ш", "x": "кс", "w": "в",
    "yo": "е", "jo": "е", "ye": "е", "je": "е", "ya": "иа", "ia": "иа", "ja": "иа", "yu": "иу", "iu": "иу", "ju": "иу",
    **dict(zip("abcdefghijklmnopqrstuvyz", "абкдефгхииклмнопкрстувиз", strict=True)),
}  # fmt: skip
_SYLLABLE = re.compile("|".join(sorted(_LATIN, key=len, reverse=True)))
_CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
_SOUNDS = str.maketrans(
    {"я": "иа", "ю": "иу", "й": "и", "ы": "и", "э": "е", "ь": None, "ъ": None, "'": None, "’": None}
)


def read_name(text: str | None) -> str:
    """Return a part of a name as it sounds: «Iuliia», «Yuliya» and «Юлия» alike, «Софья» and «София» too."""
    if text and not _CYRILLIC.search(text):
        text = _SYLLABLE.sub(lambda found: _LATIN[found[0]], text.casefold())
    return re.sub("и+", "и", fold_name(text).translate(_SOUNDS))


# `borne` by so many is the given name; `namesakes`: of the full name; `homonyms`: of surname and given name.
ARRANGED = """
CREATE TABLE arranged AS
WITH shown AS (SELECT * FROM identities WHERE present = 1 AND surname <> ''),
     given AS (SELECT given_name_read, count(*) AS borne FROM shown GROUP BY ALL),
     half AS (SELECT surname_read, given_name_read, count(*) AS homonyms FROM shown GROUP BY ALL),
     whole AS (SELECT surname_read, given_name_read, patronymic_read, count(DISTINCT name) AS namesakes
               FROM shown GROUP BY ALL)
SELECT shown.* EXCLUDE (delivery, row, present, told), borne, homonyms, namesakes
FROM shown JOIN given USING (given_name_read) JOIN half USING (surname_read, given_name_read)
JOIN whole USING (surname_read, given_name_read, patronymic_read)
"""
# A mistake leaves at least one word of the name as it was: only those who share one, and the day, are compared.
_READ = "concat_ws(' ', {0}.surname_read, {0}.given_name_read, {0}.patronymic_read)"
_WORDS = f"""
SELECT DISTINCT id, birth_date, unnest(string_split({_READ.format("one")}, ' ')) AS word
FROM arranged one
"""
MET = f"""
CREATE TABLE met AS
WITH words AS ({_WORDS})
SELECT DISTINCT a.id AS a, b.id AS b FROM words a
JOIN words b ON b.birth_date = a.birth_date AND b.word = a.word AND a.id < b.id
WHERE a.word <> ''
"""  # fmt: skip


def _slip(a: str, b: str) -> str:
    """One letter more, less, another, or two changed places; the dear comparison comes last."""
    return f"(abs(length({a}) - length({b})) <= 1 AND damerau_levenshtein({a}, {b}) <= 1)"


def _half(a: str, b: str) -> str:
    """One is a word of the other, which is double."""
    return f"(contains({a}, ' ') AND list_contains(string_split({a}, ' '), {b}))"


def _near(one: str, other: str) -> str:
    """The condition that a part of one name and a part of another are one but for a slip."""
    a, b = f"a.{one}_read", f"b.{other}_read"
    slip = f"({_slip(a, b)} OR {_slip(f'a.{one}', f'b.{other}')})"
    if one == other == "given_name":
        # Twins are named a letter apart, by names that others bear too; a slip makes a name that hardly anybody has.
        known = f"least(a.borne, b.borne) >= greatest({KNOWN}, {SHARE} * greatest(a.borne, b.borne))"
        slip = f"({slip} AND NOT {known})"
    near = f"({a} = {b} OR {slip} OR {_half(a, b)} OR {_half(b, a)})"
    if one == other == "patronymic":
        strangers = f"greatest(a.homonyms, b.homonyms) <= {STRANGERS * DAYS:.0f}"
        return f"(CASE WHEN {a} = {b} THEN TRUE WHEN {a} = '' OR {b} = '' THEN {strangers} ELSE {near} END)"
    return f"({a} <> '' AND {b} <> '' AND {near})"


# The columns in which the parts of the other name stand: in order, two changed places, or all one column on.
_ORDERS = (NAMES, ("given_name", "surname", "patronymic"), ("surname", "patronymic", "given_name"),
           ("given_name", "patronymic", "surname"), ("patronymic", "surname", "given_name"))  # fmt: skip
_NEAR_IN_SOME_ORDER = " OR ".join(
    "(" + " AND ".join(_near(*parts) for parts in zip(NAMES, order, strict=True)) + ")" for order in _ORDERS
)
# Different СНИЛС, both with their right checksums, are different people: nothing to look at.
_BOTH = "a.name <> b.name AND (a.snils IS NULL OR b.snils IS NULL)"
SIMILARITY = f"jaro_winkler_similarity({_READ.format('a')}, {_READ.format('b')})"
NEAR_NAME = f"""
SELECT a.id AS a, b.id AS b, {SIMILARITY} AS similarity
FROM met JOIN arranged a ON a.id = met.a JOIN arranged b ON b.id = met.b
WHERE {_BOTH} AND ({_NEAR_IN_SOME_ORDER})
"""
NEAR_DATE = f"""
SELECT a.id AS a, b.id AS b, {SIMILARITY} AS similarity
FROM arranged a JOIN arranged b USING (surname_read, given_name_read, patronymic_read)
WHERE a.id < b.id AND {_BOTH} AND (a.namesakes - 1) * {NEAR_DAYS} <= {STRANGERS * DAYS:.0f}
  AND (damerau_levenshtein(strftime(a.birth_date, '%d%m%Y'), strftime(b.birth_date, '%d%m%Y')) = 1
       OR (year(a.birth_date) = year(b.birth_date) AND month(a.birth_date) = day(b.birth_date)
           AND day(a.birth_date) = month(b.birth_date)))
"""
