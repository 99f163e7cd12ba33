"""The counts of one municipality on one date, as a problem of disclosure control."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from warehouse.indicators.definitions import Measure

Cell = tuple[Measure, str]  # what is counted, and the code of the institution, kind or municipality


@dataclass(frozen=True)
class Town:
    """What can be published of one municipality on one date.

    `counts` holds every count of people: of institutions, of kinds (`municipality/kind`) and of the municipality,
    which is never hidden. `kinds` names the institutions of each kind. `shares` are numerators with their
    denominators. `published` are the values that earlier publications showed of these cells; `hidden` the cells that
    any of them hid. `ranks` tells what is hidden last: a higher number is dearer.
    """

    code: str
    kinds: Mapping[str, tuple[str, ...]]
    counts: Mapping[Cell, int]
    shares: tuple[tuple[Measure, Measure], ...]
    published: Mapping[Cell, frozenset[int]]
    hidden: frozenset[Cell]
    ranks: Mapping[Measure, int]

    @property
    def scopes(self) -> list[str]:
        """Everything below the municipality: institutions, then kinds."""
        return [code for kind in self.kinds.values() for code in kind] + list(self.kinds)

    @property
    def measures(self) -> list[Measure]:
        return list(dict.fromkeys(measure for measure, _ in self.counts))

    def below(self) -> Iterator[Cell]:
        """The cells that may be hidden: those below the municipality."""
        return (cell for cell in self.counts if cell[1] != self.code)

    def known(self, cell: Cell) -> bool:
        """Whether an earlier publication showed this very value: to hide it now is of no use."""
        return self.counts[cell] in self.published.get(cell, ())

    def cost(self, cell: Cell) -> tuple:
        """What to hide first: details before the reported count, institutions before kinds, few before many."""
        value = self.counts[cell]
        return self.ranks.get(cell[0], 0), cell[1] in self.kinds, not value, value, cell[1], repr(cell[0])


def primary(town: Town, least: int) -> set[Cell]:
    """Return the cells that are hidden for what they say themselves (`least` is the threshold k).

    Counts from 1 to k - 1; all of a share of fewer than k; numerators whose rest is from 1 to k - 1; answers of
    which all are alike; what was hidden before; what differs by fewer than k from what was published before.
    """
    few = range(1, least)
    found = set(town.hidden & set(town.below()))
    for cell in town.below():
        value = town.counts[cell]
        changes = (abs(value - old) for old in town.published.get(cell, ()))
        if value in few or any(change in few for change in changes):
            found.add(cell)
    for part, whole in town.shares:
        for scope in town.scopes:
            if (part, scope) in town.counts and (whole, scope) in town.counts:
                count, of = town.counts[part, scope], town.counts[whole, scope]
                alike = part.source == "respondents" and of and count in (0, of)
                if of in few or of - count in few or alike:
                    found.add((part, scope))
    return {cell for cell in found if not town.known(cell)}


def differences(town: Town, pairs: list[tuple[Measure, Measure]], least: int) -> list[tuple[Cell, Cell]]:
    """Return the parts and wholes of one scope that differ by 1 to k - 1 people: who is told by a subtraction."""
    return [
        ((part, scope), (whole, scope))
        for part, whole in pairs
        for scope in town.scopes
        if (part, scope) in town.counts and (whole, scope) in town.counts
        if 1 <= town.counts[whole, scope] - town.counts[part, scope] < least
        if not (town.known((part, scope)) and town.known((whole, scope)))
    ]
