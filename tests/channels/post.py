"""A mail box as its owner sees it, and letters for it."""

from __future__ import annotations

import imaplib
import ssl
from email.message import EmailMessage
from pathlib import Path

from tests.channels.dovecot import BOX, PASSWORD, Dovecot
from tests.channels.servers import HOST
from warehouse.channels.address import Address, address_of

SEVEN, EIGHT = "seven@school7.example", "eight@mail.example"


class Post:
    """The box as its owner sees it."""

    def __init__(self, server: Dovecot, senders: Path) -> None:
        self.server, self.senders = server, senders
        context = ssl.create_default_context(cafile=server.folder / "mail.pem")
        self.box = imaplib.IMAP4_SSL(HOST, server.port, ssl_context=context)
        self.box.login(BOX, PASSWORD)
        self.box.select("INBOX")

    def come(self, letter: EmailMessage | bytes) -> None:
        self.box.append("INBOX", "", None, letter if isinstance(letter, bytes) else letter.as_bytes())

    def unread(self) -> int:
        self.box.select("INBOX")
        return len(self.box.search(None, "UNSEEN")[1][0].split())

    def clear(self) -> None:
        if self.box.select("INBOX")[1] != [b"0"]:
            self.box.store("1:*", "+FLAGS", "\\Deleted")
            self.box.expunge()

    def address(self, *options: str, authserv: str = "none", folder: str = "INBOX") -> Address:
        return address_of(
            self.server.address(f"senders={self.senders}", f"authserv={authserv}", *options, folder=folder)
        )


def letter(*files: tuple[str, bytes], sender: str = SEVEN, **headers: str) -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = f"Школа <{sender}>", "box@city.example", "Отчёт"
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content("Посылаем.\n")
    for name, content in files:
        made.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return made
