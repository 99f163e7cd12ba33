"""The command about the way to the targets: trajectory."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from flows.cli.frame.answers import CSV, JSON, TABLE, form_option, put_figures
from flows.cli.frame.edge import installation
from flows.cli.frame.kinds import Day
from flows.cli.frame.progress import progress
from flows.cli.frame.russian import Command, Option

if TYPE_CHECKING:
    import pyarrow as pa


@click.command(cls=Command)
@click.option("--as-of", cls=Option, type=Day(), help="Отчётная дата; по умолчанию последняя со сдачами.")
@form_option(CSV, JSON)
def trajectory(as_of: date | None, form: str) -> None:
    """Сказать, сколько ещё нужно до целей: сколько человек не хватает, нужный и нынешний темп, прогноз."""
    from warehouse.indicators.trajectory import trajectory_known
    from warehouse.journal.journal import known_by

    with installation() as home, home.reading() as connection, progress("Подсчёт пути к целям"):
        rows = trajectory_known(connection, known_by(connection, None), as_of)
    if form == TABLE:
        _show(rows)
    else:
        put_figures(rows, form)


HEADINGS = (
    "Охват", "Доля", "Цель", "Не хватает", "Следующая цель", "Не хватает до неё", "Нужно в месяц", "Идёт в месяц",
    "Прогноз", "При нынешнем темпе",
)  # fmt: skip


def _show(rows: pa.Table) -> None:
    from flows.cli.frame.screen import console, table
    from warehouse.release.wording import ABSENT, day, number, percent

    if not rows.num_rows:
        console().print("Целей впереди нет, или на эту дату ничего не принято.")
        return
    lines = [
        (
            row["scope_code"],
            percent(row["value"], 2),
            percent(row["target"]),
            number(row["missing"]),
            f"{percent(row['next_target'])} на {day(row['next_as_of'])}" if row["next_as_of"] else ABSENT,
            number(row["next_missing"]),
            number(row["pace_needed"]),
            number(row["pace_so_far"]),
            _projected(row),
            day(row["met_on"]),
        )
        for row in rows.to_pylist()
    ]
    title = f"Путь к целям на {day(rows['as_of'][0].as_py())}, человек"
    console().print(table(title, HEADINGS, lines, right=(1, 2, 3, 5, 6, 7)))


def _projected(row: dict) -> str:
    from warehouse.release.wording import number, percent

    if row["projected_low"] is None:
        return percent(row["projected"])
    return f"{percent(row['projected'])} ({number(row['projected_low'])}…{number(row['projected_high'])})"


COMMANDS = (trajectory,)
