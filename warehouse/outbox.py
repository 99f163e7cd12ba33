"""The outbox: letters as files, sent where a mail server is set; their names remember what was said."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import smtplib
import ssl
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email.header import Header
from email.mime.text import MIMEText
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import SplitResult, quote, unquote, urlsplit

from warehouse.settings import Misconfigured, Settings

REPEATED_AFTER = timedelta(days=7)  # a reminder is not said twice within a week
ANSWER_SECONDS = 30.0  # a silent mail server must not hold the run
LOOPBACK = ("localhost", "127.0.0.1", "::1")
_NAME = re.compile(r"(?P<on>\d{4}-\d\d-\d\d)_(?P<code>.+)_(?P<marks>[^_]+?)(?:\.sent)?\.eml")
_ADDRESS = re.compile(r"[!#$%&'*+/=?^_`{|}~.\w-]{1,64}@[A-Za-z0-9.-]{1,190}\.[A-Za-z0-9-]{2,60}", re.ASCII)


@dataclass(frozen=True)
class Letter:
    """A letter to one institution: `marks` say what about, `address` is what it once wrote itself."""

    code: str
    marks: tuple[str, ...]
    address: str | None
    subject: str
    body: str


@dataclass(frozen=True)
class Posted:
    """What became of the letters: sent, left in the outbox for a person, or put off by the server."""

    sent: int = 0
    kept: int = 0
    postponed: int = 0


class MailFailed(Exception):
    """The mail server could not be used; its text names no address."""


def outbox_of(home: Path) -> Path:
    """Return the folder of the letters."""
    return home / "outbox"


@contextlib.contextmanager
def alone(home: Path) -> Iterator[None]:
    """Let one process at a time look what was said and say the rest."""
    os.umask(0o077)
    outbox_of(home).mkdir(parents=True, exist_ok=True, mode=0o700)
    with (outbox_of(home) / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def reminded(home: Path, on: date) -> set[tuple[str, str]]:
    """Return (institution, mark) of what was said within the week before a day."""
    said = set()
    for path in outbox_of(home).glob("*.eml"):
        if (found := _NAME.fullmatch(path.name)) and on - date.fromisoformat(found["on"]) < REPEATED_AFTER:
            said |= {(unquote(found["code"]), mark) for mark in found["marks"].split("+")}
    return said


def post(settings: Settings, letters: list[Letter], at: datetime, on: date) -> Posted:
    """Send and keep letters; raise MailFailed when the server fails, which leaves the rest for the next run.

    Needs `alone`. A letter is kept after it is sent: interrupted between the two, it is sent again under the
    same Message-ID.
    """
    outbox = outbox_of(settings.home)
    outcomes: Counter[str] = Counter()
    with _server(settings.smtp_url if letters else None) as server:
        for letter in letters:
            message = _message(settings, letter, at, on)
            outcome = _send(server, message) if server and message["To"] else "kept"
            if outcome != "postponed":
                _keep(outbox / _file_name(letter, on, outcome), message)
            outcomes[outcome] += 1
    return Posted(outcomes["sent"], outcomes["kept"], outcomes["postponed"])


def _file_name(letter: Letter, on: date, outcome: str) -> str:
    sent = ".sent" if outcome == "sent" else ""
    return f"{on}_{quote(letter.code, safe='')}_{'+'.join(letter.marks)}{sent}.eml"


def _message(settings: Settings, letter: Letter, at: datetime, on: date) -> MIMEText:
    """Make the mail of a letter; EmailMessage would lose spaces of a long Russian subject (Python 3.11)."""
    message = MIMEText(letter.body, _charset="utf-8")
    message["From"] = settings.mail_from
    if letter.address and _ADDRESS.fullmatch(letter.address.strip()):
        message["To"] = letter.address.strip()
    message["Subject"] = Header(" ".join(letter.subject.split()), "utf-8", header_name="Subject").encode()
    message["Date"] = format_datetime(at.astimezone(settings.timezone))
    name = hashlib.sha256(_file_name(letter, on, "kept").encode()).hexdigest()[:32]
    message["Message-ID"] = f"<{name}@{settings.mail_from.rpartition('@')[2] or 'localhost'}>"
    message["Auto-Submitted"] = "auto-generated"
    return message


def _keep(path: Path, message: MIMEText) -> None:
    unfinished = path.with_name(f".{hashlib.sha256(path.name.encode()).hexdigest()[:16]}.tmp")
    with unfinished.open("wb") as file:
        file.write(message.as_bytes())
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


def _send(server: smtplib.SMTP, message: MIMEText) -> str:
    try:
        with _quoting_nobody():
            server.send_message(message)
    except smtplib.SMTPRecipientsRefused as refused:
        codes = [code for code, _ in refused.recipients.values()]
    except smtplib.SMTPDataError as refused:
        codes = [refused.smtp_code]
    else:
        return "sent"
    return "kept" if min(codes) >= 500 else "postponed"  # 4xx asks to come back later


@contextlib.contextmanager
def _quoting_nobody() -> Iterator[None]:
    """Turn the errors of a mail server into MailFailed, except refusals of one letter."""
    try:
        yield
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError):
        raise
    except (smtplib.SMTPException, OSError) as error:
        code = getattr(error, "smtp_code", "")
        raise MailFailed(f"Почтовый сервер не принял письма ({type(error).__name__} {code}).") from None


@contextlib.contextmanager
def _server(url: str | None) -> Iterator[smtplib.SMTP | None]:
    if url is None:
        yield None
        return
    parts = _parts(url)
    with _quoting_nobody():
        server = _connected(parts)
    with server:
        yield server


def _parts(url: str) -> SplitResult:
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise Misconfigured("NASTAVNIK_SMTP_URL: ожидается адрес smtp://сервер:порт или smtps://имя:пароль@сервер.")
    return parts


def _connected(parts: SplitResult) -> smtplib.SMTP:
    host, local = parts.hostname or "", parts.hostname in LOOPBACK
    secure = parts.scheme == "smtps"
    server: smtplib.SMTP
    if secure:
        server = smtplib.SMTP_SSL(host, parts.port or 465, timeout=ANSWER_SECONDS, context=ssl.create_default_context())
    else:
        server = smtplib.SMTP(host, parts.port or 25, timeout=ANSWER_SECONDS)
    server.ehlo()
    if not secure and not local and server.has_extn("starttls"):
        server.starttls(context=ssl.create_default_context())
        secure = True
    if parts.username:
        if not (secure or local):
            raise Misconfigured("NASTAVNIK_SMTP_URL: пароль не передаётся без шифрования; задайте smtps://.")
        server.login(unquote(parts.username), unquote(parts.password or ""))
    return server
