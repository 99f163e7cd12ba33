"""What lies in an inbox beside files, what is swapped under the intake's hands, and who comes second."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import pytest

from expectations.sealing import StorageKeys
from flows.intake import take_pending
from tests.installations import COLLECTED, installation, rows, settings_for, state, take
from tests.workbooks import submission, write
from warehouse.channels.channel import Changed
from warehouse.channels.folder import Folder
from warehouse.channels.inboxes import Inboxes
from warehouse.storage.received import NotAFile, ReceivedFiles, open_regular
from warehouse.tables.tables import table

KEYS = StorageKeys("00000000", {"00000000": bytes(range(32))})
NOBODY = 65534


def test_odd_things_hold_nobody(tmp_path: Path) -> None:
    """Pipe, socket, folder, link are left where they lie; names of any bytes and length are files like others."""
    home, folder = tmp_path / "home", tmp_path / "home/inbox/NSH-S007"
    settings_for(home)
    good = write(folder / "a.zip", submission(), modified=1_640_000_000)
    for name in (b"\xf1\xe4\xe0\xf7\xe0.zip", b"x" * 251 + b".zip", "ж".encode() * 125 + b".zip"):
        shutil.copy2(good, os.fsencode(folder) + b"/" + name)
    os.link(good, folder / "hard.zip")
    os.mkfifo(folder / "pipe.xlsx")
    (folder / "folder.xlsx").mkdir()
    (folder / "link.xlsx").symlink_to(good)
    with socket.socket(socket.AF_UNIX) as listening:
        back = Path.cwd()
        os.chdir(folder)  # a socket's path has at most 107 bytes
        listening.bind("socket.xlsx")
        os.chdir(back)
    with installation(home) as opened:
        summary = take(opened)
    assert (summary.verdicts, summary.odd) == ({"accepted": 1, "duplicate": 4}, 4)
    left = {"pipe.xlsx", "folder.xlsx", "link.xlsx", "socket.xlsx"}
    assert {path.name for path in folder.iterdir()} == left


@pytest.mark.parametrize(
    "swap",
    [
        lambda path, other: path.symlink_to(other),
        lambda path, other: path.write_bytes(b"something else"),
        lambda path, other: os.mkfifo(path),
        lambda path, other: None,
    ],
    ids=["a link", "other bytes", "a pipe", "nothing"],
)
def test_what_was_swapped_after_the_look_is_not_taken(tmp_path: Path, swap: Callable[[Path, Path], object]) -> None:
    path, other = (write(tmp_path / f"inbox/{name}/a.zip", submission(name), 1) for name in ("NSH-S007", "NSH-S008"))
    seen = next(one for one in Folder(tmp_path / "inbox").look(set(), 0).ready if one.folder == "NSH-S007")
    path.unlink()
    swap(path, other)
    there = os.path.lexists(path)
    with pytest.raises(Changed), seen.open():
        pass
    with pytest.raises(Changed) if there else nullcontext():
        seen.done("")
    assert os.path.lexists(path) == there  # nor is it removed


def test_what_is_written_over_a_taken_file_is_taken_by_the_run_after_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An intake ends between its commit and the emptying of the inbox; then other bytes come, of the old length and time."""
    path = write(tmp_path / "home/inbox/NSH-S007/a.csv", submission(), modified=1_640_000_000)
    with installation(tmp_path / "home") as home:
        with monkeypatch.context() as killed:
            killed.setattr(Inboxes, "done", lambda *_: None)
            assert take(home).verdicts.total() == 1
        other = path.read_bytes()[::-1]
        path.write_bytes(other)
        os.utime(path, (1_640_000_000, 1_640_000_000))
        between = take(home)
        assert (between.verdicts.total(), between.unsettled, path.read_bytes()) == (0, 1, other)
        assert take(home).verdicts == {"rejected": 1}
        assert not path.exists()


def test_a_file_whose_disk_does_not_give_it_is_no_file(tmp_path: Path) -> None:
    """`/proc/self/mem` is a regular file whose first bytes are an input/output error."""
    with pytest.raises(NotAFile):
        ReceivedFiles(tmp_path / "received", KEYS).receive(Path("/proc/self/mem"), 1000)


def test_a_file_of_somebody_else_is_no_file() -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        folder.chmod(0o755)
        (folder / "a.zip").write_bytes(b"x")
        (folder / "a.zip").chmod(0)
        if os.geteuid() == 0:
            os.seteuid(NOBODY)
        with pytest.raises(NotAFile), open_regular(folder / "a.zip"):
            pass
    finally:
        os.seteuid(os.getuid())
        shutil.rmtree(folder)


def test_a_scheduled_run_that_comes_twice_takes_nothing_twice(tmp_path: Path) -> None:
    folder = tmp_path / "home"
    settings = settings_for(folder)
    with installation(folder):
        write(folder / "inbox/NSH-S007/a.zip", submission(), modified=1_640_000_000)
    first = take_pending(settings, COLLECTED)
    with installation(folder) as home:
        after = state(home)
    second = take_pending(settings, COLLECTED)
    with installation(folder) as home:
        assert state(home) == after
        assert len(rows(home, table("deliveries"))) == 1
    assert first != second
