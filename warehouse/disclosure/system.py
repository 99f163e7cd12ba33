"""What a reader can work out: the published cells, what adds up and what is part of what, as a linear programme.

The reader is given more than any has: how often one person is counted in two institutions of a kind. With it counts of
different people add up as exactly as enrolment does, and a reader who only assumes so is stopped as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from warehouse.disclosure.measures import STUDENTS, unions, within
from warehouse.disclosure.town import Cell, Town
from warehouse.indicators.definitions import Measure

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    Matrix: TypeAlias = np.ndarray | csr_array

Row = dict[Cell, int]  # coefficients
ROUND = 1e-6
MANY = 10.0**7  # people: no count reaches it
SPARSE = 10**6  # coefficients: more are worth the dearer handling


class System:
    """The relations of one municipality, date and family of measures, over its cells below the municipality."""

    def __init__(self, town: Town, measures: Iterable[Measure]) -> None:
        self.town = town
        family = list(measures)
        self.pairs = [(part, whole) for part in family for whole in family if within(part, whole)]
        self._pairs = set(self.pairs)
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
        """What is at most what, and is so in truth: sums whose most is nothing, or the town's different people."""
        rows = [*self._of_kinds(family), *self._of_parts(), *self._of_roles(family)]
        yield from ((row, 0) for row in rows if sum(n * self.town.counts[cell] for cell, n in row.items()) <= 0)
        for (other, scope), most in self.town.counts.items():
            if scope == self.town.code and other.across_kinds:
                alike = [cell for cell in self.cells if cell[0] == replace(other, across_kinds=False)]
                yield from (({cell: 1}, most) for cell in alike if self.town.counts[cell] <= most)

    def _of_kinds(self, family: list[Measure]) -> Iterator[Row]:
        """An institution is at most its kind: no matter of the sum where a person is told of twice."""
        counts = self.town.counts
        for kind, codes in self.town.kinds.items():
            for measure in family:
                cells = [(measure, code) for code in codes if (measure, code) in counts]
                if (measure, kind) in counts and sum(counts[cell] for cell in cells) != counts[measure, kind]:
                    yield from ({cell: 1, (measure, kind): -1} for cell in cells)

    def _of_parts(self) -> Iterator[Row]:
        """A part is at most its whole; where something stands between them, that tells it."""
        for part, whole in self.pairs:
            between = [one for one in {whole for _, whole in self.pairs} if {(part, one), (one, whole)} <= self._pairs]
            for scope in self.town.scopes:
                pair = ((part, scope), (whole, scope))
                told = any((one, scope) in self.place for one in between)
                if not told and all(cell in self.place for cell in pair):
                    yield {pair[0]: 1, pair[1]: -1}

    def _of_roles(self, family: list[Measure]) -> Iterator[Row]:
        """Whoever takes part is one or the other."""
        for whole, *roles in unions(family):
            for scope in self.town.scopes:
                cells = [(one, scope) for one in (whole, *roles)]
                if all(cell in self.place for cell in cells):
                    yield dict(zip(cells, (1, -1, -1), strict=True))

    def _rows(self, rows: list[tuple[Row, float]]) -> Matrix:
        from scipy.sparse import csr_array

        entries = [(number, self.place[cell], n) for number, (row, _) in enumerate(rows) for cell, n in row.items()]
        places, columns, values = zip(*entries, strict=True) if entries else ((), (), ())
        made = csr_array((np.array(values, dtype=float), (places, columns)), shape=(len(rows), len(self.cells)))
        return made if len(rows) * len(self.cells) > SPARSE else made.toarray()

    def vectors(self, rows: list[Row]) -> np.ndarray:
        """Spell sums of cells as coefficients, a line each."""
        return dense(self._rows([(row, 0) for row in rows]))

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
        real, bounding = (_used(one) for one in (equal, below))
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
        dual = self.equal[real].T @ found.eqlin.marginals + self.below[bounding].T @ found.ineqlin.marginals
        bearing = -sought - dual
        bearing[free] = 0
        return float(np.floor(sought @ world + ROUND)), world, np.abs(bearing) > ROUND


def dense(matrix: Matrix) -> np.ndarray:
    """Lay a matrix out with its zeros."""
    return matrix if isinstance(matrix, np.ndarray) else matrix.toarray()


def _used(matrix: Matrix) -> np.ndarray:
    """Find the rows that have a coefficient."""
    counts = matrix.any(axis=1) if isinstance(matrix, np.ndarray) else np.diff(matrix.indptr)
    return np.flatnonzero(counts)
