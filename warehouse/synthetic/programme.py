"""One institution's mentoring, played from year to year."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from expectations.form import BROKEN_OFF, COLLEGE_STUDENT, COMPLETED, EDUCATOR, WORKER, YOUNG_SPECIALIST
from warehouse.synthetic.members import Answer, Member, Pair, working_day
from warehouse.synthetic.roster import GRADUATE, PARENT, Roster
from warehouse.synthetic.surveys import answers_after, answers_before
from warehouse.synthetic.vocabulary import (
    COLLEGE,
    EMPLOYER,
    EMPLOYER_COLLEGE,
    OTHER,
    PUPILS,
    REASONS,
    TEACHER_PUPIL,
    TEACHERS,
    WORDING,
)

# Spans of (month, day): pairs begin in autumn and mostly end with the school year.
BEGIN, END_IN_SPRING, END_IN_AUTUMN = ((9, 15), (11, 30)), ((5, 10), (6, 20)), ((12, 7), (12, 28))
ENDS_IN_SPRING, ENDS_IN_AUTUMN, ENDS_AT_ONCE = 0.2, 0.06, 0.03
COMPLETES, COMPLETES_ON_LEAVING = 0.88, 0.7
FORMER_FIRST = 0.5  # chance that a new pair looks among former participants before newcomers
YOUNG_MENTORED = 0.8
NO_CONSENT, CONSENT_WITHDRAWN = 0.015, 0.003
REQUEST_WRITTEN = 0.6
OLDEST_CLASSES = 4  # pupil mentors, and those whom enterprises and colleges want
# form → weight in a school, weight in an УДО, fewest and most mentees of one group
GROUPS = {
    PUPILS: (0.62, 0.5, 1, 2),
    TEACHER_PUPIL: (0.2, 0.42, 2, 8),
    EMPLOYER: (0.08, 0.02, 2, 5),
    COLLEGE: (0.05, 0.02, 1, 3),
    OTHER: (0.05, 0.04, 1, 2),
}
MENTORS = {
    TEACHER_PUPIL: (EDUCATOR, EDUCATOR, EDUCATOR, YOUNG_SPECIALIST),
    EMPLOYER: (WORKER,),
    COLLEGE: (COLLEGE_STUDENT,),
    OTHER: (GRADUATE, PARENT),
}
WORKER_GUIDES_COLLEGE = 0.25  # schools that name such a pair in a year


class Programme:
    """The pairs and questionnaires of one institution; `advance` plays a year, nothing is ever removed."""

    def __init__(self, seed: int, roster: Roster) -> None:
        self.roster = roster
        self.pairs: list[Pair] = []
        self.answers: list[Answer] = []
        self._rng = Random(f"{seed}/programme/{roster.place.institution.code}")
        self._groups = 0
        self._busy: set[Member] = set()  # children who took part this year

    def advance(self, as_of: date, involved: int) -> None:
        """Play the calendar year of `as_of` until `involved` students have taken part in it."""
        roster = self.roster
        roster.begin_year(as_of.year)
        carried = [pair for pair in self.pairs if pair.ended_on is None]
        self._busy = {member for pair in carried for member in pair.people if member.is_student}
        for pair in carried:
            self._maybe_end(pair)
        roster.gather_idle(self._busy)
        self._guide_young_specialists()
        while len(self._busy) < involved and self._form_group(involved - len(self._busy)):
            pass
        if self._rng.random() < WORKER_GUIDES_COLLEGE:
            self._pair(EMPLOYER_COLLEGE, roster.adult(WORKER), [roster.adult(COLLEGE_STUDENT)])
        if self._rng.random() < 0.3:
            roster.newcomer(list(roster.place.classes))  # registered, but in no pair yet

    def _maybe_end(self, pair: Pair) -> None:
        chance = self._rng.random()
        if not (pair.mentor.here and pair.mentee.here):
            self._end(pair, END_IN_SPRING, COMPLETES_ON_LEAVING)
        elif chance < ENDS_IN_SPRING:
            self._end(pair, END_IN_SPRING, COMPLETES)
        elif chance < ENDS_IN_SPRING + ENDS_IN_AUTUMN:
            self._end(pair, END_IN_AUTUMN, COMPLETES)

    def _end(self, pair: Pair, span: tuple, completes: float) -> None:
        completed = self._rng.random() < completes
        result = self._rng.choice(WORDING[pair.form].results if completed else REASONS)
        pair.end(self._day(span), COMPLETED if completed else BROKEN_OFF, result)
        self.answers += answers_after(self._rng, pair)

    def _form_group(self, needed: int) -> bool:
        """Begin one group with at most `needed` children new this year; False when nobody is left."""
        weights = [weight[0 if self.roster.place.is_school else 1] for weight in GROUPS.values()]
        form = self._rng.choices(list(GROUPS), weights)[0] if needed > 1 else TEACHER_PUPIL
        *_, fewest, most = GROUPS[form]
        mentor = self._pupil_mentor() if form == PUPILS else self.roster.adult(self._rng.choice(MENTORS[form]))
        needed -= form == PUPILS
        size = min(self._rng.randint(fewest, most), needed)
        mentees = [child for _ in range(size) if (child := self._mentee(mentor))] if mentor else []
        if mentor and mentees:
            self._pair(form, mentor, mentees)
        return bool(mentees)

    def _pupil_mentor(self) -> Member | None:
        return self._child(list(self.roster.place.classes)[-OLDEST_CLASSES:])

    def _mentee(self, mentor: Member) -> Member | None:
        classes = list(self.roster.place.classes)
        if mentor.is_student:
            wanted = [grade for grade in classes if grade <= mentor.grade(self.roster.year)]
        elif mentor.category in (WORKER, COLLEGE_STUDENT):
            wanted = classes[-OLDEST_CLASSES:]
        else:
            wanted = classes
        return self._child(wanted)

    def _child(self, classes: list[int]) -> Member | None:
        """Take a child of some classes, or of any where those are used up."""
        prefer_idle = self._rng.random() < FORMER_FIRST
        child = self.roster.child(classes, prefer_idle) or self.roster.child(list(self.roster.place.classes), True)
        if child:
            self._busy.add(child)
        return child

    def _guide_young_specialists(self) -> None:
        roster = self.roster
        young = sum(member.category == YOUNG_SPECIALIST for member in roster.members)
        for _ in range(round(roster.young_specialists * YOUNG_MENTORED) - young):
            self._pair(TEACHERS, roster.adult(EDUCATOR), [roster.new_adult(YOUNG_SPECIALIST)])

    def _pair(self, form: str, mentor: Member, mentees: list[Member]) -> None:
        """Begin a group: one mentor, rows that share the number, the day, the programme."""
        rng, wording = self._rng, WORDING[form]
        self._groups += 1
        started_on = self._day(BEGIN)
        role_model, programme = rng.choice(wording.role_models), rng.choice(wording.programmes)
        for mentee in mentees:
            request = rng.choice(wording.requests) if rng.random() < REQUEST_WRITTEN else None
            pair = Pair(self._groups, mentor, mentee, form, role_model, programme, request, started_on)
            self.pairs.append(pair)
            self.answers += answers_before(rng, pair)
            if rng.random() < ENDS_AT_ONCE:
                self._end(pair, END_IN_AUTUMN, COMPLETES)
        for member in (mentor, *mentees):
            self._ask_consent(member, started_on)

    def _ask_consent(self, member: Member, started_on: date) -> None:
        if member.consent_on is not None or self._rng.random() < NO_CONSENT:
            return
        member.consent_on = started_on - timedelta(days=self._rng.randrange(1, 12))
        if self._rng.random() < CONSENT_WITHDRAWN:
            member.consent_withdrawn_on = started_on + timedelta(days=self._rng.randrange(3, 30))

    def _day(self, span: tuple) -> date:
        first, last = (date(self.roster.year, month, day) for month, day in span)
        return working_day(self._rng, first, last)
