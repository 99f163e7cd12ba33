"""A good submission while it is being spoilt."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from expectations.form import FORM
from warehouse.synthetic.submissions import Submission
from warehouse.synthetic.writing import Grid, grid_of

SHEETS = FORM.by_name


class Impossible(Exception):
    """A mistake that this submission cannot have, or that another one already stands where it would."""


@dataclass
class Case:
    """A submission being spoilt: its rows, then its sheets as they are laid out."""

    submission: Submission
    rng: Random
    titles: dict[str, str] = field(default_factory=dict)  # of sheets renamed, by name
    edits: list[Callable[[dict[str, Grid]], None]] = field(default_factory=list)
    taken: set[tuple[str, str]] = field(default_factory=set)  # sheet and column, «*» for every column
    spoilt: set[str] = field(default_factory=set)  # sheets most of whose rows are bad
    needed: set[str] = field(default_factory=set)  # sheets whose rows must be good for a mistake to be seen

    def take(self, *places: tuple[str, str], spoils: Iterable[str] = (), needs: Iterable[str] = ()) -> None:
        """Keep places for one mistake alone; of a sheet that is spoilt no other mistake may need the rows."""
        if self.needed.intersection(spoils) or self.spoilt.intersection(needs):
            raise Impossible
        for sheet, column in places:
            if any(s in (sheet, "*") and (c in (column, "*") or column == "*") for s, c in self.taken):
                raise Impossible
        self.taken.update(places)
        self.spoilt.update(spoils)
        self.needed.update(needs)

    def rows(self, sheet: str, column: str) -> list[dict[str, Any]]:
        return [row for row in self.submission.sheets.get(sheet, []) if row.get(column) is not None]

    def grids(self) -> dict[str, Grid]:
        """Lay the submission out, its sheets by title."""
        names = [sheet for sheet in FORM.sheets if sheet.name in self.submission.sheets]
        grids = {sheet.name: grid_of(sheet, self.submission) for sheet in names}
        for edit in self.edits:
            edit(grids)
        return {self.titles.get(name, SHEETS[name].title): grid for name, grid in grids.items()}
