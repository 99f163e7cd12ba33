"""A real SMTP server on loopback for tests."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.controller import Controller


class Postbox:
    """Keeps what is sent; answers a recipient with a code where told to."""

    def __init__(self, refusals: dict[str, str]) -> None:
        self.received: list[EmailMessage] = []
        self._refusals = refusals

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):  # noqa: N802 (aiosmtpd's name)
        if address in self._refusals:
            return self._refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 (aiosmtpd's name)
        self.received.append(message_from_bytes(envelope.content, policy=default))
        return "250 OK"


def _free_port() -> int:
    with socket.socket() as probe:  # aiosmtpd cannot be given 0: it calls itself there to see whether it runs
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def mail_server(refusals: dict[str, str] | None = None) -> Iterator[tuple[str, Postbox]]:
    """Run a server; give its URL and what it received. `refusals` are answers by recipient."""
    postbox = Postbox(refusals or {})
    controller = Controller(postbox, hostname="127.0.0.1", port=_free_port(), ready_timeout=60)
    controller.start()
    try:
        yield f"smtp://127.0.0.1:{controller.port}", postbox
    finally:
        controller.stop()
