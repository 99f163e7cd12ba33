"""Deliveries on disk: the same bytes for the same seed, in order of arrival, read back as written."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path

import pytest

from expectations.reading.limits import Limits
from expectations.reading.reading import read_delivery
from warehouse.synthetic import (
    REGION_RATES,
    TOWN_RATES,
    Timing,
    Wave,
    prepare_waves,
    read_setting,
    write_region_reference,
)
from warehouse.synthetic.hands import HANDS
from warehouse.synthetic.incidents import Happening
from warehouse.synthetic.setting import Setting
from warehouse.synthetic.writing import suffix_of, write_submission

KEY = b"k" * 32


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory, reference: Path) -> Setting:
    folder = tmp_path_factory.mktemp("region")
    write_region_reference(folder, reference, seed=3, institutions=24)
    setting = read_setting(folder, participants=40)
    return setting.only([setting.dates[1].as_of])


def fingerprint(waves: list[Wave]) -> str:
    digest = hashlib.sha256()
    for wave in waves:
        for posting in wave.postings:
            digest.update(f"{wave.received_at}/{posting.folder}/{posting.file_name}".encode())
            digest.update(posting.path.read_bytes())
    return digest.hexdigest()


def test_same_seed_same_bytes_whatever_the_number_of_processes(region: Setting, tmp_path: Path) -> None:
    made = [
        fingerprint(prepare_waves(tmp_path / name, seed, region, REGION_RATES, workers))
        for name, seed, workers in [("one", 1, 1), ("two", 1, 2), ("other", 2, 1)]
    ]
    assert made[0] == made[1] != made[2]


def test_waves_come_in_order_and_can_be_delivered(region: Setting, tmp_path: Path) -> None:
    seen: list[int] = []
    waves = prepare_waves(tmp_path / "made", 1, region, TOWN_RATES, progress=seen.append)
    assert [wave.timing for wave in waves] == [Timing.ON_TIME, Timing.RESUBMITTED, Timing.LATE]
    due_on = region.dates[0].due_on
    on_time, again, late = (wave.received_at for wave in waves)
    assert on_time < again < late and again.date() <= due_on < late.date() and late.utcoffset()
    delivered = sum(wave.deliver(tmp_path / "inbox") for wave in waves[:1])
    assert delivered == len(list((tmp_path / "inbox").glob("*/*"))) == len(waves[0].postings)
    assert sum(seen) == sum(len(wave.postings) for wave in waves)


def test_a_region_has_the_kinds_and_municipalities_asked_for(region: Setting) -> None:
    kinds = Counter(institution.kind for institution in region.institutions)
    assert kinds == {"ОУ": 18, "УДО": 6}
    assert len({institution.municipality for institution in region.institutions}) == 12
    assert {institution.region for institution in region.institutions} == {"R61"}


@pytest.mark.parametrize("hand", sorted({hand.name for hand in HANDS}))
def test_every_hand_is_read_without_a_finding_and_gives_the_same_values(submissions, hand: str, tmp_path: Path) -> None:
    # The last of a hand: its fullest history.
    submission = [each for each in submissions if each.hand.name == hand and len(each.sheets["participants"]) < 260][-1]
    path = tmp_path / f"file{suffix_of(submission.hand)}"
    write_submission(submission, path)
    reading = read_delivery(path, KEY, Limits())
    assert {problem["rule"] for problem in reading.problems.to_pylist()} <= {"mixed-alphabet"}
    for name, rows in submission.sheets.items():
        assert reading.sheets[name].num_rows == len(rows), name
    for name, column in [("pairs", "started_on"), ("pairs", "form"), ("participants", "birth_date"), ("participants", "snils"), ("partners", "inn"), ("surveys", "satisfaction"), ("events", "hours")]:  # fmt: skip
        assert reading.sheets[name][column].to_pylist() == [row.get(column) for row in submission.sheets[name]], column


def test_every_way_to_go_wrong_happens_in_the_town(incidents) -> None:
    happened = Counter(happening for happening, _ in incidents.happenings.values())
    assert set(happened) == set(Happening) - {Happening.NOTHING}
    for as_of, _ in incidents.outlook.setting.dates:
        that_day = Counter(kind for (_, day), (kind, _) in incidents.happenings.items() if day == as_of)
        assert 2 <= that_day[Happening.LATE] <= 3 and that_day[Happening.SLIPPED] == 5


def test_everyone_has_something_good_in_the_end(incidents, submissions) -> None:
    for submission in submissions:
        *_, last = incidents.deliveries(submission)
        slipped = incidents.happenings.get((last.folder, submission.as_of), (None, 0))[0] is Happening.SLIPPED
        assert last.submission is submission or slipped
        assert last.folder == submission.place.institution.code and not last.truncated


def test_each_spoilt_file_is_refused_or_marked(incidents, submissions, tmp_path: Path) -> None:
    """Reading sees the faults that reading can see; the submission that mends them is left unharmed."""
    seen: Counter[str] = Counter()
    for submission in submissions:
        first = next(iter(incidents.deliveries(submission)))
        if first.submission is not submission and len(submission.sheets["participants"]) < 200:
            path = tmp_path / first.file_name
            write_submission(first.submission, path)
            seen.update(problem["rule"] for problem in read_delivery(path, KEY, Limits()).problems.to_pylist())
    assert {"wrong-type", "excel-error-value", "missing-sheet", "missing-column"} <= set(seen)
