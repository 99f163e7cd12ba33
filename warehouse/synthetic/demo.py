"""The demonstration: made-up deliveries of several years through the whole job."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from pathlib import Path

import pyarrow as pa

from warehouse.ingestion.intake import run_intake
from warehouse.installation.home import Home, opened
from warehouse.installation.settings import Misconfigured, Settings, key_file
from warehouse.register.reference import load_reference, shipped_reference
from warehouse.release.contents import REPORTED_KPI
from warehouse.release.extract import read_parquet
from warehouse.release.publish import make_release
from warehouse.synthetic import (
    REGION_PARTICIPANTS,
    REGION_RATES,
    TOWN_RATES,
    Rates,
    Setting,
    Timing,
    Wave,
    prepare_waves,
    read_setting,
    write_region_reference,
)

TOWN, REGION = "town", "region"
MARKER = "demo"  # a home with this file holds nothing but made-up people
FEW_SCOPES = 6  # kinds and municipalities of one town

Advance = Callable[[int, int], None]


@dataclass(frozen=True)
class World:
    """What a demonstration is made from; `reference` is loaded where it is not the shipped one."""

    setting: Setting
    rates: Rates
    reference: Path | None = None


@dataclass(frozen=True)
class DateDone:
    """One reporting date gone through: the verdicts of its deliveries and its release."""

    as_of: date
    verdicts: Counter[str]
    release: Path


def prepare_home(settings: Settings, *, fresh: bool) -> Settings:
    """Return the settings of a demonstration in an empty home; empty a former demonstration's when `fresh`.

    A home that is not a demonstration's is never touched: Misconfigured is raised.
    """
    if not settings.embedded:
        raise Misconfigured("Демонстрация работает со встроенным хранилищем: уберите NASTAVNIK_WAREHOUSE_URL.")
    home = settings.home
    marker = home / MARKER
    if home.is_dir() and any(home.iterdir()):
        if not marker.is_file():
            raise Misconfigured(f"Папка {home} не пуста. Задайте NASTAVNIK_HOME: для демонстрации нужна новая папка.")
        if not fresh:
            raise Misconfigured(f"В {home} уже есть демонстрация. Чтобы удалить её и начать заново, добавьте --fresh.")
        _empty(home, marker)
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    marker.write_text("Здесь только вымышленные люди; папку можно удалить.\n", encoding="utf-8")
    inside = {
        "inbox": home / "inbox",
        "key": key_file(home / "key"),
        "warehouse_url": f"duckdb:///{home / 'warehouse.duckdb'}",
    }
    return replace(settings, settle_seconds=0, **inside)  # type: ignore[arg-type]


def _empty(home: Path, marker: Path) -> None:
    """Remove a former demonstration, its marker last: what a stopped removal leaves is still one."""
    for entry in sorted(home.iterdir(), key=lambda entry: entry == marker):
        shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()


def make_world(size: str, seed: int, folder: Path) -> World:
    """Return the order's own town with all its years, or a region of 1,500 institutions on the last one."""
    if size == TOWN:
        return World(read_setting(shipped_reference()), TOWN_RATES)
    write_region_reference(folder, shipped_reference(), seed)
    setting = read_setting(folder, REGION_PARTICIPANTS)
    return World(setting.only([setting.dates[-1].as_of]), REGION_RATES, folder)


def write_deliveries(settings: Settings, world: World, seed: int, on_files: Callable[[int], None]) -> list[Wave]:
    """Write every delivery beside the inbox; return them as waves in the order they arrive."""
    workers = 1 if len(world.setting.institutions) < settings.batch else settings.workers
    return prepare_waves(settings.run / "postings", seed, world.setting, world.rates, workers, on_files)


@contextmanager
def demonstration(settings: Settings, world: World, waves: list[Wave]) -> Iterator[Home]:
    """Open the home at the time of the first delivery, with the world's own register."""
    start = waves[0].received_at
    with opened(settings, start, write=True) as home:
        if world.reference is not None:
            with home.writing() as connection:
                load_reference(connection, home.received, world.reference, start)
        yield home


def go_through(home: Home, waves: list[Wave], on_read: Advance = lambda done, of: None) -> Iterator[DateDone]:
    """Take in wave after wave; release every reporting date at its deadline, the last one when all have come.

    What comes for a date after its release is in force at once and appears in the next release, as a revision.
    """
    in_order = sorted(waves, key=lambda wave: (wave.as_of, wave.received_at))
    for as_of, of_date in groupby(in_order, lambda wave: wave.as_of):
        coming = list(of_date)
        due = [wave for wave in coming if wave.timing is not Timing.LATE or as_of == in_order[-1].as_of]
        verdicts = _take(home, due, on_read)
        release = make_release(home, as_of, due[-1].received_at)
        yield DateDone(as_of, verdicts + _take(home, coming[len(due) :], on_read), release)
    shutil.rmtree(home.settings.run / "postings", ignore_errors=True)


def _take(home: Home, waves: list[Wave], on_read: Advance) -> Counter[str]:
    verdicts: Counter[str] = Counter()
    for wave in waves:
        wave.deliver(home.settings.inbox)
        verdicts += run_intake(home, wave.received_at, on_progress=on_read).verdicts
    return verdicts


def reported_series(release: Path) -> list[dict[str, object]]:
    """Return a release's reported indicator date by date, for the scopes that have a target or the widest."""
    figures = read_parquet(release / "kpi.parquet")
    rows = [row for row in _reported(figures) if row["scope_type"] != "institution"]
    aimed = {row["scope_code"] for row in rows if row["target"] is not None}
    if not 0 < len(aimed) <= FEW_SCOPES:
        aimed = {row["scope_code"] for row in rows if row["scope_type"] == "region"}
    return [row for row in rows if row["scope_code"] in aimed]


def missing_institutions(release: Path, as_of: date) -> list[str]:
    """Return the codes of institutions that a release expected on a date and has nothing from."""
    rows = _reported(read_parquet(release / "kpi.parquet"))
    single = (row for row in rows if row["scope_type"] == "institution" and row["as_of"] == as_of)
    return sorted(str(row["scope_code"]) for row in single if not row["reported"])


def _reported(figures: pa.Table) -> list[dict[str, object]]:
    return [row for row in figures.to_pylist() if row["indicator"] == REPORTED_KPI]
