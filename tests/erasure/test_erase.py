"""A person erased: nowhere to be found, and no figure has moved by a byte."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.erasure.world import AS_OF, LATER, OTHERS, SNILS, WORDS, fill, looked_for, place_of
from tests.installations import ENGINES, hashes, installation, state
from warehouse.erasure.erase import Erasure, erase, wanted_name, wanted_row, wanted_snils
from warehouse.ingestion.rebuild import rebuild
from warehouse.installation.home import Home
from warehouse.installation.settings import Misconfigured
from warehouse.release.package import verify, write_release
from warehouse.release.publish import contents_of
from warehouse.tables.tables import table

OUTSIDE = ("journal.entries", "journal.erasures", "journal.destructions")


@pytest.fixture(scope="module", params=ENGINES)
def before_and_after(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Home, dict, dict, Erasure]]:
    url = request.getfixturevalue("postgres_database") if request.param == "postgresql" else None
    folder = tmp_path_factory.mktemp("home") / "home"
    fill(folder, url)
    with installation(folder, url) as home:
        before = whole(home)
        dry = erase(home, wanted_row(*place_of(home)), "request", "clerk", LATER, dry_run=True)
        assert whole(home) == before
        done = erase(home, wanted_row(*place_of(home)), "request", "clerk", LATER)
        assert done.counts == dry.counts
        yield home, before, whole(home), done


def whole(home: Home) -> dict:
    told = state(home)
    home.engine.dispose()
    return told | {"remains": hashes(home.settings.remains) if home.settings.remains.exists() else {}}


def figures_of(told: dict) -> dict:
    tables = {name: rows for name, rows in told["warehouse"].items() if name not in OUTSIDE}
    return {"warehouse": tables} | {name: told[name] for name in ("lake", "receipts", "releases", "inbox")}


def test_nothing_but_the_journal_and_what_is_personal_changes(before_and_after) -> None:
    _, before, after, _ = before_and_after
    assert figures_of(after) == figures_of(before)
    assert [row[2] for row in after["warehouse"]["journal.entries"]].count("erasure") == 1


def test_the_person_is_nowhere_and_others_are(before_and_after) -> None:
    home, *_ = before_and_after
    assert looked_for(home, WORDS).found == set()
    assert {word for _, word, _ in looked_for(home, OTHERS).found} == set(OTHERS)


def test_the_scan_finds_the_person_before(folder: Path) -> None:
    with installation(folder) as home:
        found = looked_for(home, WORDS).found
    assert {place.split("/")[0] for place, *_ in found} >= {
        "received",
        "vault",
        "forms",
        "templates",
        "queue.xlsx › xl",
    }


def test_counts_by_hand(before_and_after) -> None:
    """The bytes of five files: three of the school, in time and refused, one in quarantine, one of the other school.

    Rows: a participant and a pair in either school, an answer in one. Texts: the other pair's result in the three
    deliveries that are accepted. Made: form, template, queue. The broken file of a third school could not be read.
    """
    home, before, after, done = before_and_after
    assert done.counts == {"files": 5, "rows": 5, "texts": 3, "made": 3, "unread": 1}
    assert len(before["received"]) - len(after["received"]) == 5
    assert len(after["vault"]["personal.participants"]) == len(before["vault"]["personal.participants"]) - 2
    assert (home.settings.forms / "NSH-S014/2021-12-31.xlsx").exists()


def test_releases_verify_and_are_made_again_with_the_same_bytes(before_and_after, tmp_path: Path) -> None:
    home, *_ = before_and_after
    (release,) = home.settings.releases.iterdir()
    assert verify(release) == []
    releases = table("releases")
    with home.reading() as connection:
        row = connection.execute(sa.select(releases)).one()
        contents = contents_of(connection, home.settings, row.release, AS_OF, row.seq, row.known_at, row.definition)
    assert hashes(write_release(contents, tmp_path / "made")) == hashes(release)


def test_a_rebuild_gives_the_same(before_and_after) -> None:
    home, _, after, _ = before_and_after
    rebuild(home)
    assert whole(home) == after


def test_erased_again_nothing_is_left_to_do(before_and_after) -> None:
    home, _, after, _ = before_and_after
    again = erase(home, wanted_snils(home, SNILS), "request", "clerk", LATER)
    assert (again.entry, again.acts, again.counts["files"]) == (None, [], 0)
    assert whole(home) == after


def test_nobody_is_told(before_and_after) -> None:
    home, *_ = before_and_after
    from datetime import date

    with pytest.raises(Misconfigured, match="Такого человека нет"):
        erase(home, wanted_name(home, "Никто", "Нигде", "", date(2000, 1, 1)), "request", "clerk", LATER)
    with pytest.raises(Misconfigured, match="не СНИЛС"):
        wanted_snils(home, "123")
