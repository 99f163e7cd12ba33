"""The figures of random regions, counted one person after another by the words of the specification."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pyarrow as pa

from tests.indicators.clerks import Decided, persons
from tests.indicators.linking import Identity, owners, person
from tests.indicators.worlds import EDUCATOR, STUDENT, YOUNG, Institution, Pair, Region, Submission, Told

Scope = tuple[str, str]
Shown = tuple[str, ...]  # numerator, denominator, value, status, expected, reported, coverage, low, high
Basis = Callable[[Pair, date], bool]

BASES: dict[str, Basis] = {
    "year": lambda pair, day: pair.ended is None or pair.ended >= date(day.year, 1, 1),
    "active": lambda pair, day: pair.ended is None or pair.ended >= day,
    "entered": lambda pair, day: pair.started >= date(day.year, 1, 1),
}
# code: basis, roles, categories, ages, denominator
PEOPLE = {
    "students_involved": ("year", "both", {STUDENT}, None, "students"),
    "students_involved_mentee": ("year", "mentee", {STUDENT}, None, "students"),
    "students_involved_mentor": ("year", "mentor", {STUDENT}, None, "students"),
    "students_involved_active": ("active", "both", {STUDENT}, None, "students"),
    "students_involved_entered": ("entered", "both", {STUDENT}, None, "students"),
    "mentees_10_19": ("year", "mentee", {STUDENT}, (10, 19), "students"),
    "mentors_15_19": ("year", "mentor", {STUDENT}, (15, 19), "students"),
    "young_specialists_mentored": ("year", "mentee", {YOUNG}, None, "young"),
    "educators_involved": ("year", "both", {YOUNG, EDUCATOR}, None, "teachers"),
}


def age(born: date, day: date) -> int:
    """Full years on 1 January of the next year."""
    return day.year + 1 - born.year - ((born.month, born.day) > (1, 1))


def identity(told: Told) -> Identity:
    return Identity(told.snils or None, told.person.full_name)


class Reckoning:
    """All institutions of the register for one date, from what was accepted and not withdrawn, oldest first."""

    def __init__(
        self, institutions: list[Institution], accepted: list[Submission], day: date, made: Iterable[Decided] = ()
    ) -> None:
        self.day, self.institutions = day, institutions
        self.kinds = {one.code: one.kind for one in institutions}
        known = {identity(told) for one in accepted for told in one.people if told.good}
        self.bearers = owners(known)
        self.decided = persons(known, made) if made else None
        latest = {(one.institution.code, one.as_of): one for one in accepted}
        self.in_force = {code: one for (code, as_of), one in latest.items() if as_of == day}
        self.earlier = {
            code: one for (code, as_of), one in sorted(latest.items(), key=lambda item: item[0][1]) if as_of < day
        }

    @classmethod
    def of_regions(cls, regions: list[Region], wave: int, day: date) -> Reckoning:
        """Reckon as known after a collection, while the register stands and nobody decides."""
        accepted = [one for region in regions for one in region.submissions if one.wave <= wave]
        return cls([one for region in regions for one in region.institutions], accepted, day)

    def _person(self, told: Told) -> object:
        one = identity(told)
        return person(one, self.bearers) if self.decided is None else self.decided[one]

    def figures(self) -> Iterator[tuple[str, Scope, Shown]]:
        for scope, members in self._scopes().items():
            for code in PEOPLE:
                yield code, scope, self._people(code, members)
            if scope[0] in ("municipality", "region", "country"):
                yield "students_involved_distinct", scope, self._distinct(members)
            yield "pairs_completed", scope, self._completed(members)
            if scope[0] in ("kind", "municipality"):
                reported = sum(one.code in self.in_force for one in members)
                yield "reporting_complete", scope, self._shown(members, reported, len(members))

    def _scopes(self) -> dict[Scope, list[Institution]]:
        scopes = defaultdict(list)
        for one in self.institutions:
            for scope in (
                ("institution", one.code), ("kind", f"{one.municipality}/{one.kind}"), ("municipality", one.municipality),
                ("region", one.region), ("country", "RU"),
            ):  # fmt: skip
                scopes[scope].append(one)
        return scopes

    def _reported(self, members: list[Institution]) -> list[Submission]:
        return [self.in_force[one.code] for one in members if one.code in self.in_force]

    def _persons(self, submissions: list[Submission], code: str) -> set[object]:
        basis, roles, categories, ages, _ = PEOPLE[code]
        return {
            self._person(told)
            for submission in submissions
            for pair in submission.good_pairs
            if BASES[basis](pair, self.day)
            for role, told in (("mentor", pair.mentor), ("mentee", pair.mentee))
            if roles in ("both", role) and told.category in categories
            if ages is None or ages[0] <= age(told.person.born, self.day) <= ages[1]
        }

    @staticmethod
    def _total(submissions: list[Submission], denominator: str, ages: tuple[int, int] | None = None) -> int:
        if denominator != "students":
            return sum(getattr(one, denominator) for one in submissions)
        return sum(
            n for one in submissions for a, n in one.enrolment.items() if ages is None or ages[0] <= a <= ages[1]
        )

    def _people(self, code: str, members: list[Institution]) -> Shown:
        """People of one kind of institution are told apart; the kinds are added."""
        _, _, _, ages, denominator = PEOPLE[code]
        submissions = self._reported(members)
        kinds = {one.kind for one in members}
        count = sum(
            len(self._persons([s for s in submissions if self.kinds[s.institution.code] == kind], code))
            for kind in kinds
        )
        absent = self._total(self._last_told(members), "students", ages) if denominator == "students" else None
        return self._shown(
            members,
            count if submissions else None,
            self._total(submissions, denominator, ages) if submissions else None,
            absent,
            absent,
        )

    def _distinct(self, members: list[Institution]) -> Shown:
        submissions, last = self._reported(members), self._last_told(members)
        schools = [one for one in submissions if self.kinds[one.institution.code] == "ОУ"]
        absent = self._total([one for one in last if self.kinds[one.institution.code] == "ОУ"], "students")
        count = len(self._persons(submissions, "students_involved")) if submissions else None
        return self._shown(
            members,
            count,
            self._total(schools, "students") if schools else None,
            absent,
            self._total(last, "students"),
        )

    def _completed(self, members: list[Institution]) -> Shown:
        ended = [
            p for s in self._reported(members) for p in s.counted_pairs if p.ended and p.ended.year == self.day.year
        ]
        told = bool(self._reported(members))
        return self._shown(
            members,
            sum(p.outcome == "завершена" for p in ended) if told else None,
            len(ended) if told else None,
        )

    def _last_told(self, members: list[Institution]) -> list[Submission]:
        """What missing institutions last said."""
        return [self.earlier[one.code] for one in members if one.code not in self.in_force and one.code in self.earlier]

    def _shown(
        self,
        members: list[Institution],
        count: int | None,
        whole: int | None,
        absent: int | None = None,
        all_: int | None = None,
    ) -> Shown:
        missing = [one for one in members if one.code not in self.in_force]
        known = all(one.code in self.earlier for one in missing)
        students = self._total(self._reported(members), "students")
        coverage = _share(students, students + self._total(self._last_told(members), "students")) if known else None
        low = high = None
        if missing and known and absent is not None and all_ is not None:
            low, high = (
                _share(count or 0, (whole or 0) + absent),
                _share((count or 0) + all_, (whole or 0) + absent),
            )
        status = "provisional" if missing else "final"
        seen = (
            count,
            whole,
            _share(count, whole),
            status,
            len(members),
            len(members) - len(missing),
            coverage,
            low,
            high,
        )
        return tuple("—" if one is None else str(one) for one in seen)


def _share(part: int | None, whole: int | None) -> Decimal | None:
    """Per cent, half up to two decimals."""
    if part is None or not whole:
        return None
    exact = Fraction(part * 100, whole)
    return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(Decimal("0.01"), ROUND_HALF_UP)


COLUMNS = (
    "numerator",
    "denominator",
    "value",
    "status",
    "expected",
    "reported",
    "coverage_students",
    "low",
    "high",
)


def disagreements(figures: pa.Table, reckoning: Reckoning) -> list[tuple]:
    """Return every figure of the reckoning's date that the product counts otherwise."""
    found = {
        (row["indicator"], row["scope_type"], row["scope_code"]): row
        for row in figures.to_pylist()
        if row["as_of"] == reckoning.day
    }
    wrong = []
    for indicator, scope, by_hand in reckoning.figures():
        row = found.get((indicator, *scope))
        seen = tuple(_cell(row[column]) for column in COLUMNS) if row else None
        if seen != by_hand:
            wrong.append((indicator, *scope, "counted", seen, "by hand", by_hand))
    return wrong


def _cell(value: object) -> str:
    if value is None:
        return "—"
    return (
        format(value.normalize(), "f")
        if isinstance(value, Decimal) and value == value.to_integral_value() and value.as_tuple().exponent == -4
        else str(value)
    )
