"""The kept series of a packed lake: refreshed after new deliveries, it is the series counted whole, in all columns."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from itertools import count
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import duckdb
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from expectations.form import AFTER, AGREED, COMPLETED, CONTINUES, EDUCATOR, MENTEE, MENTOR, STUDENT
from tests.installations import figures, installation, take
from tests.workbooks import submission, write
from warehouse.indicators.incremental.refresh import kept_figures, refresh
from warehouse.indicators.incremental.state import files_in
from warehouse.indicators.large import everything, series_of
from warehouse.installation.home import Home
from warehouse.installation.settings import Misconfigured
from warehouse.release.contents import KEY
from warehouse.storage.packed import packed, packed_tables, write_packed, writing
from warehouse.storage.packing import pack
from warehouse.synthetic.country import DAYS, Country, write_country, write_late

pytestmark = pytest.mark.slow  # many files
DATES = (date(2021, 12, 31), date(2022, 12, 31))
INSTITUTIONS = {"S1": ("ОУ", "R-M1"), "S2": ("ОУ", "R-M1"), "S3": ("ОУ", "R-M2"), "D1": ("УДО", "R-M1")}
TABLES = {one.name: one for one in packed_tables()}
NOBODY_DECIDED = ("snils-9", "name-Y", "name-Z")  # two identities that a decision made one person


class Person(NamedTuple):
    """As one institution tells of somebody; the same names are borne by several СНИЛС, and without any."""

    snils: str | None
    name: str
    category: str
    age: int


class Delivery(NamedTuple):
    institution: str
    day: date
    verdict: str
    late: bool
    people: tuple[Person, ...]
    ended: bool
    students: int


def uuid(label: str) -> bytes:
    return UUID(bytes=label.encode().ljust(16, b".")).bytes


PEOPLE = st.builds(
    Person,
    st.sampled_from([None, None, "snils-1", "snils-2", "snils-3"]),
    st.sampled_from(["name-A", "name-B", "name-C"]),
    st.sampled_from([STUDENT, STUDENT, EDUCATOR]),
    st.sampled_from([9, 15, 17]),
)
DECIDED = st.sampled_from([Person("snils-9", "name-B", STUDENT, 12), Person(None, "name-Z", STUDENT, 12)])
DELIVERIES = st.builds(
    Delivery,
    st.sampled_from(sorted(INSTITUTIONS)),
    st.sampled_from(DATES),
    st.sampled_from(["accepted", "accepted", "accepted_with_errors", "rejected"]),
    st.booleans(),
    st.lists(PEOPLE, min_size=1, max_size=5).map(tuple),
    st.booleans(),
    st.integers(1, 40),
)
HISTORIES = st.lists(st.lists(DELIVERIES, min_size=1, max_size=3), min_size=1, max_size=3)
CLERK = Delivery("S1", DATES[0], "accepted", False, (Person("snils-9", "name-Y", STUDENT, 12), Person(None, "name-Z", STUDENT, 12)), False, 20)  # fmt: skip
FIRST = [CLERK, Delivery("S2", DATES[1], "accepted", True, (Person(None, "name-A", STUDENT, 15),), True, 30)]


class Lake:
    """A packed lake that is written delivery by delivery."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.numbers, self.files = folder, count(10), count()
        self.write(
            institutions=[
                {"code": code, "name": code, "kind": kind, "level": "СОШ", "municipality": municipality, "region": "R",
                 "valid_from": date(2020, 9, 1), "known_seq": 1}
                for code, (kind, municipality) in INSTITUTIONS.items()
            ],
            targets=[{"indicator": "students_involved", "scope_type": "municipality", "scope_code": "R-M1", "as_of": DATES[1],
                      "target_percent": 20, "direction": "at_least", "known_seq": 2}],
            plans=[{"institution_code": "S1", "school_year": "2021/2022", "planned_participants": 4, "known_seq": 3}],
            reference_loads=[{"seq": n, "name": name} for n, name in enumerate(("institutions", "targets", "plans"), 1)],
        )  # fmt: skip

    def write(self, within: str = "", **tables: list[dict]) -> None:
        number = next(self.files)
        with writing(self.folder) as duck:
            for name, rows in tables.items():
                if rows:
                    duck.register("rows", pa.Table.from_pylist(rows))
                    write_packed(duck, self.folder / name / within / f"{number:03}.parquet", TABLES[name], "FROM rows")

    def deliver(self, deliveries: list[Delivery]) -> None:
        for told in deliveries:
            seq = next(self.numbers)
            name = f"delivery-{seq}"
            self.write(deliveries=[{
                "seq": seq, "delivery": name, "institution_code": told.institution, "as_of": told.day, "sha256": name,
                "verdict": told.verdict, "late": told.late, "ruleset": "", "basis": "", "rows_read": 0, "rows_stored": 0,
                "rows_quarantined": 0, "rows_skipped": 0,
            }])  # fmt: skip
            if told.verdict != "rejected":
                self.write(f"as_of={told.day}", **rows_of(name, told))


def rows_of(name: str, told: Delivery) -> dict[str, list[dict]]:
    """The rows of a delivery: everybody is met in a pair and asked; the other sheets tell by their numbers."""
    year = told.day.year
    who = [{"delivery": name, "row": n, "name_token": uuid(one.name), "snils_token": uuid(one.snils) if one.snils else None,
            "category": one.category, "age": one.age} for n, one in enumerate(told.people)]  # fmt: skip
    ended = date(year, 5, 1) if told.ended else None
    return {
        "participants": who,
        "participations": [
            {**one, "role": (MENTEE, MENTOR)[one["row"] % 2], "participant_row": one["row"], "form": "иная",
             "started_on": date(year - one["row"] % 2, 3, 1), "ended_on": ended} for one in who
        ],
        "pairs": [{"delivery": name, "row": 1, "started_on": date(year, 3, 1), "ended_on": ended, "counted": True,
                   "outcome": COMPLETED if told.ended else CONTINUES}],
        "surveys": [{**one, "role": MENTEE, "stage": AFTER, "answered_on": date(year, 6, 1), "satisfaction": one["age"] % 11}
                    for one in who if one["row"] % 2 == 0],
        "enrolment": [{"delivery": name, "row": age, "age": age, "students": told.students} for age in (9, 15)],
        "organisation": [{"delivery": name, "row": 2, "teachers": told.students // 2, "young_specialists": None}],
        "events": [{"delivery": name, "row": 2, "held_on": date(year, 4, 1), "kind": "обучение наставников",
                    "attendees": told.students, "hours": 1.3}],
        "partners": [{"delivery": name, "row": 2, "inn": f"77{told.students % 3}", "agreement_status": AGREED,
                      "mentors_provided": 1}],
    }  # fmt: skip


def counted_whole(folder: Path) -> pa.Table:
    with packed(folder) as opened:
        dated = [rows for _, rows in series_of(opened, everything(opened))]
    return pa.concat_tables(dated).sort_by([(name, "ascending") for name in KEY])


def kept(file: Path) -> pa.Table:
    return pa.concat_tables(kept_figures(file)).sort_by([(name, "ascending") for name in KEY])


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake = Lake(tmp_path / "lake")
    lake.deliver(FIRST)
    return lake


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake with two dates, a decision of the clerk, and its state."""
    folder = tmp_path_factory.mktemp("begun")
    lake = Lake(folder / "lake")
    lake.deliver(FIRST)
    lake.write(decisions=[{"seq": 5, "kind": "same", "left_delivery": "delivery-10", "left_row": 0,
                           "right_delivery": "delivery-10", "right_row": 1, "decided_by": ""}])  # fmt: skip
    assert refresh(folder / "lake", folder / "state").whole
    return folder


@pytest.mark.parametrize("histories", [3, pytest.param(60, marks=pytest.mark.thorough)])
def test_random_deliveries_refresh_to_the_whole(
    begun: Path, histories: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    alone: list[bool] = []

    @settings(
        max_examples=histories,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(history=HISTORIES, decided=st.none() | DECIDED)
    def lived(history: list[list[Delivery]], decided: Person | None) -> None:
        folder = tmp_path_factory.mktemp("history") / "copy"
        shutil.copytree(begun, folder)
        lake = Lake.__new__(Lake)
        lake.folder, lake.numbers, lake.files = folder / "lake", count(100), count(100)
        if decided:
            history[-1][-1] = history[-1][-1]._replace(people=(decided,), verdict="accepted")
        for batch in history:
            lake.deliver(batch)
            refreshed = refresh(lake.folder, folder / "state")
            assert kept(folder / "state") == counted_whole(lake.folder), refreshed
            assert bool(refreshed.whole) == (decided is not None and batch is history[-1])
            alone.append(not refreshed.whole)
        assert refresh(lake.folder, folder / "state") == ("", 0)

    lived()
    assert any(alone)


def everything_else() -> Iterator[tuple[str, dict[str, list[dict]]]]:
    """What is counted whole."""
    yield "withdrawal", {"withdrawals": [{"seq": 50, "delivery": "delivery-11"}]}
    yield "decision", {"decisions": [{"seq": 50, "kind": "same", "left_delivery": "delivery-10", "left_row": 0,
                                      "right_delivery": "delivery-10", "right_row": 1, "decided_by": ""}]}  # fmt: skip
    yield "targets", {
        "targets": [{"indicator": "students_involved", "scope_type": "municipality", "scope_code": "R-M1", "as_of": DATES[0],
                     "target_percent": 1, "direction": "at_least", "known_seq": 50}],
        "reference_loads": [{"seq": 50, "name": "targets"}],
    }  # fmt: skip


@pytest.mark.parametrize("more", [pytest.param(rows, id=name) for name, rows in everything_else()])
def test_whatever_is_no_delivery_is_counted_whole(lake: Lake, more: dict[str, list[dict]], tmp_path: Path) -> None:
    refresh(lake.folder, tmp_path / "state")
    before = kept(tmp_path / "state")
    lake.write(**more)
    assert refresh(lake.folder, tmp_path / "state").whole == "новое в озере — не только сдачи"
    assert kept(tmp_path / "state") == counted_whole(lake.folder) != before


def test_a_state_that_does_not_fit_is_made_anew(lake: Lake, tmp_path: Path) -> None:
    file = tmp_path / "state"
    assert refresh(lake.folder, file).whole == "состояния ещё нет"
    with duckdb.connect(str(file)) as opened:
        opened.execute("UPDATE state SET version = 'earlier'")
    assert refresh(lake.folder, file).whole == "состояние записано другой версией программы"
    next(lake.folder.glob("deliveries/*.parquet")).touch()
    assert refresh(lake.folder, file).whole == "файлы озера изменились"
    lake.deliver(
        [Delivery("S1", date(2023, 12, 31), "accepted", False, (Person(None, "name-A", STUDENT, 9),), False, 5)]
    )
    assert refresh(lake.folder, file).whole == "первая сдача на новую отчётную дату"
    assert kept(file) == counted_whole(lake.folder)


@pytest.mark.parametrize("other", ["text", "database"])
def test_another_file_is_not_replaced_by_a_state(lake: Lake, tmp_path: Path, other: str) -> None:
    file = tmp_path / "warehouse.duckdb"
    if other == "text":
        file.write_text("indicator,value\n")
    else:
        duckdb.connect(str(file)).execute("CREATE TABLE entries (seq BIGINT)").close()
    before = file.read_bytes()
    with pytest.raises(Misconfigured, match="это не состояние"):
        refresh(lake.folder, file)
    assert file.read_bytes() == before


def test_late_deliveries_of_a_country(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """People of a hundred thousand, moved, misspelt and met in several places: what random handfuls seldom have."""
    small = Country(institutions=90, participations=9000)
    write_country(tmp_path / "lake", small)
    refresh(tmp_path / "lake", tmp_path / "state")
    before = kept(tmp_path / "state")
    write_late(tmp_path / "lake", small, deliveries=5)
    with monkeypatch.context() as patched:
        patched.delattr("warehouse.indicators.incremental.refresh.statements")  # they are in the state, written
        refreshed = refresh(tmp_path / "lake", tmp_path / "state")
    assert refreshed.whole == "" and 0 < refreshed.figures < before.num_rows / 2
    after = kept(tmp_path / "state")
    assert after == counted_whole(tmp_path / "lake") != before
    assert len(after["as_of"].unique()) == len(DAYS)


def test_a_warehouse_adds_to_its_lake(tmp_path: Path) -> None:
    folder, state = tmp_path / "lake", tmp_path / "state"

    def told(home: Home, code: str) -> str:
        write(home.settings.inbox / code / "a.xlsx", submission(code))
        take(home)
        with home.reading() as connection:
            pack(connection, folder, home.ring.tokens)
        whole = refresh(folder, state).whole
        assert kept(state) == figures(home)
        return whole

    with installation(tmp_path / "home") as home:
        assert told(home, "NSH-S007") == "состояния ещё нет"
        assert told(home, "NSH-S008") == ""
        files = files_in(folder)
        with home.reading() as connection:
            assert pack(connection, folder, home.ring.tokens) == 0
            with pytest.raises(Misconfigured, match="с прежним ключом"):
                pack(connection, folder, b"another key")
        (folder / "deliveries" / f"{10**9:012}.parquet").touch()  # what a killed run left
        assert told(home, "NSH-S009") == ""
        assert files < files_in(folder)
