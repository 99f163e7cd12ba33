"""Tables as wide as the terminal is: words and figures stay whole, or the table is told line by line."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult
    from rich.table import Table

BETWEEN = 3  # characters that the box takes between two columns; less one at both ends together
INDENT = "  "


@dataclass(frozen=True)
class Grid:
    """A table of texts: `right` names the columns that hold numbers, `spare` those to go first where room is scarce."""

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    right: frozenset[int] = frozenset()
    spare: Sequence[int] = ()

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Give the widest layout that leaves words whole."""
        for gone in range(len(self.spare) + 1):
            kept = [place for place in range(len(self.headings)) if place not in self.spare[:gone]]
            widths = fitting([self._column(place) for place in kept], self.right_of(kept), options.max_width)
            if widths is not None:
                yield self._table(kept, widths)
                if gone:
                    left_out = ", ".join(self.headings[place] for place in sorted(self.spare[:gone]))
                    yield _plain(
                        textwrap.fill(f"Не поместилось: {left_out}. Целиком — в окне пошире.", options.max_width)
                    )
                return
        yield _plain("\n".join(self.lines(options.max_width)))

    def right_of(self, kept: Sequence[int]) -> set[int]:
        """Return which of the kept columns hold numbers."""
        return {number for number, place in enumerate(kept) if place in self.right}

    def lines(self, width: int) -> list[str]:
        """Tell every row as «heading: cell» lines, empty cells left out."""
        told = [wrapped(self.title, width)] if self.title else []
        for row in self.rows:
            named = [f"{heading}: {cell}" for heading, cell in zip(self.headings, row, strict=True) if cell]
            told += ["", *(wrapped(one, width, INDENT) for one in named)]
        return told

    def _column(self, place: int) -> list[str]:
        return [self.headings[place], *(row[place] for row in self.rows)]

    def _table(self, kept: Sequence[int], widths: Sequence[int]) -> Table:
        from rich import box
        from rich.table import Table
        from rich.text import Text

        title = Text(self.title) if self.title else None
        plain = box.Box(str(box.SIMPLE_HEAD), ascii=True)  # its line becomes hyphens in our own encoder, not a grid
        made = Table(title=title, title_justify="left", title_style="bold", box=plain, pad_edge=False)
        for place, width in zip(kept, widths, strict=True):
            justify: Any = "right" if place in self.right else "left"
            made.add_column(Text(wrapped(self.headings[place], width)), justify=justify, width=width, overflow="fold")
        for row in self.rows:
            made.add_row(*(Text(wrapped(row[place], width)) for place, width in zip(kept, widths, strict=True)))
        return made


def fitting(columns: Sequence[Sequence[str]], numbers: set[int], room: int) -> list[int] | None:
    """Return a width for each column, heading first, so that no word breaks; None where there is no room for that.

    A number is one word, whatever spaces it has. The widest columns give way first.
    """
    places = range(len(columns))
    least = [_least(columns[place], number=place in numbers) for place in places]
    widths = [max(least[place], *map(_longest, columns[place])) for place in places]
    room -= BETWEEN * len(columns) - 1
    if sum(least) > room:
        return None
    while sum(widths) > room:
        widths[max((place for place in places if widths[place] > least[place]), key=widths.__getitem__)] -= 1
    return widths


def wrapped(text: str, width: int, indent: str = "") -> str:
    """Break a text at spaces alone, further lines indented as it is and more.

    No-break spaces keep «12 345» on one line, and a number stays with its «№».
    """
    return "\n".join(line if len(line) <= width else _broken(line, width, indent) for line in text.split("\n"))


def _broken(line: str, width: int, indent: str) -> str:
    own = line[: len(line) - len(line.lstrip(" "))]
    return textwrap.fill(
        _joined(line), width, subsequent_indent=own + indent, break_long_words=False, break_on_hyphens=False
    )


def _joined(text: str) -> str:
    return text.replace("№ ", "№\N{NO-BREAK SPACE}")


def _least(column: Sequence[str], *, number: bool) -> int:
    heading, *cells = column
    return max(1, _longest_word(heading), *map(_longest if number else _longest_word, cells))


def _longest(text: str) -> int:
    return max(map(len, text.split("\n")))


def _longest_word(text: str) -> int:
    return max(map(len, _joined(text).replace("\n", " ").split(" ")))


def _plain(text: str) -> Any:
    """Leave lines as they are: rich would break them at no-break spaces."""
    from rich.text import Text

    return Text(text, no_wrap=True, overflow="ignore")
