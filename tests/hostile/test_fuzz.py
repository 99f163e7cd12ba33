"""Twenty seconds of `make fuzz`, always the same files at first."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.hostile.fuzz import fuzz

HOSTILE = os.environ.get("NASTAVNIK_HOSTILE")


@pytest.mark.slow
def test_whatever_is_sent_gets_its_line_and_its_verdict(tmp_path: Path) -> None:
    found = fuzz(tmp_path / "work", tmp_path / "kept", 7, 20, Path(HOSTILE) if HOSTILE else None)
    assert found.bad == []
    assert sum(found.verdicts.values()) == found.files > 0 and found.read > 0
