"""The picture of docs/scale.md: where the processor time of a country's series goes.

usage: python benchmarks/scale_picture.py docs/scale.svg

The numbers are those of `benchmarks/country.py`, and of its statements timed one by one, on 29 November 2026.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import vl_convert

SCAN = 1.08  # processor seconds of the bare scan
GOAL = 12  # times the scan
PARTS = {
    "before": {"everything": 54.0},
    "now": {
        "people": 6.4, "figures made of counts": 4.5, "what is added": 3.2, "respondents": 1.2,
        "who is in which scope": 1.0, "partners": 0.7, "whose name is whose": 0.5, "the rest": 0.8,
    },
    "scan": {"everything": SCAN},
}  # fmt: skip


def picture() -> str:
    """Return the chart as SVG: a bar a run, its parts, and the goal as a line."""
    rows = [
        {"run": run, "part": part, "seconds": seconds, "order": number}
        for run, parts in PARTS.items()
        for number, (part, seconds) in enumerate(parts.items())
    ]
    x = {"field": "seconds", "type": "quantitative", "title": "processor seconds, 12 M participations, 4.1 M figures"}
    y = {"field": "run", "type": "nominal", "title": None, "sort": list(PARTS)}
    named = [part for parts in PARTS.values() for part in parts]
    colour = {"field": "part", "type": "nominal", "title": None, "sort": list(dict.fromkeys(named))}
    bars = {"mark": "bar", "encoding": {"x": x, "y": y, "color": colour, "order": {"field": "order"}}}
    goal = {"data": {"values": [{"goal": GOAL * SCAN}]}, "mark": {"type": "rule", "strokeDash": [4, 3]},
            "encoding": {"x": {"field": "goal", "type": "quantitative"}}}  # fmt: skip
    schema = "https://vega.github.io/schema/vega-lite/v5.json"
    whole = {"$schema": schema, "width": 520, "height": 120, "data": {"values": rows}, "layer": [bars, goal]}
    return vl_convert.vegalite_to_svg(json.dumps(whole))


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(picture(), encoding="utf-8")
