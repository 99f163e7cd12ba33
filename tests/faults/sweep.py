"""The sweep: each command meets each fault at its N-th call that changes the disk, for every N.

`python -m tests.faults.sweep` (`make sweep`) tries all of them, `--step 10` every tenth. Afterwards the same command
must reach the state of an undisturbed run. Needs strace.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.faults.kinds import KINDS, SIZES
from tests.faults.town import COMMANDS
from tests.faults.trial import Subject
from tests.forked import Forked

BOUND = "fsize"


def _trials(subject: Subject, kinds: list[str], step: int) -> Iterator[tuple[str, str, list[str]]]:
    """Try; yield the kind, the place and what is wrong."""
    for name in kinds:
        if name == BOUND:
            for size in SIZES:
                yield name, f"{size} bytes", subject.bound(size)
            continue
        kind = KINDS[name]
        for call in [call for call in subject.calls if kind.strikes(call)][::step]:
            yield name, str(call), subject.strike(kind, call)


def sweep(command: str, kinds: list[str], step: int, forked: Forked) -> int:
    """Sweep one command, telling all of it; return how many trials went wrong."""
    failed = 0
    with tempfile.TemporaryDirectory(prefix="nastavnik-sweep-") as folder:
        subject, started = Subject.of(COMMANDS[command], forked, Path(folder)), time.monotonic()
        counted = Counter(call.name for call in subject.calls)
        told = ", ".join(f"{number} {name}" for name, number in counted.items())
        _tell(f"{command}: N = {len(subject.calls)} calls: {told}")
        tried: Counter[str] = Counter()
        for kind, place, wrong in _trials(subject, kinds, step):
            tried[kind] += 1
            failed += bool(wrong)
            for what in wrong:
                _tell(f"  {kind} at {place}: {what}")
    told = ", ".join(f"{number} {kind}" for kind, number in tried.items())
    _tell(f"  tried {told}; {subject.missed} ended before the call; {failed} wrong; {time.monotonic() - started:.0f} s")
    return failed


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    """Sweep what the command line names, everything by default."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--step", type=int, default=1, help="try every so many-th call")
    parser.add_argument("--kinds", nargs="*", default=[*KINDS, BOUND], choices=[*KINDS, BOUND])
    parser.add_argument("commands", nargs="*", default=[*COMMANDS], metavar="COMMAND", help=", ".join(COMMANDS))
    asked = parser.parse_args()
    with Forked() as forked:
        return 1 if sum(sweep(name, asked.kinds, asked.step, forked) for name in asked.commands) else 0


if __name__ == "__main__":
    sys.exit(main())
