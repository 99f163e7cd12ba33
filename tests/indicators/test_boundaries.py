"""The register in time, counted by hand: as it was, and on today's boundaries."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
import sqlalchemy as sa

from tests.indicators.changing_town import live
from tests.installations import ENGINES, installation, moscow
from warehouse.collection.status import status_table
from warehouse.indicators.breaks import breaks
from warehouse.indicators.series import boundaries_of, series
from warehouse.ingestion.intake import IntakeSummary
from warehouse.installation.home import Home
from warehouse.journal.journal import known_by
from warehouse.mail.owing import owed_on
from warehouse.release.changes import notes_on_boundaries
from warehouse.release.package import verify
from warehouse.release.publish import make_release
from warehouse.tables.tables import table

THEN, NOW = date(2021, 12, 31), date(2022, 12, 31)
HAPPENED = date(2022, 9, 1)
Lived = tuple[Home, dict[str, IntakeSummary]]


@pytest.fixture(scope="module", params=ENGINES)
def lived(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    url = request.getfixturevalue("postgres_database") if request.param == "postgresql" else None
    folder = tmp_path_factory.mktemp("town")
    with installation(folder / "home", url, moscow("2021-09-01 12:00")) as home:
        yield home, live(home, folder)


def counted(
    home: Home, as_of: date, *, today: bool, indicator: str = "students_involved", on: date | None = None
) -> dict[str, str]:
    with home.reading() as connection:
        seq = known_by(connection, None)
        day = boundaries_of(connection, seq) if today else on
        figures = series(connection, seq, boundaries=day).to_pylist()
    return {
        row["scope_code"]: f"{row['numerator']:.0f} / {row['denominator']}, {row['reported']} из {row['expected']}"
        for row in figures
        if (row["indicator"], row["as_of"]) == (indicator, as_of) and row["reported"]
    }


AS_IT_WAS = {
    "A": "2 / 50, 1 из 1", "C": "3 / 100, 1 из 1", "D": "2 / 40, 1 из 1", "F": "3 / 90, 1 из 1", "I": "1 / 10, 1 из 1",
    "K": "1 / 20, 1 из 1", "M": "1 / 30, 1 из 1",
    "T1/ОУ": "12 / 340, 7 из 7", "T1": "12 / 340, 7 из 7", "99": "12 / 340, 7 из 7",
}  # fmt: skip
ON_TODAYS = {
    "B": "2 / 50, 1 из 1",  # renamed
    "E": "4 / 140, 2 из 2",  # 11, 12, 13 and 13, 14: four people; enrolment is added
    "F": "3 / 90, 1 из 1",  # split: nobody can say whose they would be
    "I": "1 / 10, 1 из 1",  # closed
    "K": "1 / 20, 1 из 1", "M": "1 / 30, 1 из 1",
    "T1/ОУ": "10 / 290, 5 из 5", "T1/УДО": "1 / 20, 1 из 1", "T1": "11 / 310, 6 из 6",
    "T2/ОУ": "1 / 30, 1 из 1", "T2": "1 / 30, 1 из 1", "99": "12 / 340, 7 из 7",
}  # fmt: skip
AFTERWARDS = {
    "B": "3 / 60, 1 из 1", "E": "5 / 150, 1 из 1", "G": "1 / 50, 1 из 1", "H": "2 / 45, 1 из 1",
    "K": "2 / 25, 1 из 1", "M": "2 / 30, 1 из 1",
    "T1/ОУ": "11 / 305, 4 из 4", "T1/УДО": "2 / 25, 1 из 1", "T1": "13 / 330, 5 из 5",
    "T2/ОУ": "2 / 30, 1 из 1", "T2": "2 / 30, 1 из 1", "99": "15 / 360, 6 из 6",
}  # fmt: skip


@pytest.mark.parametrize(
    ("as_of", "today", "figures"),
    [(THEN, False, AS_IT_WAS), (THEN, True, ON_TODAYS), (NOW, False, AFTERWARDS), (NOW, True, AFTERWARDS)],
)
def test_figures_by_hand(lived: Lived, as_of: date, today: bool, figures: dict[str, str]) -> None:
    found = counted(lived[0], as_of, today=today)
    assert found.pop("RU") == figures["99"]
    assert found == figures


def test_on_the_boundaries_of_an_earlier_day_nothing_has_happened_yet(lived: Lived) -> None:
    found = counted(lived[0], THEN, today=False, on=THEN)
    assert found.pop("RU") == AS_IT_WAS["99"]
    assert found == AS_IT_WAS


def test_a_closed_institution_is_refused_and_not_waited_for(lived: Lived) -> None:
    home, taken = lived
    refused = {line.institution_code: line.verdict for line in taken["31.12.2022"].lines}
    assert refused["I"] == "rejected"
    findings = table("findings")
    with home.reading() as connection:
        rules = set(connection.execute(sa.select(findings.c.rule).where(findings.c.severity == "fatal")).scalars())
        (status,) = [
            one
            for one in status_table(connection, date(2023, 1, 10), known_by(connection, None))
            if one.date.as_of == NOW
        ]
    assert rules == {"unknown-institution"}
    assert sorted(state.institution.code for state in status.states) == ["B", "E", "G", "H", "K", "M"]
    assert {one.institution.code for one in owed_on(home, date(2023, 1, 10))} == set()


BREAKS = [
    ("institution", "A", "rename", "A", "B"), ("institution", "B", "rename", "A", "B"),
    ("institution", "C", "merge", "C", "E"), ("institution", "D", "merge", "D", "E"),
    ("institution", "E", "merge", "C", "E"), ("institution", "E", "merge", "D", "E"),
    ("institution", "F", "split", "F", "G"), ("institution", "F", "split", "F", "H"),
    ("institution", "G", "split", "F", "G"), ("institution", "H", "split", "F", "H"),
    ("institution", "I", "close", "I", None),
    ("institution", "K", "kind", "ОУ", "УДО"), ("institution", "M", "municipality", "T1", "T2"),
    ("kind", "T1/ОУ", "kind", "T1/ОУ", "T1/УДО"), ("kind", "T1/ОУ", "municipality", "T1/ОУ", "T2/ОУ"),
    ("kind", "T1/УДО", "kind", "T1/ОУ", "T1/УДО"), ("kind", "T2/ОУ", "municipality", "T1/ОУ", "T2/ОУ"),
    ("municipality", "T1", "municipality", "T1", "T2"), ("municipality", "T2", "municipality", "T1", "T2"),
]  # fmt: skip


def found_breaks(home: Home, until: date) -> pa.Table:
    with home.reading() as connection:
        return breaks(connection, known_by(connection, None), until)


def test_breaks_by_hand(lived: Lived) -> None:
    found = found_breaks(lived[0], NOW)
    assert set(found["happened_on"].to_pylist()) == {HAPPENED}
    told = found.drop_columns(["happened_on"]).to_pylist()
    assert sorted(tuple(row.values()) for row in told) == sorted(BREAKS, key=lambda row: row[:3])
    assert found_breaks(lived[0], date(2022, 8, 31)).num_rows == 0


def test_notes_say_each_event_once(lived: Lived) -> None:
    notes = notes_on_boundaries(found_breaks(lived[0], NOW))
    assert notes == [
        "01.09.2022: переименование: A → B; прежняя история A учтена под кодом B.",
        "01.09.2022: слияние: C → E; прежняя история C учтена под кодом E.",
        "01.09.2022: слияние: D → E; прежняя история D учтена под кодом E.",
        "01.09.2022: разделение: F → G; прежняя история F остаётся под этим кодом, ряд G начинается с этого дня.",
        "01.09.2022: разделение: F → H; прежняя история F остаётся под этим кодом, ряд H начинается с этого дня.",
        "01.09.2022: закрытие: I; ряд I кончается.",
        "01.09.2022: смена вида K: ОУ → УДО; вся история K учтена по новому виду.",
        "01.09.2022: смена муниципалитета M: T1 → T2; вся история M учтена в новом муниципалитете.",
    ]


def test_a_release_tells_of_breaks(lived: Lived, tmp_path: Path) -> None:
    home, _ = lived
    folder = make_release(home, NOW, moscow("2023-02-01 12:00"), tmp_path / "release")
    lines = (folder / "breaks.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "scope_type,scope_code,happened_on,kind,before,after"
    assert "institution,E,2022-09-01,merge,D,E" in lines and len(lines) == 1 + len(BREAKS)
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert 'title="01.09.2022: слияние: C → E; 01.09.2022: слияние: D → E"' in page
    assert verify(folder) == []
    with zipfile.ZipFile(folder / "kpi.xlsx") as book:
        texts = "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))
    assert "Разрыв ряда. 01.09.2022: смена вида K: ОУ → УДО." in texts
