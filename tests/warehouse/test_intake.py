"""What becomes of files in the inbox: every one is judged once, and one never stops another."""

from __future__ import annotations

import os
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa

from expectations.form import FORM
from tests.installations import learn, moscow, rows, take
from tests.workbooks import PAIRS, enrolment, grid, organisation, submission, write
from warehouse.home import Home
from warehouse.intake import IntakeSummary
from warehouse.tables import MENTORING, table

REGISTER_WITH_A_NEWCOMER = """
    code,name,aliases,kind,level,municipality,region,valid_from,valid_to
    NSH-S001,МБОУ СОШ № 1,,ОУ,СОШ,NSH,61,2020-09-01,
    NSH-S003,МБОУ СОШ № 3,,ОУ,СОШ,NSH,61,2020-09-01,
    NSH-S004,МБОУ СОШ № 4,,ОУ,СОШ,NSH,61,2020-09-01,
    NSH-S005,МБОУ ООШ № 5,,ОУ,ООШ,NSH,61,2020-09-01,
    NSH-S007,МБОУ СОШ № 7,,ОУ,СОШ,NSH,61,2020-09-01,
    NSH-S008,МБОУ СОШ № 8,,ОУ,СОШ,NSH,61,2020-09-01,
    NSH-S014,МБОУ СОШ № 14,,ОУ,СОШ,NSH,61,2020-09-01,
    NSH-D001,ЦРТДиЮ,,УДО,УДО,NSH,61,2020-09-01,
    NSH-N001,Новая школа,,ОУ,СОШ,NSH,61,2020-09-01,
"""
ENDS_BEFORE_IT_STARTS = PAIRS.replace("01.10.2020  |                 ", "01.10.2020  | 01.09.2020      ")
UNREADABLE_NAME = os.fsdecode("отчёт".encode("cp1251"))  # no UTF-8
NOBODY = os.fsdecode("Школа 7".encode("cp1251"))

# Each sender's files in the order of their coming, and what became of each.
STORIES = {
    "NSH-S001": ["accepted", "duplicate"],  # a copy saved anew in another format says the same
    "NSH-S003": ["accepted_with_errors", "accepted"],  # corrected
    "NSH-S004": ["rejected", "duplicate", "rejected"],  # the same bytes, judged again once the register changed
    "NSH-S005": ["rejected"],
    "NSH-S007": ["accepted", "duplicate", "rejected"],  # twice under two names; then a refused correction
    "NSH-S008": ["accepted", "accepted", "duplicate"],  # first version, second, the first once more
    "NSH-S014": ["rejected", "accepted"],  # another school's very bytes; its own at 23:59 of the last day
    "NSH-D001": ["accepted"],  # two minutes later
    "NSH-N001": ["rejected", "duplicate", "accepted"],  # enters the register before the third attempt
    "Школа 7": ["rejected"],
    "\\xd8\\xea\\xee\\xeb\\xe0 7": ["rejected"],
}


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


def _first_day(inbox: Path) -> None:
    good = write(inbox / "NSH-S001/сведения.zip", submission("NSH-S001"))
    write(inbox / "NSH-S003/a.zip", submission("NSH-S003", Пары=ENDS_BEFORE_IT_STARTS))
    write(inbox / "NSH-S004/b.zip", submission("NSH-S005"))
    (inbox / "NSH-S005").mkdir()
    (inbox / "NSH-S005/c.xlsx").write_bytes(b"PK\x03\x04 not a workbook")
    write(inbox / f"NSH-S007/{UNREADABLE_NAME}.zip", submission(), modified=1_640_000_000)
    write(inbox / "NSH-S007/[ещё] раз *.zip", submission(), modified=1_640_000_001)
    write(inbox / "NSH-S008/v1.zip", submission("NSH-S008"))
    (inbox / "NSH-S014").mkdir()
    (inbox / "NSH-S014/чужое.zip").write_bytes(good.read_bytes())
    write(inbox / "NSH-N001/n.zip", submission("NSH-N001"))
    write(inbox / "Школа 7/n.zip", submission())
    write(inbox / NOBODY / "n.zip", submission())
    _odd_things(inbox)


def _odd_things(inbox: Path) -> None:
    os.mkfifo(inbox / "NSH-S001/pipe.xlsx")
    (inbox / "NSH-S001/folder.xlsx").mkdir()
    (inbox / "NSH-S001/link.xlsx").symlink_to(inbox / "NSH-S008/v1.zip")
    (inbox / "NSH-S014/dangling.xlsx").symlink_to("/nowhere")
    (inbox / "lost.xlsx").write_bytes(b"in nobody's folder")
    for name in ("~$сведения.xlsx", ".hidden.xlsx", "половина.xlsx.part", "Thumbs.db"):
        (inbox / "NSH-S001" / name).write_bytes(b"not for us")


def _second_day(inbox: Path) -> None:
    write(inbox / "NSH-S001/пересохранено.xlsx", submission("NSH-S001"))
    write(inbox / "NSH-S003/исправлено.zip", submission("NSH-S003"))
    write(inbox / "NSH-S004/b.zip", submission("NSH-S005"))
    write(inbox / "NSH-S007/нет контингента.zip", submission(students=0))
    write(inbox / "NSH-S008/v2.zip", submission("NSH-S008", students=105))
    write(inbox / "NSH-N001/n.zip", submission("NSH-N001"))


def _last_minute(inbox: Path) -> None:
    write(inbox / "NSH-S004/b.zip", submission("NSH-S005"))
    write(inbox / "NSH-S008/v1.zip", submission("NSH-S008"))
    write(inbox / "NSH-N001/n.zip", submission("NSH-N001"))
    write(inbox / "NSH-S014/своё.zip", submission("NSH-S014"))


@pytest.fixture(scope="module")
def collection(home: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collection]:
    inbox, runs = home.settings.inbox, []
    _first_day(inbox)
    runs.append(take(home, moscow("2022-01-10 12:00")))
    _second_day(inbox)
    runs.append(take(home, moscow("2022-01-11 12:00")))
    learn(home, tmp_path_factory.mktemp("register"), moscow("2022-01-12 12:00"), institutions=REGISTER_WITH_A_NEWCOMER)
    _last_minute(inbox)
    runs.append(take(home, moscow("2022-01-15 23:59:59")))
    write(inbox / "NSH-D001/d.zip", submission("NSH-D001"))
    runs.append(take(home, moscow("2022-01-16 00:01:00")))
    yield Collection(home, runs)


@pytest.mark.parametrize("sender", STORIES)
def test_what_became_of_each_file(collection: Collection, sender: str) -> None:
    assert collection.stories[sender] == STORIES[sender]


def test_nobody_else_is_in_the_ledger(collection: Collection) -> None:
    assert set(collection.stories) == set(STORIES)


def test_every_file_received_has_one_line_and_one_verdict(collection: Collection) -> None:
    """I1: the journal, the ledger and the kept bytes name the same deliveries."""
    home = collection.home
    with home.reading() as connection:
        received = connection.execute(sa.text("SELECT seq, sha256 FROM journal.entries WHERE event = 'received' ORDER BY 1")).all()
        ledger = table("deliveries")
        lines = connection.execute(sa.select(ledger.c.seq, ledger.c.sha256).order_by(ledger.c.seq)).all()
    assert [tuple(row) for row in lines] == [tuple(row) for row in received]
    kept = {path.name for path in home.settings.received.rglob("*") if path.is_file()}
    assert {sha256 for _, sha256 in received} <= kept


def test_a_duplicate_says_what_it_repeats(collection: Collection) -> None:
    for institution, repeated in (("NSH-S001", 0), ("NSH-S004", 0), ("NSH-S007", 0), ("NSH-S008", 0), ("NSH-N001", 0)):
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
    assert [run.odd for run in collection.runs] == [5, 5, 5, 5]
    left = sorted(path.name for path in collection.home.settings.inbox.rglob("*") if not path.parent.name.startswith("folder"))
    assert [name for name in left if "." in name] == sorted(
        ["pipe.xlsx", "folder.xlsx", "link.xlsx", "dangling.xlsx", "lost.xlsx", "~$сведения.xlsx", ".hidden.xlsx",
         "половина.xlsx.part", "Thumbs.db"]
    )  # fmt: skip


def test_a_second_run_loads_nothing(collection: Collection) -> None:
    before = rows(collection.home, table("deliveries"))
    assert take(collection.home, moscow("2022-01-17 12:00")).lines == []
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
        in_lake = [pq.ParquetFile(home.settings.lake / path).metadata.num_rows for name, path, _ in listed if name == sheet.name]
        assert sum(in_lake) == stored == sum(n for name, _, n in listed if name == sheet.name)
        if not sheet.vertical:
            assert stored == sum(count[2] for count in counts if count[0] == sheet.name)


def test_the_lake_holds_what_the_ledger_names_and_nothing_else(collection: Collection) -> None:
    listed = {path for (path,) in rows(collection.home, table("lake_files"), "path")}
    lake = collection.home.settings.lake
    assert {str(path.relative_to(lake)) for path in lake.rglob("*") if path.is_file()} == listed


def test_metadata_of_the_archive_is_not_content(tmp_path: Path, home: Home, collection: Collection) -> None:
    """One byte changed, no cell: «no changes»."""
    path = write(tmp_path / "NSH-S001/a.zip", submission("NSH-S001"))
    with zipfile.ZipFile(path, "a") as archive:
        archive.comment = b"sent again"
    assert [line.verdict for line in take(home, moscow("2022-01-17 12:00"), tmp_path).lines] == ["duplicate"]


def test_the_shape_of_this_collection() -> None:
    """Guards the tables above: the pair really ends before it starts, the organisation sheet names its school."""
    assert grid(ENDS_BEFORE_IT_STARTS)[1][6] == "01.09.2020"
    assert ["Код организации", "NSH-S007"] in organisation() and enrolment(3).endswith("| 3")
