"""A sheet of A4 drawn as SVG: text, lines and tables laid out from the top down, in points."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import escape

from warehouse.release.wording import without_controls

WIDTH, HEIGHT = 595.28, 841.89  # A4
LEFT, RIGHT = 42.0, 553.0
FONT = "Liberation Sans"  # the renderer brings it with it; one face alone: it writes several in an order of chance
STROKE = 0.035  # of a bold letter, by its size: the one face has no bold
INK, MUTED, LINE, ACCENT, TARGET, GOOD = "#18222c", "#55626e", "#dbe1e7", "#2561a8", "#a63d1e", "#1d7346"
# The mean width of a letter by size; Cyrillic capitals and digits of this face are near it.
LETTER = 0.56
LEADING = 1.3


class Column(NamedTuple):
    """Where a column of a table begins, and whether its text ends at its right edge."""

    left: float
    width: float
    right: bool = False


class Sheet:
    """What is drawn so far, and how far down."""

    def __init__(self) -> None:
        """Begin at the top of an empty sheet."""
        self.top = 40.0
        self._drawn: list[str] = []

    def text(
        self, x: float, text: str, size: float = 9, colour: str = INK, *, bold: bool = False, right: bool = False
    ) -> None:  # fmt: skip
        """Write one line whose feet stand at the top of what is still empty."""
        weight = f' stroke="{colour}" stroke-width="{STROKE * size:.2f}"' if bold else ""
        anchor = ' text-anchor="end"' if right else ""
        place = f'x="{x:.1f}" y="{self.top:.1f}" font-size="{size:g}" fill="{colour}"'
        self._drawn.append(f"<text {place}{weight}{anchor}>{escape(without_controls(text))}</text>")

    def paragraph(self, text: str, size: float = 9, colour: str = INK, width: float = RIGHT - LEFT) -> None:
        """Write a paragraph and go below it."""
        for line in wrapped(text, width, size):
            self.text(LEFT, line, size, colour)
            self.top += size * LEADING

    def heading(self, text: str) -> None:
        """Write a heading under a rule."""
        self.top += 9
        self.rule()
        self.top += 14
        self.text(LEFT, text, 10.5, bold=True)
        self.top += 14

    def rule(self, left: float = LEFT, right: float = RIGHT) -> None:
        """Draw a thin line across."""
        self._drawn.append(f'<path d="M{left:.1f} {self.top:.1f}H{right:.1f}" stroke="{LINE}" stroke-width=".7"/>')

    def row(self, columns: Sequence[Column], cells: Sequence[str], colour: str = INK, size: float = 8.5) -> None:
        """Write a row of a table, as high as its longest cell, and go below it."""
        lines = [wrapped(text, column.width, size) for column, text in zip(columns, cells, strict=True)]
        begun, leading = self.top, size * 1.2
        for column, own in zip(columns, lines, strict=True):
            for place, line in enumerate(own):
                self.top = begun + place * leading
                x = column.left + column.width if column.right else column.left
                self.text(x, line, size, colour, right=column.right)
        self.top = begun + max(map(len, lines)) * leading + 1.6

    def place(self, svg: str, x: float, y: float, scale: float) -> None:
        """Put another drawing onto the sheet."""
        self._drawn.append(f'<g transform="translate({x:.1f} {y:.1f}) scale({scale:.3f})">{svg}</g>')

    def svg(self) -> str:
        """Return the whole sheet; spaces of one kind, for a face that draws two alike names either, by chance."""
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" '
            f'font-family="{FONT}">'
        )
        drawn = "".join(self._drawn).replace("\N{NO-BREAK SPACE}", " ")
        return f'{head}<rect width="100%" height="100%" fill="#fff"/>{drawn}</svg>'


def wrapped(text: str, width: float, size: float) -> list[str]:
    """Break a text into lines that fit, by the mean width of a letter: between words, or a word longer than a line."""
    most, lines = max(1, int(width / (size * LETTER))), [""]
    whole = text.replace("\N{NO-BREAK SPACE}", " ").split(" ")
    for word in (one[start : start + most] for one in whole for start in range(0, max(1, len(one)), most)):
        joined = f"{lines[-1]} {word}" if lines[-1] else word
        if len(joined) <= most or not lines[-1]:
            lines[-1] = joined
        else:
            lines.append(word)
    return lines


def to_pdf(svg: str) -> bytes:
    """Render a sheet as PDF; equal sheets give equal bytes."""
    import vl_convert

    return RESOURCES.sub(_in_order, vl_convert.svg_to_pdf(svg))


# The renderer lists a page's resources in an order of chance; in another order the file is as long and as good.
RESOURCES = re.compile(rb"(/(?:XObject|ExtGState|Font|ColorSpace|Pattern|Shading) <<\n)(.*?)(\n +>>)", re.DOTALL)


def _in_order(listed: re.Match[bytes]) -> bytes:
    return listed[1] + b"\n".join(sorted(listed[2].split(b"\n"))) + listed[3]
