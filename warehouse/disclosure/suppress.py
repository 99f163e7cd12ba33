"""Which cells are hidden: those that say too much, and as few others as keep them from being worked out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from warehouse.disclosure.measures import within
from warehouse.disclosure.system import ROUND, System, dense
from warehouse.disclosure.town import Cell, Town, differences, primary
from warehouse.indicators.definitions import Measure

LOOKS = 3  # pairs of far worlds, before sums are looked at one by one


@dataclass(frozen=True)
class Suppressed:
    """The hidden cells; `told` are those that earlier publications together with the town's figures give away."""

    hidden: frozenset[Cell]
    told: frozenset[Cell]


def suppress(town: Town, least: int) -> Suppressed:
    """Hide cells until no hidden cell, and no small difference, can be narrowed to fewer than k + 1 numbers.

    Where the municipality's own figures leave fewer than that, exactly what they leave remains.
    """
    first = primary(town, least)
    hidden: set[Cell] = set()
    told: set[Cell] = set()
    for family in families(town.measures):
        work = _Work(System(town, family), {cell for cell in first if cell[0] in family}, least)
        work.run()
        hidden |= work.hidden
        told |= work.told
    return Suppressed(frozenset(hidden), frozenset(told))


def families(measures: list[Measure]) -> Iterator[list[Measure]]:
    """Part the measures into groups that say nothing of each other."""
    left = [measure for measure in measures if not measure.across_kinds]
    while left:
        family, grown = [left.pop(0)], True
        while grown:
            near = [one for one in left if any(within(one, other) or within(other, one) for other in family)]
            family += near
            left = [one for one in left if one not in near]
            grown = bool(near)
        yield family


def _determined(equal: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Return the cells that are known, or are alone unknown in a sum of such: hidden, they could be worked out."""
    kept = known.copy()
    while True:
        unknown = (equal != 0) & ~kept
        alone = unknown[unknown.sum(axis=1) == 1].any(axis=0) if equal.size else np.zeros(0, dtype=bool)
        if not alone.any():
            return kept
        kept |= alone


class _Work:
    """One family of one municipality, worked through sum by sum; hiding more never narrows what was wide.

    The sums to be kept wide are the hidden cells and the small differences. A world in which everything published is
    as it is proves how wide they are at once, so few programmes are solved for each.
    """

    def __init__(self, system: System, hidden: set[Cell], least: int) -> None:
        self.system, self.least, self.hidden = system, least, set(hidden)
        self.told: set[Cell] = set()
        self.mask = np.array([cell in hidden for cell in system.cells], dtype=bool)
        self.known = np.array([system.town.known(cell) for cell in system.cells], dtype=bool)
        self.totals = dense(system.equal)
        self.kept = _determined(self.totals, self.known)  # of no use to hide
        small = [{whole: 1, part: -1} for part, whole in differences(system.town, system.pairs, least)]
        self.rows: list[dict[Cell, int]] = [*small, *({cell: 1} for cell in system.cells)]
        self.sums = system.vectors(self.rows)
        self.low = self.high = self.sums @ system.truth
        self.open = np.array([len(row) > 1 or next(iter(row)) in hidden for row in self.rows], dtype=bool)

    def run(self) -> None:
        while sum(self._fill(row) for row in self.totals):
            pass
        self._look_around()
        while (waiting := self._narrow()).size:
            self._widen(int(waiting[0]))

    def _fill(self, row: np.ndarray) -> bool:
        """Hide one more of a sum whose hidden parts come to fewer than k: no programme need tell that it is narrow."""
        hidden = np.flatnonzero((row != 0) & self.mask)
        if not hidden.size or (row[hidden] < 0).any() or self.system.truth[hidden].sum() >= self.least:
            return False
        choice = np.flatnonzero((row != 0) & ~self.mask & ~self.kept)
        if choice.size:
            self._hide_cheapest(choice)
        return bool(choice.size)

    def _narrow(self) -> np.ndarray:
        return np.flatnonzero(self.open & (self.high - self.low < self.least - ROUND))

    def _look_around(self) -> None:
        """Find some far worlds, the same every time, before sums are looked at one by one."""
        turn = np.random.default_rng(0)
        for _ in range(LOOKS if self.mask.any() else 0):
            goal = turn.choice((-1.0, 1.0), self._narrow().size) @ self.sums[self._narrow()]
            for sign in (1, -1):
                self._farthest(sign * goal)

    def _widen(self, number: int) -> None:
        """Hide more until a sum is wide enough, or nothing that can be hidden bears on it."""
        sought = self.sums[number]
        ends: dict[int, tuple[float, np.ndarray]] = {}  # by direction: how far, and what bears on it
        while self.high[number] - self.low[number] < self.least - ROUND:
            for sign in (1, -1):
                if sign not in ends:
                    ends[sign] = self._farthest(sign * sought)
            width = sum(far for far, _ in ends.values())
            if width >= self.least - ROUND:
                break
            bearing = ends[1][1] | ends[-1][1] | (sought != 0)
            choice = np.flatnonzero(bearing & ~self.mask & ~self.kept)
            if not choice.size:
                self._judge(number, width)
                break
            place = self._hide_cheapest(choice)
            ends = {sign: end for sign, end in ends.items() if not end[1][place]}
        self.open[number] = False

    def _farthest(self, sought: np.ndarray) -> tuple[float, np.ndarray]:
        most, world, bearing = self.system.most_of(sought, self.mask)
        if np.abs(world - world.round()).max(initial=0) < ROUND:
            told = self.sums @ world
            self.low, self.high = np.minimum(self.low, told), np.maximum(self.high, told)
        return most, bearing

    def _hide_cheapest(self, choice: np.ndarray) -> int:
        cells = self.system.cells
        place = min(choice.tolist(), key=lambda one: self.system.town.cost(cells[one]))
        self.hidden.add(cells[place])
        self.mask[place] = True
        self.open[len(self.rows) - len(cells) + place] = True
        return place

    def _judge(self, number: int, width: float) -> None:
        """Tell apart what the town's figures alone leave from what was given away by an earlier publication."""
        if not self.known.any():
            return
        everything, sought = np.ones(len(self.system.cells), dtype=bool), self.sums[number]
        alone = sum(self.system.most_of(sign * sought, everything)[0] for sign in (1, -1))
        if width < min(alone, self.least) - ROUND:
            self.told |= set(self.rows[number])
