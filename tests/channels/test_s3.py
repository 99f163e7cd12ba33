"""Deliveries out of S3: a real server in a process of its own, and a proxy of faults before it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.channels.servers import Fault, Proxy, before, cut, error, free_port, listing
from tests.installations import COLLECTED, installation, take
from tests.workbooks import submission, write
from warehouse.channels.address import Address, address_of
from warehouse.channels.inboxes import Inboxes
from warehouse.channels.opening import channel_of
from warehouse.storage.received import ReceivedFiles, received_path

pytestmark = pytest.mark.slow
AWKWARD = ["отчёт за год.xlsx", "a+b c.xlsx", "a%2Fb.xlsx", "a&b=c?d#e.xlsx", "é.xlsx"]


@pytest.fixture
def address(bucket: str, proxy: Proxy) -> Address:
    return address_of(f"s3://{bucket}/in?endpoint=http://127.0.0.1:{proxy.port}&region=us-east-1")


def fetched(inboxes: Inboxes, received: ReceivedFiles, limit: int = 10**6) -> dict[str, bytes | None]:
    """Fetch all that waits; return the bytes by the sender's folder."""
    found = {}
    for one in inboxes.look(set(), 0).ready:
        kept = inboxes.fetch(one, lambda file: received.receive_from(file, limit))
        found[one.folder] = received.read(kept.sha256) if kept is not None and kept.path else None
    return found


def test_names_that_urls_spoil_come_whole_and_unsaid(
    client: Any, bucket: str, address: Address, received: ReceivedFiles, silence: Callable
) -> None:
    for number, name in enumerate(AWKWARD):
        client.put_object(Bucket=bucket, Key=f"in/S{number}/{name}", Body=name.encode())
    with silence(), Inboxes([channel_of(address)]) as inboxes:
        assert fetched(inboxes, received) == {f"S{number}": name.encode() for number, name in enumerate(AWKWARD)}


def test_only_files_of_senders_are_taken(client: Any, bucket: str, address: Address) -> None:
    """Marks of folders and unfinished files are passed over; what lies deeper, or has no sender, is told."""
    for key in ("in/", "in/S1/", "in/S1/a.xlsx.part", "in/.hidden/a.xlsx", "other/S1/a.xlsx", "inS/a.xlsx"):
        client.put_object(Bucket=bucket, Key=key, Body=b"")
    for key in ("in/nobody.xlsx", "in/S1/deep/a.xlsx"):
        client.put_object(Bucket=bucket, Key=key, Body=b"x")
    with Inboxes([channel_of(address)]) as inboxes:
        found = inboxes.look(set(), 0)
    assert (list(found.ready), found.odd) == ([], 2)


def test_a_sender_is_spelled_harmlessly(client: Any, bucket: str, address: Address) -> None:
    client.put_object(Bucket=bucket, Key="in/S1\u202e/a.xlsx", Body=b"x")
    with Inboxes([channel_of(address)]) as inboxes:
        assert [one.folder for one in inboxes.look(set(), 0).ready] == ["S1\\u202e"]


def test_every_page_is_listed_and_nothing_twice(client: Any, bucket: str, address: Address) -> None:
    with ThreadPoolExecutor(16) as many:
        put = [many.submit(client.put_object, Bucket=bucket, Key=f"in/S{n}/a.xlsx", Body=b"x") for n in range(1001)]
    assert all(one.result() for one in put)
    with Inboxes([channel_of(address)]) as inboxes:
        first = inboxes.look(set(), 0).ready
        assert len(first) == len({one.arrival for one in first}) == 1001
        again = inboxes.look({one.arrival for one in first}, 0)
        assert (len(again.ready), len(again.taken)) == (0, 1001)


@pytest.mark.thorough
def test_forty_thousand_objects_are_listed_once(bucket: str, address: Address, proxy: Proxy) -> None:
    proxy.listing = listing(40_000)
    with Inboxes([channel_of(address)]) as inboxes:
        ready = inboxes.look(set(), 0).ready
        assert len({one.arrival for one in ready}) == len(ready) == 40_000
    assert len(proxy.asked) == 40


@pytest.mark.parametrize(
    "fault", [error(503, "SlowDown"), error(500, "InternalError"), cut], ids=["throttled", "broken", "cut at 90 %"]
)
def test_a_passing_fault_is_tried_again(
    client: Any, bucket: str, address: Address, proxy: Proxy, received: ReceivedFiles, fault: Fault
) -> None:
    client.put_object(Bucket=bucket, Key="in/S1/a.xlsx", Body=b"x" * 100_000)
    proxy.faults += [fault]
    with Inboxes([channel_of(address)]) as inboxes:
        assert fetched(inboxes, received) == {"S1": b"x" * 100_000}
        assert (inboxes.unread, inboxes.faults) == (0, {})


def test_half_an_object_is_never_kept(
    client: Any, bucket: str, address: Address, proxy: Proxy, received: ReceivedFiles
) -> None:
    for sender in ("S1", "S2"):
        client.put_object(Bucket=bucket, Key=f"in/{sender}/a.xlsx", Body=sender.encode() * 50_000)
    proxy.faults += [cut] * 3
    with Inboxes([channel_of(address)]) as inboxes:
        assert fetched(inboxes, received) == {"S1": None, "S2": b"S2" * 50_000}
        assert (inboxes.unread, inboxes.faults) == (1, {})
    assert len(list(received.paths())) == 1


def test_a_channel_that_only_breaks_is_given_up(
    client: Any, bucket: str, address: Address, proxy: Proxy, received: ReceivedFiles
) -> None:
    for number in range(5):
        client.put_object(Bucket=bucket, Key=f"in/S{number}/a.xlsx", Body=b"x" * 1000)
    proxy.faults += [cut] * 100
    with Inboxes([channel_of(address)]) as inboxes:
        assert set(fetched(inboxes, received).values()) == {None}
        assert inboxes.unread == 5
        assert list(inboxes.faults) == [str(address)]
    assert len(proxy.faults) == 100 - 9  # three tries of three files


def test_an_object_replaced_after_the_look_waits_for_the_next(
    client: Any, bucket: str, address: Address, proxy: Proxy, received: ReceivedFiles
) -> None:
    client.put_object(Bucket=bucket, Key="in/S1/a.xlsx", Body=b"old")
    proxy.faults += [before(lambda: client.put_object(Bucket=bucket, Key="in/S1/a.xlsx", Body=b"new"))]
    with Inboxes([channel_of(address)]) as inboxes:
        assert fetched(inboxes, received) == {"S1": None}
        assert inboxes.unsettled == 1
        assert fetched(inboxes, received) == {"S1": b"new"}


def test_an_object_gone_after_the_look_is_no_fault(
    client: Any, bucket: str, address: Address, proxy: Proxy, received: ReceivedFiles
) -> None:
    client.put_object(Bucket=bucket, Key="in/S1/a.xlsx", Body=b"old")
    proxy.faults += [before(lambda: client.delete_object(Bucket=bucket, Key="in/S1/a.xlsx"))]
    with Inboxes([channel_of(address)]) as inboxes:
        assert fetched(inboxes, received) == {"S1": None}
        assert (inboxes.unsettled, inboxes.faults) == (1, {})


def test_expired_credentials_end_the_channel_at_once(
    client: Any, bucket: str, address: Address, proxy: Proxy, received: ReceivedFiles
) -> None:
    for sender in ("S1", "S2"):
        client.put_object(Bucket=bucket, Key=f"in/{sender}/a.xlsx", Body=b"x")
    proxy.faults += [error(400, "ExpiredToken")]
    with Inboxes([channel_of(address)]) as inboxes:
        assert fetched(inboxes, received) == {"S1": None, "S2": None}
        assert inboxes.faults == {str(address): "срок временного ключа истёк."}
    assert sum("list-type" not in path for path in proxy.asked) == 1


def test_a_closed_object_holds_no_other(
    client: Any, bucket: str, address: Address, proxy: Proxy, received: ReceivedFiles
) -> None:
    for sender in ("S1", "S2"):
        client.put_object(Bucket=bucket, Key=f"in/{sender}/a.xlsx", Body=b"x")
    proxy.faults += [error(403, "AccessDenied")]
    with Inboxes([channel_of(address)]) as inboxes:
        assert fetched(inboxes, received) == {"S1": None, "S2": b"x"}
        assert (inboxes.unread, inboxes.faults) == (1, {})


def test_an_object_over_the_limit_is_hashed_and_not_kept(
    client: Any, bucket: str, address: Address, received: ReceivedFiles
) -> None:
    client.put_object(Bucket=bucket, Key="in/S1/a.xlsx", Body=b"x" * 1001)
    with Inboxes([channel_of(address)]) as inboxes:
        (one,) = inboxes.look(set(), 0).ready
        kept = inboxes.fetch(one, lambda file: received.receive_from(file, 1000))
    assert kept is not None and (kept.size, kept.path) == (1001, None)


UNREACHABLE = {
    "no bucket": ("s3://inbox-none/in?endpoint=http://127.0.0.1:{port}", "такого хранилища (bucket) нет."),
    "no server": ("s3://{bucket}/in?endpoint=http://127.0.0.1:{nobody}", "хранилище не отвечает"),
    "no profile": ("s3://{bucket}/in?endpoint=http://127.0.0.1:{port}&profile=none", "хранилище не отвечает"),
}


@pytest.mark.parametrize(("url", "reason"), UNREACHABLE.values(), ids=UNREACHABLE)
def test_a_channel_that_lets_nobody_in_holds_no_other(
    client: Any, bucket: str, address: Address, proxy: Proxy, impatient: None, url: str, reason: str
) -> None:
    client.put_object(Bucket=bucket, Key="in/S1/a.xlsx", Body=b"x")
    spoilt = address_of(url.format(bucket=bucket, port=proxy.port, nobody=free_port()))
    with Inboxes([channel_of(spoilt), channel_of(address)]) as inboxes:
        assert [one.folder for one in inboxes.look(set(), 0).ready] == ["S1"]
        assert inboxes.faults[str(spoilt)].startswith(reason)


def test_a_night_takes_each_file_once_whatever_channel_brings_it(
    client: Any, bucket: str, address: Address, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between fetching and commit, then finished; the same bytes through another channel are a duplicate."""
    book = write(tmp_path / "a.zip", submission("NSH-S007"))
    other = write(tmp_path / "b.zip", submission("NSH-S008"))
    client.upload_file(str(book), bucket, "in/NSH-S007/отчёт.zip")
    client.upload_file(str(other), bucket, "in/NSH-S009/чужой.zip")
    with installation(tmp_path / "home", NASTAVNIK_INBOX=address.text) as home:
        with monkeypatch.context() as broken:
            broken.setattr("warehouse.ingestion.intake._enter", _killed)
            with pytest.raises(KeyboardInterrupt):
                take(home)
        kept = received_path(home.settings.received, _sha256(book))
        assert kept.exists()
        verdicts = {line.institution_code: line.verdict for line in take(home).lines}
        assert verdicts == {"NSH-S007": "accepted", "NSH-S009": "rejected"}
        assert take(home).lines == []
        write(home.settings.inbox / "NSH-S007/b.zip", submission("NSH-S007"))
        assert [line.verdict for line in take(home).lines] == ["duplicate"]
        assert take(home, COLLECTED, address).lines == []
    assert client.list_objects_v2(Bucket=bucket)["KeyCount"] == 2


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
