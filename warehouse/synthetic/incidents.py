"""What goes wrong with whose delivery, when it comes, and how it is mended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from functools import cached_property, partial
from random import Random
from zoneinfo import ZoneInfo

from warehouse.synthetic.outlook import Outlook, Place
from warehouse.synthetic.slips import CELL_SLIPS, FATAL_SLIPS
from warehouse.synthetic.submissions import Submission
from warehouse.synthetic.writing import suffix_of

MOSCOW = ZoneInfo("Europe/Moscow")
SLIPS_IN_ONE_FILE = (2, 5)
MENDED, REPEATED = " (исправлено)", " - копия"


class Timing(Enum):
    """When a delivery comes: days from the deadline, time of day in Moscow, what to call it."""

    ON_TIME = (-2, time(17, 30), "в срок")
    RESUBMITTED = (0, time(11, 0), "повторно, в последний день")
    LATE = (6, time(9, 15), "после срока")

    @property
    def title(self) -> str:
        return self.value[2]

    def received_at(self, due_on: date) -> datetime:
        days, at, _ = self.value
        return datetime.combine(due_on + timedelta(days=days), at, MOSCOW)


@dataclass(frozen=True)
class Rates:
    """Shares of the institutions to which something happens on one date."""

    refused: float  # sent something that must be rejected
    slipped: float  # sent rows that must go to quarantine
    late: float
    repeated: float  # sent the same file twice


TOWN_RATES = Rates(refused=0.15, slipped=0.24, late=0.12, repeated=0.05)  # 3, 5, 3 and 1 of 21
REGION_RATES = Rates(refused=0.02, slipped=0.05, late=0.03, repeated=0.004)


@dataclass(frozen=True)
class Delivery:
    """One file to come: into which folder, under which name, with what in it."""

    timing: Timing
    folder: str
    file_name: str
    submission: Submission
    truncated: bool = False


class Happening(Enum):
    """What befalls one institution's submission for one date."""

    NOTHING, BROKEN_UPLOAD, WRONG_FOLDER, REFUSED, SLIPPED, LATE, REPEATED = range(7)


WAYS_TO_BE_REFUSED = (Happening.REFUSED, Happening.BROKEN_UPLOAD, Happening.REFUSED, Happening.WRONG_FOLDER)


@dataclass(frozen=True)
class Incidents:
    """The happenings of a whole world, the same for the same outlook and rates."""

    outlook: Outlook
    rates: Rates

    @cached_property
    def happenings(self) -> dict[tuple[str, date], tuple[Happening, int]]:
        """What happens to whom, with a number among those it happens to; whoever is absent delivers well."""
        found: dict[tuple[str, date], tuple[Happening, int]] = {}
        refusals = 0
        for as_of, _ in self.outlook.setting.dates:
            chosen = [place.institution.code for place in self.outlook.places]
            Random(f"{self.outlook.seed}/incidents/{as_of}").shuffle(chosen)
            for happening, share in (
                (Happening.REFUSED, self.rates.refused),
                (Happening.SLIPPED, self.rates.slipped),
                (Happening.LATE, self.rates.late),
                (Happening.REPEATED, self.rates.repeated),
            ):
                for number in range(round(share * len(self.outlook.places))):
                    if happening is Happening.REFUSED:
                        # Numbered through all dates, so that every way to be refused is met.
                        found[chosen.pop(), as_of] = (
                            WAYS_TO_BE_REFUSED[refusals % len(WAYS_TO_BE_REFUSED)],
                            refusals,
                        )
                        refusals += 1
                    else:
                        found[chosen.pop(), as_of] = happening, number
        return found

    def deliveries(self, submission: Submission) -> Iterator[Delivery]:
        """Return the files that one submission becomes: the first try, a copy, what mends it."""
        code = submission.place.institution.code
        happening, number = self.happenings.get((code, submission.as_of), (Happening.NOTHING, 0))
        name = partial(file_name, submission)
        mended = Timing.LATE if number % 3 == 2 else Timing.RESUBMITTED  # one of three is not mended in time
        match happening:
            case Happening.LATE:
                yield Delivery(Timing.LATE, code, name(), submission)
                return
            case Happening.BROKEN_UPLOAD:
                yield Delivery(Timing.ON_TIME, code, name(), submission, truncated=True)
                yield Delivery(mended, code, name(MENDED), submission)
            case Happening.WRONG_FOLDER:
                yield Delivery(Timing.ON_TIME, self._neighbour(submission.place), name(f" {code}"), submission)
                yield Delivery(mended, code, name(), submission)
            case Happening.REFUSED:
                yield Delivery(Timing.ON_TIME, code, name(), self._refused(submission, number))
                yield Delivery(mended, code, name(MENDED), submission)
            case Happening.SLIPPED:
                yield Delivery(Timing.ON_TIME, code, name(), self._slipped(submission, number))
                if number % 2:  # of those who mend their rows, every second does so after the release
                    mended = Timing.LATE if number % 4 == 3 else Timing.RESUBMITTED
                    yield Delivery(mended, code, name(MENDED), submission)
            case _:
                yield Delivery(Timing.ON_TIME, code, name(), submission)
        if happening is Happening.REPEATED:
            yield Delivery(Timing.RESUBMITTED, code, name(REPEATED), submission)

    def _neighbour(self, place: Place) -> str:
        places = self.outlook.places
        return places[(place.number + 1) % len(places)].institution.code

    def _rng(self, submission: Submission) -> Random:
        return Random(f"{self.outlook.seed}/slips/{submission.place.institution.code}/{submission.as_of}")

    def _refused(self, submission: Submission, number: int) -> Submission:
        spoilt = submission.copy()
        FATAL_SLIPS[number // 2 % len(FATAL_SLIPS)](self._rng(submission), spoilt)
        return spoilt

    def _slipped(self, submission: Submission, number: int) -> Submission:
        spoilt, rng = submission.copy(), self._rng(submission)
        count = rng.randint(*SLIPS_IN_ONE_FILE)
        first = number * SLIPS_IN_ONE_FILE[1] + submission.as_of.year
        for position in range(count):
            CELL_SLIPS[(first + position) % len(CELL_SLIPS)](rng, spoilt)
        return spoilt


def file_name(submission: Submission, addition: str = "") -> str:
    """Name a file of a submission as its clerk does."""
    institution = submission.place.institution.name.replace("№ ", "").removeprefix("МБОУ ")
    stem = submission.hand.file_name.format(institution=institution, as_of=f"{submission.as_of:%d.%m.%Y}")
    return f"{stem}{addition}{suffix_of(submission.hand)}"
