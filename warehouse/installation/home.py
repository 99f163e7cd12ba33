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

from warehouse.access.audit import Line, record
from warehouse.access.keyring import Keyring, keyring_path, make_keyring, open_keyring
from warehouse.installation.engine import alone, comment, create_schema, make_file, open_engine, writing
from warehouse.installation.faults import without_words
from warehouse.installation.settings import Misconfigured, Settings
from warehouse.installation.temporary import sweep
from warehouse.installation.unfinished import require_none
from warehouse.journal.journal import known_by, last_entry
from warehouse.journal.notes import Notes
from warehouse.register.reference import load_reference, shipped_reference
from warehouse.schema.version import HEAD, WAREHOUSE, note_head, number_of, require_declared, require_head
from warehouse.storage.received import ReceivedFiles
from warehouse.storage.remains import Remains
from warehouse.storage.vault import Vault, make_vault, open_vault, vault_file
from warehouse.tables.tables import JOURNAL, tables_of
from warehouse.tables.views import create_views

if TYPE_CHECKING:
    from expectations.reading.pool import Readers


ROOT = Path(__file__).parents[2]
PACKAGES = ("expectations", "warehouse")  # the code that says what is computed


@dataclass(frozen=True)
class Home:
    """An open installation; what it starts ends when it is closed."""

    settings: Settings
    engine: sa.Engine
    closing: contextlib.ExitStack
    ring: Keyring
    read_only: bool

    @cached_property
    def readers(self) -> Readers:
        """The processes that read delivered files, started by their first use."""
        from expectations.reading.pool import Readers

        return self.closing.enter_context(
            Readers(self.ring.tokens, self.settings.limits, self.settings.workers, self.received.opening)
        )

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

    def audit(self, action: str, subject: str = "", **counts: int) -> Line:
        """Note an act in the audit journal; `subject` and counts name no person."""
        return record(self.settings, action, subject, **counts)

    @cached_property
    def vault(self) -> Vault:
        """The vault, opened by its first use."""
        vault = open_vault(self.settings, self.ring.storage, read_only=self.read_only)
        self.closing.callback(vault.engine.dispose)
        return vault

    @cached_property
    def received(self) -> ReceivedFiles:
        """The received files."""
        return ReceivedFiles(self.settings.received, self.ring.storage)

    @cached_property
    def notes(self) -> Notes:
        """What people said in words."""
        return Notes(self.settings.notes, self.ring.storage)

    @cached_property
    def remains(self) -> Remains:
        """What is left of deliveries whose files were destroyed."""
        return Remains(self.settings.remains, self.ring.storage)


@contextlib.contextmanager
def locked(settings: Settings, *, alone: bool, wait: bool = True) -> Iterator[None]:
    """Hold the installation, alone or beside other readers; the lock is the system's and goes with the process.

    Without `wait` raises BlockingIOError where others hold it.
    """
    os.umask(0o077)
    try:
        settings.run.mkdir(parents=True, exist_ok=True, mode=0o700)
    except (PermissionError, FileNotFoundError):  # the latter in /proc, which makes no folders for anybody
        raise Misconfigured(
            f"NASTAVNIK_HOME: в {settings.home} этой учётной записи ничего не создать. Дайте ей права или назовите "
            "другую папку."
        ) from None
    with without_words(), (settings.run / "warehouse.lock").open("a") as lock:
        fcntl.flock(lock, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | (0 if wait else fcntl.LOCK_NB))
        yield


@contextlib.contextmanager
def opened(
    settings: Settings, at: datetime, *, write: bool = False, changing_keys: bool = False, finishing: bool = False,
    wait: bool = True,
) -> Iterator[Home]:  # fmt: skip
    """Open the installation, making it on first use; other processes wait while one writes.

    Without `wait` raises BlockingIOError where others hold it.

    The keyring is opened before anything else is read. Where a change of the key of tokens was interrupted, only
    `changing_keys` may write; an upgrade or a restore that was interrupted only who is `finishing` it may open.
    """
    with locked(settings, alone=write or not _made(settings), wait=wait), contextlib.ExitStack() as closing:
        if write:
            sweep(settings)
        if not finishing:
            require_none(settings)
        read_only = not write and _made(settings)
        ring = open_keyring(settings)
        if write and not changing_keys and ring is not None and ring.retokening:
            raise Misconfigured("Смена ключа токенов прервана. Закончите её: nastavnik keys rotate.")
        make_file(settings.warehouse_url)
        engine = open_engine(settings.warehouse_url, read_only=read_only)
        closing.callback(engine.dispose)
        if not read_only:
            closing.enter_context(alone(settings, engine))
        ring = ring or _make_keyring(settings, engine)
        _make(settings, engine, ring, at)
        home = Home(settings, engine, closing, ring, read_only)
        if write and not changing_keys and not finishing:
            from warehouse.erasure.destroying import finish

            finish(home, at)  # an erasure that was killed
        yield home


def _marker(settings: Settings) -> Path:
    return settings.run / "made"


def forget_made(settings: Settings) -> None:
    """Have the next opening look whether everything is there."""
    _marker(settings).unlink(missing_ok=True)


@cache
def version() -> str:
    """Name the schema and the code: views, and answers kept in files, are made anew by changed code."""
    sources = (path for package in PACKAGES for path in (ROOT / package).rglob("*") if path.suffix in (".py", ".toml"))
    contents = (path.read_bytes() for path in sorted(sources))
    return f"{HEAD} {hashlib.sha256(b''.join(contents)).hexdigest()[:16]}"


def _made(settings: Settings) -> bool:
    """Whether the installation was made whole; an embedded warehouse also has its file."""
    file = sa.make_url(settings.warehouse_url).database if settings.embedded else None
    made = _marker(settings).exists() and _marker(settings).read_text() == version()
    return made and (file is None or Path(file).exists())


def _make_keyring(settings: Settings, engine: sa.Engine) -> Keyring:
    """Make the first keyring; never where there is anything that a former one had to do with."""
    with engine.connect() as connection:
        used = has_journal(connection)
    if used or any(settings.received.glob("*")) or (settings.embedded and vault_file(settings).exists()):
        raise Misconfigured(
            f"Данные есть, а связки ключей {keyring_path(settings)} нет. Верните её из резервной копии. "
            "Дом, сделанный версией без связки ключей, этой версией не читается: примите файлы заново в новом доме."
        )
    return make_keyring(settings)


def _make(settings: Settings, engine: sa.Engine, ring: Keyring, at: datetime) -> None:
    """Make schema and the order's own reference data where there is nothing yet."""
    with engine.connect() as connection:
        empty = not has_journal(connection)
        if not empty and not _made(settings):
            require_head(number_of(connection, WAREHOUSE))
            require_declared(connection)
    if empty:
        settings.inbox.mkdir(parents=True, exist_ok=True, mode=0o700)
    if empty or not _made(settings):  # another version made fewer tables, or other views
        with engine.begin() as connection:
            create_schema(connection, tables_of())
            create_views(connection)
            if empty:
                note_head(connection, WAREHOUSE)
        with engine.begin() as connection:
            comment(connection, tables_of())
        with writing(settings, engine) as connection:
            if last_entry(connection) is None:
                load_reference(connection, ReceivedFiles(settings.received, ring.storage), shipped_reference(), at)
        make_vault(settings, ring.storage)
        _marker(settings).write_text(version())


def has_journal(connection: sa.Connection) -> bool:
    """Tell whether a database holds an installation."""
    return sa.inspect(connection).has_table("entries", schema=JOURNAL)
