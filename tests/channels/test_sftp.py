"""Deliveries over SFTP: a real OpenSSH server on loopback."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.channels.servers import HOST, cutting
from tests.channels.sshd import Sshd, pinned
from tests.installations import installation, take
from tests.workbooks import submission, write
from warehouse.channels import sftp
from warehouse.channels.address import address_of
from warehouse.channels.inboxes import Inboxes
from warehouse.channels.opening import channel_of
from warehouse.ingestion.inbox import ignored
from warehouse.storage.received import ReceivedFiles

pytestmark = pytest.mark.slow


def put(root: Path, name: str, content: bytes = b"x", age: float = 60) -> Path:
    path = root / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    modified = path.stat().st_mtime - age
    os.utime(path, (modified, modified))
    return path


def fetched(inboxes: Inboxes, received: ReceivedFiles) -> dict[str, bytes | None]:
    found = {}
    for one in inboxes.look(set(), 0).ready:
        kept = inboxes.fetch(one, lambda file: received.receive_from(file, 10**8))
        found[one.folder] = received.read(kept.sha256) if kept is not None else None
    return found


def test_files_come_whole_and_unsaid_and_stay_at_the_server(
    ssh: Sshd, root: Path, received: ReceivedFiles, silence: Callable
) -> None:
    large = os.urandom(3_000_000)
    path = put(root, "S1/отчёт за год.xlsx", large)
    put(root, "S2/a.xlsx.filepart")
    put(root, "S3/пусто.xlsx", b"")
    (root / "S2/link.xlsx").symlink_to(path)
    (root / "S2/folder").mkdir()
    with silence(), Inboxes([channel_of(pinned(ssh))]) as inboxes:
        assert fetched(inboxes, received) == {"S1": large, "S3": b""}
        assert (inboxes.odd, inboxes.unread, inboxes.faults) == (2, 0, {})
        first = inboxes.look(set(), 0).ready
        again = inboxes.look({one.arrival for one in first}, 0)
        assert (len(again.ready), len(again.taken)) == (0, 2)
    assert path.read_bytes() == large


def test_a_name_that_is_no_utf8_is_taken(ssh: Sshd, root: Path, received: ReceivedFiles) -> None:
    put(root, os.fsdecode(b"S1/\xee\xf2\xf7.xlsx"), b"cp1251")
    with Inboxes([channel_of(pinned(ssh))]) as inboxes:
        assert fetched(inboxes, received) == {"S1": b"cp1251"}


def test_a_young_file_is_looked_at_twice(ssh: Sshd, root: Path) -> None:
    put(root, "S1/ready.xlsx", age=0)
    growing = put(root, "S2/growing.xlsx", age=0)
    channel = channel_of(pinned(ssh))
    seen = channel.look(set(), 0).ready
    growing.write_bytes(b"longer")
    assert [one.folder for one in channel.look(set(), 0.2).ready] == ["S1", "S2"]
    assert len(seen) == 2
    channel.close()


def test_a_folder_removed_during_the_look_holds_no_other(
    ssh: Sshd, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(root, "S1/a.xlsx")
    put(root, "S2/a.xlsx")

    def removing(name: str) -> bool:
        shutil.rmtree(root / "S1", ignore_errors=True)
        return ignored(name)

    monkeypatch.setattr(sftp, "ignored", removing)
    with Inboxes([channel_of(pinned(ssh))]) as inboxes:
        assert [one.folder for one in inboxes.look(set(), 0).ready] == ["S2"]
        assert (inboxes.odd, inboxes.faults) == (0, {})


def test_a_server_that_falls_silent_in_the_listing_holds_no_night(
    ssh: Sshd, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sftp, "LISTING_SECONDS", 0.5)
    for number in range(300):
        put(root, f"S1/{number}.xlsx")
    with cutting(ssh.port, [15_000], silent=True) as port:
        address = address_of(pinned(ssh).text.replace(f":{ssh.port}", f":{port}"))
        with Inboxes([channel_of(address)]) as inboxes:
            assert inboxes.look(set(), 0).ready == []
            assert list(inboxes.faults.values()) == ["сервер не отвечает (TimeoutError)."]


def test_a_file_that_grew_after_the_look_waits(ssh: Sshd, root: Path, received: ReceivedFiles) -> None:
    path = put(root, "S1/a.xlsx")
    with Inboxes([channel_of(pinned(ssh))]) as inboxes:
        (one,) = inboxes.look(set(), 0).ready
        path.write_bytes(b"longer")
        assert inboxes.fetch(one, lambda file: received.receive_from(file, 1000)) is None
        assert inboxes.unsettled == 1


def test_a_link_swapped_in_after_the_look_is_not_followed(ssh: Sshd, root: Path, received: ReceivedFiles) -> None:
    path, secret = put(root, "S1/a.xlsx"), put(root, "S2/.secret")
    with Inboxes([channel_of(pinned(ssh))]) as inboxes:
        (one,) = inboxes.look(set(), 0).ready
        path.unlink()
        path.symlink_to(secret)
        assert inboxes.fetch(one, lambda file: received.receive_from(file, 1000)) is None
        assert inboxes.unsettled == 1


def test_what_is_listed_and_not_given_is_told(ssh: Sshd, root: Path, received: ReceivedFiles) -> None:
    put(root, "S1/a.xlsx")
    with Inboxes([channel_of(pinned(ssh, "listing"))]) as inboxes:
        assert fetched(inboxes, received) == {"S1": None}
        assert (inboxes.unread, inboxes.faults) == (1, {})


def host_of(known: Path, ssh: Sshd, public: str) -> str:
    """Write a known_hosts file; return it as an option."""
    kind, key, *_ = (ssh.folder / public).read_text().split()
    known.write_text(f"[{HOST}]:{ssh.port} {kind} {key}\n")
    return f"known_hosts={known}"


def test_a_server_in_a_known_hosts_file_is_known(ssh: Sshd, root: Path, tmp_path: Path) -> None:
    put(root, "S1/a.xlsx")
    with Inboxes([channel_of(address_of(ssh.address(host_of(tmp_path / "known", ssh, "host.pub"))))]) as inboxes:
        assert len(inboxes.look(set(), 0).ready) == 1
        assert inboxes.faults == {}


@pytest.mark.parametrize("known", ["another key", "another fingerprint", "nothing"])
def test_an_unknown_or_changed_host_key_is_refused(
    ssh: Sshd, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, known: str
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    options = {
        "another key": [host_of(tmp_path / "known", ssh, "client.pub")],
        "another fingerprint": [f"hostkey=SHA256:{'A' * 43}"],
        "nothing": [],
    }[known]
    with Inboxes([channel_of(address_of(ssh.address(*options)))]) as inboxes:
        assert inboxes.look(set(), 0).ready == []
        ((_, reason),) = inboxes.faults.items()
    assert reason.startswith("ключ узла неизвестен или подменён")


REFUSED = {
    "a key not let in": (lambda ssh: pinned(ssh, "host"), "сервер не впускает"),
    "no key file": (lambda ssh: pinned(ssh, "none"), "файл ключей не читается"),
    "no such folder": (
        lambda ssh: address_of(pinned(ssh).text.replace("/files?", "/none?")),
        "папка на сервере не открывается",
    ),
    "no server": (lambda ssh: address_of(pinned(ssh).text.replace(f":{ssh.port}", ":1")), "сервер не отвечает"),
}


@pytest.mark.parametrize(("address", "reason"), REFUSED.values(), ids=REFUSED)
def test_why_a_channel_gave_nothing_is_told(ssh: Sshd, root: Path, address: object, reason: str) -> None:
    with Inboxes([channel_of(address(ssh))]) as inboxes:
        assert inboxes.look(set(), 0).ready == []
        ((_, told),) = inboxes.faults.items()
    assert told.startswith(reason)


@pytest.mark.parametrize(("cuts", "whole"), [([500_000], True), ([500_000] * 9, False)], ids=["once", "always"])
def test_a_connection_cut_within_a_file_is_made_anew(
    ssh: Sshd, root: Path, received: ReceivedFiles, cuts: list[int], whole: bool
) -> None:
    large = os.urandom(1_000_000)
    path = put(root, "S1/a.xlsx", large)
    with cutting(ssh.port, cuts) as port:
        address = address_of(pinned(ssh).text.replace(f":{ssh.port}", f":{port}"))
        with Inboxes([channel_of(address)]) as inboxes:
            assert fetched(inboxes, received) == {"S1": large if whole else None}
            assert inboxes.unread == (not whole)
    assert len(list(received.paths())) == whole
    assert path.read_bytes() == large


def test_a_full_disk_of_ours_is_no_fault_of_the_server(ssh: Sshd, root: Path) -> None:
    put(root, "S1/a.xlsx")

    def full(file: object) -> None:
        raise OSError(28, "")

    with Inboxes([channel_of(pinned(ssh))]) as inboxes:
        (one,) = inboxes.look(set(), 0).ready
        with pytest.raises(OSError, match="28"):
            inboxes.fetch(one, full)


def test_a_night_leaves_what_it_took_and_takes_it_once(ssh: Sshd, root: Path, tmp_path: Path) -> None:
    book = write(root / "NSH-S007/a.zip", submission("NSH-S007"), modified=1_640_000_000)
    with installation(tmp_path / "home", NASTAVNIK_INBOX=pinned(ssh).text) as home:
        assert [line.verdict for line in take(home).lines] == ["accepted"]
        assert take(home).lines == []
    assert book.exists()
