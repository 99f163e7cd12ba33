"""Commands about what deliveries are held against: reference load, template."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from flows.cli.frame.answers import JSON, form_option, put_json
from flows.cli.frame.edge import installation, now
from flows.cli.frame.kinds import Day, ExistingFolder, NewFile
from flows.cli.frame.progress import progress
from flows.cli.frame.russian import Command, Group, Option

JUDGED_AGAINST = {"targets", "institutions", "reporting_dates"}  # what makes targets odd


@click.group(cls=Group)
def reference() -> None:
    """Справочники: реестр, преемственность, планы, цели, календарь, вехи."""


@reference.command("load", cls=Command)
@click.argument("folder", type=ExistingFolder(), metavar="ПАПКА")
@form_option(JSON)
def load(folder: Path, form: str) -> None:
    """Загрузить справочники из CSV-файлов папки.

    Берутся те из файлов institutions.csv, successions.csv, plans.csv, targets.csv, reporting_dates.csv,
    milestones.csv, что там лежат; каждый заменяет прежний справочник целиком.
    """
    from warehouse.register.reference import load_reference, odd_targets
    from warehouse.register.targets import shortened

    at = now()
    with installation(at, write=True) as home, progress("Загрузка справочников"):
        with home.writing() as connection:
            loaded = load_reference(connection, home.received, folder, at)
        home.audit("reference load", ", ".join(loaded), rows=sum(loaded.values()))
        with home.reading() as connection:
            odd = odd_targets(connection) if loaded.keys() & JUDGED_AGAINST else []
    if form == JSON:
        put_json({"rows": loaded, "warnings": shortened(odd)})
        return
    for name, rows in loaded.items():
        click.echo(f"{name}.csv: строк {rows}")
    for line in shortened(odd):
        click.echo(f"Предупреждение: {line}", err=True)


@click.command(cls=Command)
@click.option("--institution", cls=Option, required=True, metavar="КОД", help="Код организации из реестра.")
@click.option("--as-of", cls=Option, type=Day(), required=True, help="Отчётная дата.")
@click.option("-o", "--output", cls=Option, type=NewFile(), help="Куда записать книгу без людей.")
def template(institution: str, as_of: date, output: Path | None) -> None:
    """Сделать книгу для заполнения: с кодом, наименованием и датой.

    С -o в книге никого нет. Без -o в неё вписан последний реестр организации: куратор, участники с согласием,
    продолжающиеся пары, партнёры; такая книга ложится в папку templates/<код> и передаётся только этой организации.
    """
    from warehouse.forms.prefilled import write_prefilled, write_registry

    with installation() as home, progress("Составление книги"):
        if output is None:
            made = write_registry(home, institution, as_of)
        else:
            write_prefilled(home, institution, as_of, made := output)
    if output is None:
        click.echo("В книге персональные данные: передавайте её только организации.", err=True)
    click.echo(made)


COMMANDS = (reference, template)
