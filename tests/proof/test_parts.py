"""Breakdowns by the second engine: a town counted on fingers, evidence counted by hand, mistakes that must be found."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from tests.indicators.test_breakdowns import REGISTER, TOWN
from tests.indicators.towns import Town, deliver, register_lines
from tests.installations import installation, learn, take
from tests.proof.small import AS_OF, place
from tests.workbooks import records
from warehouse.indicators.breakdowns import breakdowns
from warehouse.indicators.definitions import definitions
from warehouse.installation.home import Home
from warehouse.journal.journal import known_by
from warehouse.proof import company, part_rows, parts
from warehouse.proof.breakdowns import recompute_breakdowns
from warehouse.proof.comparison import disagreements
from warehouse.proof.engine import gather_evidence
from warehouse.proof.evidence import SCHEMAS, Evidence
from warehouse.proof.part_rows import Involved, truth

BORDERS = Town(
    "children of every border age: 9, 10, 14, 15, 19, 20", "школа 60", figures="", number=2,
    pairs="""
        где   | наставник | наставляемый    | Дата начала
        школа | педагог   | Аня 02.01.2012  | 01.02.2021
        школа | педагог   | Боря 01.01.2012 | 01.02.2021
        школа | педагог   | Вера 02.01.2007 | 01.02.2021
        школа | педагог   | Гена 01.01.2007 | 01.02.2021
        школа | педагог   | Дина 02.01.2002 | 01.02.2021
        школа | педагог   | Егор 01.01.2002 | 01.02.2021
    """,
)  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    folder = tmp_path_factory.mktemp("town")
    with installation(folder / "home") as home:
        lines = [line for town in (TOWN, BORDERS) for line in register_lines(town)]
        learn(home, folder / "register", institutions="\n".join([REGISTER, *lines]))
        for town in (TOWN, BORDERS):
            deliver(town, home.settings.inbox)
        assert set(take(home).verdicts) == {"accepted"}
        yield home


@pytest.fixture(scope="module")
def by_statements(home: Home) -> dict[str, pa.Table]:
    with home.reading() as connection:
        seq = known_by(connection, None)
        return {version: breakdowns(connection, seq, definition=version) for version in ("1.0", "2.0")}


def evidence_of(home: Home, version: str) -> Evidence:
    with home.reading() as connection:
        seq = known_by(connection, None)
        return gather_evidence(connection, home.settings.lake, seq, {AS_OF: definitions(version)})


@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_the_town_of_the_worked_example(home: Home, version: str) -> None:
    rows = recompute_breakdowns(evidence_of(home, version), "").to_pylist()
    key = ("breakdown", "member", "measure", "scope_type", "scope_code")
    told = {
        tuple(row[name] for name in key): f"{row['numerator']} / {row['denominator']} = "
        f"{'—' if row['value'] is None else row['value']}"
        for row in rows
    }
    expected = [one for one in records(TOWN.figures) if one["version"] == version]
    assert len(expected) >= 5
    for one in expected:
        assert told[one["breakdown"], one["member"], one["measure"], *TOWN.scope(one["scope"])] == one["figure"], one


def test_a_border_age_is_in_one_band(home: Home) -> None:
    rows = recompute_breakdowns(evidence_of(home, "1.0"), "").to_pylist()
    told = {
        row["member"]: row["numerator"]
        for row in rows
        if (row["breakdown"], row["measure"], row["scope_code"]) == ("age", "students", BORDERS.code)
    }
    assert told == {"under_10": 1, "10_14": 2, "15_19": 2, "20_over": 1}


def test_patterns_tell_of_one_breakdown_at_a_time(home: Home) -> None:
    people = evidence_of(home, "1.0").breakdown_people
    by_age = people.filter(pc.equal(people["breakdown"], "age"))
    assert set(pc.unique(people["breakdown"]).to_pylist()) == {"form", "age", "category"}
    names = {name for measures in by_age["measures"].to_pylist() for name in measures.split()}
    assert names <= {"participants", "students"} | {
        f"{measure}.{band}"
        for measure in ("participants", "students")
        for band in ("under_10", "10_14", "15_19", "20_over")
    }


def of_age(member, of: Involved):
    """Ages up to the border, but not on it."""
    above = truth(pc.greater_equal(of.rows["age"], member.from_age or 0))
    return above & truth(pc.less(of.rows["age"], member.to_age or 200))


def in_any_form(rows: pa.Table) -> pa.Array:
    return company.in_company(rows.set_column(rows.column_names.index("form"), "form", pa.repeat("", rows.num_rows)))


MISTAKES = {
    "an age border": ("1.0", lambda patch: patch.setitem(part_rows.GROUPINGS, "age", of_age)),
    "company in any form": ("2.0", lambda patch: patch.setattr(part_rows, "in_company", in_any_form)),
    "everybody a student": (
        "1.0",
        lambda patch: patch.setattr(Involved, "student", property(lambda of: truth(pc.is_valid(of.rows["role"])))),
    ),
    "pairs of the year before": ("1.0", lambda patch: patch.setattr(part_rows, "date", lambda year, *day: date(year - 1, *day))),
    "the mentor's member alone": ("1.0", lambda patch: patch.setattr(parts, "_pairs", mentors_pairs)),
}  # fmt: skip


def mentors_pairs(one, of: Involved, flags, counted=parts._pairs) -> pa.Table:
    mentors = truth(pc.equal(of.rows["role"], "наставник"))
    whole = flags.copy()
    whole[:, 1:] &= mentors[:, None]
    return counted(one, of, whole)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_of_the_second_engine_is_found(home: Home, by_statements: dict[str, pa.Table], mistake: str) -> None:
    version, make = MISTAKES[mistake]

    def found() -> list[str]:
        counted = recompute_breakdowns(evidence_of(home, version), "")
        return list(disagreements(by_statements[version], counted, "by statements", "over the lake"))

    assert found() == []
    with pytest.MonkeyPatch.context() as patch:
        make(patch)
        assert found()


# Two schools and a club; the club's child of A is met in both. By hand:
#   A: 3 children in a form alone, of whom 1 in the club too; B: 2, who are in A as well; the club: 4 of its own.
PEOPLE = [
    (1, 2, {"A": "participants participants.x students students.x"}),
    (2, 2, {"A": "participants participants.x students students.x", "B": "participants participants.y students students.y"}),
    (3, 1, {"A": "participants participants.x students students.x", "C": "participants participants.x students students.x"}),
    (4, 4, {"C": "participants participants.y students students.y"}),
    (5, 6, {"A": "participants participants.y"}),
]  # fmt: skip
AMOUNTS = [
    ("A", "pairs", 9), ("A", "pairs.x", 5), ("B", "pairs", 2), ("B", "pairs.y", 2), ("C", "pairs", 5), ("C", "pairs.y", 5),
    ("A", "enrolled.x", 10), ("B", "enrolled.x", 20), ("C", "enrolled.x", 30), ("C", "enrolled.y", 3),
]  # fmt: skip
FORM = {
    "code": "form", "measures": ["pairs", "participants", "students", "students_of_enrolled"],
    "members": [{"code": "x"}, {"code": "y"}],
}  # fmt: skip


def by_hand() -> Evidence:
    here = {"as_of": AS_OF, "breakdown": "form"}
    tables = {
        "places": [place("A", enrolled=10), place("B", enrolled=20), place("C", "УДО", enrolled=30), place("D")],
        "breakdown_people": [
            here | {"pattern": number, "people": people, "institution_code": code, "measures": measures}
            for number, people, met in PEOPLE
            for code, measures in met.items()
        ],
        "breakdown_amounts": [
            here | {"institution_code": code, "measure": measure, "amount": amount} for code, measure, amount in AMOUNTS
        ],
    }
    counted = {AS_OF.isoformat(): "1"}
    return Evidence(
        **{name: pa.Table.from_pylist(rows, SCHEMAS[name]) for name, rows in tables.items()},
        definitions={"counted": counted, "measures": {}, "definitions": [{"version": "1", "breakdowns": [FORM]}]},
    )


@pytest.mark.parametrize(
    ("scope", "told"),
    [
        ("A", "pairs x 5/9=55.56, pairs y 0/9=0.00, participants x 5/11=45.45, participants y 6/11=54.55"),
        ("A", "students x 5/5=100.00, students_of_enrolled x 5/10=50.00, students_of_enrolled y 0/0=None"),
        ("B", "pairs x 0/2=0.00, students y 2/2=100.00"),
        ("T/ОУ", "pairs x 5/11=45.45, students x 5/5=100.00, students y 2/5=40.00"),  # the two of A and B, once
        ("T", "pairs y 7/16=43.75, students x 5/9=55.56, students y 6/9=66.67"),  # the one of A and C, once
        ("T", "students_of_enrolled x 6/60=10.00, students_of_enrolled y 6/3=200.00"),  # in either kind
        ("RU", "participants x 5/15=33.33, participants y 12/15=80.00"),
    ],
)
def test_evidence_counted_by_hand(scope: str, told: str) -> None:
    rows = recompute_breakdowns(by_hand(), "2021-12-31-1").to_pylist()
    found = {
        f"{row['measure']} {row['member']} {row['numerator']}/{row['denominator']}={row['value']}"
        for row in rows
        if row["scope_code"] == scope
    }
    assert set(told.split(", ")) <= found
    assert not [row for row in rows if row["scope_code"] == "D"]  # it did not report


def test_a_place_that_is_not_there_is_refused() -> None:
    good = by_hand()
    lost = Evidence(
        places=good.places.slice(1), breakdown_people=good.breakdown_people, definitions=good.definitions
    )  # fmt: skip
    with pytest.raises(KeyError):
        recompute_breakdowns(lost, "")
