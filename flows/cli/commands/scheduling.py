"""Commands that put the work on a schedule: up, deploy."""

from __future__ import annotations

import click

from flows.cli.frame.edge import settings
from flows.cli.frame.kinds import WholeNumber
from flows.cli.frame.russian import Command, Option


@click.command(cls=Command)
@click.option("--port", cls=Option, type=WholeNumber(most=65535), help="Порт сервера; по умолчанию 4200 или свободный.")
def up(port: int | None) -> int:
    """Запустить всё по расписанию: сервер Prefect, исполнителя, задания. Остановка — Ctrl+C."""
    from flows.serving import up as serve

    return serve(settings(), port)


@click.command(cls=Command)
def deploy() -> int:
    """Записать расписания на сервер Prefect, названный в PREFECT_API_URL."""
    from flows.serving import deploy as deploy_all

    return deploy_all(settings())


COMMANDS = (up, deploy)
