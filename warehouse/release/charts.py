"""Charts of the report as inline SVG whose colours are the page's CSS variables."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from markupsafe import Markup, escape

from warehouse.release.contents import PROVISIONAL
from warehouse.release.overview import Figure
from warehouse.release.wording import day, percent

SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"  # a name, never fetched
HEIGHT = 190
LABELLED = 6  # with more dates only those with a target and the last are labelled
CONFIG = {
    "aria": False,  # Vega describes itself in English; the page has its own words and a table
    "background": None,
    "font": "inherit",
    "view": {"stroke": None},
    "axis": {
        "domainColor": "var(--line)", "gridColor": "var(--line)", "labelColor": "var(--muted)", "labelFontSize": 11,
        "tickColor": "var(--line)", "title": None,
    },
    "text": {"fontSize": 12},
}  # fmt: skip


def series_chart(points: list[tuple[date, Figure]], ceiling: Decimal, width: int, about: str) -> Markup:
    """Draw values by date against their targets, with the bounds of provisional ones; `ceiling` ends the axis, in per cent."""
    rows = [
        _point(as_of, figure, len(points) <= LABELLED or as_of == points[-1][0]) for as_of, figure in points
    ]
    x = {
        "field": "date", "type": "temporal", "scale": {"type": "utc", "padding": 32},
        "axis": {"values": [row["date"] for row in rows], "format": "%d.%m.%y", "grid": False, "labelOverlap": "greedy"},
    }  # fmt: skip
    scale = {"domain": [0, float(ceiling)], "nice": False}
    y = {
        "field": "value",
        "type": "quantitative",
        "scale": scale,
        "axis": {"tickCount": 5, "labelExpr": "datum.label + ' %'", "domain": False, "ticks": False},
    }
    layers = [
        _layer(
            "rule",
            x,
            y | {"field": "low"},
            y2={"field": "high"},
            color="var(--bounds)",
            strokeWidth=6,
            strokeCap="round",
            only="datum.low != null",
        ),
        _layer(
            "line",
            x,
            y | {"field": "target"},
            color="var(--target)",
            strokeDash=[4, 4],
            strokeWidth=1.5,
            only="datum.target != null",
        ),
        _layer(
            "tick",
            x,
            y | {"field": "target"},
            color="var(--target)",
            thickness=2,
            width=16,
            orient="horizontal",
            only="datum.target != null",
        ),
        _layer("line", x, y, color="var(--accent)", strokeWidth=2.5),
        _layer(
            "point",
            x,
            y,
            size=55,
            strokeWidth=2,
            opacity=1,
            filled=True,
            color="var(--accent)",
            only="!datum.provisional",
        ),
        _layer(
            "point",
            x,
            y,
            size=55,
            strokeWidth=2,
            opacity=1,
            fill="var(--paper)",
            color="var(--accent)",
            only="datum.provisional",
        ),
        _text(
            x,
            y | {"field": "top"},
            y | {"field": "foot"},
            "value_label",
            "var(--ink)",
            600,
            above="datum.above",
        ),
        _text(
            x,
            y | {"field": "target"},
            y | {"field": "target"},
            "target_label",
            "var(--target)",
            400,
            above="!datum.above",
        ),
    ]
    flat = [layer for group in layers for layer in (group if isinstance(group, list) else [group])]
    return _render({"width": width, "height": HEIGHT, "data": {"values": rows}, "layer": flat}, about)


def distribution_chart(values: Iterable[Decimal], width: int, about: str) -> Markup:
    """Draw how many institutions have which share, in steps of ten per cent; above a hundred counts as the last step."""
    counts = [0] * 10
    for value in values:
        counts[min(int(value // 10), 9)] += 1
    rows = [
        {"step": f"{step * 10}–{step * 10 + 10}", "count": count, "order": step}
        for step, count in enumerate(counts)
    ]
    x = {
        "field": "step",
        "type": "ordinal",
        "sort": {"field": "order"},
        "axis": {"labelAngle": 0, "ticks": False, "labelOverlap": "greedy"},
    }
    y = {"field": "count", "type": "quantitative", "axis": None}
    layers = [
        _layer("bar", x, y, color="var(--accent)", cornerRadiusEnd=2),
        _layer(
            "text",
            x,
            y | {"field": "count"},
            color="var(--ink)",
            dy=-8,
            text={"field": "count"},
            only="datum.count > 0",
        ),
    ]
    return _render({"width": width, "height": HEIGHT, "data": {"values": rows}, "layer": layers}, about)


def _point(as_of: date, figure: Figure, labelled: bool) -> dict[str, Any]:
    bounded = figure.status == PROVISIONAL and figure.low is not None
    shown = labelled or figure.target is not None
    return {
        "date": as_of.isoformat(),
        "value": _float(figure.value),
        "target": _float(figure.target),
        "low": _float(figure.low) if bounded else None,
        "high": _float(figure.high) if bounded else None,
        "top": _float(figure.high if bounded else figure.value),  # its label keeps clear of the bounds
        "foot": _float(figure.low if bounded else figure.value),
        "provisional": figure.status == PROVISIONAL,
        "above": figure.target is None or figure.value is None or figure.value >= figure.target,
        "value_label": percent(figure.value, 1) if shown and figure.value is not None else "",
        "target_label": percent(figure.target) if figure.target is not None else "",
    }


def _layer(
    mark: str,
    x: dict,
    y: dict,
    *,
    only: str = "true",
    y2: dict | None = None,
    text: dict | None = None,
    **style: Any,
) -> dict[str, Any]:
    encoding = {"x": x, "y": y} | ({"y2": y2} if y2 else {}) | ({"text": text} if text else {})
    field = y["field"]
    return {
        "transform": [{"filter": f"({only}) && isValid(datum.{field})"}],
        "mark": {"type": mark} | style,
        "encoding": encoding,
    }


def _text(
    x: dict, high: dict, low: dict, field: str, color: str, weight: int, above: str
) -> list[dict[str, Any]]:
    """Label points above `high` where `above` holds and below `low` elsewhere."""
    return [
        _layer("text", x, y, only=side, text={"field": field}, color=color, fontWeight=weight, dy=shift)
        for side, y, shift in ((above, high, -13), (f"!({above})", low, 15))
    ]


def _render(spec: dict[str, Any], about: str) -> Markup:
    import vl_convert

    svg = vl_convert.vegalite_to_svg(json.dumps({"$schema": SCHEMA, "config": CONFIG, "padding": 2} | spec))
    size = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)
    if size is None:
        raise ValueError("the chart has no viewBox")
    head = f'<svg class="chart" role="img" viewBox="0 0 {size[1]} {size[2]}"><title>{escape(about)}</title>'
    return Markup(head + svg[svg.index(">") + 1 :])


def describe(title: str, points: list[tuple[date, Figure]]) -> str:
    """Say in words what a series chart shows."""
    told = "; ".join(
        f"{day(as_of)}: {percent(figure.value, 2)}"
        + (f" при цели {percent(figure.target)}" if figure.target is not None else "")
        for as_of, figure in points
    )
    return f"{title}. {told}."


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
