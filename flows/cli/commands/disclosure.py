"""The command that makes a release public: publish."""

from __future__ import annotations

from pathlib import Path

import click

from flows.cli.frame.answers import JSON, form_option, put_json
from flows.cli.frame.edge import DONE, Failed, installation, now
from flows.cli.frame.kinds import NewFolder
from flows.cli.frame.progress import progress
from flows.cli.frame.russian import Command, Option


@click.command(cls=Command)
@click.option("--release", cls=Option, metavar="ВЫПУСК", required=True, help="Номер выпуска, например 2021-12-31-1.")
@click.option("-o", "--output", cls=Option, type=NewFolder(), help="Куда записать копию; по умолчанию только в public.")
@form_option(JSON)
def publish(release: str, output: Path | None, form: str) -> int:
    """Записать открытый пакет выпуска: данные о малом числе людей скрыты; последняя строка ответа — его папка.

    Пакет сверяется со всем, что опубликовано раньше: что было скрыто, остаётся скрытым.
    """
    from warehouse.disclosure.earlier import Unpublishable
    from warehouse.disclosure.publish import make_publication
    from warehouse.release.package import ReleaseDiffers

    at = now()
    try:
        with installation(at, write=True) as home, progress("Что скрыть, чтобы этого не вычислить"):
            folder = make_publication(home, release, at, output)
    except (ReleaseDiffers, Unpublishable) as error:
        raise Failed(str(error)) from None
    if form == JSON:
        put_json({"release": release, "folder": folder})
    else:
        click.echo(folder)
    return DONE


COMMANDS = (publish,)
