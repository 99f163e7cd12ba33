"""The records an institution keeps of its mentoring: people, pairs, answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from expectations.form import CONTINUES, EDUCATOR, STUDENT, YOUNG_SPECIALIST
from warehouse.synthetic.names import FullName
from warehouse.synthetic.people import Person

YOUNG_YEARS = 3  # experience under three years: a young specialist (submission.md)


@dataclass(slots=True, eq=False)
class Member:
    """One line of the register of participants."""

    number: int
    person: Person
    name: FullName  # as this institution's clerk writes it
    category: str
    snils_since: int | None  # the year from which the clerk knows the СНИЛС
    first_year: int | None = None  # of a child: when the first class began
    group: str = ""  # of a child: the letter of the class, or the club
    hired_in: int | None = None  # of a teacher
    partner_inn: str | None = None
    consent_on: date | None = None
    consent_withdrawn_on: date | None = None
    left_in: int | None = None  # the year whose spring was the last here

    @property
    def is_student(self) -> bool:
        return self.category == STUDENT

    @property
    def here(self) -> bool:
        return self.left_in is None

    def grade(self, year: int) -> int:
        """Return the class in the autumn of `year`; of one who left, the last class."""
        assert self.first_year is not None
        return (year if self.left_in is None else self.left_in - 1) - self.first_year + 1

    def experience(self, year: int) -> int | None:
        return None if self.hired_in is None else year - self.hired_in

    def grow(self, year: int) -> None:
        """Turn a young specialist into a teacher once the experience is there."""
        if self.category == YOUNG_SPECIALIST and year - (self.hired_in or year) >= YOUNG_YEARS:
            self.category = EDUCATOR


@dataclass(slots=True, eq=False)
class Pair:
    """One mentor with one mentee; the rows of a group share the number."""

    number: int
    mentor: Member
    mentee: Member
    form: str
    role_model: str
    programme: str
    request: str | None
    started_on: date
    ended_on: date | None = None
    outcome: str = CONTINUES
    result: str | None = None
    surveyed: bool = False

    @property
    def people(self) -> tuple[Member, Member]:
        return self.mentor, self.mentee

    def end(self, on: date, outcome: str, result: str | None) -> None:
        self.ended_on, self.outcome, self.result = on, outcome, result


@dataclass(slots=True)
class Answer:
    """One questionnaire filled in; marks in the order of the form, satisfaction last."""

    member: Member
    role: str
    stage: str
    answered_on: date
    marks: tuple[int | None, ...]


def working_day(rng: Random, first: date, last: date) -> date:
    """Draw a day that is no Saturday or Sunday from a span of three days or more, both ends included."""
    day = first + timedelta(days=rng.randrange((last - first).days + 1))
    day -= timedelta(days=max(0, day.weekday() - 4))
    return day if day >= first else day + timedelta(days=3)  # a span that begins on a weekend: its Monday
