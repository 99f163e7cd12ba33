"""Reminders: which institutions have not submitted, or were refused, and what they are told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa

from expectations.rules import RULES
from expectations.rules.structure import Severity
from warehouse.expected import Institution, ReportingDate, calendar, register
from warehouse.home import Home, opened
from warehouse.journal import known_by
from warehouse.ledger import ACCEPTED, in_force
from warehouse.outbox import Letter, Posted, alone, post, reminded
from warehouse.settings import Settings
from warehouse.tables import table
from warehouse.vault import read_vault

RUSSIAN_DATE = "%d.%m.%Y"


class Reason(StrEnum):
    """Why an institution is written to."""

    MISSING = "missing"
    REJECTED = "rejected"


@dataclass(frozen=True)
class Reminder:
    """One institution's one open date; `causes` are the rules its last delivery was refused by."""

    institution: Institution
    date: ReportingDate
    reason: Reason
    still_in_force: bool = False
    causes: tuple[str, ...] = ()

    @property
    def mark(self) -> str:
        """What is remembered so that it is not said again at once."""
        return f"{self.date.as_of}-{self.reason}"


def run_reminders(settings: Settings, at: datetime) -> Posted:
    """Write to every institution that owes a submission at a time; send where a mail server is set."""
    on = at.astimezone(settings.timezone).date()
    with alone(settings.home):
        with opened(settings, at) as home:
            reminders = due_reminders(home, on)
            addresses = curator_addresses(home, {one.institution.code for one in reminders})
        known = reminded(settings.home, on)
        fresh = [one for one in reminders if (one.institution.code, one.mark) not in known]
        return post(settings, _letters(fresh, addresses, on), at, on)


def due_reminders(home: Home, on: date) -> list[Reminder]:
    """Find who owes a submission for the dates open on a day, by institution and date."""
    with home.reading() as connection:
        seq = known_by(connection, None)
        dates = calendar(connection, seq)
        awaited = [day for day in dates if day.awaited(on)]
        if not awaited:
            return []
        reported = _reported(connection, seq, awaited)
        refused = _refused(connection, home.settings, dates, awaited)
        causes = _causes(connection, set(refused.values()))
        return [
            _reminder(one, day, (one.code, day.as_of) in reported, refused.get((one.code, day.as_of)), causes)
            for one in register(connection, seq)
            for day in awaited
            if one.expected(day.as_of) and ((key := (one.code, day.as_of)) in refused or key not in reported)
        ]


def _reminder(
    one: Institution, day: ReportingDate, in_force_: bool, refused: str | None, causes: dict[str, list[str]]
) -> Reminder:
    if refused is None:
        return Reminder(one, day, Reason.MISSING)
    return Reminder(one, day, Reason.REJECTED, in_force_, tuple(causes[refused]))


def _reported(connection: sa.Connection, seq: int, awaited: list[ReportingDate]) -> set[tuple[str, date]]:
    now = in_force(seq)
    statement = sa.select(now.c.institution_code, now.c.as_of).where(now.c.as_of.in_([day.as_of for day in awaited]))
    return {(row.institution_code, row.as_of) for row in connection.execute(statement)}


def _refused(
    connection: sa.Connection, settings: Settings, dates: list[ReportingDate], awaited: list[ReportingDate]
) -> dict[tuple[str, date], str]:
    """Return the refused delivery by (institution, date) where the last one was refused.

    A file that tells no date of the calendar (unreadable, or the wrong date) is held against every date that
    was open when it came. A repetition of a file counts as that file.
    """
    known_dates = {day.as_of for day in dates}
    last: dict[tuple[str, date], tuple[str, str]] = {}
    for code, as_of, received_at, verdict, delivery in connection.execute(_judged()):
        for day in awaited:
            told = as_of == day.as_of or as_of not in known_dates
            if told and received_at.astimezone(settings.timezone).date() >= day.opens_on:
                last[code, day.as_of] = (verdict, delivery)
    return {key: delivery for key, (verdict, delivery) in last.items() if verdict == "rejected"}


def _judged() -> sa.Select:
    """Every delivery with the verdict on its bytes, oldest first."""
    ledger, first = table("deliveries"), table("deliveries").alias("first")
    return (
        sa.select(
            ledger.c.institution_code,
            sa.func.coalesce(first.c.as_of, ledger.c.as_of).label("as_of"),
            ledger.c.received_at,
            sa.func.coalesce(first.c.verdict, ledger.c.verdict).label("verdict"),
            sa.func.coalesce(first.c.delivery, ledger.c.delivery).label("delivery"),
        )
        .select_from(ledger.outerjoin(first, ledger.c.duplicate_of == first.c.delivery))
        .order_by(ledger.c.seq)
    )


def _causes(connection: sa.Connection, deliveries: set[str]) -> dict[str, list[str]]:
    findings = table("findings")
    statement = sa.select(findings.c.delivery, findings.c.rule).where(
        findings.c.delivery.in_(deliveries), findings.c.severity == Severity.FATAL.value
    )
    causes: dict[str, list[str]] = defaultdict(list)
    for delivery, rule in connection.execute(statement.distinct().order_by(findings.c.rule)):
        causes[delivery].append(RULES[rule].title)
    return causes


def curator_addresses(home: Home, institutions: set[str]) -> dict[str, str]:
    """Return what each institution's last accepted delivery gives as its curator's e-mail address."""
    ledger = table("deliveries")
    newest = sa.select(ledger.c.institution_code, sa.func.max(ledger.c.seq).label("seq")).where(
        ledger.c.verdict.in_(ACCEPTED), ledger.c.institution_code.in_(institutions)
    )
    last = newest.group_by(ledger.c.institution_code).subquery()
    with home.reading() as connection:
        statement = sa.select(ledger.c.delivery, ledger.c.institution_code).join(last, ledger.c.seq == last.c.seq)
        sender = {row.delivery: row.institution_code for row in connection.execute(statement)}
    if sender:
        home.audit("reminders", addresses=len(sender))
    found = read_vault(home.vault, "organisation", ["curator_email"], sender).to_pylist()
    return {sender[row["delivery"]]: row["curator_email"] for row in found if row["curator_email"]}


def _letters(reminders: list[Reminder], addresses: dict[str, str], on: date) -> list[Letter]:
    by_institution: dict[str, list[Reminder]] = defaultdict(list)
    for one in reminders:
        by_institution[one.institution.code].append(one)
    return [
        Letter(code, tuple(one.mark for one in owed), addresses.get(code), subject_of(owed), body_of(owed, on))
        for code, owed in by_institution.items()
    ]


def subject_of(owed: list[Reminder]) -> str:
    """Word the subject of the letter to one institution."""
    dates = " и ".join(f"{one.date.as_of:{RUSSIAN_DATE}}" for one in owed)
    return f"Напоминание: сведения о наставничестве на {dates}, {owed[0].institution.name}"


def body_of(owed: list[Reminder], on: date) -> str:
    """Word the letter to one institution."""
    one = owed[0].institution
    parts = ["Здравствуйте!", f"Организация: {one.name} (код {one.code})."]
    for reminder in owed:
        parts += [*_state(reminder), _deadline(reminder.date, on)]
    parts += ["Если вы уже прислали сведения сегодня, это письмо можно не учитывать.",
              "Письмо составлено автоматически."]  # fmt: skip
    return "\n\n".join(parts) + "\n"


def _state(reminder: Reminder) -> Iterable[str]:
    as_of = f"{reminder.date.as_of:{RUSSIAN_DATE}}"
    if reminder.reason is Reason.MISSING:
        yield f"Сведения о наставничестве на {as_of} от вас пока не поступили."
        yield "Пожалуйста, заполните шаблон и пришлите его."
        return
    yield f"Последний файл со сведениями о наставничестве на {as_of}, который вы прислали, не принят:"
    yield "\n".join(f"– {cause[0].lower() + cause[1:]};" for cause in reminder.causes).removesuffix(";") + "."
    if reminder.still_in_force:
        yield "Пока действуют сведения, принятые от вас раньше."
    yield "Что исправить, сказано в протоколе проверки. Пожалуйста, исправьте файл и пришлите его снова."


def _deadline(day: ReportingDate, on: date) -> str:
    due, closes = f"{day.due_on:{RUSSIAN_DATE}}", f"{day.closes_on:{RUSSIAN_DATE}}"
    if on <= day.due_on:
        return f"Срок сдачи: {due}."
    return f"Срок сдачи прошёл {due}, сведения ещё принимаются до {closes} включительно."
