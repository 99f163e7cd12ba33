"""Commands about deliveries: check, intake, findings, status."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click

from flows.cli.edge import DONE, REJECTED, installation, local, now, settings
from flows.cli.progress import progress
from flows.cli.russian import Command, Day, ExistingFile, ExistingFolder, Moment, OneOf, Option


@click.command(cls=Command)
@click.option(
    "--inbox",
    cls=Option,
    type=ExistingFolder(),
    help="Откуда брать; по умолчанию папка inbox внутри NASTAVNIK_HOME.",
)
@click.option("--received-at", cls=Option, type=Moment(), help="Когда получено; по умолчанию сейчас.")
def intake(inbox: Path | None, received_at: datetime | None) -> int:
    """Принять всё, что ждёт: прочитать, проверить, загрузить, написать протоколы.

    Отправителя называет папка: inbox/<код организации>/<файл>. Каждый файл принимается ровно один раз.
    """
    from flows.cli.words import intake_words
    from warehouse.intake import run_intake
    from warehouse.lineage.datasets import of_intake
    from warehouse.lineage.events import observed

    at = local(received_at, settings()) or now()
    with installation(at, write=True) as home, observed("intake") as run, progress("Чтение файлов") as advance:
        summary = run_intake(home, at, inbox, advance)
        run.touched = lambda: of_intake(home, summary.lines)
    click.echo(intake_words(summary, home.settings.receipts))
    return REJECTED if summary.verdicts["rejected"] else DONE


@click.command(cls=Command)
@click.argument("files", type=ExistingFile(), nargs=-1, required=True, metavar="ФАЙЛ…")
@click.option(
    "--institution",
    cls=Option,
    metavar="КОД",
    help="Чья сдача; по умолчанию та организация, что названа в файле.",
)
def check(files: tuple[Path, ...], institution: str | None) -> int:
    """Проверить книги, ничего не принимая: вердикт, замечания и что изменится, если книгу сдать."""
    from flows.cli.words import checked_words
    from warehouse.checking import check_files

    with installation(now(), write=True) as home, progress("Проверка") as advance:
        checked = check_files(home, list(files), institution, now(), advance)
    click.echo("\n\n".join(checked_words(one) for one in checked))
    return REJECTED if any(one.verdict == "rejected" for one in checked) else DONE


@click.command(cls=Command)
@click.option(
    "--format",
    "form",
    cls=Option,
    type=OneOf(["table", "csv"]),
    default="table",
    help="Таблица по причинам или все строки CSV.",
)
def findings(form: str) -> None:
    """Показать замечания ко всем полученным сдачам."""
    from warehouse.listing import count_findings, findings_csv

    with installation() as home, home.reading() as connection:
        if form == "csv":
            home.audit("findings")
            for line in findings_csv(connection):
                click.echo(line, nl=False)
            return
        from flows.cli.tables import show_findings

        show_findings(count_findings(connection))


@click.command(cls=Command)
@click.option("--on", cls=Option, type=Day(), help="На какой день; по умолчанию сегодня.")
def status(on: date | None) -> None:
    """Показать, кто сдал, кто опаздывает и что ждёт приёма."""
    from flows.cli.tables import show_status
    from warehouse.status import status_of

    with installation() as home:
        day = on or now().astimezone(home.settings.timezone).date()
        show_status(status_of(home, day), home.settings.timezone)


COMMANDS = (check, intake, findings, status)
