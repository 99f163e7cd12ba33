"""The installation opened: folders, key, lock, engines, first reference data."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from warehouse.engine import comment, create_schema, open_engine, writing
from warehouse.journal import known_by, last_entry
from warehouse.keys import create_key, read_key
from warehouse.reference import load_reference, shipped_reference
from warehouse.settings import Misconfigured, Settings
from warehouse.tables import JOURNAL, tables_of
from warehouse.upgrade import upgrade
from warehouse.vault import make_vault, open_vault
from warehouse.views import create_views

if TYPE_CHECKING:
    from expectations.reading.pool import Readers


ROOT = Path(__file__).parents[1]
SCHEMA = "3"  # raised whenever a table is added
SAYING = ("warehouse/*.py", "warehouse/indicators/**/*", "expectations/*.py")  # the code that views are made from


@dataclass(frozen=True)
class Home:
    """An open installation; what it starts ends when it is closed."""

    settings: Settings
    engine: sa.Engine
    closing: contextlib.ExitStack
    read_only: bool

    @cached_property
    def readers(self) -> Readers:
        """The processes that read delivered files, started by their first use."""
        from expectations.reading.pool import Readers

        return self.closing.enter_context(Readers(self.key(), self.settings.limits, self.settings.workers))

    @contextlib.contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Open a snapshot that no writer disturbs."""
        with self.engine.connect() as connection:
            yield connection

    @contextlib.contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Open the only writing transaction; what it adds to the journal is known to `decided_people` as it ends."""
        with writing(self.settings, self.engine) as connection:
            before = known_by(connection, None)
            yield connection
            if known_by(connection, None) > before:
                from warehouse.indicators.decided import keep_decided

                keep_decided(connection, before)

    @cached_property
    def vault(self) -> sa.Engine:
        """The engine of the vault, opened by its first use."""
        engine = open_vault(self.settings, read_only=self.read_only)
        self.closing.callback(engine.dispose)
        return engine

    def key(self) -> bytes:
        return read_key(self.settings)


@contextlib.contextmanager
def opened(settings: Settings, at: datetime, *, write: bool = False) -> Iterator[Home]:
    """Open the installation, making it on first use; other processes wait while one writes.

    The lock is the operating system's: it goes with the process, however that ends.
    """
    os.umask(0o077)
    settings.run.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (settings.run / "warehouse.lock").open("a") as lock, contextlib.ExitStack() as closing:
        fcntl.flock(lock, fcntl.LOCK_EX if write or not _made(settings) else fcntl.LOCK_SH)
        read_only = not write and _made(settings)
        engine = open_engine(settings.warehouse_url, read_only=read_only)
        closing.callback(engine.dispose)
        _make(settings, engine, at)
        yield Home(settings, engine, closing, read_only)


def _marker(settings: Settings) -> Path:
    return settings.run / "made"


@cache
def _version() -> str:
    """Name the tables and the code that views and functions are made from: changed code makes them anew."""
    sources = {path for pattern in SAYING for path in ROOT.glob(pattern) if path.suffix in (".py", ".toml")}
    contents = (path.read_bytes() for path in sorted(sources))
    return f"{SCHEMA} {hashlib.sha256(b''.join(contents)).hexdigest()[:16]}"


def _made(settings: Settings) -> bool:
    """Whether the installation was made whole; an embedded warehouse also has its file."""
    file = sa.make_url(settings.warehouse_url).database if settings.embedded else None
    made = _marker(settings).exists() and _marker(settings).read_text() == _version()
    return made and (file is None or Path(file).exists())


def _make(settings: Settings, engine: sa.Engine, at: datetime) -> None:
    """Make key, schema and the order's own reference data where there is nothing yet."""
    with engine.connect() as connection:
        empty = not _has_journal(connection)
    if empty:
        create_key(settings)
        settings.inbox.mkdir(parents=True, exist_ok=True, mode=0o700)
        with engine.begin() as connection:
            create_schema(connection, tables_of())
            create_views(connection)
    elif not _made(settings):  # an older version left fewer tables
        with engine.begin() as connection:
            upgrade(connection)
            create_schema(connection, tables_of())
            create_views(connection)
    if empty or not _made(settings):
        with engine.begin() as connection:
            comment(connection, tables_of())
        with writing(settings, engine) as connection:
            if last_entry(connection) is None:
                load_reference(connection, settings, shipped_reference(), at)
        make_vault(settings)
        _marker(settings).write_text(_version())
    if not settings.key_file.exists():
        raise Misconfigured(f"Нет файла ключа {settings.key_file}. Без прежнего ключа люди не узнаются: верните его.")


def _has_journal(connection: sa.Connection) -> bool:
    return sa.inspect(connection).has_table("entries", schema=JOURNAL)
