"""The town of `world.py`, filled once for all tests of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.erasure.world import fill


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home as it was filled: not to be changed; `folder` is a copy."""
    folder = tmp_path_factory.mktemp("filled") / "home"
    fill(folder)
    return folder
