"""A figure explained by rows: the rows, and they alone, make the figure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
import sqlalchemy as sa

from tests.indicators.cases import CASES
from tests.indicators.test_golden import _reference
from tests.indicators.towns import deliver
from tests.installations import ENGINES, figures, installation, learn, take
from tests.lineage.recounted import Files, recount
from tests.workbooks import records
from warehouse.indicators.definitions import definitions
from warehouse.installation.home import Home
from warehouse.lineage.explained import explain
from warehouse.lineage.rows import ROWS
from warehouse.lineage.vintage import vintage
from warehouse.tables.tables import table

AS_OF = date(2021, 12, 31)
BY_ENGINE: dict[str, pa.Table] = {}
SAME = ("numerator", "denominator", "value", "target", "meets_target", "status", "expected", "reported")


class Towns:
    """The golden towns in one installation, with their series."""

    def __init__(self, home: Home, folder: Path) -> None:
        self.home, self.folder, self.files = home, folder, Files(home)
        self.series = {
            (row["indicator"], row["scope_type"], row["scope_code"]): row for row in figures(home, AS_OF).to_pylist()
        }
        with home.reading() as connection:
            self.files.learn(connection.execute(sa.select(table("deliveries").c.sha256)).scalars())


@pytest.fixture(scope="module", params=ENGINES)
def towns(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Towns]:
    folder = tmp_path_factory.mktemp("towns")
    url = request.getfixturevalue("postgres_database") if request.param == "postgresql" else None
    with installation(folder / "home", url) as home:
        learn(home, folder / "reference", **_reference())
        for town in CASES.values():
            deliver(town, home.settings.inbox)
        take(home)
        yield Towns(home, folder / "reference")


def asked(name: str) -> list[tuple[str, str, str]]:
    town = CASES[name]
    return sorted({
        (row["indicator"], *town.scope(row["scope"])) for row in records(town.figures) if row["figure"] != "absent"
    })  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_the_rows_make_the_figure(towns: Towns, name: str) -> None:
    """Counted anew in the delivered files, from exactly the rows named."""
    with towns.home.reading() as connection:
        for indicator, *scope in asked(name):
            told = explain(connection, indicator, (scope[0], scope[1]), AS_OF, vintage(connection))
            official = towns.series[indicator, *scope]
            assert {key: told.figure[key] for key in SAME} == {key: official[key] for key in SAME}
            for side, key in zip(told.sides, ("numerator", "denominator"), strict=False):
                assert side.rows.schema.equals(ROWS)
                assert recount(told, side, towns.files, towns.folder) == (official[key] or 0), (indicator, scope, key)


@pytest.mark.parametrize(
    "scope", [("country", "RU"), ("municipality", "T01M"), ("kind", "T04M/УДО"), ("institution", "T04-2")]
)
def test_every_indicator_is_explained(towns: Towns, scope: tuple[str, str]) -> None:
    with towns.home.reading() as connection:
        for one in definitions("1.0").indicators:
            if scope[0] in one.scopes:
                told = explain(connection, one.code, scope, AS_OF, vintage(connection))
                official = towns.series[one.code, *scope]
                assert {key: told.figure[key] for key in SAME} == {key: official[key] for key in SAME}, one.code


def test_a_person_of_two_roles_is_told_by_both_rows(towns: Towns) -> None:
    """«Аня» is a mentee twice and a mentor once, «Боря» a mentee once."""
    with towns.home.reading() as connection:
        told = explain(connection, "students_involved", ("institution", "T01-1"), AS_OF, vintage(connection))
    places = [
        (row["row"], row["role"], row["participant_row"], row["counted"]) for row in told.sides[0].rows.to_pylist()
    ]
    assert places == [
        (2, "наставляемый", 3, 1), (3, "наставляемый", 3, 1), (4, "наставляемый", 5, 2), (4, "наставник", 3, 1),
    ]  # fmt: skip


def test_both_engines_name_the_same_rows(towns: Towns) -> None:
    """Numbers of people too: they follow the places, not the tokens."""
    with towns.home.reading() as connection:
        told = explain(connection, "students_involved", ("country", "RU"), AS_OF, vintage(connection))
        BY_ENGINE[connection.dialect.name] = told.sides[0].rows
    assert told.sides[0].rows.num_rows > 20
    assert all(rows.equals(told.sides[0].rows) for rows in BY_ENGINE.values())
