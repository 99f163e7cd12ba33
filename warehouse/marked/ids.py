"""The participant's ID that was probably meant by one that nobody bears."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from expectations.text import LOOK_ALIKES, clean

MOST_COMPARED = 20_000  # IDs up to which one sign may be wrong; beyond, only spelling is forgiven
LONGEST = 20  # characters of an ID
_SEPARATORS = re.compile(r"[\s._\-‐‑‒–—―−/]+")
_NUMBER = re.compile(r"\d+")


class Ids:
    """The IDs of a sheet of participants, found by what is like them."""

    def __init__(self, known: Iterable[str]) -> None:
        self._known = set(known)
        self._by_spelling: dict[str, set[str]] = defaultdict(set)
        self._by_part: dict[str, set[str]] = defaultdict(set)
        for code in self._known:
            self._by_spelling[folded(code)].add(code)
        if len(self._known) <= MOST_COMPARED:
            for code in self._known:
                for part in _parts(code):
                    self._by_part[part].add(code)

    def meant(self, code: str) -> str | None:
        """Return the only ID spelled another way, else the only one with one other sign; None where it is not sure."""
        alike = self._by_spelling.get(folded(code), set())
        if not alike:
            close = set().union(*(self._by_part.get(part, set()) for part in _parts(code)))
            alike = {one for one in close if _one_edit(one, code)}
        return next(iter(alike)) if len(alike) == 1 else None


def folded(code: str) -> str:
    """Fold an ID: letters of one alphabet and case, no separators, no zeros before numbers."""
    text = _SEPARATORS.sub("", clean(code).upper().translate(LOOK_ALIKES))
    return _NUMBER.sub(lambda found: found[0].lstrip("0") or "0", text)


def _parts(code: str) -> Iterator[str]:
    """Yield an ID whole and without each of its signs: two IDs one edit apart share one of these."""
    yield code
    if len(code) <= LONGEST:
        for place in range(len(code)):
            yield code[:place] + code[place + 1 :]


def _one_edit(one: str, other: str) -> bool:
    if abs(len(one) - len(other)) > 1:
        return False
    if len(one) == len(other):
        places = [i for i, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
        if len(places) == 2 and places[1] == places[0] + 1:
            first, second = places
            return one[first] == other[second] and one[second] == other[first]
        return len(places) == 1
    short, long = sorted((one, other), key=len)
    return any(long[:i] + long[i + 1 :] == short for i in range(len(long)))
