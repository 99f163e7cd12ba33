"""Every indicator over every scope, on towns that can be counted on one's fingers (`cases.py` holds the tables)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import pyarrow as pa
import pytest

from tests.indicators.cases import CASES
from tests.indicators.towns import deliver, plan_lines, register_lines, target_lines
from tests.installations import ENGINES, figures, installation, learn, take
from tests.workbooks import records
from warehouse.indicators.definitions import definitions

AS_OF = date(2021, 12, 31)
NONE = "—"
Figures = dict[tuple[str, str, str], dict[str, object]]
Counted = Callable[[str], pa.Table]  # of an engine


def _reference() -> dict[str, str]:
    heads = {
        "institutions": "code,name,aliases,kind,level,municipality,region,valid_from,valid_to",
        "plans": "institution_code,school_year,planned_participants,source",
        "targets": "indicator,scope_type,scope_code,as_of,target_percent,direction,source",
    }
    lines = {"institutions": register_lines, "plans": plan_lines, "targets": target_lines}
    return {
        name: "\n".join([head, *(line for town in CASES.values() for line in lines[name](town))])
        for name, head in heads.items()
    }


def _count(folder: Path, url: str | None) -> pa.Table:
    with installation(folder / "home", url) as home:
        learn(home, folder / "reference", **_reference())
        for town in CASES.values():
            deliver(town, home.settings.inbox)
        taken = take(home)
        assert set(taken.verdicts) <= {"accepted", "accepted_with_errors"}, taken.lines
        return figures(home, AS_OF)


@pytest.fixture(scope="module")
def counted(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Counted:
    """The figures of all towns, counted once on an engine that is asked for."""

    @cache
    def of_engine(engine: str) -> pa.Table:
        url = request.getfixturevalue("postgres_database") if engine == "postgresql" else None
        return _count(tmp_path_factory.mktemp(engine), url)

    return of_engine


@pytest.fixture(scope="module")
def by_key(counted: Counted) -> Callable[[str], Figures]:
    @cache
    def of_engine(engine: str) -> Figures:
        rows = counted(engine).to_pylist()
        return {(row["indicator"], row["scope_type"], row["scope_code"]): row for row in rows}

    return of_engine


def _spelled(value: object) -> str:
    if value is None:
        return NONE
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _figure(row: dict[str, object]) -> str:
    numerator = row["numerator"]
    count = format(numerator.normalize(), "f") if isinstance(numerator, Decimal) else NONE
    indicator = next(one for one in definitions().indicators if one.code == row["indicator"])
    return (
        count
        if indicator.denominator is None
        else f"{count} / {_spelled(row['denominator'])} = {_spelled(row['value'])}"
    )


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", CASES)
def test_town(by_key: Callable[[str], Figures], engine: str, name: str) -> None:
    town = CASES[name]
    for expected in records(town.figures):
        indicator, scope = expected.pop("indicator"), expected.pop("scope")
        row = by_key(engine).get((indicator, *town.scope(scope)))
        if expected["figure"] == "absent":
            assert row is None, (indicator, scope)
            continue
        assert row is not None, (indicator, scope)
        told = {"figure": _figure(row)} | {column: _spelled(row[column]) for column in expected if column != "figure"}
        assert told == expected, (indicator, scope)


def test_both_engines_count_the_same(counted: Counted) -> None:
    assert counted("duckdb").equals(counted("postgresql"))
    assert counted("duckdb").num_rows > 1000


def test_every_indicator_has_a_town() -> None:
    asked = {row["indicator"] for town in CASES.values() for row in records(town.figures)}
    assert asked == {one.code for one in definitions().indicators}


def test_a_scope_has_a_figure_of_every_indicator_meant_for_it(by_key: Callable[[str], Figures]) -> None:
    found = by_key("duckdb")
    for one in definitions().indicators:
        assert {scope for indicator, scope, _ in found if indicator == one.code} == set(one.scopes)


def test_the_country_adds_regions_that_share_nobody(by_key: Callable[[str], Figures]) -> None:
    """No two towns share a person, so here the country is the sum of the regions."""
    for indicator in (
        "students_involved",
        "students_involved_distinct",
        "mentees_10_19",
        "practices_shared",
        "training_hours",
    ):
        rows = [row for (code, scope, _), row in by_key("duckdb").items() if code == indicator and scope == "region"]
        country = by_key("duckdb")[indicator, "country", "RU"]
        assert country["numerator"] == sum(row["numerator"] for row in rows if row["numerator"] is not None)
        assert (country["denominator"] or 0) == sum(row["denominator"] or 0 for row in rows)
