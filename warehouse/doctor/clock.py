"""The clock: deadlines, and the order of the journal, go by it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from warehouse.access.audit import read_lines
from warehouse.doctor.answers import Answer, Look, fail, ok, warn
from warehouse.journal.journal import last_entry

SLACK = timedelta(minutes=5)  # between the clocks of two machines
RUSSIA = (timedelta(hours=2), timedelta(hours=12))  # offsets of its zones


def clock(look: Look) -> Answer:
    """Does the clock run behind what is known already?"""
    times = [datetime.fromisoformat(line.at) for line in read_lines(look.settings)[-1:]]
    if look.connection is not None and (last := last_entry(look.connection)) is not None:
        times.append(last.known_at)
    ahead = max((time - look.at for time in times), default=timedelta(0))
    if ahead > SLACK:
        told = f"{ahead.days} дн." if ahead.days else f"{ahead // timedelta(minutes=1)} мин"
        return fail(
            f"отстают: последняя запись журнала на {told} позже",
            "Включите службу времени (timedatectl set-ntp true): по часам судят, сдано ли в срок.",
        )
    return ok(f"{look.at.astimezone(look.settings.timezone):%d.%m.%Y %H:%M}")


def zone(look: Look) -> Answer:
    """Is the zone of deadlines one of Russia's?"""
    offset = look.at.astimezone(look.settings.timezone).utcoffset() or timedelta(0)
    name, here = str(look.settings.timezone), look.at.astimezone(look.settings.timezone)
    if not RUSSIA[0] <= offset <= RUSSIA[1]:
        return warn(
            f"{name}: сейчас в нём {here:%H:%M}, а по UTC {look.at.astimezone(UTC):%H:%M}",
            "Сроки кончаются в полночь этого пояса: проверьте NASTAVNIK_TIMEZONE.",
        )
    return ok(f"{name}: в его полночь кончаются сроки")
