"""The parts of the report as rows ready to be shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
from markupsafe import Markup

from warehouse.release.charts import describe, distribution_chart, series_chart
from warehouse.release.contents import LATE, MISSING, ON_TIME, REPORTED_KPI, Contents
from warehouse.release.overview import Figure, Institution, Overview, Scope, Standing, territory
from warehouse.release.wording import natural

HUNDRED = Decimal(100)
PANEL, WIDE = 330, 520  # pixels a chart is laid out for; the page scales it
MOST_ROWS = 5_000  # institutions on the page, a kilobyte each; more would make it slow


class Panel(NamedTuple):
    """A chart with what stands above it."""

    title: str
    figure: Figure | None
    chart: Markup
    hidden: bool = False  # whether some points may not be drawn


class Row(NamedTuple):
    """An institution in the ranking."""

    standing: Standing
    institution: Institution
    target: Decimal | None  # of its kind, to compare with

    @property
    def missing(self) -> int | None:
        """How many people are missing to the target of its kind."""
        return self.standing.figure and self.standing.figure.people_to(self.target)


@dataclass(frozen=True)
class Group:
    """The institutions of one municipality, ranked."""

    scope: Scope
    rows: tuple[Row, ...]

    @property
    def title(self) -> str:
        """What the municipality is called."""
        return self.scope.title


@dataclass(frozen=True)
class Ranking:
    """Everybody ranked: one group for a municipality, a group for each municipality above."""

    parts: tuple[Standing, ...]  # the territories themselves, when there are several
    groups: tuple[Group, ...]  # none when there are more institutions than a page holds
    kinds: tuple[str, ...]
    targets: bool  # whether anybody has a target to miss
    ceiling: Decimal  # per cent where bars end


def ranking_of(overview: Overview) -> Ranking:
    """Rank the institutions municipality by municipality, and the territories."""
    members = _members(overview) if len(overview.institutions) <= MOST_ROWS else {}
    groups = tuple(_group(overview, scope, institutions) for scope, institutions in members.items())
    return Ranking(
        parts=tuple(overview.rank(overview.parts)) if overview.folded else (),
        groups=groups,
        kinds=tuple(sorted({institution.kind for institution in overview.institutions.values()})),
        targets=any(row.target is not None for group in groups for row in group.rows),
        ceiling=HUNDRED,
    )


def missing_of(overview: Overview) -> dict[str, list[str]]:
    """Name who has not reported for the date of the release, by municipality."""
    return {
        scope.title: names
        for scope, institutions in _members(overview).items()
        if (names := [institution.scope.title for institution in institutions if institution.state == MISSING])
    }


def _members(overview: Overview) -> dict[Scope, list[Institution]]:
    members: dict[Scope, list[Institution]] = {}
    for institution in overview.institutions.values():
        scope = territory(overview.contents, "municipality", institution.municipality)
        members.setdefault(scope, []).append(institution)
    return dict(sorted(members.items(), key=lambda item: (natural(item[0].title), item[0].code)))


def _group(overview: Overview, scope: Scope, members: list[Institution]) -> Group:
    targets = {kind: _target(overview, f"{scope.code}/{kind}") for kind in {member.kind for member in members}}
    standings = overview.rank(member.scope for member in members)
    by_code = overview.institutions
    rows = ((standing, by_code[standing.scope.code]) for standing in standings)
    return Group(scope, tuple(Row(standing, institution, targets[institution.kind]) for standing, institution in rows))


def _target(overview: Overview, code: str) -> Decimal | None:
    figure = overview.figure(Scope("kind", code, code))
    return figure.target if figure else None


def panels_of(overview: Overview) -> list[Panel]:
    """Draw the series of the top and its kinds to one scale; without kinds, how institutions are spread.

    What the release before said otherwise is drawn faintly beside.
    """
    scopes = (overview.top, *overview.kinds)
    points = {scope: series_of(overview, scope) for scope in scopes}
    former = {scope: former_of(overview, scope) for scope in scopes}
    ceiling = _ceiling([figure for series in points.values() for _, figure in series])
    width = PANEL if overview.kinds else WIDE
    panels = [
        Panel(
            scope.title,
            overview.figure(scope),
            series_chart(points[scope], ceiling, width, describe(scope.title, points[scope]), former[scope]),
            any("value" in figure.hidden for _, figure in points[scope]),
        )
        for scope in scopes
        if points[scope]
    ]
    if overview.folded:
        panels.append(Panel("Сколько организаций с какой долей, %", None, _distribution(overview)))
    return panels


def _distribution(overview: Overview) -> Markup:
    figures = (overview.figure(institution.scope) for institution in overview.institutions.values())
    values = [figure.value for figure in figures if figure and figure.value is not None]
    return distribution_chart(values, WIDE, f"Распределение {len(values)} организаций по доле вовлечённых обучающихся")


def series_of(overview: Overview, scope: Scope) -> list[tuple[date, Figure]]:
    """Give the reported indicator of a scope by date."""
    found = ((as_of, overview.figure(scope, as_of)) for as_of in overview.dates)
    return [(as_of, figure) for as_of, figure in found if figure is not None]


def former_of(overview: Overview, scope: Scope) -> dict[date, Decimal]:
    """Give by date what the release compared to said of the reported indicator, where it is another value now."""
    rows = overview.contents.revisions
    mine = pc.and_(pc.equal(rows["indicator"], REPORTED_KPI), pc.equal(rows["scope_type"], scope.type))
    return {
        row["as_of"]: row["value_before"]
        for row in rows.filter(pc.and_(mine, pc.equal(rows["scope_code"], scope.code))).to_pylist()
        if row["value_before"] is not None and row["value_before"] != row["value_after"]
    }


def series_rows(overview: Overview) -> list[tuple[Scope, date, Figure]]:
    """Give the table behind the charts."""
    return [(scope, *point) for scope in (overview.top, *overview.kinds) for point in series_of(overview, scope)]


def _ceiling(figures: list[Figure]) -> Decimal:
    shown = [value for figure in figures for value in (figure.value, figure.target, figure.high) if value is not None]
    return max((max(shown, default=HUNDRED) // 10 + 1) * 10, Decimal(20))


def findings_now(contents: Contents) -> list[dict[str, Any]]:
    """Give the findings in the deliveries in force for the date of the release, the graver first."""
    grave = {"fatal": 0, "error": 1}
    return sorted(
        _at(contents.findings, contents.as_of),
        key=lambda row: (grave.get(row["severity"], 2), -row["findings"], row["rule"]),
    )


class Completeness(NamedTuple):
    """Who reported when: a state for an institution, counts of states for a territory."""

    dates: tuple[date, ...]
    institutions: list[tuple[str, str, list[dict[str, Any] | None]]]  # code, name, a state for each date
    territories: list[tuple[str, list[tuple[int, int, int]]]]  # on time, late, missing


def completeness_map(overview: Overview) -> Completeness:
    """Lay completeness out by institution and date; by territory and date when there are several."""
    rows = overview.contents.completeness.filter(
        pc.less_equal(overview.contents.completeness["as_of"], pa.scalar(overview.contents.as_of))
    ).to_pylist()
    dates = tuple(sorted({row["as_of"] for row in rows}))
    if overview.folded:
        return Completeness(dates, [], _by_territory(overview, rows, dates))
    found = {(row["institution_code"], row["as_of"]): row for row in rows}
    names = {row["code"]: row["name"] or row["code"] for row in overview.contents.institutions.to_pylist()}
    listed = sorted(names.items(), key=lambda item: (natural(item[1]), item[0]))
    states = [(code, name, [found.get((code, as_of)) for as_of in dates]) for code, name in listed]
    return Completeness(dates, [row for row in states if any(row[-1])], [])


def _by_territory(
    overview: Overview, rows: list[dict[str, Any]], dates: tuple[date, ...]
) -> list[tuple[str, list[tuple[int, int, int]]]]:
    home = {row["code"]: row[overview.parts[0].type] for row in overview.contents.institutions.to_pylist()}
    counts: Mapping = Counter((home[row["institution_code"]], row["as_of"], row["state"]) for row in rows)
    return [
        (
            scope.title,
            [tuple(counts[scope.code, as_of, state] for state in (ON_TIME, LATE, MISSING)) for as_of in dates],
        )
        for scope in overview.parts
    ]


def indicator_rows(overview: Overview) -> list[tuple[dict[str, Any], list[Figure | None]]]:
    """Give every other indicator at the date of the release for the top and its kinds."""
    scopes, shown = (overview.top, *overview.kinds), []
    for words in {row["code"]: row for row in overview.contents.indicators.to_pylist()}.values():
        figures = [overview.figure(scope, indicator=words["code"]) for scope in scopes]
        if words["code"] != REPORTED_KPI and any(figures):
            shown.append((words, figures))
    return shown


def _at(table: pa.Table, as_of: date) -> list[dict[str, Any]]:
    return table.filter(pc.equal(table["as_of"], pa.scalar(as_of))).to_pylist()
