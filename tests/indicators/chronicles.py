"""Random histories of a small town: whatever may become known to an installation, told to it and kept by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest

from expectations.rules.ruleset import SHIPPED, changed
from tests.indicators.clerks import Decided, contradicts
from tests.indicators.reckoning import Reckoning, disagreements, identity
from tests.indicators.worlds import (
    COLLECTIONS,
    STUDENT,
    Institution,
    Submission,
    Told,
    grids,
    random_crowd,
    random_region,
    random_submission,
    register,
)
from tests.installations import figures, hashes, learn, moscow, take
from tests.workbooks import write
from warehouse.installation.home import Home
from warehouse.installation.settings import Misconfigured
from warehouse.journal.decisions import Place, decide, undo, withdraw
from warehouse.journal.journal import known_by
from warehouse.release.extract import render_csv
from warehouse.release.publish import make_release
from warehouse.restatement.backfill import Asked, backfill

ACCEPTED = ("accepted", "accepted_with_errors")
BEGUN = moscow("2021-09-01 12:00")
USUAL_AGE = 21  # of students at most, as the shipped rules say
FIRST_ROW = 2  # of people: the headings are row 1
TARGETS = "indicator,scope_type,scope_code,as_of,target_percent,direction,source"
PLANS = "institution_code,school_year,planned_participants,source"
CALENDAR = "as_of,opens_on,due_on,closes_on,kind"


@dataclass
class Sent:
    """A file that was sent: what it says, its bytes, and which deliveries of it were accepted and not withdrawn."""

    submission: Submission
    content: bytes
    standing: list[str] = field(default_factory=list)


class Released(NamedTuple):
    """A release as it was made."""

    name: str
    files: dict[str, str]


class Chronicle:
    """Lives through events in an installation; by hand it keeps what must be counted after each."""

    def __init__(self, home: Home, folder: Path, seed: int) -> None:
        self.home, self.folder, self.seed = home, folder, seed
        region = random_region(seed)
        self.code = region.code
        self.institutions: dict[str, Institution] = {one.code: one for one in region.institutions}
        self.absent: set[str] = set()
        self.crowd = random_crowd(Random(seed), seed)
        self.day: datetime = moscow("2022-01-05 12:00")
        self.sent: list[Sent] = []
        self.accepted: list[tuple[str, Sent]] = []  # deliveries standing, in the order of their coming
        self.made: list[Decided] = []
        self.vintages: dict[int, bytes] = {}  # journal number: the figures computed right after that entry
        self.releases: list[Released] = []
        self.happened: Counter[str] = Counter()
        self.oldest: dict[date, int] = {}  # what a date's rules say of its students
        self._learn(BEGUN)

    def live(self, event: str, seed: int) -> None:
        """Let an event happen, and hold the figures then computed against those reckoned by hand."""
        self.day += timedelta(days=1, minutes=seed % 600)
        act: Callable[[Random], bool] = getattr(self, f"_{event}")
        if not act(Random(f"{seed} {len(self.sent)}")):  # no file is made twice
            return
        self.happened[event] += 1
        now = figures(self.home)
        for day in COLLECTIONS:
            present = [one for one in self.institutions.values() if one.code not in self.absent]
            accepted = [self._judged(sent) for _, sent in self.accepted]
            if any(one.as_of == day for one in accepted):
                wrong = disagreements(now, Reckoning(present, accepted, day, self.made))
                assert wrong == [], (event, day, wrong[:3])
        with self.home.reading() as connection:
            self.vintages[known_by(connection, None)] = render_csv(now)

    # -- deliveries

    def _collect(self, random: Random) -> bool:
        """One to three institutions tell of a date: for the first time, late, or in place of what they told."""
        senders = sorted(set(self.institutions) - self.absent)
        chosen = random.sample(senders, min(len(senders), random.randint(1, 3)))
        files = []
        for code in chosen:
            told = random_submission(random, self.institutions[code], random.choice(COLLECTIONS), 0, self.crowd)
            path = write(self.folder / f"sent/{len(self.sent) + len(files)}.zip", grids(told, random))
            files.append(Sent(told, path.read_bytes()))
        self.sent += files
        self._take(files)
        return bool(files)

    def _resend(self, random: Random) -> bool:
        """The very bytes of an earlier file once more: a repetition, unless they were withdrawn."""
        known = [one for one in self.sent if one.submission.institution.code not in self.absent]
        if not known:
            return False
        self._take([random.choice(known)])
        return True

    def _take(self, files: list[Sent]) -> None:
        for number, sent in enumerate(files):
            path = self.home.settings.inbox / sent.submission.institution.code / f"{number}.zip"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(sent.content)
        lines = {line.institution_code: line for line in take(self.home, self.day).lines}
        assert len(lines) == len(files)
        taken = [(lines[sent.submission.institution.code], sent) for sent in files]
        for line, sent in sorted(taken, key=lambda pair: pair[1].submission.institution.code):
            assert (line.verdict == "duplicate") is bool(sent.standing), line.verdict
            if not sent.standing:
                assert line.verdict in ACCEPTED
                sent.standing.append(line.delivery)
                self.accepted.append((line.delivery, sent))

    def _withdraw(self, random: Random) -> bool:
        if not self.accepted:
            return False
        delivery, sent = chosen = random.choice(self.accepted)
        with self.home.writing() as connection:
            withdraw(connection, delivery, self.day)
        sent.standing.remove(delivery)
        self.accepted.remove(chosen)
        return True

    # -- rules

    def _restate(self, random: Random) -> bool:
        """Whatever was told of a date is judged anew: students may be no older than told, or as the shipped rules say."""
        day, oldest = random.choice(COLLECTIONS), random.choice((9, 14, USUAL_AGE))
        of_day = [sent for _, sent in self.accepted if sent.submission.as_of == day]
        if any(sent.submission.institution.code in self.absent for sent in of_day):
            return False  # a restatement knows the register of its time, and would refuse them
        strict = [
            ("age-implausible", "error"),
            ("age-implausible.student_to", str(oldest)),
            ("age-implausible.adult_from", "0"),
        ]
        rules = SHIPPED if oldest == USUAL_AGE else changed(strict)
        done, _ = backfill(self.home, Asked(day, day, rules), self.day, "clerk")
        assert {one.after for one in done.turned} <= set(ACCEPTED)
        self.oldest[day] = oldest
        anew = {one.delivery: one.by_delivery for one in done.turned}
        self.accepted = [(anew.get(name, name), sent) for name, sent in self.accepted]
        for sent in of_day:
            sent.standing = [anew.get(name, name) for name in sent.standing]
        return done.entry is not None

    def _judged(self, sent: Sent) -> Submission:
        """Return what a file says, as the rules of its date see it: who is too old is bad, and so are the pairs."""
        told = sent.submission
        oldest = self.oldest.get(told.as_of, USUAL_AGE)

        def seen(one: Told) -> Told:
            too_old = one.category == STUDENT and full_years(one.person.born, told.as_of) > oldest
            return replace(one, good=one.good and not too_old)

        people = {id(one): seen(one) for one in told.people}
        pairs = [replace(one, mentor=people[id(one.mentor)], mentee=people[id(one.mentee)]) for one in told.pairs]
        return replace(told, people=list(people.values()), pairs=pairs)

    # -- the clerk

    def _decide(self, random: Random) -> bool:
        """Two rows are one person, or different people: alike ones by preference; refused where the words refuse it."""
        places = [
            (Place(delivery, FIRST_ROW + number), told)
            for delivery, sent in self.accepted
            for number, told in enumerate(self._judged(sent).people)
            if told.good and told.category == STUDENT
        ]
        if len(places) < 2:
            return False
        (left, one), (right, other) = random.choice(_alike(places) or [random.sample(places, 2)])
        return self._decided(random.choice(("same", "different")), left, one, right, other)

    def _decided(self, kind: str, left: Place, one: Told, right: Place, other: Told) -> bool:
        decision = Decided(10**9, kind, identity(one), identity(other))
        refused = identity(one) == identity(other) or contradicts(self._told(), [*self.made, decision])
        return self._tried(
            refused,
            lambda connection: decide(connection, kind, left, right, self.day, "clerk", "documents"),
            decision,
        )

    def _undo(self, random: Random) -> bool:
        undone = {one.undoes for one in self.made}
        standing = [one.number for one in self.made if one.kind != "undo" and one.number not in undone]
        if not standing:
            return False
        number = random.choice(standing)
        decision = Decided(10**9, "undo", undoes=number)
        refused = contradicts(self._told(), [*self.made, decision])
        return self._tried(refused, lambda connection: undo(connection, number, self.day, "clerk"), decision)

    def _told(self) -> set:
        return {identity(told) for _, sent in self.accepted for told in self._judged(sent).people if told.good}

    def _tried(self, refused: bool, act: Callable, decision: Decided) -> bool:
        if refused:
            with pytest.raises(Misconfigured), self.home.writing() as connection:
                act(connection)
            return False
        with self.home.writing() as connection:
            self.made.append(decision._replace(number=act(connection).seq))
        return True

    # -- reference data

    def _register(self, random: Random) -> bool:
        """An institution leaves the register, comes back, or changes its kind."""
        code = random.choice(sorted(self.institutions))
        if code in self.absent:
            self.absent.discard(code)
        elif random.random() < 0.5 and len(self.absent) < 3:
            self.absent.add(code)
        else:
            one = self.institutions[code]
            self.institutions[code] = replace(one, kind="УДО" if one.kind == "ОУ" else "ОУ")
        self._learn(self.day)
        return True

    def _learn(self, at: datetime) -> None:
        present = [one for code, one in self.institutions.items() if code not in self.absent]
        region = replace(random_region(self.seed), institutions=present)
        learn(self.home, self.folder / f"register-{at:%Y%m%d%H%M}", at, institutions=register([region]))

    def _targets(self, random: Random) -> bool:
        lines = [
            f"students_involved,municipality,{self.code}{place},{day},{random.randint(5, 90)},at_least,"
            for place in "AB" for day in COLLECTIONS
        ]  # fmt: skip
        plans = [f"{code},2021/2022,{random.randint(1, 9)}," for code in self.institutions]
        folder = self.folder / f"targets-{self.day:%Y%m%d%H%M}"
        learn(self.home, folder, self.day, targets="\n".join([TARGETS, *lines]), plans="\n".join([PLANS, *plans]))
        return True

    def _calendar(self, random: Random) -> bool:
        """Deadlines move: what is told from now on is late or not by the new ones."""
        lines = [f"{day},{day},{day + timedelta(random.randint(5, 30))},2022-12-31,annual" for day in COLLECTIONS]
        learn(self.home, self.folder / f"calendar-{self.day:%Y%m%d%H%M}", self.day,
              reporting_dates="\n".join([CALENDAR, *lines]))  # fmt: skip
        return True

    # -- releases

    def _release(self, random: Random) -> bool:
        day = random.choice(COLLECTIONS)
        present = set(self.institutions) - self.absent
        if not any(s.submission.as_of == day and s.submission.institution.code in present for _, s in self.accepted):
            return False
        folder = make_release(self.home, day, self.day)
        self.releases.append(Released(folder.name, hashes(folder)))
        return True


def full_years(born: date, day: date) -> int:
    """Return an age on a date."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _alike(places: list[tuple[Place, Told]]) -> list[list[tuple[Place, Told]]]:
    """Pairs of rows that share a name or a СНИЛС and yet differ."""
    return [
        [a, b] for number, a in enumerate(places) for b in places[:number]
        if identity(a[1]) != identity(b[1])
        and (a[1].person.full_name == b[1].person.full_name or (a[1].snils and a[1].snils == b[1].snils))
    ]  # fmt: skip
