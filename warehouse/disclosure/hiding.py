"""The contents of a release made fit to be published."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from warehouse.disclosure.earlier import Earlier, Unpublishable
from warehouse.disclosure.measures import STUDENTS
from warehouse.disclosure.suppress import suppress
from warehouse.disclosure.towns import SIDES, Dated, Row, measures_of, towns
from warehouse.indicators.definitions import Measure
from warehouse.indicators.trajectory import Plan, trajectory
from warehouse.proof.evidence import Evidence
from warehouse.release.contents import BREAKDOWNS, FINDINGS, KEY, MEMBERS, REVISIONS, Contents, Public
from warehouse.release.wording import day

ENROLLED = Measure(STUDENTS)
BOUNDS = ("low", "high")


def hide(contents: Contents, places: pa.Table, plan: Plan, before: Earlier, least: int) -> Contents:
    """Return the public contents of a release; `places` tells where each institution was, by date.

    Earlier dates on which an earlier publication and the town's figures would give a few people away are left out:
    what was published of them stays. Raises Unpublishable where the release's own date is such.
    """
    hidden: set[Dated] = set()
    left_out: dict[date, list[str]] = {}
    for as_of, town in towns(contents.figures, places, before.published, before.hidden):
        found = suppress(town, least)
        hidden |= {(as_of, *cell) for cell in found.hidden}
        if found.told:
            left_out.setdefault(as_of, []).extend(sorted({scope for _, scope in found.told}))
    if contents.as_of in left_out:
        raise Unpublishable(
            f"Опубликовать нельзя: вместе с опубликованным раньше показатели на {day(contents.as_of)} выдали бы "
            f"меньше чем {least} человек. Где это видно: {', '.join(left_out[contents.as_of])}."
        )
    kept = contents.figures.filter(_kept(contents.figures, left_out))
    named = {key: names for key, names in _named(kept, hidden, _last_hidden(contents.figures, places, hidden)) if names}
    figures = _without(kept, named)
    shown = trajectory(figures, plan, contents.as_of)
    return replace(
        contents,
        figures=figures,
        trajectory=_told(shown.set_column(0, "release", pa.repeat(contents.release, shown.num_rows))),
        completeness=contents.completeness.filter(_kept(contents.completeness, left_out)),
        public=Public(named, least, tuple(sorted(left_out))),
        findings=FINDINGS.empty_table(), breakdowns=BREAKDOWNS.empty_table(), members=MEMBERS.empty_table(),
        revisions=REVISIONS.empty_table(), compared_to=None, evidence=Evidence(), origin={},
    )  # fmt: skip


def _kept(table: pa.Table, left_out: dict[date, list[str]]) -> pa.ChunkedArray:
    return pc.invert(pc.is_in(table["as_of"], pa.array(sorted(left_out), pa.date32())))


def _told(rows: pa.Table) -> pa.Table:
    """The way to a target can be told only where the figure can."""
    return rows.filter(pc.and_(pc.is_valid(rows["numerator"]), pc.greater(rows["denominator"], 0)))


def _last_hidden(figures: pa.Table, places: pa.Table, hidden: set[Dated]) -> set[tuple[date, str]]:
    """Dates and scopes with a missing institution whose last enrolment is hidden: bounds would tell it."""
    told: dict[str, list[date]] = {}
    for as_of, code in zip(*(_reported(figures)[name].to_pylist() for name in ("as_of", "scope_code")), strict=True):
        told.setdefault(code, []).append(as_of)
    secret = {(as_of, code) for as_of, measure, code in hidden if measure.source == STUDENTS}
    found: set[tuple[date, str]] = set()
    for place in places.to_pylist():
        as_of, code, dates = place["as_of"], place["institution_code"], told.get(place["institution_code"], [])
        last = max((one for one in dates if one < as_of), default=None)
        if as_of not in dates and last is not None and (last, code) in secret:
            town, kind = place["municipality"], f"{place['municipality']}/{place['kind']}"
            found |= {(as_of, scope) for scope in (code, kind, town, place["region"], "RU")}
    return found


def _reported(figures: pa.Table) -> pa.Table:
    of_institutions = pc.equal(figures["scope_type"], "institution")
    rows = figures.filter(pc.and_(of_institutions, pc.greater(figures["reported"], 0)))
    return rows.group_by(["as_of", "scope_code"]).aggregate([])


def _named(
    figures: pa.Table, hidden: set[Dated], unbounded: set[tuple[date, str]]
) -> Iterator[tuple[tuple, frozenset[str]]]:
    """Yield the key of each figure with the columns of it that are hidden."""
    for row in figures.to_pylist():
        scope = row["scope_code"]
        names = {side for side, measure in measures_of(row).items() if (row["as_of"], measure, scope) in hidden}
        if names:
            names |= _following(row, names)
        if (row["as_of"], scope) in unbounded:
            names |= {name for name in (*BOUNDS, "coverage_students") if row[name] is not None}
        if (row["as_of"], ENROLLED, scope) in hidden and row["coverage_students"] is not None:
            names.add("coverage_students")
        yield tuple(row[name] for name in KEY[1:]), frozenset(names)


def _following(row: Row, sides: set[str]) -> set[str]:
    """What a hidden numerator or denominator could be told from."""
    names = {name for name in ("value", "meets_target", *BOUNDS) if row[name] is not None}
    return names | ({"value"} if SIDES[1] in sides else set())


def _without(figures: pa.Table, named: dict[tuple, frozenset[str]]) -> pa.Table:
    keys = list(zip(*(figures[name].to_pylist() for name in KEY[1:]), strict=True))
    for place, field in enumerate(figures.schema):
        mask = pa.array([field.name in named.get(key, ()) for key in keys], pa.bool_())
        if pc.any(mask).as_py():
            column = pc.if_else(mask, pa.scalar(None, field.type), figures[field.name])
            figures = figures.set_column(place, field, column)
    return figures
