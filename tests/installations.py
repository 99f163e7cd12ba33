"""Installations for tests: opened on either engine, filled with deliveries, laid open to comparison."""

from __future__ import annotations

import atexit
import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa

from expectations.form import FORM
from expectations.structure import Sheet
from tests import postgres
from warehouse.access.audit import ANCHOR
from warehouse.access.keyring import keyring_path, make_keyring
from warehouse.indicators.series import series
from warehouse.ingestion.intake import IntakeSummary, run_intake
from warehouse.installation.home import Home, opened
from warehouse.installation.settings import Settings, read_settings
from warehouse.journal.journal import known_by
from warehouse.register.reference import load_reference
from warehouse.storage.loading import fetch
from warehouse.storage.vault import read_vault, sealed_rows
from warehouse.tables.tables import MENTORING, table, tables_of

MOSCOW = ZoneInfo("Europe/Moscow")
KEY = "0f" * 16 + "a1" * 16  # one key of tokens for all: equal people give equal tokens in every installation
ENGINES = ("duckdb", "postgresql")
OF_KEYS = {"NASTAVNIK_KEY", "NASTAVNIK_KEY_FILE", "NASTAVNIK_KEY_COMMAND"}
MADE_FIRST = ("run", "keyring.json")
OWN = {"NASTAVNIK_SETTLE_SECONDS": "0", "NASTAVNIK_WORKERS": "1"}  # a second reader costs its start, and gains nothing


def moscow(text: str) -> datetime:
    """Read a moment «2022-01-10 12:00» of Moscow time."""
    return datetime.fromisoformat(text).replace(tzinfo=MOSCOW)


COLLECTED = moscow("2022-01-10 12:00")  # a day on which 31.12.2021 is reported in time


def settings_for(folder: Path, url: str | None = None, **environ: str) -> Settings:
    """Return the settings of an installation in a folder; on PostgreSQL where its URL is given."""
    own = OWN | {"NASTAVNIK_HOME": str(folder)} | environ
    settings = read_settings(own | ({"NASTAVNIK_WAREHOUSE_URL": url} if url else {}))
    if not keyring_path(settings).exists():
        make_keyring(settings, bytes.fromhex(KEY))
    return settings


@contextmanager
def installation(folder: Path, url: str | None = None, at: datetime = COLLECTED, **environ: str) -> Iterator[Home]:
    """Open an installation to work in."""
    if not environ.keys() & OF_KEYS and not any((folder / name).exists() for name in MADE_FIRST):
        _begin(folder, url, at)
    with opened(settings_for(folder, url, **environ), at, write=True) as home:
        yield home


def new_home(folder: Path, at: datetime = COLLECTED) -> Settings:
    """Return the settings of an installation on DuckDB that is there already, and empty."""
    _begin(folder, None, at)
    return settings_for(folder)


def _begin(folder: Path, url: str | None, at: datetime) -> None:
    """Put a copy of a new home where there is none yet; a database that somebody has to do with is left alone."""
    if url is None:
        shutil.copytree(_new_home(at)[0], folder, dirs_exist_ok=True)
    elif postgres.untouched(url):
        made, template = _new_home(at, postgres.server_of(url))
        postgres.copy_database(str(template), url)
        shutil.copytree(made, folder, dirs_exist_ok=True)


@cache
def _new_home(at: datetime, server: str | None = None) -> tuple[Path, str | None]:
    """Make a home once in this process, on a server its database too: to copy it costs a fifth of making another."""
    folder = Path(mkdtemp(prefix="nastavnik-home-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    url = postgres.empty_database(server) if server else None
    with opened(settings_for(folder, url), at, write=True):
        return folder, url


def learn(home: Home, folder: Path, at: datetime = COLLECTED, **tables: str) -> None:
    """Load reference files given as CSV text by name."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text("\n".join(line.strip() for line in text.strip().splitlines()) + "\n")
    with home.writing() as connection:
        load_reference(connection, home.received, folder, at)


def take(home: Home, at: datetime = COLLECTED, inbox: Path | None = None) -> IntakeSummary:
    return run_intake(home, at, inbox)


def rows(home: Home, table: sa.Table, *columns: str) -> list[tuple]:
    """Return the rows of a table, sorted."""
    with home.reading() as connection:
        found = fetch(connection, sa.select(*(table.c[name] for name in columns or table.c.keys())))
    return sorted(map(tuple, (row.values() for row in found.to_pylist())), key=repr)


def figures(home: Home, as_of: date | None = None, known_at: datetime | None = None) -> pa.Table:
    """Compute the series as known at a time, now for None."""
    with home.reading() as connection:
        return series(connection, known_by(connection, known_at), as_of)


def warehouse_of(home: Home, *, without: tuple[str, ...] = ("arrival",)) -> dict[str, list[tuple]]:
    """Return every table's rows, sorted; an arrival is the mark of a file on this very disk."""
    return {
        name: rows(home, table, *(column.name for column in table.c if column.name not in without))
        for name, table in tables_of().tables.items()
    }


def vault_rows(home: Home) -> dict[str, list[tuple]]:
    """Return what the vault holds of every sheet, opened, sorted."""
    try:
        return {
            f"personal.{sheet.name}": sorted(
                (tuple(row.values()) for row in read_vault(home.vault, sheet.name, _names(sheet)).to_pylist()), key=repr
            )
            for sheet in FORM.sheets
            if sheet.personal
        }
    finally:
        home.vault.engine.dispose()


def _names(sheet: Sheet) -> list[str]:
    return [column.name for column in sheet.personal]


def hashes(folder: Path) -> dict[str, str]:
    """Return the hash of every file below a folder, by path."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ANCHOR  # it tells the time of the clock
    }


def received_hashes(home: Home) -> dict[str, str]:
    """Return the hash of the plain bytes of every received file, by path, and litter as it is."""
    plain = {str(path.relative_to(home.settings.received)): path for path in home.received.paths()}
    return hashes(home.settings.received) | {
        name: hashlib.sha256(home.received.read(path.name)).hexdigest() for name, path in plain.items()
    }


def state(home: Home) -> dict[str, object]:
    """Return all that an installation is: equal states answer every question alike."""
    settings = home.settings
    folders = {name: hashes(getattr(settings, name)) for name in ("receipts", "releases", "inbox")}
    folders["received"] = received_hashes(home)
    return {"warehouse": tables_told(home), "vault": vault_rows(home), "lake": lake_rows(home), **folders}


def tables_told(home: Home) -> dict[str, list[tuple]]:
    """Return every table's rows; of the lake's files whose rows they have, not where these lie."""
    listed = table("lake_files")
    return warehouse_of(home) | {listed.fullname: rows(home, listed, "delivery", "name", "rows")}


def lake_rows(home: Home) -> dict[str, list[tuple]]:
    """Return every table's rows in the lake, sorted: which delivery lies in a file with which is no part of a state."""
    found: dict[str, list[tuple]] = {}
    for name, path in sorted(set(rows(home, table("lake_files"), "name", "path"))):
        read = pq.ParquetFile(home.settings.lake / path).read().to_pylist()
        found.setdefault(name, []).extend(tuple(row.values()) for row in read)
    return {name: sorted(told, key=repr) for name, told in found.items()}


def forget_all_but_the_journal(home: Home) -> None:
    """Lose lake, vault and every table but the journal's."""
    shutil.rmtree(home.settings.lake)
    with home.vault.engine.begin() as connection:
        connection.execute(sealed_rows().delete())
    home.vault.engine.dispose()
    for lost in tables_of().tables.values():
        if lost.schema == MENTORING:
            with home.writing() as connection:
                connection.execute(lost.delete())
