"""Commands about deliveries: check, intake, findings, status."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.cli.frame.answers import CSV, JSON, TABLE, form_option, put, put_json
from flows.cli.frame.edge import DONE, REJECTED, Failed, installation, local, now, settings
from flows.cli.frame.kinds import Day, ExistingFile, Moment, NewFile
from flows.cli.frame.places import Inbox
from flows.cli.frame.progress import progress
from flows.cli.frame.russian import Command, Misused, Option
from flows.cli.frame.screen import say

if TYPE_CHECKING:
    from warehouse.channels.address import Address

AHEAD = timedelta(days=366)  # a delivery may be said to come so much later than the clock of this machine


@click.command(cls=Command)
@click.option(
    "--inbox",
    cls=Option,
    type=Inbox(),
    help="Откуда брать: папка или адрес S3, SFTP или IMAP; по умолчанию всё, что задано в NASTAVNIK_INBOX.",
)
@click.option("--received-at", cls=Option, type=Moment(), help="Когда получено; по умолчанию сейчас.")
@form_option(JSON)
def intake(inbox: Path | Address | None, received_at: datetime | None, form: str) -> int:
    """Принять всё, что ждёт: прочитать, проверить, загрузить, написать протоколы.

    Отправителя называет папка: inbox/<код организации>/<файл>, в хранилище и на сервере так же.
    Каждый файл принимается ровно один раз.
    """
    from flows.cli.telling.entries import intake_entry
    from flows.cli.telling.words import fault_words, intake_words
    from warehouse.collection.alarms import alarms_among
    from warehouse.ingestion.intake import run_intake
    from warehouse.lineage.datasets import of_intake
    from warehouse.lineage.events import observed
    from warehouse.watch.lastnight import note_night
    from warehouse.watch.runs import watched

    at = _received(received_at)
    with (
        watched("intake", settings()) as watch,
        installation(at, write=True) as home,
        observed("intake") as run,
        progress("Чтение файлов") as advance,
    ):
        summary = run_intake(home, at, inbox, advance)
        watch.count(**summary.counts)
        run.touched = lambda: of_intake(home, summary.lines)
        with home.reading() as connection:
            foreign = alarms_among(connection, (line.delivery for line in summary.lines))
    if inbox is None and not summary.faults:
        note_night(home.settings, now())
    if form == JSON:
        put_json(intake_entry(summary, foreign))
    else:
        say(intake_words(summary, home.settings.receipts, len(foreign)))
    if summary.faults:
        raise Failed(fault_words(summary.faults))
    return REJECTED if summary.verdicts["rejected"] else DONE


def _received(told: datetime | None) -> datetime:
    """Return when deliveries came; a year mistyped would stay in the journal, and nothing later be known before it."""
    at, clock = local(told, settings()) or now(), now()
    if at - clock > AHEAD:
        raise Misused("Неверно задано --received-at: до этого времени больше года.")
    return at


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
    type=NewFile(),
    help="Куда записать проверенную книгу с пометками в ячейках; файл для проверки тогда один.",
)
@form_option(JSON)
def check(files: tuple[Path, ...], institution: str | None, marked: Path | None, form: str) -> int:
    """Проверить книги, ничего не принимая: вердикт, замечания и что изменится, если книгу сдать."""
    from flows.cli.telling.entries import checked_entry
    from flows.cli.telling.words import checked_words, marked_words
    from warehouse.installation.settings import Misconfigured
    from warehouse.marked.marking import NotMarked, mark_checked
    from warehouse.preview.checking import check_files

    if marked is not None and len(files) > 1:
        raise Misconfigured("С --marked проверяется одна книга за раз.")
    with installation(now(), write=True) as home, progress("Проверка") as advance:
        checked = check_files(home, list(files), institution, now(), advance)
        try:
            made = mark_checked(home, checked[0], marked) if marked is not None else None
        except NotMarked as error:
            raise Failed(str(error)) from None
    if form == JSON:
        put_json([checked_entry(one) for one in checked])
    else:
        say("\n\n".join([*map(checked_words, checked), *([marked_words(made)] if made else ())]))
    return REJECTED if any(one.verdict == "rejected" for one in checked) else DONE


@click.command(cls=Command)
@click.argument("delivery", metavar="СДАЧА")
@click.option("-o", "--output", cls=Option, type=NewFile(), required=True, help="Куда записать книгу.")
def mark(delivery: str, output: Path) -> None:
    """Вернуть присланную книгу с пометками: ячейки раскрашены, в примечаниях — что не так и что имелось в виду.

    Первым листом — «Замечания»: причины со ссылками на ячейки. В файле персональные данные отправителя.
    """
    from flows.cli.telling.words import marked_words
    from warehouse.marked.marking import NotMarked, mark_delivery

    with installation() as home, progress("Пометки в книге"):
        try:
            made = mark_delivery(home, delivery, output)
        except NotMarked as error:
            raise Failed(str(error)) from None
    say(marked_words(made))


@click.command(cls=Command)
@form_option(CSV, JSON)
@click.option(
    "--delivery", cls=Option, metavar="СДАЧА", help="Показать замечания одной сдачи: номера, места, пояснения."
)
def findings(form: str, delivery: str | None) -> None:
    """Показать замечания ко всем полученным сдачам или к одной.

    Таблица считает их по причинам; для программ — все до одного, с листом, строкой и столбцом.
    """
    from flows.cli.telling.tables import show_findings
    from warehouse.findings.across_kept import kept_findings_across
    from warehouse.findings.listing import FINDINGS_HEADER, count_findings, findings_csv, findings_rows
    from warehouse.storage.vault import may_read

    if delivery is not None:
        _findings_of(delivery, form)
        return
    with installation() as home, home.reading() as connection:
        with progress("Сверка сдач между собой"):
            across = kept_findings_across(home, connection)
            counted = count_findings(connection, across) if form == TABLE else []
        if not may_read(home.vault):
            click.echo("Сверка людей не показана: этой учётной записи личные сведения закрыты.", err=True)
        if form == TABLE:
            show_findings(counted)
            return
        home.audit("findings")
        if form == JSON:
            put_json([dict(zip(FINDINGS_HEADER, cells, strict=True)) for cells in findings_rows(connection, across)])
            return
        for line in findings_csv(connection, across):
            put(line)


def _findings_of(delivery: str, form: str) -> None:
    from flows.cli.telling.entries import finding_entries
    from flows.cli.telling.tables import show_findings_of
    from warehouse.findings.listing import findings_csv, findings_of, findings_rows
    from warehouse.marked.marking import require_delivery
    from warehouse.review.explained import explained_of

    with installation() as home, home.reading() as connection:
        require_delivery(connection, delivery)
        explained, zone = explained_of(connection, [delivery]).get(delivery, {}), home.settings.timezone
        if form == CSV:
            put("".join(findings_csv(connection, {}, delivery)))
        elif form == JSON:
            put_json(finding_entries(findings_rows(connection, {}, delivery), explained, zone))
        else:
            show_findings_of(findings_of(connection, [delivery])[delivery], explained, zone)


@click.command(cls=Command)
@click.option("--on", cls=Option, type=Day(), help="На какой день; по умолчанию сегодня.")
@form_option(JSON)
def status(on: date | None, form: str) -> None:
    """Показать, кто сдал, кто опаздывает, что ждёт, когда был последний протокол и последнее напоминание."""
    from flows.cli.telling.tables import show_status
    from flows.standing import standing
    from warehouse.collection.status import status_of

    with installation() as home, progress("Подсчёт сданного"):
        day = on or now().astimezone(home.settings.timezone).date()
        told = standing(status_of(home, day), home.settings.timezone)
    if form == JSON:
        put_json(told)
    else:
        show_status(told)


COMMANDS = (check, mark, intake, findings, status)
