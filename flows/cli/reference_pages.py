"""The pages of docs/reference/, written out of the code: commands, settings, tables.

usage: python -m flows.cli.reference_pages docs/reference
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from inspect import cleandoc
from pathlib import Path

import click
import sqlalchemy as sa

from expectations.markdown import cell

PROGRAM = "nastavnik"
MADE = "<!-- made by `make docs`; the code is where to change it -->"
OPENLINEAGE = (
    "`OPENLINEAGE_URL` and the library's other variables name a collector of run events"
    " ([lineage](../analysts/lineage.md))."
)


def render_cli() -> str:
    """Return every command with its help page, in Russian as on the screen."""
    from flows.cli.root import cli

    told = list(_commands(cli, click.Context(cli, info_name=PROGRAM)))
    lines = ["# Команды", MADE, cleandoc(cli.help or "").replace("\b\n", "")]
    lines += [_table(("команда", "что делает"), ((_link(ctx), ctx.command.get_short_help_str(200)) for ctx in told))]
    for context in told:
        lines += [f"## {context.command_path}", f"```text\n{_help(context)}\n```"]
    return _page(lines)


def _commands(group: click.Group, within: click.Context) -> Iterator[click.Context]:
    """Yield a context for every command that does something, by name."""
    for name, command in sorted(group.commands.items()):
        context = command.context_class(command, info_name=name, parent=within)
        if command.hidden:
            continue
        if isinstance(command, click.Group):
            yield from _commands(command, context)
        else:
            yield context


def _link(context: click.Context) -> str:
    return f"[{context.command_path.removeprefix(PROGRAM).strip()}](#{context.command_path.replace(' ', '-')})"


def _help(context: click.Context) -> str:
    context.terminal_width = 100
    return "\n".join(line.rstrip() for line in context.get_help().splitlines())


def render_settings() -> str:
    """Return every setting with what holds where it is not set."""
    from warehouse.installation.settings_known import GROUPS

    lines = [
        "# Settings",
        MADE,
        "Environment variables; a name that begins with `NASTAVNIK_` and is not here is refused.",
    ]
    for group in GROUPS:
        rows = ((f"`{one.name}`", one.default, one.meaning + _more(one.page)) for one in group.settings)
        lines += [f"## {group.title}", _table(("variable", "default", "what it is"), rows)]
    return _page([*lines, "## Of others", OPENLINEAGE])


def _more(page: str) -> str:
    return f" ([more](../{page}))" if page else ""


def render_tables() -> str:
    """Return every table of the warehouse and of the vault, column by column."""
    from warehouse.tables.tables import tables_of, vault_of

    tables = [*tables_of().sorted_tables, *vault_of().sorted_tables]
    lines = ["# Таблицы хранилища", MADE, "`journal` незаменим; `mentoring` и хранилище личных сведений `personal`"
             " вычисляются заново из журнала и полученных файлов. Аналитику удобнее [звезда](star.md)."]  # fmt: skip
    for table in sorted(tables, key=lambda table: table.fullname):
        lines += [f"## {table.fullname}", str(table.comment), _table(("столбец", "тип", "что в нём"), _columns(table))]
    return _page(lines)


def _columns(table: sa.Table) -> Iterator[tuple[str, ...]]:
    for column in table.columns:
        kind = type(column.type).__name__.lower() + ("" if column.nullable else ", не пуст")
        yield f"`{column.name}`" + (" 🔑" if column.primary_key else ""), kind, str(column.comment)


def _table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    heads = list(headings)
    body = [[cell(text) for text in row] for row in rows]
    return "\n".join("| " + " | ".join(row) + " |" for row in [heads, ["---"] * len(heads), *body])


def _page(blocks: Iterable[str]) -> str:
    return "\n\n".join(blocks) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "cli.md": render_cli,
    "settings.md": render_settings,
    "tables.md": render_tables,
}


if __name__ == "__main__":
    for page, render in PAGES.items():
        (Path(sys.argv[1]) / page).write_text(render(), encoding="utf-8", newline="\n")
