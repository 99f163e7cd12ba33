"""What the checklist says of periods of retention."""

from __future__ import annotations

from pathlib import Path

from tests.installations import installation
from warehouse.gate.personal import TERMS, of_people
from warehouse.gate.points import PASSES, WARNS, Point


def told(folder: Path, **terms: str) -> Point:
    with installation(folder, **terms) as home, home.reading() as connection:
        return next(point for point in of_people(home, connection) if point.title == "Сроки хранения")


def test_a_period_nobody_has_set_is_named(tmp_path: Path) -> None:
    settings = {f"NASTAVNIK_{name.upper()}": "5" for name in TERMS}
    assert told(tmp_path).level == WARNS
    assert told(tmp_path, **settings).level == PASSES
    del settings["NASTAVNIK_KEEP_RECEIPTS_YEARS"]
    assert told(tmp_path, **settings).detail.startswith("Хранится бессрочно: протоколы.")
