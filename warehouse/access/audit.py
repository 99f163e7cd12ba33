"""The audit journal: who did what with this installation; a line an act, each bearing the hash of the one before.

`audit.jsonl` in the home is only added to. It names rows, deliveries and releases by their numbers, never a person.
The journal of the warehouse is what figures are counted from; this one is for whoever asks who touched them.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import pwd
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from warehouse.installation.settings import Settings

FIRST = "0" * 64  # what the first line bears for the hash of the one before
TORN = "torn"  # the act of cutting off a line that a crash left half-written
ANCHOR = "audit.json"  # in the folder of a release, beside its manifest


@dataclass(frozen=True)
class Line:
    """One act: `at` in UTC, `subject` names what it was done to, `counts` how much."""

    number: int
    at: str
    actor: str
    action: str
    subject: str
    counts: dict[str, int]
    previous: str
    hash: str = ""

    def sealed(self) -> Line:
        """Return the line with its own hash: the SHA-256 of its JSON without one."""
        content = {name: value for name, value in asdict(self).items() if name != "hash"}
        return replace(self, hash=hashlib.sha256(_json(content)).hexdigest())

    def spelled(self) -> bytes:
        """Spell the line the one way it is ever written."""
        return _json(asdict(self)) + b"\n"


def audit_path(settings: Settings) -> Path:
    """Return the file of the journal."""
    return settings.home / "audit.jsonl"


def record(settings: Settings, action: str, subject: str = "", **counts: int) -> Line:
    """Append an act and force it to the disk; return its line.

    The clock is read here, not handed in: `intake --received-at` may tell any time.
    """
    with _alone(settings) as file:
        last, torn = _end(file)
        if torn:
            file.truncate(file.seek(-torn, os.SEEK_END))
            last = _append(file, settings, last, TORN, "", {"bytes": torn})
        return _append(file, settings, last, action, subject, counts)


@contextlib.contextmanager
def _alone(settings: Settings) -> Iterator[BinaryIO]:
    path = audit_path(settings)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = not path.exists()
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600), "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file
    if made:
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        os.fsync(folder)
        os.close(folder)


def _append(
    file: BinaryIO, settings: Settings, last: Line | None, action: str, subject: str, counts: dict[str, int]
) -> Line:
    number, previous = (last.number + 1, last.hash) if last else (1, FIRST)
    at = datetime.now(UTC).isoformat(timespec="seconds")
    line = Line(number, at, actor(settings), action, subject, counts, previous).sealed()
    file.write(line.spelled())
    file.flush()
    os.fsync(file.fileno())
    return line


def _end(file: BinaryIO) -> tuple[Line | None, int]:
    """Return the last whole line, and how many bytes follow it.

    One that was spoilt is told by `verify`; what follows it is chained to its bytes, so that work goes on.
    """
    size, content = file.seek(0, os.SEEK_END), b""
    while content.count(b"\n") < 2 and len(content) < size:
        taken = min(size, 2 * len(content) + 4096)
        file.seek(size - taken)
        content = file.read(taken)
    whole, _, rest = content.rpartition(b"\n")
    if not whole:
        return None, len(rest)
    text = whole.rpartition(b"\n")[2]
    file.seek(0)
    return read_line(text) or Line(file.read().count(b"\n"), "", "", "", "", {}, "", _hash(text)), len(rest)


def read_line(text: bytes) -> Line | None:
    """Read one line of the file, without its line feed; None where it is not one, spelled as it is written."""
    try:
        line = Line(**json.loads(text))
        return line if line.spelled() == text + b"\n" and isinstance(line.number, int) else None
    except (ValueError, TypeError, RecursionError):
        return None


def actor(settings: Settings) -> str:
    """Name who acts: as they name themselves, and always the account of the operating system."""
    try:
        account = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        account = f"uid {os.getuid()}"
    return f"{settings.actor} ({account})" if settings.actor else account


def read_lines(settings: Settings, since: datetime | None = None) -> list[Line]:
    """Return what can be read of the journal, in order; from a moment on where one is given."""
    lines = [line for text in _content(settings).split(b"\n") if (line := read_line(text)) is not None]
    return [line for line in lines if since is None or datetime.fromisoformat(line.at) >= since]


def verify_audit(settings: Settings, releases: list[Path]) -> tuple[int, list[str]]:
    """Prove the journal; return its number of lines, and in Russian the first line that is wrong.

    Each release that holds an anchor tells what one line was when it was made: a tail cut off is found by it.
    """
    lines: list[Line] = []
    *whole, rest = _content(settings).split(b"\n")
    previous = FIRST
    for number, text in enumerate(whole, 1):
        line = read_line(text)
        if line is None:
            return len(lines), [f"Строка {number}: не запись журнала или записана иначе."]
        if line.sealed() != line:
            return len(lines), [f"Строка {number}: запись изменена."]
        if line.previous != previous or line.number != number:
            return len(lines), [f"Строка {number}: не продолжает прежнюю; строки убраны, вставлены или переставлены."]
        lines.append(line)
        previous = line.hash
    if rest:
        return len(lines), [f"Строка {len(whole) + 1}: не дописана; следующая запись её отрежет."]
    return len(lines), [wrong for folder in releases if (wrong := _against_anchor(folder, lines))]


def _against_anchor(folder: Path, lines: list[Line]) -> str:
    try:
        anchor = json.loads((folder / ANCHOR).read_bytes())
        number, expected = int(anchor["number"]), str(anchor["hash"])
    except (OSError, ValueError, KeyError, TypeError):
        return f"{folder.name}/{ANCHOR}: файла нет, или он повреждён."
    if not 1 <= number <= len(lines):
        return f"Конец отрезан: при выпуске {folder.name} была строка {number}, теперь строк {len(lines)}."
    return "" if lines[number - 1].hash == expected else f"Строка {number}: не та, что была при выпуске {folder.name}."


def anchored(settings: Settings) -> list[Path]:
    """Return the folders of this installation's releases that hold an anchor."""
    return sorted(path.parent for path in settings.releases.glob(f"*/{ANCHOR}"))


def anchor(line: Line) -> bytes:
    """Return the content of the anchor that a release made under a line bears."""
    return _json({"number": line.number, "hash": line.hash}) + b"\n"


def _content(settings: Settings) -> bytes:
    try:
        return audit_path(settings).read_bytes()
    except FileNotFoundError:
        return b""


def _hash(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()


def _json(content: dict[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
