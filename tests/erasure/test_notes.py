"""What somebody said in words of many deliveries at once goes with the person it names, and no sooner."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from expectations.rules.ruleset import changed
from tests.erasure.world import AS_OF, LATER, SURNAME, fill, place_of
from tests.installations import installation, moscow
from warehouse.erasure.erase import erase, wanted_row
from warehouse.erasure.retention import plan_retention
from warehouse.installation.home import Home
from warehouse.restatement.backfill import Asked, backfill

BETWEEN = moscow("2022-01-20 10:00")
REASON = f"по жалобе родителей {SURNAME}а"
ANOTHER = "по письму министерства"


def judged_anew(home: Home, reason: str, years: str) -> None:
    done, _ = backfill(home, Asked(AS_OF, AS_OF, changed([("age-implausible", years)])), BETWEEN, "clerk", reason)
    assert done.entry is not None


def said(home: Home) -> set[str | None]:
    return {home.notes.read(path.name) for path in home.notes.paths()}


def test_a_reason_of_a_restatement_goes_with_whom_it_names(tmp_path: Path) -> None:
    fill(tmp_path / "home")
    with installation(tmp_path / "home") as home:
        judged_anew(home, REASON, "error")
        judged_anew(home, ANOTHER, "warning")
        assert said(home) == {REASON, ANOTHER}
        erase(home, wanted_row(*place_of(home)), "request", "clerk", LATER)
        assert said(home) == {ANOTHER}
        kept = replace(home, settings=replace(home.settings, keep_identities_years=1))
        notes = set(home.notes.paths())
        assert notes & set(plan_retention(kept, AS_OF + timedelta(days=365)).files) == set()
        assert notes <= set(plan_retention(kept, AS_OF + timedelta(days=366)).files)
