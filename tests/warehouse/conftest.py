"""One installation on each engine, for a whole module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.installations import ENGINES, installation
from warehouse.installation.home import Home


@pytest.fixture(scope="module", params=ENGINES)
def home(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """An opened installation with the order's own reference data, on DuckDB and on a real PostgreSQL."""
    url = request.getfixturevalue("postgres_database") if request.param == "postgresql" else None
    with installation(tmp_path_factory.mktemp("home") / "home", url) as opened:
        yield opened
