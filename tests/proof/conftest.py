"""A release of a made town, to be tampered with."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.release.made_contents import town
from warehouse.release.package import write_release


@pytest.fixture(scope="session")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder as it was written: not to be changed."""
    contents = town(missing=("NSH-S016",))
    return write_release(contents, tmp_path_factory.mktemp("released") / contents.release)


@pytest.fixture
def folder(released: Path, tmp_path: Path) -> Path:
    """A copy to change."""
    return shutil.copytree(released, tmp_path / released.name)
