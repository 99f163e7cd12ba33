"""The command `sql`: a question to what an analyst may read."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.cli.frame.edge import Failed
from flows.cli.frame.kinds import ExistingFile, NewFile, OneOf, WholeNumber
from flows.cli.frame.russian import Command, Misused, Option

if TYPE_CHECKING:
    import pyarrow as pa

    from warehouse.desk.opening import Analysis

FORMATS = ("table", "csv", "json", "parquet")
BY_SUFFIX = {f".{form}": form for form in FORMATS[1:]}


@click.command(cls=Command)
@click.argument("query", required=False, metavar="[ЗАПРОС]")
@click.option("-o", "--output", cls=Option, type=NewFile(), help="Куда записать ответ; вид ответа — по имени файла.")
@click.option("--format", "form", cls=Option, type=OneOf(FORMATS), help="Вид ответа; без параметра — table.")
@click.option("--file", cls=Option, type=ExistingFile(), help="Файл для аналитиков, сделанный командой analysis.")
@click.option("--timeout", cls=Option, type=WholeNumber(), default=60, help="Сколько секунд ждать ответа; без него 60.")
def sql(query: str | None, output: Path | None, form: str | None, file: Path | None, timeout: int) -> None:
    """Спросить данные на SQL: только чтение, без имён.

    Без запроса читает его со входа, а в терминале отвечает на один за другим: каждый кончается точкой с запятой,
    список представлений — \\d, выход — \\q. Спрашивается файл для аналитиков, перед этим обновлённый, или тот,
    что назван в --file; на PostgreSQL — хранилище под ролью nastavnik_analyst.
    """
    form = form or _form_of(output)
    if form == "table" and output is not None:
        raise Misused("В файл пишутся csv, json или parquet.")
    if form == "parquet" and output is None:
        raise Misused("Parquet пишется только в файл: укажите -o ФАЙЛ.")
    asking = query is None and sys.stdin.isatty()
    if asking and output is not None:
        raise Misused("Чтобы записать ответ в файл, укажите запрос.")
    from warehouse.desk.opening import open_desk

    text = None if asking else query or sys.stdin.read()
    with open_desk(file, float(timeout)) as desk:
        if text is not None:
            _answer(answered(desk, text), form, output)
        else:
            from flows.cli.commands.sql_prompt import prompt

            prompt(desk, lambda rows: _answer(rows, form, None))


def _form_of(output: Path | None) -> str:
    if output is None:
        return FORMATS[0]
    if output.suffix not in BY_SUFFIX:
        raise Misused(f"По имени файла вид ответа не понять: ожидается {', '.join(BY_SUFFIX)} или --format.")
    return BY_SUFFIX[output.suffix]


def answered(desk: Analysis, text: str) -> pa.Table:
    """Ask one question; raise Misconfigured for a wrong one and Failed for a long one, without the engine's words."""
    from warehouse.desk.asking import asked
    from warehouse.desk.refusals import refusal_of
    from warehouse.installation.settings import Misconfigured

    try:
        with desk.engine.connect() as connection:
            return asked(connection, text, desk.seconds, coded=True)
    except Exception as error:
        refusal = refusal_of(error)
        if refusal is None:
            raise
        raise (Failed if refusal.late else Misconfigured)(refusal.told(text)) from None


def _answer(rows: pa.Table, form: str, output: Path | None) -> None:
    from flows.cli.telling.sql_answers import shown, write_rows

    if output is not None:
        write_rows(rows, form, output)
        click.echo(f"Записано строк: {rows.num_rows}.", err=True)
        click.echo(output)
    else:
        shown(rows, form)


COMMANDS = (sql,)
