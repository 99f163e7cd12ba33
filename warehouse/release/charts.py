"""Charts of the report as inline SVG whose colours are the page's CSS variables."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from markupsafe import Markup, escape

from warehouse.release.contents import PROVISIONAL
from warehouse.release.overview import Figure
from warehouse.release.wording import HIDDEN, day, percent

Layer = dict[str, Any]

SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"  # a name, never fetched
HEIGHT = 190
LABELLED = 6  # with more dates only those with a target and the last are labelled
STEP = 10  # per cent of a bar of the distribution
ACCENT, INK, TARGET, BOUNDS, PAPER, LINE, MUTED = (
    f"var(--{name})" for name in ("accent", "ink", "target", "bounds", "paper", "line", "muted")
)
AXIS = {
    "domainColor": LINE, "gridColor": LINE, "tickColor": LINE, "labelColor": MUTED, "labelFontSize": 11,
    "title": None,
}  # fmt: skip
CONFIG = {
    "aria": False,  # Vega describes itself in English; the page has its own words and a table
    "background": None,
    "font": "inherit",
    "view": {"stroke": None},
    "axis": AXIS,
    "text": {"fontSize": 12},
}
DOT = {"size": 55, "strokeWidth": 2, "opacity": 1, "filled": True, "color": ACCENT}
HOLLOW = {"size": 55, "strokeWidth": 2, "opacity": 1, "fill": PAPER, "color": ACCENT}


def series_chart(
    points: list[tuple[date, Figure]], ceiling: Decimal, width: int, about: str,
    former: Mapping[date, Decimal] | None = None,
) -> Markup:  # fmt: skip
    """Draw values by date against their targets, with the bounds of provisional ones.

    `ceiling` ends the axis, in per cent; `about` is read aloud in place of the picture. `former` are the values that
    an earlier release had for some of the dates.
    """
    labelled = {as_of for as_of, figure in points if figure.target is not None or len(points) <= LABELLED}
    rows = [
        _point(as_of, figure, as_of in labelled | {points[-1][0]}) | {"former": _float((former or {}).get(as_of))}
        for as_of, figure in points
    ]
    x = {
        "field": "date", "type": "temporal", "scale": {"type": "utc", "padding": 32},
        "axis": {
            "values": [row["date"] for row in rows], "format": "%d.%m.%y", "grid": False,
            "labelOverlap": "greedy",
        },
    }  # fmt: skip
    y = {
        "type": "quantitative", "scale": {"domain": [0, float(ceiling)], "nice": False},
        "axis": {"tickCount": 5, "labelExpr": "datum.label + ' %'", "domain": False, "ticks": False},
    }  # fmt: skip
    layers = [*_bounds(x, y), *_targets(x, y), *_values(x, y), *_former(x, y), *_labels(x, y)]
    return _render({"width": width, "data": {"values": rows}, "layer": layers}, about)


def distribution_chart(values: Iterable[Decimal], width: int, about: str) -> Markup:
    """Draw how many institutions have which share; a hundred per cent and above count as the last step."""
    counts = [0] * (100 // STEP)
    for value in values:
        counts[min(int(value // STEP), len(counts) - 1)] += 1
    rows = [
        {"order": place, "step": f"{place * STEP}–{place * STEP + STEP}", "count": count}
        for place, count in enumerate(counts)
    ]
    axis = {"labelAngle": 0, "ticks": False, "labelOverlap": "greedy"}
    x = {"field": "step", "type": "ordinal", "sort": {"field": "order"}, "axis": axis}
    y = {"field": "count", "type": "quantitative", "axis": None}
    text = _layer("text", x, y, only="datum.count > 0", color=INK, dy=-8)
    text["encoding"]["text"] = {"field": "count"}
    bars = _layer("bar", x, y, color=ACCENT, cornerRadiusEnd=2)
    return _render({"width": width, "data": {"values": rows}, "layer": [bars, text]}, about)


def describe(title: str, points: list[tuple[date, Figure]]) -> str:
    """Say in words what a series chart shows."""
    told = []
    for as_of, figure in points:
        target = "" if figure.target is None else f" при цели {percent(figure.target)}"
        value = HIDDEN if "value" in figure.hidden else percent(figure.value, 2)
        told.append(f"{day(as_of)}: {value}{target}")
    return f"{title}. {'; '.join(told)}."


def _point(as_of: date, figure: Figure, labelled: bool) -> dict[str, Any]:
    bounded = figure.status == PROVISIONAL and figure.low is not None and figure.high is not None
    low, high = (figure.low, figure.high) if bounded else (None, None)
    return {
        "date": as_of.isoformat(),
        "value": _float(figure.value),
        "target": _float(figure.target),
        "low": _float(low),
        "high": _float(high),
        "top": _float(high if bounded else figure.value),  # its label keeps clear of the bounds
        "foot": _float(low if bounded else figure.value),
        "provisional": figure.status == PROVISIONAL,
        "above": figure.target is None or figure.value is None or figure.value >= figure.target,
        "value_label": percent(figure.value, 1) if labelled and figure.value is not None else "",
        "target_label": "" if figure.target is None else percent(figure.target),
    }


def _bounds(x: Layer, y: Layer) -> list[Layer]:
    rule = _layer("rule", x, y | {"field": "low"}, color=BOUNDS, strokeWidth=6, strokeCap="round")
    rule["encoding"]["y2"] = {"field": "high"}
    return [rule]


def _former(x: Layer, y: Layer) -> list[Layer]:
    """What an earlier release had, as a cross, and the way from there."""
    way = _layer("rule", x, y | {"field": "former"}, color=MUTED, strokeWidth=1, opacity=0.6)
    way["encoding"]["y2"] = {"field": "value"}
    return [way, _layer("point", x, y | {"field": "former"}, shape="cross", size=45, filled=True, color=MUTED)]


def _targets(x: Layer, y: Layer) -> list[Layer]:
    y = y | {"field": "target"}
    tick: Layer = {"thickness": 2, "width": 16, "orient": "horizontal"}
    return [
        _layer("line", x, y, color=TARGET, strokeDash=[4, 4], strokeWidth=1.5),
        _layer("tick", x, y, color=TARGET, **tick),
    ]


def _values(x: Layer, y: Layer) -> list[Layer]:
    y = y | {"field": "value"}
    return [
        _layer("line", x, y, color=ACCENT, strokeWidth=2.5),
        _layer("point", x, y, only="!datum.provisional", **DOT),
        _layer("point", x, y, only="datum.provisional", **HOLLOW),
    ]


def _labels(x: Layer, y: Layer) -> list[Layer]:
    """Label a value on its side of the target and the target on the other."""
    value: Layer = {"color": INK, "fontWeight": 600}
    target: Layer = {"color": TARGET}
    above, below = "datum.above", "!datum.above"
    sides: list[tuple[str, str, str, Layer]] = [
        ("top", "value_label", above, value | {"dy": -13}),
        ("foot", "value_label", below, value | {"dy": 15}),
        ("target", "target_label", above, target | {"dy": 15}),
        ("target", "target_label", below, target | {"dy": -13}),
    ]
    layers = []
    for place, label, side, style in sides:
        layer = _layer("text", x, y | {"field": place}, only=side, **style)
        layer["encoding"]["text"] = {"field": label}
        layers.append(layer)
    return layers


def _layer(mark: str, x: Layer, y: Layer, *, only: str = "true", **style: Any) -> Layer:
    return {
        "transform": [{"filter": f"({only}) && isValid(datum.{y['field']})"}],
        "mark": {"type": mark} | style,
        "encoding": {"x": x, "y": y},
    }


def _render(spec: Layer, about: str) -> Markup:
    import vl_convert

    whole = {"$schema": SCHEMA, "config": CONFIG, "padding": 2, "height": HEIGHT} | spec
    svg = vl_convert.vegalite_to_svg(json.dumps(whole))
    size = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)
    if size is None:
        raise ValueError("the chart has no viewBox")
    head = f'<svg class="chart" role="img" viewBox="0 0 {size[1]} {size[2]}"><title>{escape(about)}</title>'
    # With `aria` off Vega still names the roles of its groups, which the picture's own role hides anyway.
    drawing = re.sub(r' (?:role|aria-[a-z]+)="[^"]*"', "", svg[svg.index(">") + 1 :])
    return Markup(head + _renumbered(drawing, whole))


def _renumbered(drawing: str, whole: Layer) -> str:
    """Name clips and gradients by chart and place: Vega numbers them over the life of the process."""
    chart = hashlib.sha256(json.dumps(whole).encode()).hexdigest()[:8]
    numbers: dict[str, int] = {}
    return re.sub(
        r'(?<=id=")[a-z_]+\d+(?=")|(?<=url\(#)[a-z_]+\d+(?=\))',
        lambda name: f"c{chart}-{numbers.setdefault(name[0], len(numbers) + 1)}",
        drawing,
    )


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
