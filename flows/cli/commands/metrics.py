"""The command that tells how the work goes in figures: metrics."""

from __future__ import annotations

from pathlib import Path

import click

from flows.cli.frame.edge import now, settings
from flows.cli.frame.kinds import NewFile
from flows.cli.frame.russian import Command, Option


@click.command(cls=Command)
@click.option("-o", "--output", cls=Option, type=NewFile(), help="Записать в файл целиком; по умолчанию на экран.")
def metrics(output: Path | None) -> None:
    """Показать, как идёт работа, в числах для Prometheus: сдачи, охват, ожидающие файлы, запуски, сбои.

    Ни людей, ни организаций в них нет. То же по окончании каждого запуска пишется в файл NASTAVNIK_METRICS_FILE.
    Хранилище, занятое другой командой, не ждём: его чисел тогда нет.
    """
    from warehouse.watch.figures import figures
    from warehouse.watch.spelling import spelled, write_figures

    told = figures(settings(), now(), wait=False)
    if output is not None:
        output.parent.mkdir(parents=True, exist_ok=True)
        write_figures(told, output)
    else:
        click.echo(spelled(told), nl=False)


COMMANDS = (metrics,)
