"""Operators told by e-mail: what broke, without anything of a person."""

from __future__ import annotations

from datetime import datetime
from email.header import Header
from email.mime.text import MIMEText
from email.utils import format_datetime

from warehouse.installation.settings import Misconfigured, Settings
from warehouse.mail.server import MailFailed, Outcome, connected, send, server_of


def tell(settings: Settings, subject: str, body: str, at: datetime) -> None:
    """Send a letter to the operators; raise MailFailed, or Misconfigured where nobody can be told."""
    server = server_of(settings)
    if server is None or not settings.alarm_to:
        raise Misconfigured("Тревогу послать некому: задайте NASTAVNIK_SMTP_URL и NASTAVNIK_ALARM_TO.")
    message = MIMEText(body, _charset="utf-8")
    message["From"], message["To"] = settings.mail_from, ", ".join(settings.alarm_to)
    message["Subject"] = Header(" ".join(subject.split()), "utf-8", header_name="Subject").encode()
    message["Date"] = format_datetime(at.astimezone(settings.timezone))
    message["Auto-Submitted"] = "auto-generated"
    with connected(server) as session:
        if (answer := send(session, message)).outcome is not Outcome.SENT:
            raise MailFailed(f"Письма не отправлены: почтовый сервер ответил {answer.code}.")
