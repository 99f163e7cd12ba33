"""The nights: what waits, when an intake last ended well, when the last backup was made."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from warehouse.channels.faults import last_faults
from warehouse.copies.folder import CopiesFolder
from warehouse.doctor.answers import Answer, Look, fail, ok, warn
from warehouse.ingestion.inbox import Inbox
from warehouse.ingestion.inbox import look as look_into
from warehouse.journal.journal import arrivals
from warehouse.tables.tables import table
from warehouse.watch.lastnight import last_night

SHOWN = 3  # places that are named
NIGHT = 26.0  # hours: a day, and time for a slow night


def inbox(look: Look) -> Answer:
    """Can deliveries be taken out of the inbox, and does any wait too long?"""
    folder = look.settings.inbox
    if not folder.is_dir():
        return fail(f"нет папки {folder}", "Создайте её или поправьте NASTAVNIK_INBOX.")
    closed = [
        one.name for one in os.scandir(folder) if one.is_dir() and not os.access(one.path, os.R_OK | os.W_OK | os.X_OK)
    ]
    if closed or not os.access(folder, os.R_OK | os.X_OK):
        return fail(f"закрытых папок отправителей: {len(closed)}", f"Откройте их учётной записи программы: {folder}.")
    if faults := last_faults(look.settings):
        told = "; ".join(f"{name}: {reason}" for name, reason in faults.items())
        return fail(f"каналы недоступны — {told}", "Исправьте и примите: nastavnik intake. docs/engineers/channels.md.")
    found = look_into(folder, arrivals(look.reading()), 0)
    told, oldest = _waiting(found, look.at)
    if oldest > NIGHT:
        return warn(
            told,
            "Примите их сейчас: nastavnik intake. Если ночной приём не идёт, смотрите docs/engineers/operations.md.",
        )
    if found.odd:
        codes = set(look.reading().execute(sa.select(table("institutions").c.code)).scalars())
        # Whatever else a folder is named after may be a person.
        places = Counter(name if name in codes else "вне папок организаций" for name in found.odd)
        where = ", ".join(f"{name} ({times})" for name, times in places.most_common(SHOWN))
        return warn(
            f"{told}; не файлы (ссылки, вложенные папки, файлы вне папок), не тронуто: {len(found.odd)} — {where}",
            "Файл кладут прямо в папку организации, и не ссылкой. Переложите или уберите лишнее.",
        )
    return ok(told)


def _waiting(found: Inbox, at: datetime) -> tuple[str, float]:
    """Say what waits, and for how many hours the oldest has."""
    if not found.ready:
        return "пусто", 0
    oldest = (at - datetime.fromtimestamp(found.ready[0].modified_ns / 1e9, UTC)).total_seconds() / 3600
    return f"ждут файлов: {len(found.ready)}, старейший {oldest:.0f} ч", oldest


def night(look: Look, most: float = NIGHT) -> Answer:
    """Did an intake end well within so many hours?"""
    last = last_night(look.settings)
    if last is None:
        return warn("ещё не было", "Запустите расписания: nastavnik up или deployments/systemd.")
    age = (look.at - last).total_seconds() / 3600
    told = f"последний удачный — {last.astimezone(look.settings.timezone):%d.%m.%Y %H:%M}, {age:.0f} ч назад"
    if age > most:
        return fail(
            told,
            "Смотрите docs/engineers/operations.md#тревоги, nastavnik-night: стоит исполнитель или кончился диск.",
        )
    return ok(told)


def night_within(most: float) -> Callable[[Look], Answer]:
    """Return the check of a night with a limit of its own, which fails too where there was none."""

    def check(look: Look) -> Answer:
        answer = night(look, most)
        return fail(answer.told, answer.advice) if answer.advice else answer

    return check


def copies(look: Look) -> Answer:
    """Was a backup made within a night?"""
    folder = look.settings.backup
    if folder is None:
        return warn("папка не задана", "Задайте NASTAVNIK_BACKUP на другом диске и делайте nastavnik backup.")
    newest = CopiesFolder(folder).newest()
    if newest is None:
        return fail(f"в {folder} нет ни одной целой", "Сделайте её: nastavnik backup.")
    age = look.at - datetime.fromisoformat(newest.made_at)
    if age > timedelta(hours=NIGHT):
        return fail(f"последней {age.total_seconds() / 3600:.0f} ч", "Сделайте копию: nastavnik backup.")
    return ok(f"последняя — {newest.name}")
