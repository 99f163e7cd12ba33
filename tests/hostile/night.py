"""A night of intake on which hostile files lie among those of good schools, run as a person runs it, without a network."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from warehouse.synthetic import Timing, Wave, prepare_waves
from warehouse.synthetic.demo import TOWN, make_world

NASTAVNIK = Path(sys.executable).with_name("nastavnik")
SHELL_AND_TERMINAL = (
    "[a]*.xlsx", "$(touch owned).xlsx", "`id`; rm -rf x.csv", "-rf", "ФИО\u202exslx.exe", "строка\nINFO принято.ods",
    "\x1b[2J\x1b[31m.xls", "x' OR 1=1 --.xlsx", "{{7*7}}%s${jndi}.xlsx", "CON.xlsx", "a" * 250, " .xlsx ",
)  # fmt: skip
_CONNECTED = re.compile(r"connect\(\d+, \{sa_family=(AF_INET6?|AF_PACKET)\b.*")
EVERYWHERE = ("unshare", "-rn")
# A small process between: what a process has taken counts in the first moment of each that it starts.
_LAUNCHER = """
import resource, subprocess, sys
ended = subprocess.run(sys.argv[2:])
open(sys.argv[1], "w").write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
sys.exit(ended.returncode)
"""


def may_unshare() -> bool:
    """Whether this machine lets a person have a network of their own, with nothing in it."""
    return bool(shutil.which("unshare")) and subprocess.run([*EVERYWHERE, "true"], check=False).returncode == 0


@dataclass
class Place:
    """A machine of one's own: a home, and every other place where something might be left."""

    folder: Path

    def __post_init__(self) -> None:
        for place in (self.home, *self.elsewhere):
            place.mkdir(parents=True)

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def elsewhere(self) -> tuple[Path, Path, Path]:
        return self.folder / "tmp", self.folder / "user", self.folder / "here"

    @property
    def inbox(self) -> Path:
        return self.home / "inbox"

    def environment(self) -> dict[str, str]:
        temporary, user, _ = map(str, self.elsewhere)
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        own = {"NASTAVNIK_HOME": str(self.home), "NASTAVNIK_SETTLE_SECONDS": "0"}
        return kept | own | {"TMPDIR": temporary, "HOME": user, "XDG_CACHE_HOME": user}

    def strays(self) -> list[str]:
        """Everything that lies outside the home."""
        return sorted(str(path) for place in self.elsewhere for path in place.rglob("*"))

    def inodes(self) -> set[tuple[str, int]]:
        return {(str(path), path.lstat().st_ino) for path in self.folder.rglob("*")}


@dataclass(frozen=True)
class Run:
    """How one command ended, what it said, and whom it tried to reach."""

    code: int
    out: str
    err: str
    seconds: float
    megabytes: int  # of the largest of its processes
    reached: list[str]


def run(place: Place, *words: str, program: Path = NASTAVNIK, **environ: str) -> Run:
    """Run a command in a network namespace of its own, every connect() watched where there is a strace."""
    log = place.folder / "connects"
    watch = ["strace", "-f", "-qq", "-e", "trace=connect,sendto", "-e", "signal=none", "-o", str(log)]
    begun, used = time.monotonic(), place.folder / "used"
    ended = subprocess.run(
        [sys.executable, "-S", "-c", _LAUNCHER, str(used), *EVERYWHERE, *(watch if shutil.which("strace") else ()), str(program), *words],
        cwd=place.elsewhere[2], env=place.environment() | environ, capture_output=True, text=True, timeout=900, check=False,
    )  # fmt: skip
    reached = [line for line in _lines(log) if _CONNECTED.search(line)]
    log.unlink(missing_ok=True)
    largest = int(used.read_text()) // 1024
    used.unlink()
    return Run(ended.returncode, ended.stdout, ended.stderr, time.monotonic() - begun, largest, reached)


def _lines(log: Path) -> Iterator[str]:
    if log.exists():
        with log.open(errors="replace") as file:
            yield from file


def good_deliveries(folder: Path, schools: int) -> list[Wave]:
    """Write what some schools of a synthetic town submit on its first date, in time."""
    town = make_world(TOWN, 5, folder / "reference")
    first = town.setting.only([town.setting.dates[0].as_of])
    waves = prepare_waves(folder / "postings", 5, replace(first, institutions=first.institutions[:schools]), town.rates)
    return [wave for wave in waves if wave.timing is not Timing.LATE]


def drop(files: Iterable[Path], inbox: Path, folders: list[str]) -> dict[str, Path]:
    """Copy files into the folders of an inbox, a name of trouble for some; return them by where they lie."""
    lying = {}
    for number, file in enumerate(files):
        folder = inbox / folders[number % len(folders)]
        folder.mkdir(parents=True, exist_ok=True)
        name = file.name if number >= len(SHELL_AND_TERMINAL) else SHELL_AND_TERMINAL[number]
        shutil.copyfile(file, folder / name)
        lying[f"{folder.name}/{name}"] = file
    return lying
