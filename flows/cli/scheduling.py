"""Commands that put the work on a schedule: up, deploy."""

from __future__ import annotations

import click

from flows.cli.edge import settings
from flows.cli.russian import Command


@click.command(cls=Command)
def up() -> int:
    """Запустить всё по расписанию: сервер Prefect, исполнителя, задания. Остановка — Ctrl+C."""
    from flows.serving import up as serve

    return serve(settings())


@click.command(cls=Command)
def deploy() -> None:
    """Записать расписания на сервер Prefect, названный в PREFECT_API_URL."""
    from flows.serving import deploy as deploy_all

    deploy_all(settings())


COMMANDS = (up, deploy)
