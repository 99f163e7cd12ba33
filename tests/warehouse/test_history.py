"""Releases stand for ever, and everything can be made again from the journal and the received files."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.installations import (
    figures,
    forget_all_but_the_journal,
    hashes,
    moscow,
    rows,
    state,
    vault_rows,
)
from tests.warehouse.histories import (
    AS_OF,
    first_collection,
    first_release,
    later_knowledge,
    second_release,
)
from warehouse.ingestion.rebuild import rebuild
from warehouse.installation.home import Home
from warehouse.installation.settings import Misconfigured
from warehouse.release.extract import read_parquet
from warehouse.release.package import verify, write_release
from warehouse.release.publish import contents_of, make_release
from warehouse.tables.tables import table

pytestmark = pytest.mark.slow  # a history is made anew


@dataclass
class History:
    """A home with two releases, and the first one's bytes as they were before the rest happened."""

    home: Home
    releases: list[Path]
    first_bytes: dict[str, str]

    def recomputed(self, release: str, folder: Path) -> Path:
        """Make a release again from what was known at its journal number."""
        releases = table("releases")
        with self.home.reading() as connection:
            row = connection.execute(sa.select(releases).where(releases.c.release == release)).one()
            contents = contents_of(
                connection, self.home.settings, row.release, row.as_of, row.seq, row.known_at, row.definition
            )
        return write_release(contents, folder)


@pytest.fixture(scope="module")
def history(home: Home, tmp_path_factory: pytest.TempPathFactory) -> History:
    first_collection(home)
    first = first_release(home)
    first_bytes = hashes(first)
    later_knowledge(home, tmp_path_factory.mktemp("later"))
    return History(home, [first, second_release(home)], first_bytes)


def involved(folder: Path, scope: str) -> tuple:
    row = next(
        row
        for row in read_parquet(folder / "kpi.parquet").to_pylist()
        if (row["indicator"], row["scope_type"], row["as_of"]) == ("students_involved", scope, AS_OF)
    )
    return (
        int(row["numerator"]),
        row["denominator"],
        str(row["value"]),
        str(row["target"]),
        row["meets_target"],
        row["status"],
    )


def test_releases_are_numbered_by_date(history: History) -> None:
    assert [folder.name for folder in history.releases] == ["2021-12-31-1", "2021-12-31-2"]
    assert [verify(folder) for folder in history.releases] == [[], []]


def test_a_release_says_what_was_known_and_no_more(history: History) -> None:
    """Two schools share their two children; then a correction, a newcomer and a late УДО, under a new target."""
    assert involved(history.releases[0], "municipality") == (2, 200, "1.00", "30.00", False, "provisional")
    assert involved(history.releases[1], "municipality") == (
        2 + 2,
        110 + 100 + 100 + 50,
        "1.11",
        "2.00",
        False,
        "provisional",
    )


def test_a_late_delivery_changes_no_byte_of_a_release(history: History, tmp_path: Path) -> None:
    assert hashes(history.releases[0]) == history.first_bytes
    assert hashes(history.recomputed("2021-12-31-1", tmp_path / "again")) == history.first_bytes


def test_the_series_can_be_asked_for_as_known_at_any_time(history: History) -> None:
    asked = figures(history.home, AS_OF, moscow("2022-01-16 12:00"))
    released = read_parquet(history.releases[0] / "kpi.parquet")
    assert asked.drop_columns(["release"]).equals(released.drop_columns(["release"]))
    assert figures(history.home, AS_OF, moscow("2020-01-01 00:00")).num_rows == 0


def test_a_release_interrupted_before_its_folder_is_completed_under_its_number(history: History) -> None:
    newest = history.releases[1]
    before = hashes(newest)
    shutil.rmtree(newest)
    (newest.with_name(f".{newest.name}.partial")).mkdir()
    (newest.with_name(f".{newest.name}.partial") / "kpi.csv").write_text("half")
    assert make_release(history.home, AS_OF, moscow("2022-02-01 09:00")) == newest
    assert hashes(newest) == before
    assert len(rows(history.home, table("releases"))) == 2
    assert not list(history.home.settings.releases.glob(".*"))


def test_a_date_outside_the_calendar_takes_no_number(history: History) -> None:
    before = rows(history.home, table("releases"))
    with pytest.raises(Misconfigured):
        make_release(history.home, AS_OF.replace(day=30), moscow("2022-02-01 09:00"))
    assert rows(history.home, table("releases")) == before


def test_everything_is_rebuilt_row_for_row_and_byte_for_byte(history: History) -> None:
    home = history.home
    before = state(home)
    forget_all_but_the_journal(home)
    assert not any(vault_rows(home).values())
    summary = rebuild(home)
    assert (summary.deliveries, summary.reference_loads, summary.releases) == (9, 7, 2)
    after = state(home)
    for part, was in before.items():
        assert after[part] == was, part


@pytest.mark.slow
def test_a_rebuild_tells_what_came_out_otherwise(history: History) -> None:
    """As where a later program reads what an earlier one refused."""
    deliveries, releases = table("deliveries"), table("releases")
    turned, *_ = rows(history.home, deliveries, "delivery", "verdict")
    with history.home.writing() as connection:
        connection.execute(deliveries.update().where(deliveries.c.delivery == turned[0]).values(verdict="other"))
        connection.execute(releases.update().where(releases.c.release == "2021-12-31-1").values(figures_sha256="0"))
    summary = rebuild(history.home)
    assert (summary.turned, summary.moved) == ([turned[0]], ["2021-12-31-1"])
    again = rebuild(history.home)
    assert (again.turned, again.moved) == ([], [])


@pytest.mark.slow
def test_a_rebuild_over_what_is_there_changes_nothing(history: History) -> None:
    before, progress = state(history.home), list[tuple[int, int]]()
    stray = history.home.settings.lake / "pairs" / "stray.parquet"
    stray.write_bytes(b"no delivery names this")
    rebuild(history.home, lambda *done: progress.append(done))
    assert state(history.home) == before
    assert progress[-1] == (18, 18)  # entries of the journal, of which a step may take many


def test_a_release_is_reproduced_after_a_rebuild(history: History, tmp_path: Path) -> None:
    assert hashes(history.recomputed("2021-12-31-1", tmp_path / "again")) == history.first_bytes
