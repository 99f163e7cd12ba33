"""Eight intakes at once over two hundred files, on both engines: `python -m tests.faults.race` (`make sweep`)."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.forked import ROOT
from tests.installations import ENGINES, installation, rows, settings_for
from tests.postgres import running_postgres
from tests.workbooks import submission, write
from warehouse.tables.tables import table

INTAKES, FILES = 8, 200
COMMAND = (sys.executable, "-m", "tests.warehouse.dying_intake")


def race(folder: Path, url: str | None) -> list[str]:
    """Let them run; return what is wrong."""
    settings_for(folder)
    senders = [f"NSH-T{number:03d}" for number in range(FILES)]
    for sender in senders:
        write(folder / "inbox" / sender / "a.zip", submission(sender))
    command = [*COMMAND, str(folder), *([url] if url else [])]
    running = [
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) for _ in range(INTAKES)
    ]
    said = [process.communicate()[1] for process in running]
    wrong = [text.decode()[-300:] for text, one in zip(said, running, strict=True) if one.returncode]
    with installation(folder, url) as home:
        taken = Counter(code for code, _ in rows(home, table("deliveries"), "institution_code", "seq"))
    if taken != Counter(senders):
        wrong.append(f"{len(taken)} senders, {taken.total()} deliveries")
    return wrong + [f"left: {path.name}" for path in (folder / "inbox").rglob("*.zip")]


def main() -> int:
    """Race on both engines; return 1 where anything is wrong."""
    failed = 0
    with running_postgres() as url, tempfile.TemporaryDirectory(prefix="nastavnik-race-") as folder:
        for engine in ENGINES:
            started = time.monotonic()
            wrong = race(Path(folder) / engine, url if engine == "postgresql" else None)
            failed += bool(wrong)
            seconds = time.monotonic() - started
            sys.stdout.write(f"{engine}: {INTAKES} intakes, {FILES} files, {seconds:.0f} s {wrong or ''}\n")
            sys.stdout.flush()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
