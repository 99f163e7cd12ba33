"""Reminders by stages around the deadline: each institution that owes, then the department, once a stage."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from warehouse.collection.expected import ReportingDate, register
from warehouse.installation.home import Home, opened
from warehouse.installation.settings import Settings
from warehouse.journal.journal import known_by
from warehouse.mail.address import is_address
from warehouse.mail.curators import curator_addresses
from warehouse.mail.journal import alone, outbox_of
from warehouse.mail.letters import Key, Kind, Letter
from warehouse.mail.owing import Owed, owed_on
from warehouse.mail.posting import Posted, post
from warehouse.mail.words import escalation_body, escalation_subject, reminder_body, reminder_subject
from warehouse.receipts.folders import folder_name


@dataclass(frozen=True)
class Stage:
    """A reporting date at a stage of it, in days from the deadline, and who owes; `expected` institutions in all."""

    date: ReportingDate
    days: int
    owed: list[Owed]
    expected: int


def run_reminders(settings: Settings, at: datetime) -> Posted:
    """Say what is due at a time to those who owe, and to the department after the deadline; raise MailFailed."""
    with alone(settings.home):
        return post(settings, due_reminders(settings, at), at)


def due_reminders(settings: Settings, at: datetime) -> list[Letter]:
    """Return the letters of the stages reached, those said already too; days are of the settings' zone."""
    on = at.astimezone(settings.timezone).date()
    with opened(settings, at) as home:
        stages = _stages(home, on)
        addresses = curator_addresses(home, {one.institution.code for stage in stages for one in stage.owed})
    letters = [_reminder(settings, stage, one, addresses, on) for stage in stages for one in stage.owed]
    return letters + [_escalation(settings, stage, addresses) for stage in stages if stage.days > 0 and _missing(stage)]


def stage_on(days: Iterable[int], date_: ReportingDate, on: date) -> int | None:
    """Return the stage reached on a day, the last one; none before the first."""
    return max((day for day in days if date_.due_on + timedelta(days=day) <= on), default=None)


def _stages(home: Home, on: date) -> list[Stage]:
    owed = owed_on(home, on)
    with home.reading() as connection:
        known = register(connection, known_by(connection, None))
    found = []
    for date_ in sorted({one.date for one in owed}):
        if (days := stage_on(home.settings.remind_days, date_, on)) is not None:
            owing = [one for one in owed if one.date == date_]
            found.append(Stage(date_, days, owing, sum(one.expected(date_.as_of) for one in known)))
    return found


def _reminder(settings: Settings, stage: Stage, owed: Owed, addresses: dict[str, str], on: date) -> Letter:
    code, as_of = owed.institution.code, stage.date.as_of.isoformat()
    path = settings.receipts / folder_name(code) / _file_name("напоминание", stage)
    return Letter(
        Key(Kind.REMINDER, code, as_of, stage.days),
        (addresses[code],) if code in addresses else (),
        reminder_subject(owed, on),
        reminder_body(owed, on, settings.contact),
        str(path.relative_to(settings.home)),
    )


def _missing(stage: Stage) -> list[Owed]:
    return [one for one in stage.owed if not one.still_in_force]


def _escalation(settings: Settings, stage: Stage, addresses: dict[str, str]) -> Letter:
    """Word to the department which institutions have nothing in force, and which of them no letter reaches."""
    owing = _missing(stage)
    unreached = {one.institution.code for one in owing if not is_address(addresses.get(one.institution.code, ""))}
    path = outbox_of(settings.home) / _file_name("не-сдали", stage)
    return Letter(
        Key(Kind.ESCALATION, "", stage.date.as_of.isoformat(), stage.days),
        settings.mail_department,
        escalation_subject(stage.date, len(owing), stage.expected),
        escalation_body(stage.date, owing, stage.expected, unreached),
        str(path.relative_to(settings.home)),
    )


def _file_name(what: str, stage: Stage) -> str:
    """Begin with the reporting date: retention periods are counted by it."""
    side = "до" if stage.days < 0 else "после"
    return f"{stage.date.as_of}_{what}_{abs(stage.days)}-{side}-срока.eml"
