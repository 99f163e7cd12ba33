"""A collection under way: three schools expected, one of them accepted, one refused, one silent."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.installations import installation, learn, settings_for, take
from tests.workbooks import organisation, submission, write
from warehouse.installation.settings import Settings

REGISTER = """
    code,name,aliases,kind,level,municipality,region,valid_from,valid_to
    NSH-S001,МБОУ СОШ № 1,,ОУ,СОШ,NSH,61,2020-09-01,
    NSH-S007,МБОУ СОШ № 7,,ОУ,СОШ,NSH,61,2020-09-01,
    NSH-S008,МБОУ СОШ № 8,,ОУ,СОШ,NSH,61,2020-09-01,
    NSH-S014,МБОУ СОШ № 14,,ОУ,СОШ,NSH,61,2020-09-01,2021-08-31
"""


@pytest.fixture(scope="session")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home: № 7 accepted, № 8 refused, № 1 silent, № 14 closed."""
    folder = tmp_path_factory.mktemp("collected")
    with installation(folder / "home") as home:
        learn(home, folder / "reference", institutions=REGISTER)
        inbox = home.settings.inbox
        write(inbox / "NSH-S007" / "a.xlsx", submission(Организация=with_mail("NSH-S007", "seven@example.org")))
        write(inbox / "NSH-S008" / "a.xlsx", submission("NSH-S008", students=0))
        take(home)
    return folder / "home"


def copied(home: Path, folder: Path) -> Settings:
    shutil.copytree(home, folder / "home")
    return settings_for(folder / "home")


def with_mail(code: str, address: str) -> list[list[str]]:
    return [*organisation(код_организации=code), ["Эл. почта куратора", address]]


@pytest.fixture
def settings(collected: Path, tmp_path: Path) -> Settings:
    """The settings of a copy of it."""
    return copied(collected, tmp_path)
