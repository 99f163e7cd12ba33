"""What a release says in words and ready numbers: the names that a template of the monitoring report may use."""

from __future__ import annotations

from typing import Any

from warehouse.release.contents import MISSING, PROVISIONAL, Contents
from warehouse.release.overview import Figure, Overview, overview_of
from warehouse.release.overview import told as told_figure
from warehouse.release.programme_rows import events_of, milestones_of, monitoring_of, partners_of, practices_of
from warehouse.release.report_breakdowns import FORM, tables_of
from warehouse.release.report_order import plan_of
from warehouse.release.report_parts import findings_now, series_of
from warehouse.release.report_programme import satisfaction_by_role
from warehouse.release.report_trajectory import ways_of
from warehouse.release.wording import (
    ABSENT,
    INSTITUTIONS,
    NO,
    OF_INSTITUTIONS,
    PERSONS,
    STATES,
    STATUSES,
    YES,
    amount,
    change,
    counted,
    day,
    gain,
    mean,
    moment,
    number,
    percent,
    without_controls,
)

NOBODY = "нет"
Told = dict[str, Any]


def told_of(contents: Contents) -> Told:
    """Give every name of the template. Tables are lists of rows, a cell a word or a number already written."""
    return _clean(_everything(overview_of(contents)))


def _clean(told: Any) -> Any:
    if isinstance(told, str):
        return without_controls(told)
    if isinstance(told, list):
        return [_clean(one) for one in told]
    return {name: _clean(one) for name, one in told.items()} if isinstance(told, dict) else told


def _everything(overview: Overview) -> Told:
    contents, headline = overview.contents, overview.figure(overview.top)
    return {
        "place": overview.top.title,
        "as_of": day(contents.as_of),
        "year": str(contents.as_of.year),
        "release": contents.release,
        "known_at": moment(contents.known_at),
        "status": STATUSES[headline.status] if headline else ABSENT,
        "headline": _headline(headline),
        "bounds": _bounds(headline),
        "scopes": [_scope(overview, scope) for scope in (overview.top, *overview.parts)],
        "series": [_point(as_of, figure) for as_of, figure in series_of(overview, overview.top)],
        "ways": [_way(way.title, way.row) for way in ways_of(overview) if way.row["next_as_of"]],
        **_order(overview),
        **_programme(overview),
        **_reporting(overview),
        "indicators": _indicators(overview),
        "institutions": [_institution(overview, standing) for standing in _ranked(overview)],
    }


def _headline(figure: Figure | None) -> str:
    """The whole in one sentence."""
    if figure is None or figure.value is None:
        return "Показателя на эту дату нет."
    told = f"В наставничество вовлечено {number(figure.numerator)} из {number(figure.denominator)} обучающихся"
    told += f" ({percent(figure.value, 2)})"
    if figure.target is None:
        return f"{told}; цель на эту дату не установлена."
    if figure.meets_target:
        return f"{told} при цели {percent(figure.target)}: цель достигнута."
    missing = counted(figure.people_missing or 0, PERSONS)
    return f"{told} при цели {percent(figure.target)}: цель не достигнута, не хватает {missing}."


def _bounds(figure: Figure | None) -> str:
    if figure is None or figure.status != PROVISIONAL or figure.low is None or figure.high is None:
        return ""
    return (
        f"Показатель предварительный: сведения сдали {figure.reported} из {counted(figure.expected, OF_INSTITUTIONS)}. "
        f"Когда сдадут остальные, доля окажется между {percent(figure.low, 2)} и {percent(figure.high, 2)}."
    )


def _met(figure: Figure) -> str:
    return ABSENT if figure.meets_target is None else YES if figure.meets_target else NO


def _scope(overview: Overview, scope: Any) -> Told:
    figure = overview.figure(scope)
    return {"title": scope.title} | (_figure(figure) if figure else dict.fromkeys(FIGURE, ABSENT))


FIGURE = ("students", "involved", "value", "target", "met", "missing")


def _figure(figure: Figure) -> Told:
    cells = (
        told_figure(figure, "denominator"), told_figure(figure, "numerator"), told_figure(figure, "value", 2),
        number(figure.target), _met(figure), number(figure.people_missing),
    )  # fmt: skip
    return dict(zip(FIGURE, cells, strict=True))


def _point(as_of: Any, figure: Figure) -> Told:
    return {"as_of": day(as_of), "status": STATUSES[figure.status]} | _figure(figure)


def _way(title: str, row: Told) -> Told:
    return {
        "title": title, "next_target": percent(row["next_target"]), "next_as_of": day(row["next_as_of"]),
        "missing": number(row["next_missing"]), "pace_needed": number(row["pace_needed"]),
        "pace_so_far": number(row["pace_so_far"]), "projected": percent(row["projected"]),
    }  # fmt: skip


def _order(overview: Overview) -> Told:
    plan = plan_of(overview)
    lacking = [row for row in plan.rows if row.missing] if plan else []
    return {
        "plan": plan is not None,
        "plan_year": plan.school_year if plan else "",
        "plan_fulfilled": f"{plan.fulfilled} из {counted(len(plan.rows), OF_INSTITUTIONS)}" if plan else "",
        "plan_lacking": [
            {
                "title": row.scope.title, "planned": told_figure(row.figure, "denominator"),
                "involved": told_figure(row.figure, "numerator"), "missing": number(row.missing),
            }
            for row in lacking
        ],
        "milestones": [_milestone(overview, one) for one in milestones_of(overview)],
    }  # fmt: skip


def _milestone(overview: Overview, one: Any) -> Told:
    figure = one.figures[0] if one.figures else None
    lacking = ", ".join(one.lacking) if not overview.folded else counted(len(one.lacking), INSTITUTIONS)
    return {
        "title": one.title,
        "term": (f"с {day(one.starts_on)} " if one.starts_on else "") + f"до {day(one.due_on)}",
        "reached": f"{number(figure.numerator)} из {number(figure.denominator)}" if figure else ABSENT,
        "lacking": (lacking or NOBODY) if figure else ABSENT,
    }


def _programme(overview: Overview) -> Told:
    programme = overview.contents.programme
    forms = next((table for table in tables_of(overview) if table.code == FORM), None)
    return {
        "forms": [
            {"title": part.title} | {name: number(count) for name, count in part.counts.items()}
            for part in (forms.parts if forms else ())
        ],
        "satisfaction": [
            {
                "role": role.title, "question": one.question, "before": mean(one.before), "after": mean(one.after),
                "change": gain(one.change, 2), "answers": f"{one.answers_before} → {one.answers_after}",
            }
            for role in satisfaction_by_role(overview) for one in role.answers
        ],
        "monitoring": [
            {"title": one.title, "before": amount(one.before), "after": amount(one.after), "change": gain(one.change)}
            for one in monitoring_of(programme)
        ],
        "events": [
            {
                "title": one.kind, "events": number(one.events), "attendees": number(one.attendees),
                "hours": amount(one.person_hours),
            }
            for one in events_of(programme)
        ],
        "partners": [
            {
                "title": one.kind, "agreed": number(one.agreed), "planned": number(one.planned),
                "mentors": number(one.mentors),
            }
            for one in partners_of(programme)
        ],
        "practices": [
            {"title": one.form, "practices": number(one.practices), "participants": number(one.participants)}
            for one in practices_of(programme)
        ],
    }  # fmt: skip


def _reporting(overview: Overview) -> Told:
    states = [one.state for one in overview.institutions.values()]
    missing = [one.scope.title for one in overview.institutions.values() if one.state == MISSING]
    headline = overview.figure(overview.top)
    return {
        "reported": f"{len(states) - len(missing)} из {counted(len(states), OF_INSTITUTIONS)}" if headline else ABSENT,
        "not_reported": ", ".join(missing) or NOBODY,
        "findings": [
            {"title": row["title"], "institutions": number(row["deliveries"]), "findings": number(row["findings"])}
            for row in findings_now(overview.contents)
        ],
    }


def _indicators(overview: Overview) -> list[Told]:
    """Every indicator of the whole, with its fraction."""
    told = []
    for words in {row["code"]: row for row in overview.contents.indicators.to_pylist()}.values():
        figure = overview.figure(overview.top, indicator=words["code"])
        if figure is not None and (figure.value is not None or words["denominator_words"] is None):
            counts = not words["denominator_words"]
            value = f"{number(figure.numerator)} {words['unit']}" if counts else percent(figure.value, 2)
            ratio = "" if counts else f"{number(figure.numerator)} из {number(figure.denominator)}"
            told.append({"title": words["title"], "value": value, "ratio": ratio, "source": words["source"] or ""})
    return told


def _ranked(overview: Overview) -> list[Any]:
    """The institutions of a town, the territories above it: a document is read on paper."""
    scopes = overview.parts if overview.folded else [one.scope for one in overview.institutions.values()]
    return overview.rank(scopes)


def _institution(overview: Overview, standing: Any) -> Told:
    institution = overview.institutions.get(standing.scope.code)
    figure = _figure(standing.figure) if standing.figure else dict.fromkeys(FIGURE, ABSENT)
    return {
        "place": number(standing.place), "title": standing.scope.title,
        "kind": institution.kind if institution else "", "change": change(standing.change),
        "state": STATES[institution.state] if institution else "",
    } | figure  # fmt: skip
