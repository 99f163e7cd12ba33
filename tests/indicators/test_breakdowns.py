"""Breakdowns: a town that can be counted on one's fingers, and random regions counted a second time by hand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from pathlib import Path

import pyarrow as pa
import pytest

from expectations.form import CATEGORIES, FORMS_OF_MENTORING
from tests.indicators.reckoning import Reckoning, age
from tests.indicators.test_random_worlds import DAYS, Worlds, worlds  # noqa: F401 (a fixture)
from tests.indicators.towns import Town, deliver, register_lines
from tests.indicators.worlds import COLLECTIONS, STUDENT, Pair, Submission, Told
from tests.installations import ENGINES, figures, installation, learn, moscow, take
from tests.postgres import fresh_database
from tests.workbooks import records
from warehouse.indicators.breakdowns import breakdowns
from warehouse.indicators.definitions import definitions
from warehouse.indicators.knowledge import Knowledge
from warehouse.journal.journal import known_by

AS_OF = date(2021, 12, 31)
OfEngine = Callable[[str], dict[str, pa.Table]]  # a breakdown under each version
REGISTER = "code,name,aliases,kind,level,municipality,region,valid_from,valid_to"
# The worked example of docs/reference/indicators.md.
TOWN = Town(
    "who is mentored alone and who in company", "школа 100, кружок 40", number=1,
    pairs="""
        где    | наставник | наставляемый   | Форма наставничества | Дата начала | Дата завершения
        школа  | педагог   | Аня            | педагог – ученик     | 01.02.2021  | 31.05.2021
        школа  | педагог   | Боря           | педагог – ученик     | 31.05.2021  |
        школа  | педагог 2 | Вера           | педагог – ученик     | 01.01.2021  | 30.04.2021
        школа  | педагог 2 | Гена           | педагог – ученик     | 01.05.2021  |
        школа  | Глеб      | Аня            | ученик – ученик      | 01.02.2021  |
        школа  | педагог 3 | Дина           | педагог – ученик     | 01.10.2020  | 31.12.2020
        школа  | работник  | Вера           | работодатель – ученик | 01.03.2021 |
        школа  | работник 2 | Вера          | работодатель – ученик | 01.04.2021 |
        кружок | педагог 4 | Аня            | педагог – ученик     | 01.02.2021  |
    """,
    figures="""
        version | breakdown | member           | measure      | scope  | figure
        1.0     | form      | educator_student | pairs        | школа  | 4 / 7 = 57.14
        1.0     | form      | educator_student | pairs        | город  | 5 / 8 = 62.50
        1.0     | form      | educator_student | students     | школа  | 4 / 5 = 80.00
        1.0     | form      | educator_student | students     | город  | 4 / 5 = 80.00
        1.0     | form      | educator_student | participants | город  | 7 / 10 = 70.00
        1.0     | form      | employer_student | pairs        | ОУ     | 2 / 7 = 28.57
        1.0     | form      | employer_student | students     | ОУ     | 1 / 5 = 20.00
        1.0     | form      | student_student  | students     | регион | 2 / 5 = 40.00
        1.0     | form      | other            | pairs        | школа  | 0 / 7 = 0.00
        2.0     | form      | collective       | pairs        | школа  | 4 / 7 = 57.14
        2.0     | form      | individual       | pairs        | школа  | 3 / 7 = 42.86
        2.0     | form      | collective       | students     | школа  | 3 / 5 = 60.00
        2.0     | form      | individual       | students     | школа  | 4 / 5 = 80.00
        2.0     | form      | individual       | pairs        | город  | 4 / 8 = 50.00
        1.0     | category  | worker           | pairs        | УДО    | 0 / 1 = 0.00
        1.0     | category  | student          | pairs        | город  | 8 / 8 = 100.00
        1.0     | category  | educator         | participants | город  | 3 / 10 = 30.00
        1.0     | age       | 10_14            | students     | город  | 5 / 5 = 100.00
        1.0     | age       | 10_14            | students_of_enrolled | школа | 5 / 100 = 5.00
        1.0     | age       | 10_14            | students_of_enrolled | город | 6 / 140 = 4.29
        1.0     | age       | 15_19            | students_of_enrolled | город | 0 / 0 = —
        1.0     | age       | 20_over          | pairs        | школа  | 6 / 7 = 85.71
    """,
)  # fmt: skip


@pytest.fixture(scope="module")
def counted(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> OfEngine:
    """The breakdowns of the town under each version, counted once on an engine that is asked for."""

    @cache
    def of_engine(engine: str) -> dict[str, pa.Table]:
        if engine == "duckdb":
            return _count(tmp_path_factory.mktemp(engine), None)
        with fresh_database(request.getfixturevalue("postgres_url")) as database:
            return _count(tmp_path_factory.mktemp(engine), database)

    return of_engine


def _count(folder: Path, url: str | None) -> dict[str, pa.Table]:
    with installation(folder / "home", url) as home:
        learn(home, folder / "register", institutions="\n".join([REGISTER, *register_lines(TOWN)]))
        deliver(TOWN, home.settings.inbox)
        assert set(take(home).verdicts) == {"accepted"}
        with home.reading() as connection:
            seq = known_by(connection, None)
            asked = {version: breakdowns(connection, seq, definition=version) for version in ("1.0", "2.0")}
            return asked | {"by date": breakdowns(connection, seq)}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("expected", records(TOWN.figures), ids=lambda row: " ".join(row.values()))
def test_town(counted: OfEngine, engine: str, expected: dict[str, str]) -> None:
    asked = (expected["breakdown"], expected["member"], expected["measure"], *TOWN.scope(expected["scope"]))
    key = ("breakdown", "member", "measure", "scope_type", "scope_code")
    rows = counted(engine)[expected["version"]].to_pylist()
    (row,) = [row for row in rows if tuple(row[name] for name in key) == asked]
    value = "—" if row["value"] is None else row["value"]
    assert f"{row['numerator']} / {row['denominator']} = {value}" == expected["figure"]
    assert (row["definition"], row["as_of"]) == (expected["version"], AS_OF)


def test_both_engines_count_the_same(counted: OfEngine) -> None:
    assert counted("duckdb") == counted("postgresql")


def test_a_date_is_counted_under_the_version_that_held_on_it(counted: OfEngine) -> None:
    assert counted("duckdb")["by date"].equals(counted("duckdb")["1.0"])


@pytest.mark.parametrize(("code", "known"), [("form", FORMS_OF_MENTORING), ("category", CATEGORIES)])
def test_members_cover_what_the_form_knows(code: str, known: tuple[str, ...]) -> None:
    assert [value for member in definitions("1.0").breakdown(code).members for value in member.values] == list(known)


def test_bands_cover_every_age_once() -> None:
    bands = [(member.from_age or 0, member.to_age) for member in definitions().breakdown("age").members]
    assert bands == [(0, 9), (10, 14), (15, 19), (20, None)]


def involved(one: Submission) -> list[Pair]:
    return [pair for pair in one.good_pairs if pair.ended is None or pair.ended >= date(one.as_of.year, 1, 1)]


class Counted:
    """The breakdowns of random regions, one pair after another."""

    def __init__(self, reckoning: Reckoning) -> None:
        self.reckoning, self.day = reckoning, reckoning.day

    def members(self, one: Submission, pair: Pair) -> Iterator[tuple[tuple[str, str], Told]]:
        for told in (pair.mentor, pair.mentee):
            yield ("form", "collective" if self.in_company(one, pair) else "individual"), told
            years = age(told.person.born, self.day)
            yield (
                ("age", "under_10" if years < 10 else "10_14" if years < 15 else "15_19" if years < 20 else "20_over"),
                told,
            )
            yield (
                (
                    "category",
                    {STUDENT: "student", "педагогический работник": "educator"}.get(told.category, "young_specialist"),
                ),
                told,
            )

    def in_company(self, one: Submission, pair: Pair) -> bool:
        """Some day of both has another mentee of this mentor, or another mentor of this mentee."""
        who = self.reckoning._person
        mentor, mentee = who(pair.mentor), who(pair.mentee)
        for other in involved(one):
            last = min(other.ended or self.day, pair.ended or self.day)
            shares = (who(other.mentor) == mentor) != (who(other.mentee) == mentee)
            if shares and max(other.started, pair.started) <= last:
                return True
        return False

    def figures(self) -> dict[tuple[str, ...], tuple[int, int]]:
        found = {}
        for scope, places in self.reckoning._scopes().items():
            told = [self.reckoning.in_force[one.code] for one in places if one.code in self.reckoning.in_force]
            sets: dict[tuple[str, str, str], set] = defaultdict(set)
            for one in told:
                for number, pair in enumerate(involved(one)):
                    for member, who in [
                        *self.members(one, pair),
                        *((("", "all"), w) for w in (pair.mentor, pair.mentee)),
                    ]:
                        person = self.reckoning._person(who)
                        sets[*member, "pairs"].add((one.institution.code, number))
                        sets[*member, "participants"].add(person)
                        if who.category == STUDENT:
                            sets[*member, "students"].add(person)
            for (code, member, measure), keys in sets.items():
                found[code, member, measure, *scope] = (len(keys), len(sets["", "all", measure]))
        return {key: value for key, value in found.items() if key[0] and (key[0], key[2]) != ("category", "students")}


@pytest.mark.parametrize(("wave", "number"), [(0, 0), (2, 1)])
def test_every_count_is_what_the_words_give(worlds: Worlds, wave: int, number: int) -> None:  # noqa: F811
    reckoning = Reckoning.of_regions(worlds.regions, wave, COLLECTIONS[number])
    with worlds.home.reading() as connection:
        known = Knowledge.at(known_by(connection, moscow(DAYS[wave])))
        rows = breakdowns(connection, known, (COLLECTIONS[number],), "2.0").to_pylist()
    key = ("breakdown", "member", "measure", "scope_type", "scope_code")
    told = {
        tuple(row[name] for name in key): (row["numerator"], row["denominator"])
        for row in rows
        if row["measure"] != "students_of_enrolled" and row["numerator"]
    }
    expected = Counted(reckoning).figures()
    assert len(expected) > 300
    assert told == expected


def test_people_add_up_to_the_indicators(worlds: Worlds) -> None:  # noqa: F811
    """Whatever breakdown: all students are those of the distinct indicator; bands of age add up to the reported one."""
    with worlds.home.reading() as connection:
        rows = breakdowns(connection, known_by(connection, None), (COLLECTIONS[1],)).to_pylist()
    shares = {(r["indicator"], r["scope_code"]): r for r in figures(worlds.home, COLLECTIONS[1]).to_pylist()}
    bands: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        if row["measure"] == "students":
            parted = row["scope_type"] in ("institution", "kind")
            code = "students_involved" if parted else "students_involved_distinct"
            assert row["denominator"] == shares[code, row["scope_code"]]["numerator"]
        if row["measure"] == "students_of_enrolled":
            bands[row["scope_code"]][0] += row["numerator"]
            bands[row["scope_code"]][1] += row["denominator"]
    reported = {code: shares["students_involved", code] for code in bands}
    assert bands == {code: [row["numerator"], row["denominator"]] for code, row in reported.items()}
