"""What becomes of files in the inbox: every one is judged once, and one never stops another."""

from __future__ import annotations

import shutil
import zipfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa

from expectations.form import FORM
from tests.installations import moscow, rows, take
from tests.warehouse.eventful import STORIES, play
from tests.workbooks import submission, write
from warehouse.ingestion.intake import IntakeSummary, run_intake
from warehouse.installation.home import Home
from warehouse.storage.lake import stored_bytes
from warehouse.storage.loading import fetch
from warehouse.tables.tables import MENTORING, table


@dataclass
class Collection:
    """A collection that was played to its end."""

    home: Home
    runs: list[IntakeSummary]

    @property
    def stories(self) -> dict[str, list[str]]:
        told = defaultdict(list)
        for run in self.runs:
            for line in run.lines:
                told[line.institution_code].append(line.verdict)
        return dict(told)

    def ledger(self, institution: str, *columns: str) -> list[tuple]:
        """The lines of one sender, in order."""
        ledger = table("deliveries")
        chosen = sa.select(*(ledger.c[name] for name in columns)).where(ledger.c.institution_code == institution)
        with self.home.reading() as connection:
            return [tuple(row) for row in connection.execute(chosen.order_by(ledger.c.seq))]

    def in_force(self, institution: str) -> str:
        force = sa.table("in_force", sa.column("institution_code"), sa.column("delivery"), schema=MENTORING)
        with self.home.reading() as connection:
            chosen = sa.select(force.c.delivery).where(force.c.institution_code == institution)
            return connection.execute(chosen).scalar_one()


@pytest.fixture(scope="module")
def collection(home: Home, tmp_path_factory: pytest.TempPathFactory) -> Collection:
    return Collection(home, play(home, tmp_path_factory.mktemp("register")))


@pytest.mark.parametrize("sender", STORIES)
def test_what_became_of_each_file(collection: Collection, sender: str) -> None:
    assert collection.stories[sender] == STORIES[sender]


def test_nobody_else_is_in_the_ledger(collection: Collection) -> None:
    assert set(collection.stories) == set(STORIES)


def test_every_file_received_has_one_line_and_one_verdict(collection: Collection) -> None:
    """I1: the journal, the ledger and the kept bytes name the same deliveries."""
    home = collection.home
    with home.reading() as connection:
        received = connection.execute(
            sa.text("SELECT seq, sha256 FROM journal.entries WHERE event = 'received' ORDER BY 1")
        ).all()
        ledger = table("deliveries")
        lines = connection.execute(sa.select(ledger.c.seq, ledger.c.sha256).order_by(ledger.c.seq)).all()
    assert [tuple(row) for row in lines] == [tuple(row) for row in received]
    kept = {path.name for path in home.settings.received.rglob("*") if path.is_file()}
    assert {sha256 for _, sha256 in received} <= kept


def test_a_duplicate_says_what_it_repeats(collection: Collection) -> None:
    for institution, repeated in (
        ("NSH-S001", 0),
        ("NSH-S004", 0),
        ("NSH-S007", 0),
        ("NSH-S008", 0),
        ("NSH-N001", 0),
    ):
        lines = collection.ledger(institution, "delivery", "verdict", "duplicate_of")
        assert [of for _, verdict, of in lines if verdict == "duplicate"] == [lines[repeated][0]]


def test_the_newest_accepted_is_in_force(collection: Collection) -> None:
    place = {"NSH-S001": 0, "NSH-S003": 1, "NSH-S007": 0, "NSH-S008": 1, "NSH-N001": 2, "NSH-S014": 1}
    for institution, number in place.items():
        assert collection.in_force(institution) == collection.ledger(institution, "delivery")[number][0]


def test_a_resubmission_replaces_the_old_one_whole(collection: Collection) -> None:
    """The row that was quarantined first counts now, and none of the first delivery does."""
    pairs = sa.table("pairs_in_force", sa.column("institution_code"), sa.column("delivery"), schema=MENTORING)
    with collection.home.reading() as connection:
        counted = sa.select(pairs.c.delivery).where(pairs.c.institution_code == "NSH-S003")
        found = connection.execute(counted).scalars().all()
    assert found == [collection.in_force("NSH-S003")] * 2


def test_another_schools_bytes_are_no_duplicate_and_tell_nothing_of_it(collection: Collection) -> None:
    delivery = collection.ledger("NSH-S014", "delivery")[0][0]
    told = {rule for one, rule in rows(collection.home, table("findings"), "delivery", "rule") if one == delivery}
    assert "wrong-inbox-folder" in told
    receipt = next(collection.home.settings.receipts.rglob(f"*{delivery}/receipt.json")).read_text()
    assert "NSH-S001" not in receipt


def test_the_last_day_ends_at_midnight_of_moscow(collection: Collection) -> None:
    assert collection.ledger("NSH-S014", "late")[-1] == (False,)
    assert collection.ledger("NSH-D001", "late") == [(True,)]


def test_odd_things_are_counted_and_left(collection: Collection) -> None:
    assert [run.odd for run in collection.runs] == [5] * 5
    left = sorted(
        path.name for path in collection.home.settings.inbox.rglob("*") if not path.parent.name.startswith("folder")
    )
    assert [name for name in left if "." in name] == sorted(
        ["pipe.xlsx", "folder.xlsx", "link.xlsx", "dangling.xlsx", "lost.xlsx", "~$сведения.xlsx", ".hidden.xlsx",
         "половина.xlsx.part", "Thumbs.db"]
    )  # fmt: skip


def test_a_second_run_loads_nothing(collection: Collection) -> None:
    before = rows(collection.home, table("deliveries"))
    assert take(collection.home, moscow("2022-04-02 12:00")).lines == []
    assert rows(collection.home, table("deliveries")) == before


def test_everybody_has_a_receipt(collection: Collection) -> None:
    deliveries = {name for (name,) in rows(collection.home, table("deliveries"), "delivery")}
    for name in ("протокол.xlsx", "receipt.json"):
        written = collection.home.settings.receipts.rglob(name)
        assert {path.parent.name.partition("_")[2] for path in written} == deliveries
    assert rows(collection.home, table("pending_receipts")) == []


def test_ledger_warehouse_and_lake_count_the_same_rows(collection: Collection) -> None:
    """I2, sheet by sheet; a sheet of labels is one record, its counts are of labels."""
    home = collection.home
    listed = rows(home, table("lake_files"), "name", "path", "rows")
    counts = rows(home, table("sheet_counts"), "sheet", "rows_read", "rows_stored", "rows_quarantined", "rows_skipped")
    assert all(read == stored + quarantined + skipped for _, read, stored, quarantined, skipped in counts)
    for sheet in FORM.sheets:
        stored = len(rows(home, table(sheet.name), "delivery"))
        files = {path for name, path, _ in listed if name == sheet.name}
        in_lake = [pq.ParquetFile(home.settings.lake / path).metadata.num_rows for path in files]
        assert sum(in_lake) == stored == sum(n for name, _, n in listed if name == sheet.name)
        if not sheet.vertical:
            assert stored == sum(count[2] for count in counts if count[0] == sheet.name)


def damaged(lake: Path, listed: pa.Table) -> list[str]:
    files = set(zip(listed["path"].to_pylist(), listed["sha256"].to_pylist(), strict=True))
    return [path for path, sha256 in files if stored_bytes(lake, path, sha256) is None]


def test_the_lake_holds_what_the_ledger_names_and_nothing_else(collection: Collection) -> None:
    lake, files = collection.home.settings.lake, table("lake_files")
    with collection.home.reading() as connection:
        listed = fetch(connection, sa.select(files))
    assert listed.num_rows and damaged(lake, listed) == []
    assert {str(path.relative_to(lake)) for path in lake.rglob("*") if path.is_file()} == set(
        listed["path"].to_pylist()
    )


@pytest.mark.parametrize("damage", ["one bit turned", "cut", "gone"])
def test_a_damaged_file_of_the_lake_is_found(collection: Collection, tmp_path: Path, damage: str) -> None:
    lake, files = tmp_path / "lake", table("lake_files")
    shutil.copytree(collection.home.settings.lake, lake)
    with collection.home.reading() as connection:
        listed = fetch(connection, sa.select(files))
    path = lake / listed["path"][0].as_py()
    content = path.read_bytes()
    match damage:
        case "one bit turned":
            path.write_bytes(content[:-9] + bytes([content[-9] ^ 1]) + content[-8:])
        case "cut":
            path.write_bytes(content[:-1])
        case "gone":
            path.unlink()
    assert damaged(lake, listed) == [listed["path"][0].as_py()]


def test_metadata_of_the_archive_is_not_content(tmp_path: Path, home: Home, collection: Collection) -> None:
    """One byte changed, no cell: «no changes»."""
    path = write(tmp_path / "NSH-S001/a.zip", submission("NSH-S001"))
    with zipfile.ZipFile(path, "a") as archive:
        archive.comment = b"sent again"
    assert [line.verdict for line in take(home, moscow("2022-04-02 12:00"), tmp_path).lines] == ["duplicate"]


def test_a_file_written_anew_while_we_judge_is_not_lost(home: Home, collection: Collection) -> None:
    """It replaced the one that was received, so emptying the inbox leaves it for the next run."""
    path = write(home.settings.inbox / "NSH-S001/в работе.zip", submission("NSH-S001", students=101))
    first = run_intake(
        home,
        moscow("2022-04-03 12:00"),
        on_progress=lambda done, of: write(path, submission("NSH-S001", students=102)),
    )
    assert [line.verdict for line in first.lines] == ["accepted"]
    second = take(home, moscow("2022-04-03 13:00"))
    assert [line.verdict for line in second.lines] == ["accepted"]
    assert collection.ledger("NSH-S001", "enrolled")[-2:] == [(101,), (102,)]
    assert not path.exists()
