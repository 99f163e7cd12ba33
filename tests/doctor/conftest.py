"""A home as it should be, for every check to find well and every test to spoil."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from tests.installations import installation, learn, moscow, settings_for
from warehouse.access.audit import record
from warehouse.copies.backup import backup
from warehouse.installation.settings import Settings
from warehouse.watch.lastnight import note_night

NOW = moscow("2027-01-10 12:00")  # after the clock of whoever runs this, before the calendar ends
MASTER = "fedcba9876543210" * 4
DATES = """
    as_of,opens_on,due_on,closes_on,kind
    2026-12-31,2026-12-31,2027-01-15,2027-03-31,annual
    2027-12-31,2027-12-31,2028-01-15,2028-03-31,annual
"""
TARGETS = """
    indicator,scope_type,scope_code,as_of,target_percent,direction,source
    students_involved,kind,NSH/ОУ,2027-12-31,70,at_least,приказ
"""


def own(folder: Path) -> Settings:
    return settings_for(folder / "home", NASTAVNIK_KEY=MASTER, NASTAVNIK_BACKUP=str(folder / "copies"))


@pytest.fixture(scope="package")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home as it should be after a good night, and its backup."""
    folder = tmp_path_factory.mktemp("good") / "all"
    settings = own(folder)
    with installation(settings.home, at=NOW - timedelta(days=400), NASTAVNIK_KEY=MASTER) as home:
        learn(home, folder / "reference", NOW - timedelta(days=300), reporting_dates=DATES, targets=TARGETS)
    record(settings, "intake", "1-1")
    note_night(settings, NOW - timedelta(hours=9))
    backup(settings, folder / "copies", NOW - timedelta(hours=8))
    return folder


@pytest.fixture
def settings(good: Path, tmp_path: Path) -> Settings:
    """A copy of it, to be spoilt."""
    return own(Path(shutil.copytree(good, tmp_path / "all")))
