"""The disk: room, names, what killed runs left."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

from warehouse.doctor.answers import Answer, Look, fail, ok, warn

LEAST = 512 * 1024 * 1024  # bytes: a night of a region writes less
LITTLE = 4 * LEAST
LEAST_NAMES = 10_000  # inodes: a night of a region makes fewer files
LITTER = (".*.part", ".part", ".*.partial", "*.fresh", "*.tmp", ".*.tmp")
OLD = timedelta(days=1)  # nothing that still runs was begun before


def room(look: Look) -> Answer:
    """Is there room for a night, for bytes and for names?"""
    places = [look.settings.home, *([look.settings.backup] if look.settings.backup else [])]
    free, names = zip(*(_free(place) for place in places), strict=True)
    told = f"свободно {min(free) / 1e9:.1f} ГБ"
    if min(free) < LEAST or min(names) < LEAST_NAMES:
        return fail(f"{told}, имён {min(names)}", "Освободите место на диске: приём остановится, ничего не потеряв.")
    if min(free) < LITTLE:
        return warn(told, "Освободите место: старые копии — nastavnik backup --keep-days, журналы — в run/prefect.")
    return ok(told)


def _free(place: Path) -> tuple[int, int]:
    there = next(path for path in (place, *place.parents) if path.exists())
    told = os.statvfs(there)
    return told.f_bavail * told.f_frsize, told.f_favail if told.f_files else LEAST_NAMES


def litter(look: Look) -> Answer:
    """Did killed runs leave half-written files?"""
    home, before = look.settings.home, (look.at - OLD).timestamp()
    skipped = (look.settings.inbox, look.settings.run / "prefect")
    found = {
        path
        for pattern in LITTER
        for path in home.rglob(pattern)
        if not any(path.is_relative_to(one) for one in skipped) and path.lstat().st_mtime < before
    }
    if found:
        return warn(
            f"старше суток: {len(found)}, например {min(found).relative_to(home)}",
            "Их оставили прерванные запуски. Удалите, когда ничего не работает; данные в них не нужны.",
        )
    return ok("нет")
