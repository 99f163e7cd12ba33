"""The picture of docs/engineers/scale.md: where the processor time of a country's series goes.

usage: python benchmarks/scale_picture.py docs/pictures/scale.svg

The numbers are those of `benchmarks/country.py`, and of its statements timed one by one, on 29 November 2026.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import vl_convert

GOAL = 12  # times the scan
PARTS = {  # times the scan
    "before": {"everything": 50.0},
    "now": {
        "people": 4.5, "what is added": 2.0, "who is in which scope": 1.1, "respondents": 0.8,
        "whose name is whose": 0.7, "figures made of counts": 0.6, "figures written": 0.6, "partners": 0.5,
        "the rest": 0.7,
    },
    "scan": {"everything": 1.0},
}  # fmt: skip


def picture() -> str:
    """Return the chart as SVG: a bar a run, its parts, and the goal as a line."""
    rows = [
        {"run": run, "part": part, "times": times, "order": number}
        for run, parts in PARTS.items()
        for number, (part, times) in enumerate(parts.items())
    ]
    title = "processor time over the bare scan, 12 M participations, 4.1 M figures"
    x = {"field": "times", "type": "quantitative", "title": title}
    y = {"field": "run", "type": "nominal", "title": None, "sort": list(PARTS)}
    named = [part for parts in PARTS.values() for part in parts]
    colour = {"field": "part", "type": "nominal", "title": None, "sort": list(dict.fromkeys(named))}
    bars = {"mark": "bar", "encoding": {"x": x, "y": y, "color": colour, "order": {"field": "order"}}}
    goal = {"data": {"values": [{"goal": GOAL}]}, "mark": {"type": "rule", "strokeDash": [4, 3]},
            "encoding": {"x": {"field": "goal", "type": "quantitative"}}}  # fmt: skip
    schema = "https://vega.github.io/schema/vega-lite/v5.json"
    whole = {"$schema": schema, "width": 520, "height": 120, "data": {"values": rows}, "layer": [bars, goal]}
    return vl_convert.vegalite_to_svg(json.dumps(whole))


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(picture(), encoding="utf-8")
