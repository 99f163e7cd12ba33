"""A real SMTP server on loopback for tests, with or without TLS, and certificates made for it."""

from __future__ import annotations

import datetime
import ipaddress
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

USER, PASSWORD = "kenar", "Parol:9051@/%"


class Postbox:
    """Keeps what is sent; answers a recipient with a code where told to."""

    def __init__(self, refusals: dict[str, str], attachments: str | None = None) -> None:
        self.received: list[EmailMessage] = []
        self._refusals = refusals
        self._attachments = attachments

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):  # noqa: N802 (aiosmtpd's name)
        if address in self._refusals:
            return self._refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 (aiosmtpd's name)
        message = message_from_bytes(envelope.content, policy=default)
        if self._attachments is not None and any(message.iter_attachments()):
            return self._attachments
        self.received.append(message)
        return "250 OK"


def certificate(folder: Path, host: str = "127.0.0.1") -> tuple[Path, ssl.SSLContext]:
    """Make a certificate for a host, signed by itself: its file, and the context of a server that shows it."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder.mkdir(parents=True, exist_ok=True)
    shown, secret = folder / "mail.pem", folder / "mail.key"
    shown.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    secret.write_bytes(key.private_bytes(serialization.Encoding.PEM, *plain))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(shown, secret)
    return shown, context


def _free_port() -> int:
    with socket.socket() as probe:  # aiosmtpd cannot be given 0: it calls itself there to see whether it runs
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _authenticate(server, session, envelope, mechanism, data) -> AuthResult:
    return AuthResult(success=(data.login, data.password) == (USER.encode(), PASSWORD.encode()), handled=False)


@contextmanager
def mail_server(
    refusals: dict[str, str] | None = None,
    smtps: ssl.SSLContext | None = None,
    starttls: ssl.SSLContext | None = None,
    login: bool = False,
    attachments: str | None = None,
) -> Iterator[tuple[str, Postbox]]:
    """Run a server; give its URL, without a login, and what it received. `refusals` are answers by recipient.

    `attachments` is the answer to a letter that has one.
    """
    postbox = Postbox(refusals or {}, attachments)
    scheme = "smtps" if smtps else "smtp+starttls" if starttls else "smtp"
    controller = Controller(
        postbox, hostname="127.0.0.1", port=_free_port(), ready_timeout=60, ssl_context=smtps,
        tls_context=starttls, require_starttls=starttls is not None,
        authenticator=_authenticate, auth_required=login, auth_require_tls=smtps is None,
    )  # fmt: skip
    controller.start()
    try:
        yield f"{scheme}://127.0.0.1:{controller.port}", postbox
    finally:
        controller.stop()
