"""How large every institution is from year to year, and how many of its students take part."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from random import Random

from warehouse.synthetic.people import AGE_OF_FIRST_CLASS
from warehouse.synthetic.setting import BASIC_SCHOOL, SCHOOL, Institution, Setting

FIRST_CLASS, LAST_BASIC_CLASS, LAST_CLASS = 1, 9, 11
CLUB_CLASSES = (-1, 12)  # children of 5 to 18 years, counted as if in classes
STAY_AFTER_BASIC = 0.55  # share of a СОШ's children who go on to the tenth class
GROWTH = 0.012  # of a new first class against the one before
# The plans are about a tenth of the students, which is the order's first target.
STUDENTS_BESIDE_PLAN, STUDENTS_PER_PLANNED = 60, 7.5
STUDENTS_WITHOUT_PLAN = 460
# Result over target, date by date: mostly a bit above, once below, each kind in its own years.
SCHOOL_DRIFT = (1.07, 1.05, 0.97, 1.025, 1.015)
CLUB_DRIFT = (0.87, 1.08, 1.04, 0.97, 1.03)
DEFAULT_SHARE = 0.3  # where the targets name none
LEAN = 0.22  # how far one institution is from its fellows
LEAD = 0.12  # how far one municipality is from its fellows
CEILING = 0.84  # above it leavers and newcomers together would exceed the enrolment


@dataclass(frozen=True)
class Place:
    """One institution of a world by its number; classes are named by the year their children began."""

    number: int
    institution: Institution
    _sizes: dict[int, int] = field(repr=False)  # first year → children of that year

    @property
    def is_school(self) -> bool:
        return self.institution.kind == SCHOOL

    @property
    def classes(self) -> range:
        """Classes taught here, in the order of age."""
        if not self.is_school:
            return range(CLUB_CLASSES[0], CLUB_CLASSES[1] + 1)
        return range(FIRST_CLASS, (LAST_BASIC_CLASS if self.institution.level == BASIC_SCHOOL else LAST_CLASS) + 1)

    def size(self, first_year: int, year: int) -> int:
        """Count the children of one school year who are here in the autumn of `year`."""
        grade = year - first_year + 1
        if grade not in self.classes:
            return 0
        size = self._sizes[first_year]
        return round(size * STAY_AFTER_BASIC) if self.is_school and grade > LAST_BASIC_CLASS else size

    def first_years(self, year: int) -> list[int]:
        """Return the years in which the classes of the autumn of `year` began, youngest class first."""
        return [year - grade + 1 for grade in self.classes]

    def enrolment(self, year: int) -> dict[int, int]:
        """Count students by their age on 1 January after `year`."""
        return {year - begun + AGE_OF_FIRST_CLASS: self.size(begun, year) for begun in self.first_years(year)}

    def students(self, year: int) -> int:
        return sum(self.enrolment(year).values())


@dataclass(frozen=True)
class Outlook:
    """The size of every institution of a setting and its students involved on every date."""

    seed: int
    setting: Setting

    @cached_property
    def places(self) -> tuple[Place, ...]:
        return tuple(self._place(number, each) for number, each in enumerate(self.setting.institutions))

    @cached_property
    def involved(self) -> dict[tuple[str, date], int]:
        """Students to be involved, by institution code and reporting date."""
        groups: dict[tuple[str, str], list[Place]] = {}
        for place in self.places:
            groups.setdefault((place.institution.municipality, place.institution.kind), []).append(place)
        return {
            (code, as_of): count
            for key, places in groups.items()
            for position, (as_of, _) in enumerate(self.setting.dates)
            for code, count in self._shared_out(key, places, position, as_of).items()
        }

    def _place(self, number: int, institution: Institution) -> Place:
        rng = Random(f"{self.seed}/place/{institution.code}")
        years = [each.as_of.year for each in self.setting.dates]
        oldest, youngest = years[0] - CLUB_CLASSES[1] + 1, years[-1] - CLUB_CLASSES[0] + 1
        place = Place(number, institution, dict.fromkeys(range(oldest, youngest + 1), 1))
        # A tenth and an eleventh class are half a class each: count in whole ones.
        whole = sum(STAY_AFTER_BASIC if place.is_school and grade > LAST_BASIC_CLASS else 1 for grade in place.classes)
        average = self._typical(institution, rng) / whole
        sizes = {}
        for begun in range(oldest, youngest + 1):
            growth = (1 + GROWTH) ** (begun - years[0] + len(place.classes) / 2)
            sizes[begun] = max(2, round(average * growth * rng.uniform(0.85, 1.15)))
        return Place(number, institution, sizes)

    def _typical(self, institution: Institution, rng: Random) -> float:
        if institution.planned is not None:
            return STUDENTS_BESIDE_PLAN + STUDENTS_PER_PLANNED * institution.planned * rng.uniform(0.95, 1.05)
        if self.setting.participants is not None:
            share = self._target(institution.municipality, institution.kind, self.setting.dates[-1].as_of)
            return self.setting.participants / share * rng.uniform(0.6, 1.4)
        return STUDENTS_WITHOUT_PLAN * rng.uniform(0.85, 1.15)

    def _target(self, municipality: str, kind: str, as_of: date) -> float:
        targets = self.setting.targets
        return targets.get((f"{municipality}/{kind}", as_of)) or targets.get((municipality, as_of)) or DEFAULT_SHARE

    def _shared_out(self, key: tuple[str, str], places: list[Place], position: int, as_of: date) -> dict[str, int]:
        """Share the students involved out over the institutions of one kind in one municipality."""
        municipality, kind = key
        drift = SCHOOL_DRIFT if kind == SCHOOL else CLUB_DRIFT
        share = self._target(municipality, kind, as_of) * drift[position % len(drift)] * self._lead(municipality)
        students = {place.institution.code: place.students(as_of.year) for place in places}
        weights = {place.institution.code: self._weight(place, students, position, share) for place in places}
        scale = share * sum(students.values()) / sum(weights.values())
        return {
            code: max(2, min(round(weight * scale), int(students[code] * CEILING))) for code, weight in weights.items()
        }

    def _lead(self, municipality: str) -> float:
        """How far ahead of or behind the others a municipality is; where there is but one, not at all."""
        alone = all(each.municipality == municipality for each in self.setting.institutions)
        return 1 if alone else Random(f"{self.seed}/lead/{municipality}").uniform(1 - LEAD, 1 + LEAD)

    def _weight(self, place: Place, students: dict[str, int], position: int, share: float) -> float:
        institution = place.institution
        # One lean for all years, so that the strong stay strong; it narrows as everybody nears the ceiling.
        lean = Random(f"{self.seed}/lean/{institution.code}").uniform(-LEAN, LEAN) * (1 - share)
        size = institution.planned if institution.planned and position == 0 else students[institution.code]
        return size * (1 + lean)
