"""The command that makes the official forms of one institution."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from flows.cli.frame.edge import installation, now
from flows.cli.frame.kinds import Day, NewFile
from flows.cli.frame.progress import progress
from flows.cli.frame.russian import Command, Option


@click.command(cls=Command)
@click.option("--institution", cls=Option, required=True, metavar="КОД", help="Код организации из реестра.")
@click.option(
    "--as-of", cls=Option, type=Day(), help="Отчётная дата; по умолчанию последняя, на которую есть сведения."
)
@click.option("-o", "--output", cls=Option, type=NewFile(), help="Куда записать; по умолчанию в папку forms.")
def forms(institution: str, as_of: date | None, output: Path | None) -> None:
    """Сделать базу наставляемых и базу наставников одной организации: книга xlsx с персональными данными.

    Люди без согласия на обработку персональных данных посчитаны, но не названы.
    """
    from warehouse.forms.making import make_forms

    with installation() as home, progress("Составление форм"):
        made = make_forms(home, institution, as_of, now().astimezone(home.settings.timezone).date(), output)
    click.echo(f"Сведения на {made.as_of:%d.%m.%Y}. В файле персональные данные: передавайте его только организации.")
    for title, entries, unnamed in (
        ("База наставляемых", made.mentees, made.unnamed_mentees),
        ("База наставников", made.mentors, made.unnamed_mentors),
    ):
        click.echo(f"{title}: записей {entries}, из них без согласия {unnamed}.")
    click.echo(made.path)


COMMANDS = (forms,)
