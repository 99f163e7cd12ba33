"""Where copies may lie."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.installations import COLLECTED, settings_for
from warehouse.copies.backup import backup
from warehouse.installation.settings import Misconfigured


@pytest.mark.parametrize("way", ["home/copies", "home/../home/copies", "link/copies"])
def test_no_way_leads_copies_into_the_home(tmp_path: Path, way: str) -> None:
    settings = settings_for(tmp_path / "home")
    (tmp_path / "link").symlink_to(settings.home)
    with pytest.raises(Misconfigured, match="Копия внутри NASTAVNIK_HOME"):
        backup(settings, tmp_path / way, COLLECTED)
