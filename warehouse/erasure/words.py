"""A person named in words: in the free text of somebody's row, or as a curator."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import pyarrow as pa

from expectations.text import fold_name

NAME = ("surname", "given_name", "patronymic")
CURATOR = ("curator_name", "curator_phone", "curator_email")
TEXTS = ("request", "result")  # of a pair
Cell = tuple[str, str, int, str]  # delivery, sheet, row, column

SHORTEST = 4  # letters of a surname whose endings are cut off to find it declined
_WORD = re.compile(r"[^\W\d_]+")
_ENDING = 3  # letters that a declined surname may have more


class Words:
    """Finds the names of one person in texts.

    A text is taken to name them where a word begins as the surname does: rather too many texts are emptied than too
    few, and no figure hangs on one. A curator is them only where the whole name is theirs.
    """

    def __init__(self, names: Iterable[tuple[str | None, ...]]) -> None:
        folded = {tuple(fold_name(part) for part in name) for name in names}
        self._full = {frozenset(" ".join(name).split()) for name in folded if name[0] and name[1]}
        self._stems = {(_stem(part), _longest(part)) for name in folded for part in name[0].split()}
        self._short = {name[:2] for name in folded}

    def is_name(self, words: tuple[str | None, ...]) -> bool:
        """Tell whether surname and given name are theirs."""
        return (fold_name(words[0]), fold_name(words[1])) in self._short if words[0] and words[1] else False

    def told_in(self, column: str, text: str) -> bool:
        """Tell whether a text names them."""
        folded = fold_name(text)
        if column == "curator_name":
            return frozenset(folded.split()) in self._full
        return any(
            word.startswith(stem) and len(word) <= longest
            for word in _WORD.findall(folded)
            for stem, longest in self._stems
        )


def cells_naming(words: Words, vault: Mapping[str, pa.Table]) -> set[Cell]:
    """Return the cells of the vault's pairs and organisations that name them."""
    found = set[Cell]()
    for row in vault["pairs"].to_pylist():
        found |= {
            (row["delivery"], "pairs", row["row"], column)
            for column in TEXTS
            if row[column] and words.told_in(column, row[column])
        }
    for row in vault["organisation"].to_pylist():
        if row["curator_name"] and words.told_in("curator_name", row["curator_name"]):
            found |= {(row["delivery"], "organisation", row["row"], column) for column in CURATOR if row[column]}
    return found


def _stem(surname: str) -> str:
    """Cut off what declension may change."""
    return surname[: -min(2, max(0, len(surname) - SHORTEST))] if len(surname) > SHORTEST else surname


def _longest(surname: str) -> int:
    return len(surname) + (_ENDING if len(surname) >= SHORTEST else 0)
