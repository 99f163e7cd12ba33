"""The calls by which a command changes a disk, as the kernel saw them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CHANGING = (
    "openat", "rename", "renameat", "renameat2", "unlink", "unlinkat", "mkdir", "mkdirat", "rmdir", "link", "linkat",
    "fsync", "fdatasync", "sync", "syncfs", "ftruncate", "fallocate", "write", "writev", "pwrite64", "pwritev",
)  # fmt: skip
TRACE = ",".join(f"?{name}" for name in CHANGING)  # «?»: not every machine has each of them
_LINE = re.compile(r"(\w+)\((.*)")
_CREATING = re.compile(r"O_CREAT|O_TRUNC")
_TEMPORARY = re.compile(r"/tmp\w{8}$")  # a name at random: no second run has it
_PATHS = re.compile(r'(?:^|, )\d+<([^>]*)>|"([^"]*)"')


@dataclass(frozen=True)
class Call:
    """The `number`-th call of its name about a path, counted from 1; the path is told from the home on."""

    name: str
    number: int
    path: str

    def __str__(self) -> str:
        return f"{self.name} {self.number} {self.path}"


def changing_calls(log: Path, home: Path) -> list[Call]:
    """Return, in order, the calls in a log of strace (`-y`) that change something below a folder."""
    return list(_changing(log.read_text(errors="replace").splitlines(), str(home)))


def _changing(lines: list[str], home: str) -> Iterator[Call]:
    counted: Counter[tuple[str, str]] = Counter()
    for line in lines:
        if not (found := _LINE.match(line)):
            continue
        name, arguments = found.groups()
        paths = [first or second for first, second in _PATHS.findall(arguments)]
        path = next((one for one in paths if one.startswith(home)), "")
        counted[name, path] += 1
        if name == "sync" or (
            path and not _TEMPORARY.search(path) and (name != "openat" or _CREATING.search(arguments))
        ):
            yield Call(name, counted[name, path], path.removeprefix(home).lstrip("/"))
