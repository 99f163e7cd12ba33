"""A job that spoils files for some minutes and takes them in: each must get its line and its verdict.

`python -m tests.hostile.fuzz --minutes 10`; the same `--seed` spoils the same way. What no night may show is kept in
`--keep`: a file that stopped the intake, that took our own mistake to refuse, that was read too long.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

import sqlalchemy as sa

from expectations.reading.pool import CRASHED, TOO_SLOW, Readers
from tests.hostile.mutations import good_files, small_files, spoilt
from tests.installations import COLLECTED, installation, learn, take
from tests.reading.made_files import KEY
from warehouse.installation.home import Home
from warehouse.tables.tables import table

SENDERS = [f"FUZ-{number:03}" for number in range(60)]  # one file of each an intake
REGISTER = "code,name,aliases,kind,level,municipality,region,valid_from,valid_to\n" + "\n".join(
    f"{code},МБОУ СОШ {code},,ОУ,СОШ,NSH,61,2020-09-01," for code in SENDERS
)
READ_ALONE = 240  # files read between two intakes
SECONDS = 10  # a file may take
OUR_MISTAKE = "внутренняя ошибка"


@dataclass
class Found:
    """What became of the files so far; `bad` names those that were no sender's fault alone."""

    files: int = 0  # taken in
    read: int = 0  # read alone
    verdicts: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    crashes: int = 0
    bad: list[tuple[Path, str]] = field(default_factory=list)


@contextmanager
def _quick_home(folder: Path) -> Iterator[Home]:
    with installation(folder / "home") as home:
        limits = replace(home.settings.limits, wall_seconds=SECONDS, cpu_seconds=SECONDS)
        yield replace(home, settings=replace(home.settings, limits=limits))


def fuzz(folder: Path, keep: Path, seed: int, seconds: float, hostile: Path | None = None) -> Found:
    """Spoil and take files until the time is over; always at least one intake."""
    folder.mkdir(parents=True, exist_ok=True)
    keep.mkdir(parents=True, exist_ok=True)
    random, until, found = Random(seed), time.monotonic() + seconds, Found()
    good, strange = {code: good_files(folder, code) for code in SENDERS}, small_files(hostile)
    with _quick_home(folder) as home, Readers(KEY, home.settings.limits, home.settings.workers) as readers:
        learn(home, folder / "register", institutions=REGISTER)
        while not found.files or time.monotonic() < until:
            _take(home, {code: _one(random, good[code], strange) for code in SENDERS}, keep, found)
            found.files += len(SENDERS)
            every = [one for originals in good.values() for one in originals]
            _read(readers, folder / "read", [_one(random, every, strange) for _ in range(READ_ALONE)], keep, found)
    return found


def _read(readers: Readers, folder: Path, files: list[bytes], keep: Path, found: Found) -> None:
    """Read files without judging them: many more in a minute."""
    folder.mkdir(exist_ok=True)
    paths = [folder / str(number) for number in range(len(files))]
    for path, content in zip(paths, files, strict=True):
        path.write_bytes(content)
    for path, reading in readers.read(paths):
        found.read += 1
        for problem in reading.problems.to_pylist():
            _look(path.name, problem["rule"], problem["detail"] or "", files[int(path.name)], keep, found)


def _look(name: str, rule: str, detail: str, content: bytes, keep: Path, found: Found) -> None:
    found.rules[rule] += 1
    found.crashes += detail == CRASHED
    if OUR_MISTAKE in detail or detail == TOO_SLOW:
        _keep(content, keep, name, detail, found)


def _one(random: Random, good: list[bytes], strange: list[bytes]) -> bytes:
    return spoilt(random, strange if strange and random.random() < 0.4 else good)


def _take(home: Home, files: dict[str, bytes], keep: Path, found: Found) -> None:
    for name, content in files.items():
        path = home.settings.inbox / name / "a.xlsx"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    try:
        lines = {line.institution_code: line for line in take(home, COLLECTED).lines}
    except Exception as error:  # noqa: BLE001 — whatever it is, it is what the job looks for
        _stopped(home, files, keep, found, f"{type(error).__name__}: {error}")
        return
    found.verdicts.update(line.verdict for line in lines.values())
    for name in files.keys() - lines.keys():
        _keep(files[name], keep, name, "no line", found)
    for name, rule, detail in _findings(home, [line.delivery for line in lines.values()]):
        _look(name, rule, detail, files[name], keep, found)


def _findings(home: Home, deliveries: list[str]) -> list[tuple[str, str, str]]:
    findings, ledger = table("findings"), table("deliveries")
    chosen = (
        sa.select(ledger.c.institution_code, findings.c.rule, sa.func.coalesce(findings.c.detail, ""))
        .join(ledger, ledger.c.delivery == findings.c.delivery)
        .where(ledger.c.delivery.in_(deliveries))
    )
    with home.reading() as connection:
        return [tuple(row) for row in connection.execute(chosen)]


def _stopped(home: Home, files: dict[str, bytes], keep: Path, found: Found, words: str) -> None:
    """Find out which files stop the intake, each alone."""
    for path in home.settings.inbox.glob("*/*"):
        path.unlink()
    found.bad.append((keep, f"the intake stopped: {words}"))
    for name, content in files.items():
        path = home.settings.inbox / name / "b.xlsx"
        path.write_bytes(content)
        try:
            take(home, COLLECTED)
        except Exception as error:  # noqa: BLE001
            path.unlink()
            _keep(content, keep, name, f"{type(error).__name__}: {error}", found)


def _keep(content: bytes, keep: Path, name: str, words: str, found: Found) -> None:
    path = keep / f"{found.files:07}-{name}.bin"
    path.write_bytes(content)
    found.bad.append((path, words))


def main() -> None:
    """Run the job from the command line; end with 1 where something was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, default=Path("build/fuzz"))
    parser.add_argument("--hostile", type=Path, default=os.environ.pop("NASTAVNIK_HOSTILE", None))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = fuzz(Path(folder), given.keep, given.seed, given.minutes * 60, given.hostile)
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    sys.stdout.write(
        f"files taken {found.files}, read alone {found.read}, verdicts {dict(found.verdicts)}, crashes of a parser survived {found.crashes}, "
        f"largest reading process {largest} MB\nrules {dict(found.rules.most_common())}\n"
    )
    sys.stdout.writelines(f"{path}: {words}\n" for path, words in found.bad)
    sys.exit(bool(found.bad))


if __name__ == "__main__":
    main()
