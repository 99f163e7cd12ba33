"""A flame graph of folded stacks as a small SVG: frames that took next to nothing are left out.

usage: py-spy record --subprocesses -f raw -o stacks.txt -- .venv/bin/nastavnik intake --inbox DIR
       python benchmarks/flame.py stacks.txt picture.svg --title TEXT [--least 0.4]
"""

from __future__ import annotations

import argparse
import re
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

WIDTH, ROW, LETTER = 1200, 17, 6.4  # pixels; of a letter on average
OURS = re.compile(r"\((expectations|warehouse|flows)/")
COLOURS = {True: ("#f2a65a", "#f6bd7f"), False: ("#c9d1da", "#dde3e9")}  # ours, others'
NOISE = re.compile(r"^(thread |process )|importlib|^<module> \(nastavnik|runpy")
LINE_NUMBER = re.compile(r":\d+\)$")


@dataclass
class Frame:
    """A function with all that it called; samples include those of what it called."""

    name: str
    samples: int = 0
    below: dict[str, Frame] = field(default_factory=dict)


def read(stacks: Path) -> Frame:
    """Add up the stacks of a file; reading processes stand beside their parent."""
    root = Frame("all")
    for line in stacks.read_text(encoding="utf-8").splitlines():
        stack, _, count = line.rpartition(" ")
        child = "reading.process" in stack or "reading.worker" in stack
        frames = [LINE_NUMBER.sub(")", frame) for frame in stack.split(";") if not NOISE.search(frame)]
        at = root
        at.samples += int(count)
        for name in ("reading processes" if child else "nastavnik intake", *frames):
            at = at.below.setdefault(name, Frame(name))
            at.samples += int(count)
    return root


def draw(root: Frame, title: str, least: float) -> str:
    """Return the picture; `least` is in percent of all samples."""
    boxes: list[str] = []
    depth = _lay(root, 0.0, 0, root.samples, least / 100, boxes)
    height = (depth + 2) * ROW + 8
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" '
        f'font-size="11"><rect width="100%" height="100%" fill="white"/>'
        f'<text x="6" y="14" font-size="13">{escape(title)}</text>{"".join(boxes)}</svg>\n'
    )


def _lay(frame: Frame, start: float, depth: int, total: int, least: float, boxes: list[str]) -> int:
    """Draw a frame and what is below it from the sample `start` on; return the greatest depth."""
    width, x, y = frame.samples / total * WIDTH, start / total * WIDTH, (depth + 1) * ROW + 4
    share, name = f"{100 * frame.samples / total:.1f} %", escape(frame.name)
    shown = escape(frame.name[: max(0, int((width - 6) / LETTER))]) if width > 5 * LETTER else ""
    fill = COLOURS[bool(OURS.search(frame.name))][depth % 2]
    boxes.append(
        f'<g><title>{name}: {share}</title><rect x="{x:.1f}" y="{y}" width="{max(width - 0.5, 0.3):.1f}" '
        f'height="{ROW - 1}" fill="{fill}"/><text x="{x + 3:.1f}" y="{y + 12}">{shown}</text></g>'
    )
    deepest = depth
    for below in sorted(frame.below.values(), key=lambda one: -one.samples):
        if below.samples / total >= least:
            deepest = max(deepest, _lay(below, start, depth + 1, total, least, boxes))
        start += below.samples
    return deepest


def main() -> None:
    """Draw one picture."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("stacks", type=Path)
    arguments.add_argument("picture", type=Path)
    arguments.add_argument("--title", required=True)
    arguments.add_argument("--least", type=float, default=0.4, help="percent")
    chosen = arguments.parse_args()
    chosen.picture.write_text(draw(read(chosen.stacks), chosen.title, chosen.least), encoding="utf-8")


if __name__ == "__main__":
    main()
