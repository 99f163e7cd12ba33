"""A mail box as a channel: `imaps://user@host/INBOX?senders=…&authserv=…`; the attachments of registered addresses.

The password stands in a netrc file. Letters stay where they are, and unread; with `after=seen` those taken are marked
as read. A letter of a stranger is left and counted.
"""

from __future__ import annotations

import base64
import binascii
import io
import netrc
import quopri
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

from imapclient import SEEN, IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, LoginError

from warehouse.channels.address import Address
from warehouse.channels.channel import Changed, Cut, Denied, Found, Taken, Unreachable, quieten
from warehouse.channels.letters import Part, is_book, parts_of, read_senders, sender_of
from warehouse.channels.names import arrival_mark

quieten("imapclient")
ANSWER_SECONDS = 60
AT_ONCE = 500  # letters asked about in one request
CHUNK = 3 * 1024 * 1024  # bytes of an attachment asked for at once
LARGEST = 200 * 1024 * 1024  # encoded bytes that memory is given for: far more than any limit of a delivery
HEADERS = b"BODY[HEADER.FIELDS (FROM AUTHENTICATION-RESULTS)]"
ASKED = ["BODYSTRUCTURE", "FLAGS", "INTERNALDATE", HEADERS.replace(b"BODY[", b"BODY.PEEK[").decode()]


@dataclass(frozen=True)
class Attachment:
    """One attachment of a letter."""

    box: Box = field(repr=False)
    letter: int
    part: Part
    folder: str
    modified_ns: int
    arrival: str
    seen: bool

    @property
    def channel(self) -> str:
        return self.box.name

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """Open the attachment's own bytes; their encoded number is that of the listing."""
        yield io.BytesIO(self.box.content(self.letter, self.part))

    def done(self, sha256: str) -> None:
        """Mark its letter as read where that is asked for; what fails is done by the next run."""
        if self.box.marks and not self.seen:
            with suppress(Changed, Cut, Denied, Unreachable):
                self.box.mark(self.letter)


class Box:
    """A folder of a mail box."""

    def __init__(self, address: Address) -> None:
        self.name, self._address = str(address), address
        self.marks = address.options.get("after") == "seen"
        self._validity: int | None = None

    @cached_property
    def _client(self) -> IMAPClient:
        context = ssl.create_default_context(cafile=self._address.options.get("ca"))
        client = IMAPClient(self._address.host, self._address.port, ssl_context=context, timeout=ANSWER_SECONDS)
        client.login(self._address.user or "", self._password())
        chosen = client.select_folder(self._address.path or "INBOX", readonly=not self.marks)
        if self._validity not in (None, chosen[b"UIDVALIDITY"]):
            raise Changed  # numbers of letters mean other letters now
        self._validity = chosen[b"UIDVALIDITY"]
        return client

    def _password(self) -> str:
        file = self._address.options.get("netrc")
        try:
            found = netrc.netrc(file).authenticators(self._address.host)
        except (OSError, netrc.NetrcParseError):
            found = None
        if found is None or found[0] != self._address.user or not found[2]:
            raise Unreachable("в файле netrc нет пароля для этого узла и имени.")
        return found[2]

    @contextmanager
    def _asking(self) -> Iterator[IMAPClient]:
        """Give the connection; a lost one is made anew by the next use."""
        try:
            yield self._client
        except LoginError:
            raise Unreachable("почтовый сервер не принял имя или пароль.") from None
        except ssl.SSLCertVerificationError:
            raise Unreachable("сертификат почтового сервера не подтверждён.") from None
        except (IMAPClientAbortError, OSError) as error:
            self.close()
            raise Cut(f"почтовый сервер не отвечает ({type(error).__name__}).") from None
        except IMAPClientError:
            raise Denied from None

    def look(self, taken: Taken, settle_seconds: float) -> Found:
        """List the attachments of registered senders; letters of others are counted."""
        senders = read_senders(Path(self._address.options["senders"]))
        found: list[Attachment] = []
        strangers = 0
        try:
            for number, told in self._letters():
                folder = sender_of(_headers(told[HEADERS] or b""), senders, self._address.options["authserv"])
                if folder is None:
                    strangers += 1
                    continue
                found += self._attachments(number, told, folder)
            before = taken.intersection(one.arrival for one in found)
            ready = [one for one in found if one.arrival not in before and is_book(self._mime(one))]
        except Cut as error:
            raise Unreachable(str(error)) from None
        except (Changed, Denied):
            raise Unreachable("папка почтового ящика не открывается: проверьте её имя.") from None
        ready.sort(key=lambda one: (one.modified_ns, one.letter))  # stable: parts stay in their order
        return Found(ready, [one for one in found if one.arrival in before], strangers=strangers)

    def _letters(self) -> Iterator[tuple[int, dict[bytes, Any]]]:
        """Yield what is told of every letter; of one deleted meanwhile a part may be told, or NIL."""
        with self._asking() as client:
            numbers = client.search("UNDELETED")
            for start in range(0, len(numbers), AT_ONCE):
                letters = client.fetch(numbers[start : start + AT_ONCE], ASKED)
                yield from sorted(one for one in letters.items() if one[1].get(b"BODYSTRUCTURE") is not None)

    def _attachments(self, number: int, told: dict[bytes, Any], folder: str) -> Iterator[Attachment]:
        came = int(told[b"INTERNALDATE"].astimezone().timestamp() * 1e9)
        for part in parts_of(told[b"BODYSTRUCTURE"]):
            arrival = arrival_mark("imap", self.name, self._validity or 0, number, part.number, part.size)
            yield Attachment(self, number, part, folder, came, arrival, SEEN in told[b"FLAGS"])

    def _mime(self, one: Attachment) -> EmailMessage:
        """Return the headers of one part: the letter's where it is all one file, none where it is deleted meanwhile."""
        with self._asking() as client:
            whole = b"BODY[HEADER]"
            part = f"BODY[{one.part.number}.MIME]".encode()
            told = client.fetch([one.letter], [name.replace(b"[", b".PEEK[") for name in (part, whole)])
            headers = told.get(one.letter, {})
            return _headers(headers.get(part) or headers.get(whole) or b"")

    def content(self, letter: int, part: Part) -> bytes:
        """Fetch an attachment piece by piece and decode it."""
        if part.size > LARGEST:
            raise Denied
        encoded = bytearray()
        with self._asking() as client:
            while len(encoded) < part.size:
                place = f"BODY.PEEK[{part.number}]<{len(encoded)}.{CHUNK}>"
                told = client.fetch([letter], [place]).get(letter)
                if told is None:
                    raise Changed  # deleted meanwhile
                piece = told.get(f"BODY[{part.number}]<{len(encoded)}>".encode())
                if not piece:
                    raise Cut("вложение короче, чем сказано.")
                encoded += piece
        if len(encoded) != part.size:
            raise Changed
        return _decoded(bytes(encoded), part.encoding)

    def mark(self, letter: int) -> None:
        """Mark a letter as read."""
        with self._asking() as client:
            client.add_flags([letter], [SEEN], silent=True)

    def close(self) -> None:
        """End the connection where there is one."""
        if (client := self.__dict__.pop("_client", None)) is not None:
            try:
                client.shutdown()
            except (OSError, IMAPClientError):
                return


def _headers(told: bytes) -> EmailMessage:
    return message_from_bytes(told, _class=EmailMessage, policy=policy.default)


def _decoded(encoded: bytes, encoding: str) -> bytes:
    match encoding:
        case "base64":
            try:
                return base64.b64decode(encoded)
            except binascii.Error:
                return encoded  # no workbook: its sender is told so
        case "quoted-printable":
            return quopri.decodestring(encoded)
    return encoded
