"""What arrives in which night, good and bad: told by a seed, written once, laid into as many inboxes as are asked for."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from tests.installations import COLLECTED
from tests.leaks.birds import GOOD
from tests.workbooks import submission, write
from warehouse.synthetic import prepare_waves
from warehouse.synthetic.demo import make_world

CUT, GROWING = "cut", "growing"  # a file sent slowly: under another name until it is whole, or under its own
GOOD_ONE, TWIN, HOSTILE = "good", "twin", "hostile"
SMALL = ("NSH-S003", "NSH-S007", "NSH-S008", "NSH-S014")
ODD_NAMES = ("[a].xlsx", "=cmd|'C'!A0.xlsx", "two\nlines.xlsx", "*.zip", "$(touch x).xlsx", "-rf.csv")
SHARE_OF_TWINS = 0.6  # of nights


@dataclass(frozen=True)
class Arrived:
    """A delivery: whose folder it is laid into, under what name, and what we know of it."""

    folder: str
    name: str
    source: Path
    kind: str = GOOD_ONE
    slow: str = ""

    def lie(self, inbox: Path, modified: float, name: str = "") -> Path:
        """Lay it into an inbox, whole, as old as told: the order of taking is that of age."""
        path = inbox / self.folder / (name or self.name)
        path.parent.mkdir(parents=True, exist_ok=True)
        hidden = path.with_name(f".{len(self.name)}.laying")  # nobody takes half of it
        shutil.copyfile(self.source, hidden)
        os.utime(hidden, (modified, modified))
        hidden.replace(path)
        return path


@dataclass(frozen=True)
class Night:
    """One night: its number from 1, its time, and what has arrived by then."""

    number: int
    at: datetime
    arrived: tuple[Arrived, ...]

    def modified(self, one: Arrived) -> float:
        """Return when a file was written, as its disk says."""
        return self.at.timestamp() - 3600 + self.arrived.index(one)

    def lie(self, inbox: Path) -> None:
        """Lay everything that is whole."""
        for one in self.arrived:
            if not one.slow:
                one.lie(inbox, self.modified(one))

    def complete(self, inbox: Path) -> None:
        """Let what was sent slowly be whole."""
        for one in self.arrived:
            if one.slow:
                one.lie(inbox, self.modified(one))


Posted = tuple[datetime, Arrived]


def posted(size: str, seed: int, folder: Path) -> tuple[list[Posted], Path | None]:
    """Write a world's deliveries; return them in order, and the reference tables where they are not the shipped ones."""
    if size == "small":
        return list(_small(folder)), None
    world = make_world(size, seed, folder / "reference")
    waves = prepare_waves(folder / "written", seed, world.setting, world.rates, 1 if size == "town" else 2)
    found = [
        (wave.received_at, Arrived(one.folder, one.file_name, one.path)) for wave in waves for one in wave.postings
    ]
    return found, world.reference


def _small(folder: Path) -> Iterator[Posted]:
    for number in range(3):
        for code in SMALL:
            path = write(folder / f"{number}/{code}.xlsx", submission(code, students=60 + 10 * number))
            yield COLLECTED + timedelta(days=10 * number), Arrived(code, f"{number}.xlsx", path)


def nights(found: Sequence[Posted], number: int, seed: int, folder: Path) -> list[Night]:
    """Share deliveries out over so many nights, and add what strangers and clumsy hands send."""
    made: list[Night] = []
    size, at = -(-len(found) // number), found[0][0] - timedelta(days=1)
    for start in range(0, len(found), size):
        share = found[start : start + size]
        at = max(at + timedelta(days=1), *(received for received, _ in share))
        random = Random(f"{seed}/night/{len(made) + 1}")
        earlier = [one for night in made for one in night.arrived if one.kind == GOOD_ONE]
        arrived = [one for _, one in share]
        slow = random.randrange(len(arrived))
        arrived[slow] = _slowly(arrived[slow], random)
        arrived += _added(random, earlier, arrived, folder / f"night-{len(made) + 1}")
        made.append(Night(len(made) + 1, at, tuple(_apart(arrived))))
    return made


def _apart(arrived: list[Arrived]) -> Iterator[Arrived]:
    """Yield the files of a night under names that differ: one laid over another would be nobody's delivery."""
    taken: set[tuple[str, str]] = set()
    for number, one in enumerate(arrived):
        clear = one if (one.folder, one.name) not in taken else replace(one, name=f"{number}-{one.name}")
        taken.add((clear.folder, clear.name))
        yield clear


def _slowly(one: Arrived, random: Random) -> Arrived:
    return Arrived(one.folder, one.name, one.source, one.kind, random.choice((CUT, GROWING)))


def _added(random: Random, earlier: list[Arrived], now: list[Arrived], folder: Path) -> Iterator[Arrived]:
    """Yield a double of something, a hostile file, and one of a person who is to be found nowhere."""
    folder.mkdir(parents=True)
    if earlier and random.random() < SHARE_OF_TWINS:
        one = random.choice(earlier)
        yield Arrived(one.folder, f"again-{folder.name}-{one.source.name}", one.source, TWIN)
    whole = random.choice([one for one in now if not one.slow] or now)
    spoilt = folder / "hostile"
    spoilt.write_bytes(random.choice(SPOILING)(random, whole.source.read_bytes()))
    yield Arrived(whole.folder, f"{folder.name}-{random.choice(ODD_NAMES)}", spoilt, HOSTILE)
    bird = write(folder / "bird.xlsx", GOOD.submission(students=50 + len(folder.name) + len(earlier)))
    yield Arrived(GOOD.institution, f"{folder.name}-{GOOD.surname}.xlsx", bird)


SPOILING: tuple[Callable[[Random, bytes], bytes], ...] = (
    lambda random, content: content[: len(content) // 2] + random.randbytes(64),
    lambda random, content: b"PK\x03\x04" + random.randbytes(5000),
    lambda random, content: random.randbytes(4000),
    lambda random, content: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + random.randbytes(9000),
    lambda random, content: bytes([random.randrange(256)]),
)
