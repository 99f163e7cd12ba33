"""A letter, and the mail made of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.mime.application import MIMEApplication
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from warehouse.installation.settings import Settings

if TYPE_CHECKING:
    from warehouse.mail.enclosing import Enclosure

WORKBOOK = "vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Kind(StrEnum):
    """What a letter is."""

    NOTICE = "notice"  # what became of one delivery
    REMINDER = "reminder"  # to an institution that owes a submission
    ESCALATION = "escalation"  # to the department: who owes


@dataclass(frozen=True)
class Key:
    """What is said once: about a delivery or a reporting date, at a stage in days from the deadline."""

    kind: Kind
    institution: str  # empty for the department
    about: str
    stage: int | None = None


@dataclass(frozen=True)
class Letter:
    """One letter; neither subject nor body holds anything of a person. `path` is where it is kept, in the home.

    `enclosing` is the body of a letter that the marked workbook goes along with; none where it never does.
    """

    key: Key
    addresses: tuple[str, ...]
    subject: str
    body: str
    path: str | None = None
    enclosing: str | None = None


def message_id(settings: Settings, key: Key) -> str:
    """Name a letter: the same letter, sent again after a kill, has the same name, and mail programs show it once."""
    told = "|".join((key.kind, key.institution, key.about, "" if key.stage is None else str(key.stage)))
    name = hashlib.sha256(told.encode()).hexdigest()[:32]
    return f"<{name}@{settings.mail_from.rpartition('@')[2] or 'localhost'}>"


def message_of(settings: Settings, letter: Letter, at: datetime, enclosed: Enclosure | None = None) -> MIMEBase:
    """Make the mail of a letter, to nobody yet; EmailMessage would lose spaces of a long subject (Python 3.11)."""
    message = MIMEText(letter.body, _charset="utf-8") if enclosed is None else _with_workbook(letter, enclosed)
    message["From"] = settings.mail_from
    message["Subject"] = Header(" ".join(letter.subject.split()), "utf-8", header_name="Subject").encode()
    message["Date"] = format_datetime(at.astimezone(settings.timezone))
    message["Message-ID"] = message_id(settings, letter.key)
    message["Auto-Submitted"] = "auto-generated"
    return message


def _with_workbook(letter: Letter, enclosed: Enclosure) -> MIMEBase:
    attached = MIMEApplication(enclosed.content, WORKBOOK)
    attached.add_header("Content-Disposition", "attachment", filename=("utf-8", "", enclosed.name))
    both = MIMEMultipart("mixed")
    both.attach(MIMEText(letter.enclosing or letter.body, _charset="utf-8"))
    both.attach(attached)
    return both
