"""What the sweep sets upon: homes of a few schools, and the commands run in them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.installations import installation, settings_for, take
from tests.workbooks import PAIRS, PEOPLE, submission, write

BAD_PAIRS = PAIRS.replace("01.10.2020  |                 ", "01.10.2020  | 01.09.2020      ")
LITTER = (  # half-written files have names of their own, which no reader takes; they are no part of a state
    "received/.part", "lake/**/.*.parquet.*", "receipts/**/.*.partial", "releases/.*.partial/**/*", "**/.*.part",
)  # fmt: skip


def deliver(home: Path) -> None:
    """Three senders, one of them twice: accepted, accepted with errors, refused, repeated."""
    inbox = home / "inbox"
    write(inbox / "NSH-S007/a.zip", submission(), modified=1_640_000_000)
    write(inbox / "NSH-S008/b.zip", submission("NSH-S008", Пары=BAD_PAIRS), modified=1_640_000_001)
    write(inbox / "NSH-S014/c.zip", submission("NSH-S007"), modified=1_640_000_002)
    write(inbox / "NSH-S007/again.zip", submission(), modified=1_640_000_003)


def clear_litter(home: Path) -> None:
    """Remove what a killed command may leave beside what it was writing."""
    for pattern in LITTER:
        for path in home.glob(pattern):
            if path.is_file():
                path.unlink()


def _unmade(home: Path) -> None:
    settings_for(home)
    deliver(home)


def _waiting(home: Path) -> None:
    """Something is there already, and more waits."""
    with installation(home) as opened:
        other = PEOPLE.replace("У-2 ", "У-22"), PAIRS.replace("У-2 ", "У-22")
        write(home / "inbox/NSH-S007/old.zip", submission(Участники=other[0], Пары=other[1]), modified=1_639_000_000)
        take(opened)
    deliver(home)


def _taken(home: Path) -> None:
    with installation(home) as opened:
        deliver(home)
        take(opened)


@dataclass(frozen=True)
class Command:
    """A command line, and what makes the home it is run in."""

    words: tuple[str, ...]
    prepare: Callable[[Path], None]
    reads: bool = False  # it has an answer, and changes nothing
    done: str = ""  # a pattern of what shows that all is done: the same command again would do it a second time


COMMANDS = {
    "first": Command(("intake",), _unmade),
    "intake": Command(("intake",), _waiting),
    "kpi": Command(("kpi", "--format", "csv"), _taken, reads=True),
    "release": Command(("release", "--as-of", "2021-12-31"), _taken, done="releases/*/audit.json"),
    "rebuild": Command(("rebuild",), _taken),
    "rotate": Command(("keys", "rotate"), _taken),
}
