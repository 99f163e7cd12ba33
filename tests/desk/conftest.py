"""The desk over one town, opened as an analyst opens it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desk.town import settle
from tests.installations import installation, moscow
from warehouse import open_analysis
from warehouse.desk.analysis import make_analysis
from warehouse.desk.opening import Analysis


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a home that lived through the town."""
    folder = tmp_path_factory.mktemp("desk")
    with installation(folder / "home", None, moscow("2021-09-01 12:00")) as home:
        settle(home, folder)
    return folder / "home"


@pytest.fixture(scope="session")
def file(lived: Path) -> Path:
    """Its analysts' file."""
    with installation(lived, None, moscow("2023-02-01 12:00")) as home:
        return make_analysis(home, lived.parent / "nastavnik.duckdb").path


@pytest.fixture(scope="session")
def desk(file: Path) -> Iterator[Analysis]:
    with open_analysis(file) as opened:
        yield opened
