"""Questions in SQL one after another, typed in a terminal."""

from __future__ import annotations

import re
import readline
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import click

from flows.cli.frame.edge import Failed
from flows.cli.frame.screen import console, printable, table
from warehouse.installation.settings import Misconfigured

if TYPE_CHECKING:
    import pyarrow as pa

    from warehouse.desk.opening import Analysis

FIRST, FURTHER = "nastavnik=> ", "nastavnik-> "
LEAVE, LIST = ("\\q", "exit", "quit"), "\\d"
WORDS = (
    "SELECT FROM WHERE GROUP BY ORDER HAVING LIMIT JOIN LEFT USING ON AND OR NOT NULL DISTINCT count( sum( avg( "
    "CASE WHEN THEN ELSE END WITH AS mentoring."
).split()


def prompt(desk: Analysis, answer: Callable[[pa.Table], None]) -> None:
    """Answer what is typed until the terminal ends it; a wrong question is told, and the next one waited for.

    What was typed is remembered while the command runs and written nowhere.
    """
    from flows.cli.commands.sql import answered

    _complete(desk)
    click.echo("Запрос кончается точкой с запятой. Представления: \\d, столбцы: \\d ИМЯ, выход: \\q.", err=True)
    for typed in _typed():
        try:
            if typed.startswith(LIST):
                _describe(typed.removeprefix(LIST).strip())
            else:
                answer(answered(desk, typed))
        except (Misconfigured, Failed) as refused:
            click.echo(printable(str(refused)), err=True)
        except KeyboardInterrupt:
            click.echo("Прервано.", err=True)


def _typed() -> Iterator[str]:
    """Yield each question and each command that begins with a backslash; Ctrl+C forgets what is half typed."""
    lines: list[str] = []
    while True:
        try:
            line = input(FURTHER if lines else FIRST)
        except EOFError:
            click.echo("", err=True)
            return
        except KeyboardInterrupt:
            lines = []
            click.echo("", err=True)
            continue
        if not lines and line.strip().rstrip(";") in LEAVE:
            return
        lines = [*lines, line] if lines or line.strip() else []
        if lines and (line.rstrip().endswith(";") or lines[0].startswith("\\")):
            yield "\n".join(lines).strip()
            lines = []


def _describe(name: str) -> None:
    """Show the views of the star, or the columns of one, with their words."""
    from warehouse.star.views import dimensions, facts

    star = {view.name: view for view in (*facts(), *dimensions())}
    bare = name.rpartition(".")[2].rstrip("; ")
    if not bare:
        console().print(
            table("", ("Представление", "Что в нём"), [(f"mentoring.{v.name}", v.comment) for v in star.values()])
        )
    elif bare in star:
        rows = [(column.name, column.of or "", column.comment) for column in star[bare].columns]
        console().print(table("", ("Столбец", "Измерение", "Что в нём"), rows))
    else:
        click.echo("Такого представления в звезде нет. Все: \\d", err=True)


def _complete(desk: Analysis) -> None:
    """Let Tab complete words of SQL and names of the star."""
    from warehouse.star.views import dimensions, facts

    views = (*facts(), *dimensions())
    names = sorted({*WORDS, *(view.name for view in views), *(one.name for view in views for one in view.columns)})

    def matching(begun: str, number: int) -> str | None:
        found = [name for name in names if re.match(re.escape(begun), name, re.IGNORECASE)]
        return found[number] if number < len(found) else None

    readline.set_completer(matching)
    readline.set_completer_delims(" \t\n,();=<>+-*/.")
    readline.parse_and_bind("tab: complete")
