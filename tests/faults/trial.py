"""One trial: a command meets a fault, then the same command again, and what there is in the end."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.calls import TRACE, Call, changing_calls
from tests.faults.kinds import STOPPED, Kind
from tests.faults.town import Command, clear_litter
from tests.forked import COMMAND, ROOT, Forked
from tests.installations import COLLECTED, OWN, hashes, installation, rows, state
from warehouse.storage.lake import orphans
from warehouse.tables.tables import table

STRACE = shutil.which("strace") or "strace"
ENVIRON = OWN | {"DO_NOT_TRACK": "1", "PATH": "/usr/bin:/bin", "NASTAVNIK_BATCH": "7", "TZ": "UTC"}
SHOWN = ("receipts", "releases", "received")  # what lies there under its own name is whole at every moment
SAID = 500  # letters of what a command said, shown where it is wrong
TRACED_SECONDS = 60  # for strace to write the end of its log


@dataclass
class Subject:
    """A command with a home to run it in, and what an undisturbed run makes of it."""

    command: Command
    forked: Forked
    folder: Path
    calls: list[Call] = field(default_factory=list)
    answer: bytes = b""
    undisturbed: dict[str, object] = field(default_factory=dict)
    missed: int = 0  # runs that ended before the call: DuckDB writes its log in more or fewer pieces

    @classmethod
    def of(cls, command: Command, forked: Forked, folder: Path) -> Subject:
        """Prepare the home, run the command once in a copy of it, and have strace write down its calls."""
        subject = cls(command, forked, folder)
        command.prepare(folder / "prepared")
        with subject.home() as home:
            ended = subject.run(home, [STRACE, "-y", "-s", "0", "-o", str(subject.log), "-e", f"trace={TRACE}"])
            assert ended[0] in (0, 1), ended
            _await_end(subject.log)
            subject.calls = changing_calls(subject.log, home)
            subject.answer, subject.undisturbed = ended[1], told(home)
        return subject

    @property
    def log(self) -> Path:
        """Where strace writes."""
        return self.folder / "log"

    @contextmanager
    def home(self) -> Iterator[Path]:
        """Give a copy of the prepared home, always at the same path."""
        home = self.folder / "home"
        shutil.copytree(self.folder / "prepared", home)
        try:
            yield home
        finally:
            shutil.rmtree(home)

    def run(self, home: Path, strace: list[str], largest_file: int | None = None) -> tuple[int, bytes, bytes]:
        """Run the command; return how it ended and what it said."""
        code = f"from tests.faults.within import begin; begin({COLLECTED.isoformat()!r}, {strace!r}, {largest_file!r})"
        environ = ENVIRON | {"NASTAVNIK_HOME": str(home), "HOME": str(self.folder), "TMPDIR": tempfile.gettempdir()}
        ended = self.forked(list(self.command.words), environ, ROOT, code=f"{code}; {COMMAND}")
        return ended.returncode, ended.stdout, ended.stderr

    def strike(self, kind: Kind, call: Call) -> list[str]:
        """Let one call meet a fault; return what is wrong then, and after the same command again."""
        struck = [one for one in self.calls if one.name == call.name] if kind.lasting else [call]
        number = struck.index(call) + 1 if kind.lasting else call.number
        inject = f"inject={call.name}:{kind.injected.format(n=number)}"
        strace = [STRACE, "-o", str(self.log), "-s", "0", "-e", f"trace={call.name}", "-e", inject]
        for path in sorted({one.path for one in struck} - {""}):  # pipes and the log are spared
            strace += ["-P", str(self.folder / "home" / path)]
        return self._after(kind.ends, strace)

    def bound(self, largest_file: int) -> list[str]:
        """Let no file grow beyond a size; return what is wrong, as `strike` does."""
        return self._after(STOPPED, [], largest_file)

    def _after(self, ends: tuple[int, ...], strace: list[str], largest_file: int | None = None) -> list[str]:
        with self.home() as home:
            code, _, said = self.run(home, strace, largest_file)
            missed = bool(strace) and not self._struck()
            self.missed += missed
            wrong = [] if code in ends or missed else [f"ended with {code}"]
            if b"Traceback" in said:
                wrong.append(f"said a traceback: {said.decode()[-SAID:].strip()}")
            wrong += [f"half of {path} under its name" for path in self._broken(home)]
            done = code in (0, 1) or (self.command.done and list(home.glob(self.command.done)))
            if not done or self._left(home):
                wrong += self._again(home)
            return wrong + self._differences(home)

    def _struck(self) -> bool:
        _await_end(self.log)
        said = self.log.read_text(errors="replace")
        return "INJECTED" in said or "+++ killed" in said

    def _left(self, home: Path) -> bool:
        """Whether files lie in the inbox that were taken and could not be removed: the next run removes them."""
        return hashes(home / "inbox") != self.undisturbed["inbox"]

    def _again(self, home: Path) -> list[str]:
        code, answer, said = self.run(home, [])
        if code not in (0, 1):
            return [f"again: ended with {code}: {said.decode()[-SAID:].strip()}"]
        return ["again: another answer"] if self.command.reads and answer != self.answer else []

    def _broken(self, home: Path) -> list[str]:
        """Return the files under their final names that are neither as before nor as they shall be."""
        found = []
        for name in SHOWN:
            if name == "received":  # sealed anew each time: told by the state afterwards
                continue
            whole = set(dict(self.undisturbed[name]).items())  # type: ignore[call-overload]
            is_ = {path: one for path, one in hashes(home / name).items() if not _hidden(path)}
            found += [f"{name}/{path}" for path, _ in sorted(is_.items() - whole)]
        return found

    def _differences(self, home: Path) -> list[str]:
        try:
            after = told(home)
        except Exception as error:  # noqa: BLE001 — a home that cannot be opened is a finding of the sweep
            return [f"the home does not open: {type(error).__name__}"]
        return [f"another {part}" for part, was in self.undisturbed.items() if after[part] != was]


def told(home: Path) -> dict[str, object]:
    """Return the state of a home, and what lies in its lake that nobody names."""
    clear_litter(home)
    with installation(home) as opened:
        listed = {path for (path,) in rows(opened, table("lake_files"), "path")}
        return state(opened) | {"orphans": orphans(opened.settings.lake, listed)}


def _hidden(path: str) -> bool:
    return any(part.startswith(".") for part in Path(path).parts)


def _await_end(log: Path) -> None:
    deadline = time.monotonic() + TRACED_SECONDS
    while "\n+++ " not in "\n" + log.read_text(errors="replace"):
        if time.monotonic() > deadline:
            raise RuntimeError(f"strace did not end: {log}")
        time.sleep(0.05)
