"""The screen: lines and tables as wide as it is, without what would move its cursor."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import click

from flows.cli.frame.layout import Grid, wrapped

if TYPE_CHECKING:
    from rich.console import Console

PIPE_WIDTH = 160  # characters where nobody's terminal sets a width


def printable(text: str) -> str:
    """Return text without what would move a terminal's cursor, colour it or turn its direction."""
    return "".join(sign if sign.isprintable() or sign in "\n\u00a0" else "�" for sign in text)


def say(text: str) -> None:
    """Tell sentences, whole lines where nobody's terminal would break them."""
    safe = printable(text)
    click.echo(wrapped(safe, shutil.get_terminal_size().columns) if sys.stdout.isatty() else safe)


def console() -> Console:
    """Return where tables and lines are shown; sentences break at spaces on a terminal, and nowhere else."""
    from rich.console import Console

    class Safe(Console):
        def print(self, *shown: Any, **options: Any) -> None:
            texts = (self._line(one) if isinstance(one, str) else one for one in shown)
            super().print(*texts, **options, soft_wrap=any(isinstance(one, str) for one in shown))

        def _line(self, text: str) -> str:
            return wrapped(printable(text), self.width) if self.is_terminal else printable(text)

    return Safe(file=sys.stdout, width=None if sys.stdout.isatty() else PIPE_WIDTH, highlight=False, markup=False)


def table(
    title: str,
    headings: Iterable[str],
    rows: Iterable[Iterable[str]],
    right: Iterable[int] = (),
    spare: Sequence[int] = (),
) -> Grid:
    """Make a table; `right` names the columns that hold numbers, `spare` those to go first on a narrow terminal."""
    cells = [[printable(cell) for cell in row] for row in rows]
    return Grid(printable(title), list(headings), cells, frozenset(right), spare)
