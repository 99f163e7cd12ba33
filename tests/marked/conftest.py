"""An installation, and workbooks in the ways schools send them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.installations import installation
from warehouse.installation.home import Home


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    with installation(tmp_path_factory.mktemp("marked") / "home") as opened:
        yield opened
