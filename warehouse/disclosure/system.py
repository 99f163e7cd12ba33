"""What a reader can work out: the published cells, what adds up and what is part of what, as a linear programme.

The reader is given more than any has: how often one person is counted in two institutions of a kind. With it counts of
different people add up as exactly as enrolment does, and a reader who only assumes so is stopped as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np

from warehouse.disclosure.measures import STUDENTS, unions, within
from warehouse.disclosure.town import Cell, Town
from warehouse.indicators.definitions import Measure

Row = dict[Cell, int]  # coefficients
ROUND = 1e-6
MANY = 10.0**7  # people: no count reaches it


class System:
    """The relations of one municipality, date and family of measures, over its cells below the municipality."""

    def __init__(self, town: Town, measures: Iterable[Measure]) -> None:
        self.town = town
        family = list(measures)
        self.pairs = [(part, whole) for part in family for whole in family if within(part, whole)]
        self.cells = [cell for cell in town.below() if cell[0] in family]
        self.place = {cell: place for place, cell in enumerate(self.cells)}
        self.truth = np.array([town.counts[cell] for cell in self.cells], dtype=float)
        sums, limits = list(self._sums(family)), list(self._limits(family))
        self.equal, self.totals = self._rows(sums), np.array([total for _, total in sums], dtype=float)
        self.below, self.most = self._rows(limits), np.array([most for _, most in limits], dtype=float)

    def _sums(self, family: list[Measure]) -> Iterator[tuple[Row, float]]:
        """Institutions make up their kind, but for people counted twice; kinds make up the municipality."""
        town, counts = self.town, self.town.counts
        for measure in family:
            kinds = [(measure, kind) for kind in town.kinds if (measure, kind) in counts]
            for _, kind in kinds:
                members = [(measure, code) for code in town.kinds[kind] if (measure, code) in counts]
                twice = sum(counts[cell] for cell in members) - counts[measure, kind]
                yield dict.fromkeys(members, 1) | {(measure, kind): -1}, twice
            if kinds:
                yield dict.fromkeys(kinds, 1), sum(counts[cell] for cell in kinds)
            if measure.source == STUDENTS and not measure.kinds:
                yield from self._of_some_kinds(measure)

    def _of_some_kinds(self, measure: Measure) -> Iterator[tuple[Row, float]]:
        """The municipality's enrolment in some kinds alone is published: it adds up their cells."""
        for (other, scope), total in self.town.counts.items():
            if scope == self.town.code and other.kinds and other.of_any_kind == measure:
                parts = [(measure, kind) for kind in self.town.kinds if kind.partition("/")[2] in other.kinds]
                if all(cell in self.place for cell in parts):
                    yield dict.fromkeys(parts, 1), total

    def _limits(self, family: list[Measure]) -> Iterator[tuple[Row, float]]:
        """A part is at most its whole, an institution its kind, a kind the town's different people; roles make a union.

        A person told of twice makes an institution's place in its kind more than a matter of the sum.
        """
        counts = self.town.counts
        for kind, codes in self.town.kinds.items():
            for measure in family:
                cells = [(measure, code) for code in codes if (measure, code) in counts]
                whole = counts.get((measure, kind), -1)
                if sum(counts[cell] for cell in cells) != whole:
                    yield from (({cell: 1, (measure, kind): -1}, 0) for cell in cells if counts[cell] <= whole)
        for scope in self.town.scopes:
            for part, whole in self.pairs:
                if counts.get((part, scope), MANY) <= counts.get((whole, scope), -1):
                    yield {(part, scope): 1, (whole, scope): -1}, 0
            for whole, *roles in unions(family):
                most = sum(counts.get((role, scope), -MANY) for role in roles)
                if counts.get((whole, scope), MANY) <= most:
                    yield {(whole, scope): 1, (roles[0], scope): -1, (roles[1], scope): -1}, 0
        for (other, scope), most in counts.items():
            if scope == self.town.code and other.across_kinds:
                for cell in self.cells:
                    if cell[0] in family and _same_people(cell[0], other) and counts[cell] <= most:
                        yield {cell: 1}, most

    def _rows(self, rows: list[tuple[Row, float]]) -> np.ndarray:
        matrix = np.zeros((len(rows), len(self.cells)))
        for number, (row, _) in enumerate(rows):
            for cell, coefficient in row.items():
                matrix[number, self.place[cell]] = coefficient
        return matrix

    def vector(self, row: Row) -> np.ndarray:
        """Spell a sum of cells as coefficients."""
        return self._rows([(row, 0)])[0]

    def most_of(self, sought: np.ndarray, hidden: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        """Return the most, a whole number, that a sum of cells can be while the cells not hidden are what they are.

        With it the world in which it is so, and how far each cell that is not hidden bears on it: where none does,
        the bound stands whatever else is hidden.
        """
        from scipy.optimize import linprog

        free = np.flatnonzero(hidden)
        if not sought[free].any():
            return float(sought @ self.truth), self.truth, (sought != 0) & ~hidden
        shown = np.where(hidden, 0.0, self.truth)
        equal, below = self.equal[:, free], self.below[:, free]
        real, bounding = equal.any(axis=1), below.any(axis=1)
        found = linprog(
            -sought[free],
            A_ub=below[bounding], b_ub=(self.most - self.below @ shown)[bounding],
            A_eq=equal[real], b_eq=(self.totals - self.equal @ shown)[real],
            bounds=(0, MANY), method="highs-ds",
        )  # fmt: skip
        if not found.success:
            raise ArithmeticError("the relations contradict the counts")
        world = self.truth.copy()
        world[free] = found.x
        bearing = -sought - (found.eqlin.marginals @ self.equal[real] + found.ineqlin.marginals @ self.below[bounding])
        bearing[free] = 0
        return float(np.floor(sought @ world + ROUND)), world, np.abs(bearing) > ROUND


def _same_people(measure: Measure, across: Measure) -> bool:
    return measure == replace(across, across_kinds=False)
