"""Posting: letters kept in their folders, sent where there is a server and an address, noted in the journal."""

from __future__ import annotations

import contextlib
import smtplib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.message import Message

from warehouse.installation.durable import write_durably
from warehouse.installation.settings import Settings
from warehouse.mail import journal
from warehouse.mail.address import is_address
from warehouse.mail.enclosing import enclosure
from warehouse.mail.letters import Letter, message_id, message_of
from warehouse.mail.server import Answer, MailFailed, Outcome, connected, send, server_of


@dataclass(frozen=True)
class Posted:
    """What became of the letters: sent, left in their folders for a person, refused, or put off by the server."""

    sent: int = 0
    kept: int = 0
    refused: int = 0
    postponed: int = 0

    def __add__(self, other: Posted) -> Posted:
        return Posted(*(getattr(self, one) + getattr(other, one) for one in Outcome))


def post(settings: Settings, letters: Iterable[Letter], at: datetime) -> Posted:
    """Say every letter not said yet; needs `alone`. Raise MailFailed when the server fails: the rest is for later.

    A letter is noted after it was handed in: killed between the two, it is sent again under the same Message-ID.
    """
    fresh, server = unsaid(settings, letters), server_of(settings)
    outcomes: Counter[Outcome] = Counter()
    with contextlib.ExitStack() as closing:
        session = None
        for letter in fresh:
            if server is not None and session is None and _recipients(letter):
                session = closing.enter_context(connected(server))
            answer = _say(settings, letter, session, at)
            outcomes[answer.outcome] += 1
            if answer.outcome is not Outcome.POSTPONED:
                name = message_id(settings, letter.key)
                journal.add(settings.home, journal.Said(letter.key, at, answer.outcome, answer.code, name))
    return Posted(*(outcomes[one] for one in Outcome))


def unsaid(settings: Settings, letters: Iterable[Letter]) -> list[Letter]:
    """Leave out what was said."""
    said = journal.said_so_far(settings.home)
    return [one for one in letters if one.key not in said]


def _recipients(letter: Letter) -> list[str]:
    return [one.strip() for one in letter.addresses if is_address(one.strip())]


def _say(settings: Settings, letter: Letter, session: smtplib.SMTP | None, at: datetime) -> Answer:
    """What is kept is addressed by the folder it lies in: no file holds a curator's address.

    Where a server takes no letter with an encrypted attachment, the letter goes without.
    """
    message = message_of(settings, letter, at)
    if letter.path is not None:
        path = settings.home / letter.path
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_durably(path, message.as_bytes())
    recipients = _recipients(letter)
    if session is None or not recipients:
        return Answer(Outcome.KEPT)
    enclosed = enclosure(settings, letter.key, at) if letter.enclosing else None
    if enclosed is not None:
        answer = _hand_in(session, message_of(settings, letter, at, enclosed), recipients)
        if answer.outcome is not Outcome.REFUSED:
            return answer
    return _hand_in(session, message, recipients)


def _hand_in(session: smtplib.SMTP, message: Message, recipients: list[str]) -> Answer:
    message["To"] = ", ".join(recipients)
    return send(session, message)


def insist(posted: Posted) -> None:
    """Raise MailFailed if the server put letters off: most come back within minutes (greylisting)."""
    if posted.postponed:
        raise MailFailed(f"Почтовый сервер просит прийти позже: писем {posted.postponed}.")
