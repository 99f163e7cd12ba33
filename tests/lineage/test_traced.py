"""A row traced: what became of it, and the figures it touched in each release and now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.indicators.cases import CASES
from tests.indicators.test_golden import _reference
from tests.indicators.towns import deliver
from tests.installations import ENGINES, installation, learn, moscow, take
from tests.lineage.histories import AS_OF, History, corrected_school
from tests.workbooks import PEOPLE, enrolment, submission, write
from warehouse.indicators.definitions import definitions
from warehouse.installation.home import Home
from warehouse.installation.settings import Misconfigured
from warehouse.lineage.explained import explain
from warehouse.lineage.traced import QUARANTINED, REFUSED, REPEATED, SKIPPED, STORED, trace
from warehouse.lineage.vintage import release_deliveries, vintage

# Towns with a school «-1» that between them have people, answers, documents and events.
TOWNS = [
    "who is content: asked after, in the year, 7 and more",
    "four documents, three of them agreed in time by the right approver",
    "person-hours of training in the year",
    "a child of a school and a club: kinds are added, and told apart only where the indicator says so",
]


def url_of(engine: str, request: pytest.FixtureRequest) -> str | None:
    return request.getfixturevalue("postgres_database") if engine == "postgresql" else None


@pytest.fixture(scope="module", params=ENGINES)
def history(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[History]:
    with corrected_school(tmp_path_factory.mktemp("history"), url_of(request.param, request)) as made:
        yield made


def touched(history: History, number: int, sheet: str, row: int) -> dict[str, set[tuple[str, str, str]]]:
    """By release: indicator, side and scope of what a row touched."""
    with history.home.reading() as connection:
        rows = trace(connection, history.deliveries[number], sheet, row).touched.to_pylist()
    found = defaultdict(set)
    for one in rows:
        found[one["release"]].add((one["indicator"], one["side"], one["scope_code"]))
    return dict(found)


def test_a_delivery_is_in_force_where_it_was(history: History) -> None:
    """The first one in releases 1 and 3 and now, its correction in release 2 alone."""
    first, second = history.deliveries
    with history.home.reading() as connection:
        assert trace(connection, first, "Пары", 2).holds == {
            "2021-12-31-1": True, "2021-12-31-2": False, "2021-12-31-3": True, "": True,
        }  # fmt: skip
        assert trace(connection, second, "Пары", 2).holds == {
            "2021-12-31-1": False, "2021-12-31-2": True, "2021-12-31-3": False, "": False,
        }  # fmt: skip
        rows = set(map(tuple, connection.execute(release_deliveries())))
    assert rows == {
        ("2021-12-31-1", AS_OF, "NSH-S007", first),
        ("2021-12-31-2", AS_OF, "NSH-S007", second),
        ("2021-12-31-3", AS_OF, "NSH-S007", first),
    }


def test_a_pair_touches_its_figures_in_each_release(history: History) -> None:
    """A teacher with a pupil: the pupil's figures, the teacher's, over every scope of the school."""
    found = touched(history, 0, "Пары", 2)
    assert set(found) == {"2021-12-31-1", "2021-12-31-3", ""}
    assert found["2021-12-31-1"] == found["2021-12-31-3"] == found[""]
    figures = {(indicator, side) for indicator, side, _ in found[""]}
    assert figures == {
        ("students_involved", "numerator"), ("students_involved_mentee", "numerator"),
        ("students_involved_active", "numerator"), ("students_involved_distinct", "numerator"),
        ("mentees_10_19", "numerator"), ("plan_fulfilment", "numerator"), ("educators_involved", "numerator"),
    }  # fmt: skip
    scopes = {scope for indicator, _, scope in found[""] if indicator == "students_involved"}
    assert scopes == {"NSH-S007", "NSH/ОУ", "NSH", "61", "RU"}


def test_sheets_that_people_are_no_part_of(history: History) -> None:
    assert {(i, s) for i, s, _ in touched(history, 0, "enrolment", 2)[""]} >= {
        ("students_involved", "denominator"), ("mentees_10_19", "denominator"),
    }  # fmt: skip
    assert {(i, s) for i, s, _ in touched(history, 0, "Организация", 5)[""]} == {
        ("educators_involved", "denominator"), ("young_specialists_mentored", "denominator"),
    }  # fmt: skip


def test_a_participant_is_traced_through_pairs(history: History) -> None:
    """«Участники», row 3, is the mentee of the pair in row 3, spoilt in the correction."""
    assert ("students_involved", "numerator", "NSH-S007") in touched(history, 0, "Участники", 3)["2021-12-31-3"]
    assert touched(history, 1, "Участники", 3) == {}


@pytest.mark.parametrize(
    ("number", "sheet", "row", "fate"),
    [
        (0, "Пары", 2, STORED), (0, "Пары", 3, STORED), (0, "Пары", 4, SKIPPED),
        (1, "Пары", 3, QUARANTINED), (1, "Пары", 2, STORED),
    ],
)  # fmt: skip
def test_what_became_of_a_row(history: History, number: int, sheet: str, row: int, fate: str) -> None:
    with history.home.reading() as connection:
        traced = trace(connection, history.deliveries[number], sheet, row)
    assert traced.fate == fate
    assert [finding.rule for finding in traced.findings if finding.severity == "error"] == (
        ["ends-before-start"] if fate == QUARANTINED else []
    )


@pytest.mark.parametrize(
    ("delivery", "sheet", "row", "told"),
    [
        ("0" * 16, "Пары", 2, "Сдачи 0000000000000000 нет."),
        (None, "Бары", 2, "Листа «Бары» в форме нет."),
        (None, "Пары", 1, "нет строки 1 с данными"), (None, "Пары", 5, "нет строки 5 с данными"),
        (None, "Пары", 0, "нет строки 0 с данными"), (None, "Анкеты", 2, "нет строки 2 с данными"),
    ],
)  # fmt: skip
def test_what_is_not_there(history: History, delivery: str | None, sheet: str, row: int, told: str) -> None:
    with history.home.reading() as connection, pytest.raises(Misconfigured, match=told):
        trace(connection, delivery or history.deliveries[0], sheet, row)


def test_refused_and_repeated_deliveries(tmp_path: Path) -> None:
    with installation(tmp_path / "home") as home:
        lines = []
        for number, (sheets, day) in enumerate([({}, "11"), ({"Контингент": enrolment(0)}, "12"), ({}, "13")]):
            write(home.settings.inbox / "NSH-S007" / f"{number}.xlsx", submission(**sheets))
            lines += take(home, moscow(f"2022-01-{day} 12:00")).lines
        assert [line.verdict for line in lines] == ["accepted", "rejected", "duplicate"]
        with home.reading() as connection:
            fates = [trace(connection, line.delivery, "Пары", 2).fate for line in lines]
            assert fates == [STORED, REFUSED, REPEATED]
            assert not any(trace(connection, lines[1].delivery, "Пары", 2).holds.values())
            assert trace(connection, lines[2].delivery, "Пары", 2).delivery.duplicate_of == lines[0].delivery


def test_a_person_told_by_another_school_too(tmp_path: Path) -> None:
    """«Пётр» has one СНИЛС in both schools, «Лев» goes to one: his row there has another birth date."""
    other = PEOPLE.replace("05.05.2009", "06.05.2009")
    with installation(tmp_path / "home") as home:
        write(home.settings.inbox / "NSH-S007/a.xlsx", submission())
        write(home.settings.inbox / "NSH-S008/b.xlsx", submission("NSH-S008", Участники=other))
        lines = {line.institution_code: line.delivery for line in take(home).lines}
        with home.reading() as connection:
            for row, elsewhere in ((2, 1), (3, 0)):
                found = trace(connection, lines["NSH-S007"], "Участники", row).touched.to_pylist()
                told = {
                    one["scope_type"]: one["other_deliveries"]
                    for one in found
                    if one["indicator"] == "students_involved"
                }
                assert told == {
                    "institution": 0,
                    "kind": elsewhere,
                    "municipality": elsewhere,
                    "region": elsewhere,
                    "country": elsewhere,
                }


@pytest.fixture(scope="module")
def towns(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    folder = tmp_path_factory.mktemp("towns")
    with installation(folder / "home") as home:
        learn(home, folder / "reference", **_reference())
        for name in TOWNS:
            deliver(CASES[name], home.settings.inbox)
        take(home)
        yield home


@pytest.mark.slow
@pytest.mark.parametrize("name", TOWNS)
def test_trace_and_explain_say_the_same(towns: Home, name: str) -> None:
    """A row touches the figures whose explanations name it, and no others."""
    school, day = f"{CASES[name].code}-1", date(2021, 12, 31)
    scopes = {"institution": school, "kind": f"{CASES[name].code}M/ОУ", "municipality": f"{CASES[name].code}M"}
    named, traced = set(), set()
    with towns.reading() as connection:
        now = vintage(connection)
        for one in definitions("1.0").indicators:
            scope = one.scopes[0]
            for side, rows in zip(
                ("numerator", "denominator"),
                explain(connection, one.code, (scope, scopes[scope]), day, now).sides,
                strict=False,
            ):
                for row in rows.rows.to_pylist():
                    if row["institution"] == school and row["row"]:
                        named.add((row["sheet"], row["row"], one.code, side))
                        if row["participant_row"]:
                            named.add(("Участники", row["participant_row"], one.code, side))
        held = connection.execute(sa.select(release_deliveries().subquery().c.delivery)).all()
        assert held == []  # nothing was released: all that follows is of now
        deliveries = {row["delivery"] for row in _explained_rows(connection, scopes, day)}
        (delivery,) = deliveries
        for sheet, last in (
            ("Участники", 25),
            ("Пары", 12),
            ("Контингент", 8),
            ("Анкеты", 9),
            ("Документы", 6),
            ("Мероприятия", 7),
            ("Партнёры", 9),
            ("Практики", 4),
        ):
            for row in range(2, last):
                try:
                    found = trace(connection, delivery, sheet, row).touched.to_pylist()
                except Misconfigured:
                    break
                first = {one.code: one.scopes[0] for one in definitions("1.0").indicators}
                traced |= {
                    (sheet, row, f["indicator"], f["side"]) for f in found if f["scope_type"] == first[f["indicator"]]
                }
    assert traced == named
    assert len(named) > 5


def _explained_rows(connection: sa.Connection, scopes: dict[str, str], day: date) -> list[dict]:
    told = explain(connection, "students_involved", ("institution", scopes["institution"]), day, vintage(connection))
    return told.sides[1].rows.to_pylist()
