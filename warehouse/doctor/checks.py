"""Every check of an installation, and how they are asked."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from warehouse.access.keyring import keyring_path
from warehouse.doctor import clock, database, disk, files, keeping, nights, program
from warehouse.doctor.answers import Answer, Level, Look, NotNow, fail, warn
from warehouse.installation.engine import open_engine
from warehouse.installation.faults import fault_of
from warehouse.installation.home import has_journal, locked
from warehouse.installation.settings import Misconfigured, Settings

Ask = Callable[[Look], Answer]


@dataclass(frozen=True)
class Check:
    """One check; docs/engineers/operations.md has a row for each name."""

    name: str
    title: str
    ask: Ask


CHECKS = (
    Check("python", "Python", program.python),
    Check("packages", "Пакеты", program.packages),
    Check("clock", "Часы", clock.clock),
    Check("zone", "Часовой пояс", clock.zone),
    Check("room", "Место на диске", disk.room),
    Check("litter", "Недописанные файлы", disk.litter),
    Check("keys", "Ключи", keeping.keys),
    Check("modes", "Права на файлы", keeping.modes),
    Check("audit", "Журнал аудита", keeping.audit),
    Check("schema", "Схема данных", database.schema),
    Check("rights", "Права на базу", database.rights),
    Check("reference", "Справочники", database.reference),
    Check("inbox", "Папка приёма", nights.inbox),
    Check("night", "Ночной приём", nights.night),
    Check("copies", "Резервные копии", nights.copies),
)
FILES = Check("files", "Хранимые файлы", files.files)  # asked alone: it reads everything
Asked = tuple[Check, Answer]


def examine(settings: Settings, at: datetime, checks: Iterable[Check] = CHECKS) -> list[Asked]:
    """Ask checks in their order; nothing is changed, and one that breaks is an answer too."""
    with _looking(settings) as connection:
        look = Look(settings, at, connection if isinstance(connection, sa.Connection) else None)
        return [(one, _answer(one, look, connection)) for one in checks]


def worst(answers: Iterable[Asked]) -> Level:
    """Return the worst level among answers."""
    return max((answer.level for _, answer in answers), key=list(Level).index, default=Level.OK)


def _answer(check: Check, look: Look, obstacle: object) -> Answer:
    try:
        return check.ask(look)
    except NotNow:
        assert isinstance(obstacle, Answer)
        return obstacle
    except Misconfigured as told:
        return fail(str(told), "Сделайте, как сказано.")
    except Exception as error:  # noqa: BLE001 (a check that breaks is told as a code, as everywhere)
        if look.connection is not None:
            look.connection.rollback()  # the next check asks anew
        return fail(f"проверка не удалась: {fault_of(error)}", "Передайте этот код разработчикам.")


@contextlib.contextmanager
def _looking(settings: Settings) -> Iterator[sa.Connection | Answer]:
    """Open the database to look at, or say why it cannot be; a file that others write is not waited for."""
    if not keyring_path(settings).exists():
        yield warn("данных ещё нет", "Загрузите справочники и примите первые файлы: nastavnik intake.")
        return
    with contextlib.ExitStack() as closing:
        yield _connection(settings, closing)


def _connection(settings: Settings, closing: contextlib.ExitStack) -> sa.Connection | Answer:
    try:
        if settings.embedded:
            closing.enter_context(locked(settings, alone=False, wait=False))
        engine = open_engine(settings.warehouse_url, read_only=True)
        closing.callback(engine.dispose)
        connection = closing.enter_context(engine.connect())
        if has_journal(connection):
            return connection
        return fail("в базе нет данных, а связка ключей есть", "Верните базу из копии: nastavnik restore.")
    except BlockingIOError:
        return warn("не проверено: хранилище занято другой командой", "Повторите, когда она закончится.")
    except sa.exc.SQLAlchemyError as error:
        return fail(
            f"база не отвечает: {fault_of(error).code}", "Проверьте сервер PostgreSQL и NASTAVNIK_WAREHOUSE_URL."
        )
