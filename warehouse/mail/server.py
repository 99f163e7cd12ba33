"""The mail server: letters leave over TLS whose certificate is proved; no error of it names an address."""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from enum import StrEnum
from urllib.parse import unquote, urlsplit

from warehouse.installation.settings import Misconfigured, Settings

ANSWER_SECONDS = 30.0  # a silent mail server must not hold the run
LOOPBACK = ("localhost", "127.0.0.1", "::1")
PORTS = {"smtps": 465, "smtp+starttls": 587, "smtp": 25}


class MailFailed(Exception):
    """The mail server could not be used; its text names no address."""


class Outcome(StrEnum):
    """What became of a letter."""

    SENT = "sent"
    KEPT = "kept"  # in the folder alone: no server, or no address
    REFUSED = "refused"  # the server takes no letter for this address
    POSTPONED = "postponed"  # the server asks to come back later


@dataclass(frozen=True)
class Answer:
    """What a server said to one letter; `code` is SMTP's, of refusals alone: their texts quote addresses."""

    outcome: Outcome
    code: int | None = None


@dataclass(frozen=True)
class Server:
    """Where letters are handed in."""

    scheme: str
    host: str
    port: int
    user: str | None = None
    password: str = field(default="", repr=False)
    context: ssl.SSLContext | None = None  # none where nothing is encrypted


def server_of(settings: Settings) -> Server | None:
    """Return the server of the settings, or None; raise Misconfigured where it cannot be meant or is unsafe."""
    if settings.smtp_url is None:
        return None
    try:
        parts = urlsplit(settings.smtp_url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in PORTS or not parts.hostname:
        raise Misconfigured(
            "NASTAVNIK_SMTP_URL: ожидается smtps://имя:пароль@сервер:порт или smtp+starttls://имя:пароль@сервер:порт."
        )
    context = None if parts.scheme == "smtp" else _context(settings)
    user = unquote(parts.username) if parts.username else None
    server = Server(
        parts.scheme, parts.hostname, port or PORTS[parts.scheme], user, unquote(parts.password or ""), context
    )
    _check_secrecy(server, settings)
    return server


def _check_secrecy(server: Server, settings: Settings) -> None:
    if server.context is not None or server.host in LOOPBACK:
        return
    if not settings.smtp_unencrypted:
        raise Misconfigured(
            "NASTAVNIK_SMTP_URL: письма не отправляются без шифрования. Задайте smtps:// или smtp+starttls://; если "
            "сервер стоит в вашей закрытой сети и шифровать не умеет — NASTAVNIK_SMTP_UNENCRYPTED=yes."
        )
    if server.user:
        raise Misconfigured("NASTAVNIK_SMTP_URL: пароль не передаётся без шифрования; задайте smtps://.")


def _context(settings: Settings) -> ssl.SSLContext:
    """Prove certificates by the machine's authorities, or by the one of the settings alone."""
    try:
        return ssl.create_default_context(cafile=settings.smtp_ca_file)
    except (OSError, ssl.SSLError):
        raise Misconfigured("NASTAVNIK_SMTP_CA_FILE: файла нет, или в нём нет сертификатов.") from None


@contextlib.contextmanager
def connected(server: Server) -> Iterator[smtplib.SMTP]:
    """Open a session, encrypted and logged in where the server is to be; raise MailFailed."""
    with _quoting_nobody():
        session = _session(server)
    try:
        yield session
    finally:
        with contextlib.suppress(smtplib.SMTPException, OSError):
            session.quit()
        session.close()


def _session(server: Server) -> smtplib.SMTP:
    """A server that offers no STARTTLS where it was to is left: somebody on the way may have struck it out."""
    where = (server.host, server.port)
    if server.scheme == "smtps":
        session: smtplib.SMTP = smtplib.SMTP_SSL(*where, timeout=ANSWER_SECONDS, context=server.context)
    else:
        session = smtplib.SMTP(*where, timeout=ANSWER_SECONDS)
    try:
        if server.scheme == "smtp+starttls":
            session.starttls(context=server.context)
        if server.user:
            session.login(server.user, server.password)
    except BaseException:
        session.close()
        raise
    return session


def send(session: smtplib.SMTP, message: Message) -> Answer:
    """Hand in one letter; raise MailFailed where the session is at fault, not the letter."""
    try:
        with _quoting_nobody():
            session.send_message(message)
    except smtplib.SMTPRecipientsRefused as refused:
        code = min(code for code, _ in refused.recipients.values())
    except smtplib.SMTPDataError as refused:
        code = refused.smtp_code
    else:
        return Answer(Outcome.SENT)
    return Answer(Outcome.REFUSED if code >= 500 else Outcome.POSTPONED, code)


@contextlib.contextmanager
def _quoting_nobody() -> Iterator[None]:
    """Turn the errors of a mail server into MailFailed, except refusals of one letter."""
    try:
        yield
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError):
        raise
    except ssl.SSLCertVerificationError:
        words = "сертификат почтового сервера не подтверждён; свой удостоверяющий центр задаёт NASTAVNIK_SMTP_CA_FILE"
    except smtplib.SMTPNotSupportedError:
        words = "почтовый сервер не предлагает STARTTLS или вход по паролю"
    except (smtplib.SMTPException, OSError) as error:
        words = f"почтовый сервер ответил отказом: {type(error).__name__} {getattr(error, 'smtp_code', '')}".strip()
    else:
        return
    raise MailFailed(f"Письма не отправлены: {words}.") from None
