"""The corpus night: every hostile file of the collection among the deliveries of good schools, three times."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.hostile.night import Place, Run, drop, good_deliveries, may_unshare, run
from tests.installations import figures, installation, rows
from warehouse.tables.tables import table

HOSTILE = os.environ.get("NASTAVNIK_HOSTILE")
MEGABYTES = 500  # the largest process of a night, the one that judges among them
SECONDS_EACH = 10
GOOD = 8  # schools whose deliveries are good
_WORDS = re.compile("[а-яё]{3}", re.IGNORECASE)
_INNARDS = re.compile(r"Traceback|Error\b|Exception|\.py\b|/expectations/|0x[0-9a-f]{4}")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not HOSTILE, reason="NASTAVNIK_HOSTILE names no folder of hostile files"),
    pytest.mark.skipif(not may_unshare(), reason="no network namespace of one's own: unshare -rn is not permitted"),
]


@dataclass(frozen=True)
class Nights:
    """A night of good schools alone, and three nights with the hostile files: fresh, nothing new, all sent again."""

    quiet: Place
    loud: Place
    runs: list[Run]
    lying: dict[str, Path]
    strays: list[str]
    again: dict[str, Path]


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Nights:
    folder = tmp_path_factory.mktemp("nights")
    quiet, loud = Place(folder / "quiet"), Place(folder / "loud")
    waves = good_deliveries(folder, GOOD)
    for wave in waves:
        wave.deliver(folder / "inbox")
    for place in (quiet, loud):
        shutil.copytree(folder / "inbox", place.inbox, dirs_exist_ok=True)
    at = ("intake", "--received-at", f"{max(wave.received_at for wave in waves):%Y-%m-%d %H:%M}")
    hostile = sorted(path for path in Path(HOSTILE or "").glob("*/*") if path.is_file())
    folders = [f"NSH-S{number:03}" for number in (1, 3, 4, 5, 7, 8, 14, 16, 20, 24, 25, 27, 28, 31, 34, 37, 38, 40, 79)]
    lying = drop(hostile, loud.inbox, folders)
    runs = [run(quiet, *at), run(loud, *at), run(loud, *at)]
    again = drop(hostile, loud.inbox, folders)
    runs.append(run(loud, *at))
    return Nights(quiet, loud, runs, lying, quiet.strays() + loud.strays(), again)


def ledger(place: Place) -> list[dict[str, object]]:
    names = ("seq", "delivery", "institution_code", "sha256", "verdict", "duplicate_of")
    with installation(place.home) as home:
        lines = [dict(zip(names, row, strict=True)) for row in rows(home, table("deliveries"), *names)]
    return sorted(lines, key=lambda line: line["seq"])


def test_no_night_fails(nights: Nights) -> None:
    """1 tells of refused files; a synthetic town has its own."""
    assert [(one.code in (0, 1), one.err) for one in nights.runs] == [(True, "")] * 4


def test_figures_of_good_schools_are_those_of_a_quiet_night(nights: Nights) -> None:
    with installation(nights.quiet.home) as quiet, installation(nights.loud.home) as loud:
        expected = figures(quiet)
        assert expected.num_rows > 100 and figures(loud).to_pylist() == expected.to_pylist()


def test_every_hostile_file_is_refused_once_and_told_so_in_russian(nights: Nights) -> None:
    with installation(nights.loud.home) as home:
        receipts = [json.loads(path.read_text()) for path in home.settings.receipts.rglob("receipt.json")]
    by_delivery = Counter(receipt["delivery"] for receipt in receipts)
    lines = ledger(nights.loud)
    quiet = {(line["institution_code"], line["sha256"]) for line in ledger(nights.quiet)}
    hostile = [line for line in lines if (line["institution_code"], line["sha256"]) not in quiet]
    assert len(hostile) == len(nights.lying) + len(nights.again)
    first, second = hostile[: len(nights.lying)], hostile[len(nights.lying) :]
    assert {line["verdict"] for line in first} <= {"rejected", "duplicate"}  # two of the collection are the same bytes
    assert {line["verdict"] for line in second} == {"duplicate"}
    assert by_delivery.keys() == {line["delivery"] for line in lines} and set(by_delivery.values()) == {1}
    for receipt in receipts:
        for finding in receipt.get("findings", ()):
            words = json.dumps(finding, ensure_ascii=False)
            assert _WORDS.search(words) and not _INNARDS.search(words)
        if receipt["verdict"]["code"] == "rejected":
            assert receipt["findings"] and _WORDS.search(receipt["verdict"]["next"])


def test_the_second_night_finds_nothing_new(nights: Nights) -> None:
    assert nights.runs[2].out.strip() == "Нового нет."


def test_every_night_is_quick_and_small(nights: Nights, capsys: pytest.CaptureFixture[str]) -> None:
    """How long each file is read alone, and in how much, tests/reading/test_hostile.py tells."""
    quiet, loud, *_ = nights.runs
    each, largest = (loud.seconds - quiet.seconds) / len(nights.lying), max(one.megabytes for one in nights.runs)
    with capsys.disabled():
        sys.stdout.write(f"\n{len(nights.lying)} hostile files: {each:.2f} s each, the largest process {largest} MB\n")
    assert each < SECONDS_EACH and largest < MEGABYTES


def test_nobody_is_reached_and_nothing_is_left_elsewhere(nights: Nights) -> None:
    assert [line for one in nights.runs for line in one.reached] == []
    assert nights.strays == []
    with installation(nights.loud.home) as home:
        left = sorted(path.name for path in home.settings.run.rglob("*") if path.is_file())
        assert left == ["intake.json", "made", "night", "vault-whole", "warehouse.lock"]
        assert [path for path in home.settings.inbox.rglob("*") if not path.is_dir()] == []
