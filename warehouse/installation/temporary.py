"""Temporary files inside the home: those of killed programs are taken away by whoever comes next."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from warehouse.installation.settings import Settings

PROCESSES = Path("/proc")


@contextmanager
def temporary(settings: Settings) -> Iterator[Path]:
    """Give a folder of the home to an opened installation until the block ends."""
    with tempfile.TemporaryDirectory(dir=settings.run, prefix=_ours()) as folder:
        yield Path(folder)


def sweep(settings: Settings) -> None:
    """Take away the folders of killed commands of this machine; only whoever is alone with the installation may."""
    for path in settings.run.glob(f"{_ours()}*"):
        if path.name.rpartition("-")[0] == _ours()[:-1]:  # another machine's name may begin with ours
            shutil.rmtree(path, ignore_errors=True)


def _ours() -> str:
    return f"tmp-{os.uname().nodename}-"  # a home may be shared, and each machine's lock is its own


def own_folder(parent: Path) -> Path:
    """Make the folder of this process below one that many share; take away those that nobody needs any more.

    A folder is named by machine and process. It is needed while that process lives, and while another works in it: a
    run outlives its worker. Those of other machines are left to them.
    """
    machine = os.uname().nodename
    parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    taken = set(_worked_in())
    for folder in parent.glob(f"{machine}-*"):
        name, _, number = folder.name.rpartition("-")
        if name == machine and folder not in taken and not _lives(number):
            shutil.rmtree(folder, ignore_errors=True)
    own = parent / f"{machine}-{os.getpid()}"
    shutil.rmtree(own, ignore_errors=True)  # of one that had our number before us, as in a container each has
    own.mkdir(mode=0o700)
    return own


def _lives(number: str) -> bool:
    return not PROCESSES.is_dir() or (PROCESSES / number).is_dir()


def _worked_in() -> Iterator[Path]:
    """Yield every folder that a living process works in, and those above."""
    for link in PROCESSES.glob("[0-9]*/cwd"):
        with suppress(OSError):
            yield from (folder := link.readlink()).parents
            yield folder
