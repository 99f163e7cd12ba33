"""One installation on each engine that holds deliveries losing over 30 % of their pupils."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.installations import ENGINES, installation
from warehouse.installation.home import Home

HOLDING = {"NASTAVNIK_HOLD_DROP": "30"}


@pytest.fixture(scope="module", params=ENGINES)
def home(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    url = request.getfixturevalue("postgres_database") if request.param == "postgresql" else None
    with installation(tmp_path_factory.mktemp("home") / "home", url, **HOLDING) as opened:
        yield opened
