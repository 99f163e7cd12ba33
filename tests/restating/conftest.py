"""The collection on either engine."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.installations import ENGINES, installation
from tests.restating.collection import collect
from warehouse.installation.home import Home


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The collection on DuckDB, to be copied."""
    folder = tmp_path_factory.mktemp("collected") / "home"
    with installation(folder) as home:
        collect(home)
    return folder


@pytest.fixture
def home(collected: Path, tmp_path: Path) -> Iterator[Home]:
    shutil.copytree(collected, tmp_path / "home")
    with installation(tmp_path / "home") as opened:
        yield opened


@pytest.fixture(params=ENGINES)
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Home]:
    """The collection on each engine."""
    if request.param == "duckdb":
        yield request.getfixturevalue("home")
        return
    from tests.postgres import fresh_database

    with fresh_database(request.getfixturevalue("postgres_url")) as url, installation(tmp_path / "home", url) as opened:
        collect(opened)
        yield opened
