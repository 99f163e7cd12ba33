"""An installation brought to another number of the schema; whatever is computed is dropped and made anew.

Killed anywhere it is finished by the next run: each store migrates in one transaction that holds its number too, and
until the rebuild is done nothing else opens the installation.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from warehouse.access.keyring import open_keyring
from warehouse.ingestion.rebuild import RebuildSummary, rebuild
from warehouse.installation.engine import alone, open_engine, writing
from warehouse.installation.home import forget_made, has_journal, locked, opened
from warehouse.installation.settings import Misconfigured, Settings
from warehouse.installation.unfinished import UPGRADE, begin, end, unfinished
from warehouse.schema.migrating import MIGRATIONS, Step, migrate, note, numbers, steps
from warehouse.schema.version import (
    HEAD,
    KEPT_APART,
    WAREHOUSE,
    Store,
    changed_tables,
    computed,
    migrated,
    number_of,
)
from warehouse.storage.vault import vault_file
from warehouse.tables.tables import MENTORING

FIRST = "0001"  # where numbers began: data without one either look like this or are older
Engines = dict[Store, sa.Engine]


@dataclass(frozen=True)
class Plan:
    """What an upgrade would do: the way of each store, and the computed tables it would make anew."""

    number: str | None
    target: str
    ways: dict[Store, list[Step]]
    changed: list[str]
    begun: bool  # by an upgrade that was interrupted

    @property
    def way(self) -> list[Step]:
        """The steps of the store that has most before it."""
        return max(self.ways.values(), key=len)

    @property
    def down(self) -> bool:
        return any(step.down for step in self.way)

    @property
    def nothing(self) -> bool:
        """Whether everything is as it shall be."""
        return not (self.way or self.changed or self.begun or self.number is None)


def plan(settings: Settings, target: str = HEAD, folder: Path = MIGRATIONS) -> Plan:
    """Look what an upgrade would do; raise Misconfigured where it cannot be done."""
    with locked(settings, alone=False), _stores(settings, read_only=True) as engines:
        return _planned(settings, engines, target, folder)


def upgrade(
    settings: Settings,
    at: datetime,
    target: str = HEAD,
    on_progress: Callable[[int, int], None] = lambda done, of: None,
    folder: Path = MIGRATIONS,
) -> RebuildSummary | None:
    """Bring the schema to a number, up or down; return what the rebuild went through.

    None where nothing was to be done, or where the number is another program's: that program's own `upgrade` rebuilds.
    """
    with locked(settings, alone=True), _stores(settings) as engines, alone(settings, engines[WAREHOUSE]):
        planned = _planned(settings, engines, target, folder)
        if planned.nothing:
            return None
        begin(settings, UPGRADE, target)
        forget_made(settings)
        for store, engine in engines.items():
            with writing(settings, engine) as connection:
                if store is WAREHOUSE:
                    _drop_computed(connection)
                if number_of(connection, store) is None:
                    note(connection, store, FIRST, folder)
                migrate(connection, store, target, folder)
    if target != HEAD:
        return None
    with opened(settings, at, write=True, finishing=True) as home:
        summary = rebuild(home, on_progress)
        home.audit("upgrade", target, deliveries=summary.deliveries, releases=summary.releases)
    end(settings)
    return summary


@contextlib.contextmanager
def _stores(settings: Settings, *, read_only: bool = False) -> Iterator[Engines]:
    """Open both stores, the vault first: it has the fewer rows to lose."""
    if open_keyring(settings) is None:
        raise Misconfigured("Обновлять нечего: в этой папке ещё нет данных.")
    vault = f"duckdb:///{vault_file(settings)}" if settings.embedded else settings.warehouse_url
    urls = {KEPT_APART: vault, WAREHOUSE: settings.warehouse_url}
    engines = {store: open_engine(url, read_only=read_only) for store, url in urls.items()}
    try:
        yield engines
    finally:
        for engine in engines.values():
            engine.dispose()


def _planned(settings: Settings, engines: Engines, target: str, folder: Path) -> Plan:
    if target not in numbers(folder):
        raise Misconfigured(f"Схемы {target} нет. Известные: {', '.join(numbers(folder))}.")
    begun, ways = unfinished(settings), {}
    if begun is not None and begun[0] != UPGRADE:
        raise Misconfigured("Сначала закончите восстановление: nastavnik restore.")
    for store, engine in engines.items():
        with engine.connect() as connection:
            ways[store] = _way(connection, store, target, folder)
    with engines[WAREHOUSE].connect() as connection:
        if not has_journal(connection):
            raise Misconfigured("Обновлять нечего: в этой папке ещё нет данных.")
        number, changed = number_of(connection, WAREHOUSE), changed_tables(connection)
    return Plan(number, target, ways, changed if target == HEAD else [], begun is not None)


def _way(connection: sa.Connection, store: Store, target: str, folder: Path) -> list[Step]:
    number = number_of(connection, store)
    if number is None:
        _require_first(connection, store, folder)
    try:
        return steps(number or FIRST, target, folder)
    except KeyError:
        raise Misconfigured(
            f"Данные сделаны более новой версией программы: схема {number}. Вернуться назад может только она: "
            f"nastavnik upgrade --down --to {HEAD}."
        ) from None


def _require_first(connection: sa.Connection, store: Store, folder: Path) -> None:
    """Raise Misconfigured where data without a number are not those that numbers began with."""
    scratch = open_engine("duckdb:///:memory:")
    with scratch.connect() as other:
        migrate(other, store, FIRST, folder)
        same = _columns(connection, store) == _columns(other, store)
        other.rollback()
    scratch.dispose()
    if not same:
        raise Misconfigured(
            "Данные сделаны слишком старой версией программы: обновить их нельзя. Примите полученные файлы заново в "
            "новой папке NASTAVNIK_HOME."
        )


def _columns(connection: sa.Connection, store: Store) -> set[tuple[str, str]]:
    inspector = sa.inspect(connection)
    return {
        (table.fullname, column["name"])
        for table in migrated(store)
        if inspector.has_table(table.name, schema=table.schema)
        for column in inspector.get_columns(table.name, schema=table.schema)
    }


def _drop_computed(connection: sa.Connection) -> None:
    """Drop what a rebuild makes, and everything that is made from it."""
    inspector, postgres = sa.inspect(connection), connection.dialect.name == "postgresql"
    cascade = " CASCADE" if postgres else ""
    for view in inspector.get_view_names(schema=MENTORING):
        connection.exec_driver_sql(f"DROP VIEW IF EXISTS {MENTORING}.{view}{cascade}")
    if postgres:
        connection.exec_driver_sql(f"DROP TYPE IF EXISTS {MENTORING}.figure CASCADE")  # and the function over it
    for table in computed():
        connection.exec_driver_sql(f'DROP TABLE IF EXISTS {MENTORING}."{table.name}"{cascade}')
