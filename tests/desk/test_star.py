"""The star: its names, its words, and that it counts as the series does."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.desk.star_promises import (
    BY_STAR,
    COUNTED,
    VIEWS,
    asked,
    disagreeing_figures,
    explained,
    lost_rows,
    repeated_keys,
)  # fmt: skip
from warehouse.desk.opening import Analysis
from warehouse.star.handbook import PAGES, render_dbml, render_mermaid

DOCS = Path(__file__).parents[2] / "docs/reference"
PLACE = "as_of institution_key delivery row"
SPAN = "started_on ended_on in_year active entered"
# Analysts' own queries and dashboards stand on these: a name may be added at the end, none may go or move.
NAMES = {
    "fact_participation": f"{PLACE} role person form category age age_band {SPAN}",
    "fact_pairs": f"{PLACE} form mentor mentor_category mentor_age_band mentee mentee_category mentee_age_band "
                  f"role_model programme outcome counted {SPAN}",
    "fact_enrolment": f"{PLACE} age age_band students",
    "fact_surveys": f"{PLACE} person role stage answered_on in_year effectiveness comfort organisation usefulness satisfaction",
    "fact_events": f"{PLACE} held_on event_kind title in_year attendees hours",
    "dim_institution": "institution_key institution_code name kind level municipality region valid_from valid_to heir_code",
    "dim_date": "as_of year quarter school_year kind opens_on due_on closes_on",
    "dim_form": "form place code",
    "dim_category": "category place code is_student",
    "dim_age_band": "age_band place title from_age to_age",
}  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_names_stay(desk: Analysis, name: str) -> None:
    assert (
        desk.arrow(f"SELECT * FROM mentoring.{name} LIMIT 0").column_names[: len(NAMES[name].split())]
        == NAMES[name].split()
    )


def test_every_view_has_names_that_stay() -> None:
    assert {view.name for view in VIEWS} == set(NAMES)


def test_it_counts_as_the_series_does(desk: Analysis) -> None:
    assert disagreeing_figures(desk) == {}
    for rows in COUNTED.values():
        assert asked(desk, BY_STAR.format(rows=rows))  # of each there is something to disagree about


def test_enrolment_adds_up_to_the_denominators(desk: Analysis) -> None:
    star = """SELECT i.institution_code, e.as_of, CAST(sum(e.students) AS bigint) AS students
              FROM mentoring.fact_enrolment e JOIN mentoring.dim_institution i USING (institution_key) GROUP BY 1, 2"""
    series = """SELECT scope_code, as_of, denominator FROM mentoring.kpi_now
                WHERE scope_type = 'institution' AND indicator = 'students_involved'"""
    assert set(asked(desk, star)) == {row for row in asked(desk, series) if row[2] is not None}


def test_every_fact_finds_its_dimensions(desk: Analysis) -> None:
    assert lost_rows(desk) == {}


def test_a_key_is_borne_by_one_row(desk: Analysis) -> None:
    assert repeated_keys(desk) == []


def test_each_view_and_column_is_explained(desk: Analysis) -> None:
    views = "SELECT view_name, '', comment FROM duckdb_views() WHERE schema_name = 'mentoring' AND comment IS NOT NULL"
    columns = """SELECT table_name, column_name, comment FROM duckdb_columns()
                 WHERE schema_name = 'mentoring' AND (table_name LIKE 'fact%' OR table_name LIKE 'dim%')"""
    assert {*asked(desk, views), *asked(desk, columns)} == explained()


def test_institutions_stand_as_they_were_on_the_date(desk: Analysis) -> None:
    """K became of another kind, M went to another town; A was renamed, C and D became one."""
    told = asked(desk, """SELECT DISTINCT f.institution_key, d.year, i.kind, i.municipality, i.heir_code
        FROM mentoring.fact_enrolment f JOIN mentoring.dim_institution i USING (institution_key)
        JOIN mentoring.dim_date d USING (as_of)
        WHERE i.institution_code IN ('A', 'B', 'C', 'D', 'K', 'M') ORDER BY 1""")  # fmt: skip
    assert told == [
        ("A/20200901", 2021, "ОУ", "T1", "B"),
        ("B/20220901", 2022, "ОУ", "T1", "B"),
        ("C/20200901", 2021, "ОУ", "T1", "E"),
        ("D/20200901", 2021, "ОУ", "T1", "E"),
        ("K/20200901", 2021, "ОУ", "T1", "K"),
        ("K/20220901", 2022, "УДО", "T1", "K"),
        ("M/20200901", 2021, "ОУ", "T1", "M"),
        ("M/20220901", 2022, "ОУ", "T2", "M"),
    ]


def test_dates_lie_in_their_years(desk: Analysis) -> None:
    dates = asked(desk, "SELECT CAST(as_of AS text), year, quarter, school_year, kind FROM mentoring.dim_date")
    assert ("2021-12-31", 2021, 4, "2021/2022", "annual") in dates
    assert ("2021-06-30", 2021, 2, "2020/2021", "quarterly") in dates


def test_pairs_have_the_people_of_participation(desk: Analysis) -> None:
    for side, role in (("mentor", "наставник"), ("mentee", "наставляемый")):
        one = f"SELECT delivery, row, {side}, {side}_category, {side}_age_band FROM mentoring.fact_pairs"
        other = (
            f"SELECT delivery, row, person, category, age_band FROM mentoring.fact_participation WHERE role = '{role}'"
        )
        assert sorted(asked(desk, one)) == sorted(asked(desk, other)) != []


def test_events_and_answers_of_the_year_are_told_apart(desk: Analysis) -> None:
    events = "SELECT title, attendees, hours, in_year FROM mentoring.fact_events ORDER BY held_on"
    assert asked(desk, events) == [
        ("Прошлый год", 5, None, False), ("Школа наставника", 12, 8.0, True), ("=Общий сбор", 40, None, True),
    ]  # fmt: skip
    answers = "SELECT role, stage, satisfaction, comfort, in_year FROM mentoring.fact_surveys ORDER BY row"
    assert asked(desk, answers) == [
        ("наставляемый", "до", 4, 5, True), ("наставляемый", "после", 9, 8, True), ("наставник", "после", 7, None, False),
    ]  # fmt: skip
    one = "SELECT count(DISTINCT person) FROM (SELECT person FROM mentoring.fact_surveys WHERE role = 'наставляемый')"
    assert asked(desk, one) == [(1,)]


def test_ages_fall_into_the_bands_of_the_breakdown(desk: Analysis) -> None:
    outside = """SELECT count(*) FROM mentoring.fact_enrolment e JOIN mentoring.dim_age_band b USING (age_band)
                 WHERE e.age < coalesce(b.from_age, 0) OR e.age > coalesce(b.to_age, 200)"""
    assert asked(desk, outside) == [(0,)]


@pytest.mark.parametrize("page", PAGES)
def test_pages_are_those_of_the_declaration(page: str) -> None:
    assert (DOCS / page).read_text(encoding="utf-8") == PAGES[page](), "Run: make docs"


def test_pictures_name_every_view_and_every_way_to_a_dimension() -> None:
    ways = sum(column.of is not None for view in VIEWS for column in view.columns)
    assert render_mermaid().count("||--o{") == render_dbml().count("\nRef: ") == ways
    assert all(f" {view.name} {{" in render_mermaid() and f".{view.name} {{" in render_dbml() for view in VIEWS)
