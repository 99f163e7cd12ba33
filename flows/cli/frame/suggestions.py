"""What the shell offers after Tab: words of this installation, found without its key and without waiting."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    import sqlalchemy as sa

    from warehouse.installation.settings import Settings

Words = list[tuple[str, str]]  # what is typed, what it means


def offered(metavar: str, incomplete: str) -> list[CompletionItem]:
    """Return what may stand where a help page says `metavar`; nothing where that is not known right now."""
    try:
        words = KNOWN[metavar]() if metavar in KNOWN else []
    except Exception:  # noqa: BLE001 (Tab has nowhere to tell of an error; the command itself will)
        return []
    return [CompletionItem(word, help=told) for word, told in words if word.startswith(incomplete)]


@contextmanager
def _glance() -> Iterator[sa.Connection]:
    """Open the warehouse beside its readers; raise OSError where somebody writes, or where there is none."""
    from warehouse.installation.engine import open_engine
    from warehouse.installation.home import locked

    own = _settings()
    if not (own.run / "made").exists():
        raise FileNotFoundError
    with locked(own, alone=False, wait=False):
        engine = open_engine(own.warehouse_url, read_only=True)
        try:
            with engine.connect() as connection:
                yield connection
        finally:
            engine.dispose()


def _settings() -> Settings:
    from warehouse.installation.settings import read_settings

    return read_settings()


def _institutions() -> Words:
    from sqlalchemy import select

    from warehouse.journal.journal import known_by
    from warehouse.register.reference import last_entries

    with _glance() as connection:
        entries = last_entries(known_by(connection, None))
        found = connection.execute(select(entries.c.code, entries.c.name).order_by(entries.c.code))
        return [(row.code, row.name) for row in found]


def _dates() -> Words:
    from sqlalchemy import select

    from warehouse.journal.journal import known_by
    from warehouse.register.reference import known_reference

    with _glance() as connection:
        dates = known_reference("reporting_dates", known_by(connection, None))
        found = connection.execute(select(dates.c.as_of).order_by(dates.c.as_of.desc())).scalars()
        return [(one.isoformat(), "отчётная дата") for one in found]


def _releases() -> Words:
    from warehouse.access.audit import anchored

    return [(folder.name, "выпуск") for folder in anchored(_settings())]


def _versions() -> Words:
    from warehouse.indicators.definitions import all_definitions

    return [(version, "версия показателей") for version in all_definitions()]


def _indicators() -> Words:
    from warehouse.indicators.definitions import all_definitions

    return list(
        {one.code: (one.code, one.title) for of in all_definitions().values() for one in of.indicators}.values()
    )


def _breakdowns() -> Words:
    from warehouse.indicators.definitions import definitions

    return [(one.code, one.title) for one in definitions().breakdowns]


KNOWN: dict[str, Callable[[], Words]] = {
    "КОД": _institutions,
    "ДАТА": _dates,
    "ВЫПУСК": _releases,
    "ВЕРСИЯ": _versions,
    "ПОКАЗАТЕЛЬ": _indicators,
    "РАЗРЕЗ": _breakdowns,
}
