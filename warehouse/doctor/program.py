"""The program itself: its Python, its pinned packages."""

from __future__ import annotations

import re
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from warehouse.doctor.answers import Answer, Look, fail, ok, warn

LOCK = Path(__file__).parents[2] / "requirements.lock"
OLDEST = (3, 11)
_PINNED = re.compile(r"^([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?==([^\s;\\]+)([^\n]*)", re.MULTILINE)


def python(look: Look) -> Answer:
    """Is this Python new enough?"""
    own = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] < OLDEST:
        return fail(f"версия {own}", f"Нужен Python {'.'.join(map(str, OLDEST))} или новее: пересоздайте окружение.")
    return ok(f"версия {own}")


def packages(look: Look, lock: Path = LOCK) -> Answer:
    """Are the packages those of the lock? Markers may choose among several pins of one name."""
    if not lock.exists():
        return warn("нет requirements.lock, версии не сверены", "Ставьте программу из её папки: make env.")
    pins: dict[str, set[str]] = {}
    for name, pinned, _ in _PINNED.findall(lock.read_text(encoding="utf-8")):
        pins.setdefault(name, set()).add(pinned)
    other = [f"{name} {own}" for name, wanted in pins.items() if (own := _installed(name)) and own not in wanted]
    if other:
        return fail(f"другие версии: {', '.join(other)}", "Верните версии из requirements.lock: make env.")
    return ok(f"версии те, что в requirements.lock: {len(pins)}")


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
