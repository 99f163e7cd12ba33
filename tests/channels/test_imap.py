"""Deliveries out of a mail box: a real Dovecot on loopback, over TLS."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.channels.dovecot import BOX, Dovecot
from tests.channels.post import EIGHT, SEVEN, Post, letter
from tests.channels.servers import HOST, cutting
from tests.installations import installation, take
from tests.workbooks import submission, write
from warehouse.channels import imap as box
from warehouse.channels import inboxes as module
from warehouse.channels.address import address_of
from warehouse.channels.channel import Cut
from warehouse.channels.inboxes import Inboxes
from warehouse.channels.letters import sender_of
from warehouse.channels.opening import channel_of
from warehouse.storage.received import ReceivedFiles

pytestmark = pytest.mark.slow
PROVED = "mx.city.example; dkim=pass header.d=school7.example"


@pytest.fixture
def post(imap: Dovecot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Post]:
    monkeypatch.setattr(module, "PAUSES", (0, 0))
    senders = tmp_path / "addresses.csv"
    senders.write_text(f"institution,address\nNSH-S007,{SEVEN}\nNSH-S008,{EIGHT.title()}\n")
    post = Post(imap, senders)
    yield post
    post.clear()
    post.box.logout()


def fetched(inboxes: Inboxes, received: ReceivedFiles) -> list[tuple[str, bytes | None]]:
    found = []
    for one in inboxes.look(set(), 0).ready:
        kept = inboxes.fetch(one, lambda file: received.receive_from(file, 10**8))
        found.append((one.folder, received.read(kept.sha256) if kept is not None else None))
    return found


def test_every_book_of_a_letter_is_taken_and_nothing_else_nor_said(
    post: Post, received: ReceivedFiles, silence: Callable
) -> None:
    large = os.urandom(5_000_000)
    post.come(letter(("отчёт за 2021 год.xlsx", large), ("logo.png", b"png"), ("ПАРЫ.CSV", b"csv")))
    post.come(letter(sender=EIGHT.upper()))
    inner = letter(("внутри.xlsx", b"forwarded"))
    outer = letter()
    outer.add_attachment(inner)
    post.come(outer)
    with silence(), Inboxes([channel_of(post.address())]) as inboxes:
        assert fetched(inboxes, received) == [("NSH-S007", large), ("NSH-S007", b"csv")]
        assert (inboxes.strangers, inboxes.faults) == (0, {})
    assert post.unread() == 3


def test_a_letter_that_is_one_file_is_taken(post: Post, received: ReceivedFiles) -> None:
    alone = EmailMessage()
    alone["From"] = SEVEN
    alone.set_content(b"whole", maintype="application", subtype="zip", filename="a.zip")
    post.come(alone)
    with Inboxes([channel_of(post.address())]) as inboxes:
        assert fetched(inboxes, received) == [("NSH-S007", b"whole")]


ENCODED = {
    "words": b'attachment; filename="=?utf-8?B?0L7RgtGH0ZHRgi54bHN4?="',
    "rfc 2231": b"attachment; filename*=utf-8''%D0%BE%D1%82%D1%87%D1%91%D1%82.xlsx",
    "koi8": b"attachment; filename*=koi8-r''%CF%D4%DE%A3%D4.xlsx",
}


@pytest.mark.parametrize("disposition", ENCODED.values(), ids=ENCODED)
@pytest.mark.parametrize("encoding", ["quoted-printable", "base64", "broken"])
def test_names_and_bytes_of_any_spelling(
    post: Post, received: ReceivedFiles, disposition: bytes, encoding: str
) -> None:
    body, plain = {
        "quoted-printable": (b"a=3Db\r\n", b"a=b\r\n"),
        "base64": (b"YT1i\r\n", b"a=b"),
        "broken": (b"YT1iY\r\n", b"YT1iY\r\n"),
    }[encoding]
    written = b"base64" if encoding == "broken" else encoding.encode()
    post.come(
        b"From: " + SEVEN.encode() + b"\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=B\r\n\r\n"
        b"--B\r\nContent-Type: application/x\r\nContent-Transfer-Encoding: " + written + b"\r\n"
        b"Content-Disposition: " + disposition + b"\r\n\r\n" + body + b"\r\n--B--\r\n"
    )
    with Inboxes([channel_of(post.address())]) as inboxes:
        assert fetched(inboxes, received) == [("NSH-S007", plain)]


STRANGERS = {
    "nobody": {"sender": "who@evil.example"},
    "a name that says another": {"sender": "who@evil.example", "Reply_To": SEVEN, "Sender": SEVEN},
}


@pytest.mark.parametrize("headers", STRANGERS.values(), ids=STRANGERS)
def test_a_stranger_is_counted_and_left(post: Post, received: ReceivedFiles, headers: dict[str, str]) -> None:
    post.come(letter(("a.xlsx", b"x"), **headers))
    with Inboxes([channel_of(post.address("after=seen"))]) as inboxes:
        assert fetched(inboxes, received) == []
        assert inboxes.strangers == 1
    assert post.unread() == 1


NOBODYS = [
    b"From: =?utf-8?q?=?= <",
    b"From: \r\n",
    b"From: <@>,;:",
    b"Subject: none\r\n",
    b"From: a@[\r\n",
    b"From: (((\r\n",
]


@pytest.mark.parametrize("head", NOBODYS)
def test_a_head_that_no_library_reads_stops_no_night(post: Post, received: ReceivedFiles, head: bytes) -> None:
    _, _, rest = letter(("a.xlsx", b"x")).as_bytes().partition(b"To: ")
    post.come(head.rstrip() + b"\r\nTo: " + rest)
    post.come(letter(("a.xlsx", b"good")))
    with Inboxes([channel_of(post.address())]) as inboxes:
        assert fetched(inboxes, received) == [("NSH-S007", b"good")]
        assert inboxes.strangers == 1


def test_two_authors_are_nobody(post: Post, received: ReceivedFiles) -> None:
    made = letter(("a.xlsx", b"x")).as_bytes()
    post.come(b"From: who@evil.example\r\n" + made)
    post.come(made.replace(b"From:", b"From: who@evil.example,", 1))
    with Inboxes([channel_of(post.address())]) as inboxes:
        assert fetched(inboxes, received) == []
        assert inboxes.strangers == 2


AUTHENTICATED = {
    "dkim of the author's domain": (PROVED, True),
    "dmarc": ("mx.city.example 1; dmarc=pass (p=none; d=x) header.from=school7.example", True),
    "spf": ("mx.city.example; dkim=none; spf=pass smtp.mailfrom=robot@school7.example", True),
    "nothing": (None, False),
    "another server": (PROVED.replace("mx.city", "mx.evil"), False),
    "another domain": ("mx.city.example; dkim=pass header.d=evil.example", False),
    "failed": ("mx.city.example; dkim=fail header.d=school7.example", False),
    "a comment": ("mx.city.example; dkim=fail (dkim=pass header.d=school7.example)", False),
    "a sender's quoted word": (
        'mx.city.example; spf=pass smtp.mailfrom="a; dmarc=pass header.from=school7.example; b"@evil.example',
        False,
    ),
    "a sender's word with a property": (
        'mx.city.example; spf=pass smtp.mailfrom="a smtp.mailfrom=b@school7.example"@evil.example',
        False,
    ),
    "two words of one property": ("mx.city.example; spf=pass smtp.mailfrom=a smtp.mailfrom=b@school7.example", False),
    "a comment within another": ("mx.city.example; spf=fail (a (b) ; dmarc=pass header.from=school7.example ;)", False),
    "a quote in a comment": ('mx.city.example; dkim=pass (1" key) header.d=school7.example', True),
    "another method's property": ("mx.city.example; spf=pass smtp.helo=a header.from=school7.example", False),
}


@pytest.mark.parametrize(("said", "known"), AUTHENTICATED.values(), ids=AUTHENTICATED)
def test_our_own_server_says_who_wrote(post: Post, said: str | None, known: bool) -> None:
    headers = {"Authentication_Results": said} if said else {}
    post.come(letter(("a.xlsx", b"x"), **headers))
    with Inboxes([channel_of(post.address(authserv="mx.city.example"))]) as inboxes:
        assert len(inboxes.look(set(), 0).ready) == known
        assert inboxes.strangers == (not known)


def test_a_word_that_the_sender_wrote_below_ours_is_not_heard(post: Post) -> None:
    made = letter(("a.xlsx", b"x")).as_bytes()
    ours = b"Authentication-Results: mx.city.example; dkim=fail header.d=school7.example\r\n"
    post.come(ours + b"Authentication-Results: " + PROVED.encode() + b"\r\n" + made)
    with Inboxes([channel_of(post.address(authserv="mx.city.example"))]) as inboxes:
        assert inboxes.look(set(), 0).ready == []


@pytest.mark.parametrize("asked", ["letters", "parts"])
def test_letters_deleted_during_the_look_are_no_fault(post: Post, monkeypatch: pytest.MonkeyPatch, asked: str) -> None:
    def deleting(*told: object) -> object:
        post.clear()
        return sender_of(*told) if asked == "letters" else set()

    monkeypatch.setattr(box, "AT_ONCE", 1)
    if asked == "letters":
        monkeypatch.setattr(box, "sender_of", deleting)
    for _ in range(2):
        post.come(letter(("a.xlsx", b"x")))
    with Inboxes([channel_of(post.address())]) as inboxes:
        assert inboxes.look(Asked(deleting) if asked == "parts" else set(), 0).ready == []
        assert inboxes.faults == {}


@dataclass
class Asked:
    """A journal that knows no arrival; `intersection` is done when it is asked."""

    intersection: Callable


def test_a_letter_deleted_after_the_look_is_no_fault(post: Post, received: ReceivedFiles) -> None:
    post.come(letter(("a.xlsx", b"x")))
    with Inboxes([channel_of(post.address())]) as inboxes:
        (one,) = inboxes.look(set(), 0).ready
        post.clear()
        assert inboxes.fetch(one, lambda file: received.receive_from(file, 1000)) is None
        assert (inboxes.unsettled, inboxes.faults) == (1, {})


@pytest.mark.parametrize(("cuts", "whole"), [([500_000], True), ([500_000] * 9, False)], ids=["once", "always"])
def test_a_connection_cut_within_an_attachment_is_made_anew(
    post: Post, received: ReceivedFiles, cuts: list[int], whole: bool
) -> None:
    large = os.urandom(1_000_000)
    post.come(letter(("a.xlsx", large)))
    with cutting(post.server.port, cuts) as port:
        address = address_of(post.address().text.replace(f":{post.server.port}", f":{port}"))
        with Inboxes([channel_of(address)]) as inboxes:
            assert fetched(inboxes, received) == [("NSH-S007", large if whole else None)]
            assert inboxes.unread == (not whole)
    assert len(list(received.paths())) == whole


REFUSED = {
    "password": (lambda post, empty: (f"netrc={empty}",), "в файле netrc нет пароля"),
    "wrong password": (lambda post, empty: (f"netrc={_netrc(empty)}",), "почтовый сервер не принял имя или пароль"),
    "authority": (lambda post, empty: ("ca=/etc/ssl/certs/ca-certificates.crt",), "сертификат почтового сервера"),
    "senders": (lambda post, empty: (f"senders={empty}",), "список адресов"),
    "twice": (lambda post, empty: (f"senders={_twice(empty)}",), "список адресов, строка 3"),
}


def _netrc(path: Path) -> Path:
    path.write_text(f"machine {HOST} login {BOX} password wrong\n")
    return path


def _twice(path: Path) -> Path:
    path.write_text(f"institution,address\nA,{SEVEN}\nB,{SEVEN}\n")
    return path


@pytest.mark.parametrize(("spoil", "reason"), REFUSED.values(), ids=REFUSED)
def test_why_a_box_gave_nothing_is_told(post: Post, tmp_path: Path, spoil: object, reason: str) -> None:
    empty = tmp_path / "empty"
    empty.touch()
    with Inboxes([channel_of(post.address(*spoil(post, empty)))]) as inboxes:
        assert inboxes.look(set(), 0).ready == []
        ((_, told),) = inboxes.faults.items()
    assert told.startswith(reason)


def test_no_such_folder_is_told(post: Post) -> None:
    with Inboxes([channel_of(post.address(folder="None"))]) as inboxes:
        inboxes.look(set(), 0)
        ((_, told),) = inboxes.faults.items()
    assert told.startswith("папка почтового ящика не открывается")


def test_a_mark_that_fails_is_made_by_the_next_run(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    post.come(letter(("a.xlsx", b"x")))
    with Inboxes([channel_of(post.address("after=seen"))]) as inboxes:
        (one,) = inboxes.look(set(), 0).ready
        with monkeypatch.context() as broken:
            broken.setattr("warehouse.channels.imap.Box.mark", _lost)
            one.done("")
        assert post.unread() == 1
        (again,) = inboxes.look({one.arrival}, 0).taken
        again.done("")
    assert post.unread() == 0


def _lost(*_: object) -> None:
    raise Cut


def test_a_night_marks_what_it_took_and_takes_it_once(post: Post, tmp_path: Path) -> None:
    books = [write(tmp_path / f"{code}.zip", submission(code)).read_bytes() for code in ("NSH-S007", "NSH-S008")]
    post.come(letter(("a.zip", books[0]), ("b.zip", books[1])))
    post.come(letter(("a.zip", books[1]), sender=EIGHT))
    post.come(letter(("a.zip", books[1]), sender="who@evil.example"))
    with installation(tmp_path / "home", NASTAVNIK_INBOX=post.address("after=seen").text) as home:
        summary = take(home)
        verdicts = sorted((line.institution_code, line.verdict) for line in summary.lines)
        assert verdicts == [("NSH-S007", "accepted"), ("NSH-S007", "rejected"), ("NSH-S008", "accepted")]
        assert summary.strangers == 1
        assert take(home).lines == []
    assert post.unread() == 1
