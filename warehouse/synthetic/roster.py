"""Who of an institution is in its register of participants: children who come and go, adults."""

from __future__ import annotations

from collections import Counter
from datetime import date
from random import Random

from expectations.form import COLLEGE_STUDENT, EDUCATOR, STUDENT, WORKER, YOUNG_SPECIALIST
from warehouse.synthetic.hands import Hand
from warehouse.synthetic.members import Member
from warehouse.synthetic.outlook import LAST_BASIC_CLASS, STAY_AFTER_BASIC, Place
from warehouse.synthetic.people import Crowd, Person, misspelled, without_yo
from warehouse.synthetic.vocabulary import CLUBS, LETTERS

GRADUATE, PARENT = "выпускник", "родитель"
AGES = {  # youngest and oldest when registered
    EDUCATOR: (30, 62),
    YOUNG_SPECIALIST: (21, 25),
    WORKER: (23, 56),
    COLLEGE_STUDENT: (17, 20),
    GRADUATE: (18, 24),
    PARENT: (31, 49),
}
KNOWN_AT_ONCE, KNOWN_NEXT_YEAR = 0.66, 0.06  # whose СНИЛС is written; that of the others never is
MOVES_AWAY, LEAVES_CLUB = 0.015, 0.08  # children a year
TRANSFERS, SHARED_WITH_SCHOOL = 0.008, 0.5  # children known to another school already
MISSPELLED_BY_SCHOOL, MISSPELLED_BY_CLUB = 0.01, 0.3  # a club writes names down by ear
FULL = 0.95  # children ever registered over enrolment, above which nobody new is taken
STUDENTS_PER_TEACHER, YOUNG_TEACHERS = 14, 0.07
TEACHERS_INVOLVED, OTHERS_INVOLVED = 0.6, 0.4  # adults of one category, over the teachers
KNOWN_ADULT = 0.35  # chance that a group is given to someone who leads one already
LOOK_BACK = 40  # former participants looked through for a class


class Roster:
    """The people registered by one institution, in the order of their registration."""

    def __init__(
        self, seed: int, place: Place, crowd: Crowd, schools: list[Place], hand: Hand, inns: list[str]
    ) -> None:
        self.place = place
        self.members: list[Member] = []
        self.idle: list[Member] = []  # children here who took part before and have no pair now
        self._crowd, self._hand, self._inns = crowd, hand, inns
        self._schools = [school for school in schools if school is not place]
        self._rng = Random(f"{seed}/roster/{place.institution.code}")
        self._known: set[str] = set()  # СНИЛС of everyone registered, written or not
        self._drawn: Counter[int] = Counter()  # own children taken from the crowd, by first year
        self._present: Counter[int] = Counter()  # children here, by first year
        self._adults = 0

    def begin_year(self, year: int) -> None:
        """Let graduates and movers go and count the institution anew."""
        self.year = year
        self.enrolled = self.place.students(year)
        self.teachers = max(8, round(self.enrolled / STUDENTS_PER_TEACHER))
        self.young_specialists = max(1, round(self.teachers * YOUNG_TEACHERS))
        for member in self.members:
            member.grow(year)
            if member.first_year is not None and member.here and self._leaves(member, member.first_year):
                member.left_in = year
                self._present[member.first_year] -= 1

    def child(self, classes: list[int], prefer_idle: bool) -> Member | None:
        """Find a child of some classes without a pair, registered or new; None if none is left."""
        found = self._from_idle(classes) if prefer_idle else None
        return found or self.newcomer(classes) or self._from_idle(classes)

    def newcomer(self, classes: list[int]) -> Member | None:
        """Register a child of some classes for the first time; None where all are registered."""
        begun = [self.year - grade + 1 for grade in classes]
        free = [max(0, self.place.size(each, self.year) - self._present[each]) for each in begun]
        if (self._present.total() and self._ever >= FULL * self.enrolled) or not any(free):
            return None
        first_year = self._rng.choices(begun, free)[0]
        member = self._register(self._person(first_year), STUDENT)
        member.first_year = first_year
        member.group = self._rng.choice(LETTERS if self.place.is_school else CLUBS)
        self._present[first_year] += 1
        return member

    def adult(self, category: str) -> Member:
        """Find an adult of a category, or register one."""
        known = [member for member in self.members if member.category == category]
        enough = self.teachers * (TEACHERS_INVOLVED if category == EDUCATOR else OTHERS_INVOLVED)
        if known and (len(known) >= enough or self._rng.random() < KNOWN_ADULT):
            return self._rng.choice(known)
        return self.new_adult(category)

    def new_adult(self, category: str) -> Member:
        """Register an adult of a category, with what the form asks about it."""
        self._adults += 1
        youngest, oldest = (date(self.year - age, 1, 1) for age in AGES[category])
        person = self._crowd.adult(self.place.number, self._adults, youngest, oldest)
        member = self._register(person, category)
        if category == EDUCATOR:
            member.hired_in = self.year - self._rng.randint(5, max(5, self.year - person.born.year - 23))
        elif category == YOUNG_SPECIALIST:
            member.hired_in = self.year - self._rng.randint(0, 1)
        elif category == WORKER:
            member.partner_inn = self._rng.choice(self._inns)
        return member

    def gather_idle(self, busy: set[Member]) -> None:
        """Line up the children here that have no pair this year."""
        self.idle = [m for m in self.members if m.is_student and m.here and m not in busy]
        self._rng.shuffle(self.idle)

    @property
    def _ever(self) -> int:
        return len(self.members) - self._adults

    def _leaves(self, child: Member, first_year: int) -> bool:
        grade = self.year - first_year + 1
        if grade not in self.place.classes:
            return True
        if not self.place.is_school:
            return self._rng.random() < LEAVES_CLUB
        return self._rng.random() > (STAY_AFTER_BASIC if grade == LAST_BASIC_CLASS + 1 else 1 - MOVES_AWAY)

    def _from_idle(self, classes: list[int]) -> Member | None:
        for position in range(len(self.idle) - 1, max(-1, len(self.idle) - LOOK_BACK), -1):
            if self.idle[position].grade(self.year) in classes:
                return self.idle.pop(position)
        return None

    def _person(self, first_year: int) -> Person:
        shared = TRANSFERS if self.place.is_school else SHARED_WITH_SCHOOL
        if self._schools and self._rng.random() < shared:
            school = self._rng.choice(self._schools)
            size = school.size(first_year, self.year)
            if size:
                # Schools register their children from number 0 on: the first likely take part there too.
                person = self._crowd.child(school.number, first_year, self._rng.randrange(size))
                if person.snils not in self._known:
                    return person
        self._drawn[first_year] += 1
        return self._crowd.child(self.place.number, first_year, self._drawn[first_year] - 1)

    def _register(self, person: Person, category: str) -> Member:
        by_ear = MISSPELLED_BY_SCHOOL if self.place.is_school else MISSPELLED_BY_CLUB
        name = misspelled(person.name, self._rng) if self._rng.random() < by_ear else person.name
        chance = self._rng.random() - KNOWN_AT_ONCE
        since = self.year if chance < 0 else self.year + 1 if chance < KNOWN_NEXT_YEAR else None
        name = without_yo(name) if self._hand.without_yo else name
        member = Member(len(self.members) + 1, person, name, category, since)
        self._known.add(person.snils)
        self.members.append(member)
        return member
