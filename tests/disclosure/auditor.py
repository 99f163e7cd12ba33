"""An auditor who has a public package and the register, and no line of the program that made it.

It reads the finished kpi.csv, writes down by hand what the definitions of the indicators say must hold between its
cells, and asks how narrow each hidden one can be made. Two readers are tried: one who uses only what must hold
(different people may be met twice: sums bound their totals), and one who takes sums for exact where the published
figures do not forbid it.
"""

from __future__ import annotations

import csv
import itertools
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from scipy.optimize import linprog

WORD = "скрыто"
# what is counted, by indicator and side; what is the same is told once
NUMERATORS = {
    "students_involved": "involved", "plan_fulfilment": "involved", "students_involved_mentee": "mentee",
    "students_involved_mentor": "mentor", "students_involved_active": "active",
    "students_involved_entered": "entered", "mentees_10_19": "mentee 10-19", "mentors_15_19": "mentor 15-19",
    "young_specialists_mentored": "mentored", "educators_involved": "educators", "mentee_satisfaction": "glad mentees",
    "mentor_satisfaction": "glad mentors", "pairs_completed": "completed", "students_involved_distinct": "distinct",
}  # fmt: skip
DENOMINATORS = {
    "students_involved": "students", "students_involved_mentee": "students", "students_involved_mentor": "students",
    "students_involved_active": "students", "students_involved_entered": "students", "mentees_10_19": "aged 10-19",
    "mentors_15_19": "aged 15-19", "young_specialists_mentored": "specialists", "educators_involved": "teachers",
    "mentee_satisfaction": "asked mentees", "mentor_satisfaction": "asked mentors", "pairs_completed": "ended",
    "students_involved_distinct": "school students",
}  # fmt: skip
PARTS = [
    ("mentee", "involved"), ("mentor", "involved"), ("active", "involved"), ("entered", "involved"),
    ("mentee 10-19", "mentee"), ("mentor 15-19", "mentor"), ("involved", "students"), ("mentee 10-19", "aged 10-19"),
    ("mentor 15-19", "aged 15-19"), ("aged 15-19", "aged 10-19"), ("aged 10-19", "students"),
    ("mentored", "specialists"), ("mentored", "educators"), ("specialists", "teachers"), ("educators", "teachers"),
    ("glad mentees", "asked mentees"), ("glad mentors", "asked mentors"), ("completed", "ended"),
]  # fmt: skip
# A person of two institutions counts once in their kind; the rest are numbers that are added.
ADDED = {"students", "aged 10-19", "aged 15-19", "specialists", "teachers", "ended", "completed"}
LEVELS = ("institution", "kind", "municipality")
Cell = tuple[str, str, str]  # date, what is counted, scope


@dataclass
class Package:
    """What a public package says of people below municipalities and in them."""

    shown: dict[Cell, int] = field(default_factory=dict)
    hidden: set[Cell] = field(default_factory=set)
    levels: dict[str, str] = field(default_factory=dict)


def read_package(folder: Path) -> Package:
    """Read kpi.csv as anybody would."""
    found = Package()
    with (folder / "kpi.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["scope_type"] not in LEVELS:
                continue
            found.levels[row["scope_code"]] = row["scope_type"]
            for side, names in (("numerator", NUMERATORS), ("denominator", DENOMINATORS)):
                if (name := names.get(row["indicator"])) and row[side]:
                    cell = (row["as_of"], name, row["scope_code"])
                    if row[side] == WORD:
                        found.hidden.add(cell)
                    else:
                        found.shown[cell] = int(row[side])
    return found


def contradictions(package: Package) -> set[Cell]:
    """Cells hidden in one row and shown in another."""
    return {cell for cell in package.hidden if cell in package.shown}


class Reader:
    """One reader's system of inequalities A x ≤ b over the hidden cells of one date."""

    def __init__(
        self, package: Package, kinds: Mapping[str, Iterable[str]], as_of: str, *, exact: bool, official: bool = False
    ) -> None:  # fmt: skip
        below = {scope for kind, codes in kinds.items() for scope in (kind, *codes)}
        cells = {c for c in package.hidden | set(package.shown) if c[0] == as_of}
        self.shown = {c: package.shown[c] for c in cells & set(package.shown) if not (official and c[2] in below)}
        self.unknown = sorted(cells - set(self.shown))
        self.place = {cell: number for number, cell in enumerate(self.unknown)}
        self.rows: list[np.ndarray] = []
        self.most: list[float] = []
        cells_by_name = {name for _, name, _ in cells}
        for name in sorted(cells_by_name):
            self._add_up(as_of, name, kinds, cells, exact=exact)
        for part, whole in PARTS:
            for scope in sorted(below):
                self._at_most({(as_of, part, scope): 1, (as_of, whole, scope): -1}, cells)
        for scope in sorted(below):
            both = {(as_of, "involved", scope): 1, (as_of, "mentee", scope): -1, (as_of, "mentor", scope): -1}
            self._at_most(both, cells)

    def _add_up(
        self, as_of: str, name: str, kinds: Mapping[str, Iterable[str]], cells: set[Cell], *, exact: bool
    ) -> None:  # fmt: skip
        by_town: dict[str, list[Cell]] = {}
        for kind, codes in kinds.items():
            whole, parts = (as_of, name, kind), [c for code in codes if (c := (as_of, name, code)) in cells]
            if whole not in cells:
                continue
            by_town.setdefault(kind.partition("/")[0], []).append(whole)
            self._at_most({whole: 1} | dict.fromkeys(parts, -1), cells)
            if name in ADDED or exact:
                self._at_most({whole: -1} | dict.fromkeys(parts, 1), cells)
            else:
                for part in parts:
                    self._at_most({part: 1, whole: -1}, cells)
        for town, parts in by_town.items():
            self._equal({(as_of, name, town): 1} | dict.fromkeys(parts, -1), cells)
            if name == "involved":
                for part in parts:
                    self._at_most({part: 1, (as_of, "distinct", town): -1}, cells)
            if name == "students":
                self._equal({(as_of, name, f"{town}/ОУ"): 1, (as_of, "school students", town): -1}, cells)

    def _equal(self, row: dict[Cell, int], cells: set[Cell]) -> None:
        for sign in (1, -1):
            self._at_most({cell: sign * coefficient for cell, coefficient in row.items()}, cells)

    def _at_most(self, row: dict[Cell, int], cells: set[Cell]) -> None:
        """Note that a sum of cells is at most nothing; cells that the package has not are no part of it."""
        if not all(cell in cells for cell in row):
            return
        coefficients, rest = np.zeros(len(self.unknown)), 0.0
        for cell, coefficient in row.items():
            if cell in self.place:
                coefficients[self.place[cell]] += coefficient
            else:
                rest -= coefficient * self.shown[cell]
        if coefficients.any():
            self.rows.append(coefficients)
            self.most.append(rest)

    def intervals(self, wanted: Iterable[Cell], enough: int) -> dict[Cell, tuple[int, int]]:
        """Return how far each hidden cell can be narrowed; a cell found wider than `enough` is left at what was seen."""
        if not self.unknown:
            return {}
        low, high = np.full(len(self.unknown), np.inf), np.full(len(self.unknown), -np.inf)
        found: dict[Cell, tuple[int, int]] = {}
        for cell in sorted(set(wanted) & set(self.unknown)):
            place = self.place[cell]
            for sign in (1, -1):
                if high[place] - low[place] >= enough:
                    break
                goal = np.zeros(len(self.unknown))
                goal[place] = sign
                world = self._world(goal)
                low, high = np.minimum(low, world), np.maximum(high, world)
            found[cell] = (math.ceil(low[place] - 1e-6), math.floor(high[place] + 1e-6))
        return found

    def _world(self, goal: np.ndarray) -> np.ndarray:
        rows = (np.array(self.rows), np.array(self.most)) if self.rows else (None, None)
        solved = linprog(goal, A_ub=rows[0], b_ub=rows[1], bounds=(0, 1e6), method="highs")
        assert solved.success, "the published figures contradict each other"
        return solved.x


def broken(
    package: Package, kinds: Mapping[str, Iterable[str]], least: int, *, added: bool = False
) -> dict[Cell, tuple[int, int]]:
    """Return the hidden cells that a reader narrows to fewer than k + 1 numbers and below what official figures leave.

    `added` says that nobody is met in two institutions of a kind: then the second reader is right and tried as well.
    """
    found: dict[Cell, tuple[int, int]] = {}
    dates = sorted({as_of for as_of, *_ in package.hidden})
    for as_of, exact in itertools.product(dates, (False, True) if added else (False,)):
        mine = [cell for cell in package.hidden if cell[0] == as_of]
        found_now = Reader(package, kinds, as_of, exact=exact).intervals(mine, least)
        narrow = {cell: interval for cell, interval in found_now.items() if interval[1] - interval[0] < least}
        if narrow:
            alone = Reader(package, kinds, as_of, exact=exact, official=True).intervals(narrow, least)
            found |= {
                cell: interval
                for cell, interval in narrow.items()
                if interval[1] - interval[0] < min(least, alone[cell][1] - alone[cell][0])
            }
    return found
