"""Which files of an inbox are taken, and which are left for later."""

from __future__ import annotations

import errno
import hashlib
import os
import threading
import time
from pathlib import Path

import pytest

from expectations.sealing import StorageKeys
from warehouse.channels.channel import Changed
from warehouse.channels.folder import Folder
from warehouse.channels.inboxes import Inboxes
from warehouse.ingestion.inbox import look, unchanged
from warehouse.ingestion.intake import waves
from warehouse.storage.received import NotAFile, ReceivedFiles

KEYS = StorageKeys("00000000", {"00000000": bytes(range(32))})


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    (tmp_path / "NSH-S007").mkdir()
    return tmp_path


def put(inbox: Path, name: str, content: bytes = b"x", *, age: float = 0) -> Path:
    path = inbox / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    modified = time.time() - age
    os.utime(path, (modified, modified))
    return path


def names(paths: list) -> list[str]:
    return [one.path.name for one in paths]


def test_a_file_still_being_written_is_left_for_later(inbox: Path) -> None:
    path = put(inbox, "NSH-S007/a.xlsx")
    done = threading.Event()

    def write_on() -> None:
        while not done.wait(0.01):
            with path.open("ab") as file:
                file.write(b"more")

    writer = threading.Thread(target=write_on)
    writer.start()
    found = look(inbox, set(), 0.2)
    done.set()
    writer.join()
    assert (names(found.ready), found.unsettled) == ([], 1)
    assert names(look(inbox, set(), 0.05).ready) == ["a.xlsx"]


def test_one_slow_writer_holds_nobody_else(inbox: Path) -> None:
    put(inbox, "NSH-S007/old.xlsx", age=60)
    growing = put(inbox, "NSH-S007/new.xlsx")
    threading.Timer(0.05, lambda: growing.write_bytes(b"longer")).start()
    assert names(look(inbox, set(), 0.2).ready) == ["old.xlsx"]


def test_old_files_are_taken_without_waiting(inbox: Path) -> None:
    put(inbox, "NSH-S007/old.xlsx", age=60)
    started = time.monotonic()
    assert names(look(inbox, set(), 30).ready) == ["old.xlsx"]
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    "name", ["a.xlsx.part", "a.FILEPART", "a.tmp", ".a.xlsx", "~$a.xlsx", "a.crdownload", "desktop.ini"]
)
def test_names_that_say_unfinished_are_passed_over(inbox: Path, name: str) -> None:
    put(inbox, f"NSH-S007/{name}", age=60)
    found = look(inbox, set(), 0)
    assert (found.ready, found.odd) == ([], [])


def test_the_same_file_is_taken_once_and_a_changed_one_again(inbox: Path) -> None:
    path = put(inbox, "NSH-S007/a.xlsx", age=60)
    (first,) = look(inbox, set(), 0).ready
    found = look(inbox, {first.arrival}, 0)
    assert (names(found.ready), names(found.taken)) == ([], ["a.xlsx"])
    path.write_bytes(b"changed")
    assert names(look(inbox, {first.arrival}, 0).ready) == ["a.xlsx"]
    assert not unchanged(first)


def test_an_empty_or_absent_inbox_holds_nothing(tmp_path: Path) -> None:
    assert look(tmp_path / "nowhere", set(), 0).ready == []


def test_a_batch_holds_each_sender_once(inbox: Path) -> None:
    for name, age in (("A/1", 50), ("A/2", 40), ("B/1", 30), ("A/3", 20), ("C/1", 10)):
        put(inbox, name, age=age)
    batches = waves(look(inbox, set(), 0).ready, 2)
    assert [[f"{one.folder}/{one.path.name}" for one in batch] for batch in batches] == [
        ["A/1", "B/1"],
        ["C/1"],
        ["A/2"],
        ["A/3"],
    ]


def test_only_regular_files_are_received(inbox: Path, tmp_path: Path) -> None:
    """Whatever was swapped in after the look: no link is followed, no pipe waited for."""
    put(inbox, "NSH-S007/a.xlsx")
    os.mkfifo(inbox / "pipe")
    (inbox / "link").symlink_to(inbox / "NSH-S007/a.xlsx")
    for odd in ("pipe", "link", "NSH-S007", "nowhere"):
        with pytest.raises(NotAFile):
            ReceivedFiles(tmp_path / "received", KEYS).receive(inbox / odd, 1000)


def test_a_file_over_the_limit_is_hashed_and_not_kept(inbox: Path, tmp_path: Path) -> None:
    path = put(inbox, "NSH-S007/a.xlsx", b"x" * 1001)
    received = ReceivedFiles(tmp_path / "received", KEYS).receive(path, 1000)
    assert (received.size, received.path) == (1001, None)
    assert not [path for path in (tmp_path / "received").rglob("*") if path.is_file()]


def test_a_folder_that_is_closed_to_us_is_told_and_holds_nobody(inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(inbox, "NSH-S001/a.xlsx", age=60)
    put(inbox, "NSH-S007/a.xlsx", age=60)
    lists = os.scandir

    def closed(path: Path) -> object:
        if Path(path).name == "NSH-S001":
            raise PermissionError
        return lists(path)

    monkeypatch.setattr(os, "scandir", closed)
    found = look(inbox, set(), 0)
    assert ([one.folder for one in found.ready], found.odd) == (["NSH-S007"], ["NSH-S001"])


def test_an_inbox_that_is_closed_to_us_is_no_empty_one(inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(_: Path) -> object:
        raise PermissionError

    monkeypatch.setattr(os, "scandir", closed)
    with pytest.raises(PermissionError):
        look(inbox, set(), 0)


def test_an_inbox_that_gives_nothing_holds_no_other(inbox: Path, tmp_path: Path) -> None:
    put(inbox, "NSH-S007/a.xlsx", age=60)
    closed = tmp_path / "closed"
    closed.write_bytes(b"no folder")
    with Inboxes([Folder(closed), Folder(inbox)]) as inboxes:
        assert [one.folder for one in inboxes.look(set(), 0).ready] == ["NSH-S007"]
        assert inboxes.faults == {str(closed): "папка не открывается (NotADirectoryError): проверьте права и диск."}


@pytest.mark.parametrize("error", [errno.EACCES, errno.EROFS], ids=["no right", "a read-only disk"])
def test_a_taken_file_that_may_not_be_removed_stays(inbox: Path, monkeypatch: pytest.MonkeyPatch, error: int) -> None:
    path = put(inbox, "NSH-S007/a.xlsx", age=60)
    (one,) = Folder(inbox).look(set(), 0).ready

    def denied(*_: object, **__: object) -> None:
        raise OSError(error, "denied")

    monkeypatch.setattr(Path, "unlink", denied)
    one.done(hashlib.sha256(b"x").hexdigest())
    assert path.exists()


def test_other_bytes_under_the_mark_of_taken_ones_are_not_removed_and_come_next(inbox: Path) -> None:
    """As many bytes in the same place, the old time put back: whoever lists files sees no difference."""
    path = put(inbox, "NSH-S007/a.xlsx", b"one", age=60)
    (taken,) = Folder(inbox).look(set(), 0).ready
    over(path, b"two")
    (known,) = Folder(inbox).look({taken.arrival}, 0).taken
    with pytest.raises(Changed):
        known.done(hashlib.sha256(b"one").hexdigest())
    assert path.read_bytes() == b"two"
    (fresh,) = Folder(inbox).look({taken.arrival}, 0).ready
    fresh.done(hashlib.sha256(b"two").hexdigest())
    assert not path.exists()


def over(path: Path, content: bytes) -> None:
    """Write other bytes over a file, and put its time back."""
    status = path.stat()
    path.write_bytes(content)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
