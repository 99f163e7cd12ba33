"""Commands that make the order's own documents of a release: monitoring, pages."""

from __future__ import annotations

from pathlib import Path

import click

from flows.cli.frame.edge import Failed, installation
from flows.cli.frame.kinds import ExistingFile, NewFile, NewFolder
from flows.cli.frame.progress import progress
from flows.cli.frame.russian import Command, Option

_RELEASE = click.option(
    "--release", cls=Option, metavar="ВЫПУСК", required=True, help="Номер выпуска, например 2021-12-31-1."
)


@click.command(cls=Command)
@_RELEASE
@click.option("--template", cls=Option, type=ExistingFile(), help="Свой образец документа Word вместо нашего.")
@click.option("-o", "--output", cls=Option, type=NewFile(), help="Куда записать; по умолчанию в папку documents.")
def monitoring(release: str, template: Path | None, output: Path | None) -> None:
    """Сделать отчёт о мониторинге для регионального наставнического центра и управления: документ Word.

    Цифры взяты из выпуска; выводы и подпись дописываются в документе.
    """
    from warehouse.documents.making import make_monitoring
    from warehouse.proof import Unproved

    try:
        with installation() as home, progress("Составление отчёта"):
            written = make_monitoring(home, release, output, template)
    except Unproved as error:
        raise Failed(str(error)) from None
    click.echo(written)


@click.command(cls=Command)
@_RELEASE
@click.option("--institution", cls=Option, metavar="КОД", help="Только одна организация; по умолчанию все.")
@click.option("-o", "--output", cls=Option, type=NewFolder(), help="В какую папку; по умолчанию в папку documents.")
def pages(release: str, institution: str | None, output: Path | None) -> None:
    """Сделать страницу о каждой организации для её руководителя: PDF на одном листе, без имён."""
    from warehouse.documents.making import make_pages
    from warehouse.proof import Unproved

    try:
        with installation() as home, progress("Страницы организаций") as advance:
            written = make_pages(home, release, institution, output, advance)
    except Unproved as error:
        raise Failed(str(error)) from None
    click.echo(f"Страниц: {len(written)}.")
    click.echo(written[0] if institution else written[0].parent)


COMMANDS = (monitoring, pages)
