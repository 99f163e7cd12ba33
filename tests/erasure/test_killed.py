"""An erasure killed at each step: figures hold at once, and whoever opens the home next to write finishes it."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.erasure.dying_erasure import POINTS
from tests.erasure.test_erase import OUTSIDE, figures_of, whole
from tests.erasure.world import LATER, SNILS, SURNAME, opened_bytes, place_of
from tests.forked import Forked
from tests.installations import installation, settings_for, tables_told
from warehouse.erasure.erase import erase, wanted_snils
from warehouse.ingestion.rebuild import rebuild
from warehouse.installation.home import opened

pytestmark = pytest.mark.slow  # processes are killed
UNDECIDED = {
    "nothing done", "some remains kept", "remains kept, no word in the journal", "journal written, not committed",
}  # fmt: skip
TOLD = {"remains kept, no word in the journal", "a key overwritten, the file still there"}  # run every time
CASES = [pytest.param(point, marks=[] if point in TOLD else pytest.mark.thorough, id=point) for point in POINTS]


@pytest.fixture(scope="module")
def undisturbed(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[tuple[str, int], dict, dict]:
    """The person's row, and what the home is before an erasure and after a whole one."""
    folder = Path(shutil.copytree(filled, tmp_path_factory.mktemp("whole") / "home"))
    with installation(folder, at=LATER) as home:
        place, before = place_of(home), whole(home)
        erase(home, wanted_snils(home, SNILS), "request", "clerk", LATER)
        return place, before, whole(home)


@pytest.fixture(scope="module")
def kill(forked: Forked) -> Callable[..., int]:
    """Run an erasure that dies at a point; return its exit code."""

    def erasure(home: Path, place: tuple[str, int], point: str) -> int:
        (ended,) = forked.call(
            "tests.erasure.dying_erasure", home=str(home), delivery=place[0], row=place[1], point=point
        )
        return ended

    return erasure


def settled(told: dict) -> dict:
    """A state without what no two runs have alike: sealed bytes."""
    return told | {"remains": sorted(told["remains"])}


@pytest.mark.parametrize("point", CASES)
def test_a_killed_erasure_is_finished(kill: Callable[..., int], undisturbed, folder: Path, point: str) -> None:
    place, before, after = undisturbed
    assert kill(folder, place, point) == -signal.SIGKILL
    with opened(settings_for(folder), LATER) as home:  # a reader changes nothing, and finds every figure
        tables = {name: rows for name, rows in tables_told(home).items() if name not in OUTSIDE}
        assert tables == figures_of(before)["warehouse"]
        home.engine.dispose()
    with installation(folder, at=LATER) as home:
        if point in UNDECIDED:
            assert settled(whole(home)) | {"remains": []} == settled(before) | {"remains": []}
            erase(home, wanted_snils(home, SNILS), "request", "clerk", LATER)
        assert settled(whole(home)) == settled(after)
        assert not [name for name, content in opened_bytes(home).items() if SURNAME.encode() in content]
        assert len(list(home.settings.acts.glob("*.xlsx"))) == 1
        if point in TOLD:  # the other points led to the same state
            rebuild(home)
            assert settled(whole(home)) == settled(after)
