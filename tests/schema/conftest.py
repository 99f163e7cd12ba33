"""The product's migrations and one more, so that there is a way to go."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from warehouse.schema.migrating import MIGRATIONS


@pytest.fixture(scope="module")
def with_one_more(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of migrations that ends with an example."""
    folder = Path(shutil.copytree(MIGRATIONS, tmp_path_factory.mktemp("migrations") / "all"))
    shutil.copy(Path(__file__).with_name("example_0003.py"), folder / "versions" / "0003_example.py")
    return folder
