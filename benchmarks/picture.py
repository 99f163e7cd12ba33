"""The bar chart of docs/engineers/benchmarks.md, drawn from a result of `make bench`.

usage: python benchmarks/picture.py build/bench/region-….json docs/pictures/benchmarks.svg
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

START = 0.1  # of the axis, which has no zero


def chart(result: dict) -> dict:
    """Return the Vega-Lite chart: the median over the floor, least and most as a line."""
    rows = [
        {"who": name, "least": least, "median": median, "most": most, "told": f"{median:g} ×"}
        for name, (least, median, most) in result["over_floor"].items()
    ]
    y = {"field": "who", "type": "nominal", "sort": {"field": "median"}, "title": None, "axis": {"labelLimit": 260}}
    x = {"field": "median", "type": "quantitative", "scale": {"type": "log", "domainMin": START}}
    title = f"{result['deliveries']} workbooks, wall time over bare calamine on two processes (log scale)"
    bars = {
        "mark": {"type": "bar", "color": "#4C78A8"},
        "encoding": {"x": x | {"title": title}, "x2": {"datum": START}, "y": y},
    }
    spread = {
        "mark": {"type": "rule", "strokeWidth": 2, "color": "#1F2933"},
        "encoding": {"x": x | {"field": "least"}, "x2": {"field": "most"}, "y": y},
    }
    words = {
        "mark": {"type": "text", "align": "left", "dx": 6},
        "encoding": {"x": x | {"field": "most"}, "y": y, "text": {"field": "told"}},
    }
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json", "width": 560, "height": {"step": 30},
        "padding": {"left": 60, "right": 30, "top": 5, "bottom": 5},  # names are wider than the library takes them for
        "background": "white", "data": {"values": rows}, "layer": [bars, spread, words],
    }  # fmt: skip


def main() -> None:
    """Draw one result."""
    import vl_convert

    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("result", type=Path)
    arguments.add_argument("picture", type=Path)
    chosen = arguments.parse_args()
    result = json.loads(chosen.result.read_text(encoding="utf-8"))
    chosen.picture.write_text(vl_convert.vegalite_to_svg(json.dumps(chart(result))) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
