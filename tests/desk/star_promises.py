"""What the star promises on either engine, asked of an open desk."""

from __future__ import annotations

from warehouse.desk.opening import Analysis
from warehouse.star.views import dimensions, facts

VIEWS = (*facts(), *dimensions())
# Which rows of participation an indicator's numerator counts.
COUNTED = {
    "students_involved": "in_year",
    "students_involved_mentee": "in_year AND role = 'наставляемый'",
    "students_involved_mentor": "in_year AND role = 'наставник'",
    "students_involved_active": "active",
    "students_involved_entered": "entered",
}
BY_STAR = """
SELECT i.institution_code AS code, f.as_of, count(DISTINCT f.person) AS people
FROM mentoring.fact_participation f
JOIN mentoring.dim_institution i USING (institution_key) JOIN mentoring.dim_category c USING (category)
WHERE c.is_student AND {rows} GROUP BY 1, 2
"""
BY_SERIES = """
SELECT scope_code AS code, as_of, CAST(numerator AS bigint) AS people FROM mentoring.kpi_now
WHERE scope_type = 'institution' AND indicator = '{indicator}' AND numerator > 0
"""


def asked(desk: Analysis, sql: str) -> list[tuple]:
    return [tuple(row.values()) for row in desk.arrow(sql).to_pylist()]


def disagreeing_figures(desk: Analysis) -> dict[str, set[tuple]]:
    """Return, by indicator, the figures by institution that the star and the series count differently."""
    found = {}
    for indicator, rows in COUNTED.items():
        star, series = (
            set(asked(desk, one)) for one in (BY_STAR.format(rows=rows), BY_SERIES.format(indicator=indicator))
        )
        found |= {indicator: star ^ series} if star != series else {}
    return found


def lost_rows(desk: Analysis) -> dict[str, int]:
    """Return how many rows of each fact find no row of a dimension, where there are any."""
    keys = {view.name: next(column.name for column in view.columns if column.key) for view in dimensions()}
    lost = {}
    for view in facts():
        for column in (one for one in view.columns if one.of):
            among = f"SELECT {keys[column.of]} FROM mentoring.{column.of}"
            where = f"{column.name} IS NULL OR {column.name} NOT IN ({among})"
            ((count,),) = asked(desk, f"SELECT count(*) FROM mentoring.{view.name} WHERE {where}")
            lost |= {f"{view.name}.{column.name}": count} if count else {}
    return lost


def repeated_keys(desk: Analysis) -> list[str]:
    """Return the views in which two rows have one key."""
    found = []
    for view in VIEWS:
        keys = ", ".join(column.name for column in view.columns if column.key)
        if asked(desk, f"SELECT {keys} FROM mentoring.{view.name} GROUP BY {keys} HAVING count(*) > 1"):
            found.append(view.name)
    return found


def explained() -> set[tuple[str, str, str]]:
    """Return every view and column with its words, as a catalogue should tell them; a view's own name is its column."""
    return {
        (view.name, name, words)
        for view in VIEWS
        for name, words in [("", view.comment), *((column.name, column.comment) for column in view.columns)]
    }
