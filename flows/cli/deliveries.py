"""Commands about deliveries: check, intake, findings, status."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.cli.edge import DONE, REJECTED, Failed, installation, local, now, settings
from flows.cli.places import Inbox
from flows.cli.progress import progress
from flows.cli.russian import Command, Day, ExistingFile, Moment, NewPath, OneOf, Option

if TYPE_CHECKING:
    from warehouse.channels.address import Address


@click.command(cls=Command)
@click.option(
    "--inbox",
    cls=Option,
    type=Inbox(),
    help="Откуда брать: папка или адрес S3, SFTP или IMAP; по умолчанию всё, что задано в NASTAVNIK_INBOX.",
)
@click.option("--received-at", cls=Option, type=Moment(), help="Когда получено; по умолчанию сейчас.")
def intake(inbox: Path | Address | None, received_at: datetime | None) -> int:
    """Принять всё, что ждёт: прочитать, проверить, загрузить, написать протоколы.

    Отправителя называет папка: inbox/<код организации>/<файл>, в хранилище и на сервере так же.
    Каждый файл принимается ровно один раз.
    """
    from flows.cli.words import fault_words, intake_words
    from warehouse.alarms import alarms_among
    from warehouse.intake import run_intake
    from warehouse.lastnight import note_night
    from warehouse.lineage.datasets import of_intake
    from warehouse.lineage.events import observed

    at = local(received_at, settings()) or now()
    with installation(at, write=True) as home, observed("intake") as run, progress("Чтение файлов") as advance:
        summary = run_intake(home, at, inbox, advance)
        run.touched = lambda: of_intake(home, summary.lines)
        with home.reading() as connection:
            foreign = alarms_among(connection, (line.delivery for line in summary.lines))
    if inbox is None and not summary.faults:
        note_night(home.settings, now())
    click.echo(intake_words(summary, home.settings.receipts, len(foreign)))
    if summary.faults:
        raise Failed(fault_words(summary.faults))
    return REJECTED if summary.verdicts["rejected"] else DONE


@click.command(cls=Command)
@click.argument("files", type=ExistingFile(), nargs=-1, required=True, metavar="ФАЙЛ…")
@click.option(
    "--institution",
    cls=Option,
    metavar="КОД",
    help="Чья сдача; по умолчанию та организация, что названа в файле.",
)
@click.option(
    "--marked",
    cls=Option,
    type=NewPath(),
    help="Куда записать проверенную книгу с пометками в ячейках; файл для проверки тогда один.",
)
def check(files: tuple[Path, ...], institution: str | None, marked: Path | None) -> int:
    """Проверить книги, ничего не принимая: вердикт, замечания и что изменится, если книгу сдать."""
    from flows.cli.words import checked_words, marked_words
    from warehouse.checking import check_files
    from warehouse.marked.marking import NotMarked, mark_checked
    from warehouse.settings import Misconfigured

    if marked is not None and len(files) > 1:
        raise Misconfigured("С --marked проверяется одна книга за раз.")
    with installation(now(), write=True) as home, progress("Проверка") as advance:
        checked = check_files(home, list(files), institution, now(), advance)
        try:
            made = mark_checked(home, checked[0], marked) if marked is not None else None
        except NotMarked as error:
            raise Failed(str(error)) from None
    click.echo("\n\n".join(checked_words(one) for one in checked))
    if made is not None:
        click.echo(f"\n{marked_words(made)}")
    return REJECTED if any(one.verdict == "rejected" for one in checked) else DONE


@click.command(cls=Command)
@click.argument("delivery", metavar="СДАЧА")
@click.option("-o", "--output", cls=Option, type=NewPath(), required=True, help="Куда записать книгу.")
def mark(delivery: str, output: Path) -> None:
    """Вернуть присланную книгу с пометками: ячейки раскрашены, в примечаниях — что не так и что имелось в виду.

    Первым листом — «Замечания»: причины со ссылками на ячейки. В файле персональные данные отправителя.
    """
    from flows.cli.words import marked_words
    from warehouse.marked.marking import NotMarked, mark_delivery

    with installation() as home:
        try:
            made = mark_delivery(home, delivery, output)
        except NotMarked as error:
            raise Failed(str(error)) from None
    click.echo(marked_words(made))


@click.command(cls=Command)
@click.option(
    "--format",
    "form",
    cls=Option,
    type=OneOf(["table", "csv"]),
    default="table",
    help="Таблица по причинам или все строки CSV.",
)
@click.option(
    "--delivery", cls=Option, metavar="СДАЧА", help="Показать замечания одной сдачи: номера, места, пояснения."
)
def findings(form: str, delivery: str | None) -> None:
    """Показать замечания ко всем полученным сдачам или к одной."""
    from warehouse.across_kept import kept_findings_across
    from warehouse.listing import count_findings, findings_csv
    from warehouse.vault import may_read

    if delivery is not None:
        _findings_of(delivery)
        return
    with installation() as home, home.reading() as connection:
        across = kept_findings_across(home, connection)
        if not may_read(home.vault):
            click.echo("Сверка людей не показана: этой учётной записи личные сведения закрыты.", err=True)
        if form == "csv":
            home.audit("findings")
            for line in findings_csv(connection, across):
                click.echo(line, nl=False)
            return
        from flows.cli.tables import show_findings

        show_findings(count_findings(connection, across))


def _findings_of(delivery: str) -> None:
    from flows.cli.tables import show_findings_of
    from warehouse.explained import explained_of
    from warehouse.listing import findings_of
    from warehouse.marked.marking import require_delivery

    with installation() as home, home.reading() as connection:
        require_delivery(connection, delivery)
        explained = explained_of(connection, [delivery]).get(delivery, {})
        show_findings_of(findings_of(connection, [delivery])[delivery], explained, home.settings.timezone)


@click.command(cls=Command)
@click.option("--on", cls=Option, type=Day(), help="На какой день; по умолчанию сегодня.")
@click.option(
    "--format",
    "form",
    cls=Option,
    type=OneOf(["table", "json"]),
    default="table",
    help="Таблица или то же для программ.",
)
def status(on: date | None, form: str) -> None:
    """Показать, кто сдал, кто опаздывает, что ждёт, когда был последний протокол и последнее напоминание."""
    import json

    from flows.cli.tables import show_status
    from flows.standing import standing
    from warehouse.status import status_of

    with installation() as home:
        day = on or now().astimezone(home.settings.timezone).date()
        told = standing(status_of(home, day), home.settings.timezone)
    if form == "json":
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        show_status(told)


COMMANDS = (check, mark, intake, findings, status)
