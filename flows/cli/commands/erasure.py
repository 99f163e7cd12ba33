"""Commands that destroy personal data: erase, retention."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import datetime
from typing import TYPE_CHECKING

import click

from flows.cli.frame.answers import JSON, form_option, put_json
from flows.cli.frame.deciding import decided_by
from flows.cli.frame.edge import installation, now, settings
from flows.cli.frame.kinds import OneOf, RowOf
from flows.cli.frame.progress import progress
from flows.cli.frame.russian import Command, Option

if TYPE_CHECKING:
    from warehouse.erasure.person import Wanted
    from warehouse.installation.home import Home

COUNTED = {
    "again": "людей, присланных снова после удаления",
    "files": "полученных файлов",
    "rows": "строк личных сведений",
    "texts": "упоминаний человека в чужих строках",
    "made": "файлов, сделанных системой",
}


@click.command(cls=Command)
@click.argument("row", type=RowOf(), metavar="[СДАЧА:СТРОКА]", required=False)
@click.option(
    "--ground", cls=Option, type=OneOf(["consent-withdrawn", "request", "court", "other"]), required=True,
    help="Основание: consent-withdrawn — отзыв согласия, request — требование человека, court — суд или надзор, "
    "other — иное.",
)  # fmt: skip
@decided_by
@click.option("--dry-run", cls=Option, is_flag=True, help="Только сосчитать, что будет уничтожено.")
@form_option(JSON)
def erase(row: tuple[str, int] | None, ground: str, by: str, dry_run: bool, form: str) -> None:
    """Уничтожить личные сведения одного человека; показатели и выпуски остаются прежними.

    Человек задаётся строкой листа «Участники»; без неё команда спросит СНИЛС или ФИО и дату рождения: в параметрах их
    не пишут, чтобы они не остались в истории команд. Делается акт об уничтожении. Прерванное закончит следующий запуск.
    """
    from warehouse.erasure.erase import erase as erase_person
    from warehouse.erasure.erase import wanted_row

    at = now()
    with installation(at, write=True) as home:
        wanted = wanted_row(*row) if row else _asked(home)
        if dry_run:
            home.audit("erasure --dry-run")
        with progress("Прочитано файлов") as advance:
            done = erase_person(home, wanted, ground, by, at, dry_run=dry_run, on_progress=advance)
    if form == JSON:
        known = {"erased_before": not dry_run and done.entry is None, "waiting": done.waiting}
        put_json({"dry_run": dry_run, "counts": done.counts, "acts": done.acts} | known)
        return
    _tell(done.counts, dry_run=dry_run)
    if done.counts["unread"]:
        click.echo(f"Не прочитать и потому не проверить файлов: {done.counts['unread']}; они перечислены в акте.")
    if done.waiting:
        click.echo(f"В папке приёма ждут файлы ({done.waiting}): примите их и повторите команду.")
    if not dry_run and done.entry is None:
        click.echo("Этот человек уже удалён, и больше о нём ничего нет.")
    for act in done.acts:
        click.echo(f"Акт: {act}")


def _asked(home: Home) -> Wanted:
    """Ask who; what is typed goes no further than its tokens."""
    from warehouse.erasure.erase import wanted_name, wanted_snils
    from warehouse.installation.settings import Misconfigured

    if snils := _answer("СНИЛС (пусто, если неизвестен)"):
        return wanted_snils(home, snils)
    surname, given_name = _answer("Фамилия"), _answer("Имя")
    patronymic, born = _answer("Отчество (пусто, если нет)"), _answer("Дата рождения, ДД.ММ.ГГГГ")
    try:
        day = datetime.strptime(born, "%d.%m.%Y").date()  # noqa: DTZ007 (a day has no zone)
    except ValueError:
        raise Misconfigured("Дата рождения пишется так: 13.07.2009.") from None
    return wanted_name(home, surname, given_name, patronymic, day)


def _answer(question: str) -> str:
    return str(click.prompt(question, default="", show_default=False, err=True)).strip()


@click.command(cls=Command)
@click.option("--dry-run", cls=Option, is_flag=True, help="Только сосчитать, чему вышел срок.")
@form_option(JSON)
def retention(dry_run: bool, form: str) -> None:
    """Уничтожить то, чему вышел срок хранения, и заново — тех, кого прислали снова; показатели остаются прежними.

    Сроки задают NASTAVNIK_KEEP_RECEIVED_YEARS, NASTAVNIK_KEEP_IDENTITIES_YEARS, NASTAVNIK_KEEP_RECEIPTS_YEARS и
    NASTAVNIK_KEEP_REJECTED_DAYS; ноль — хранить бессрочно. Делается акт об уничтожении.
    """
    from warehouse.erasure.retention import retain
    from warehouse.watch.runs import watched

    at = now()
    watch = nullcontext() if dry_run else watched("retention", settings())
    with watch, installation(at, write=True) as home, progress("Поиск того, чему вышел срок"):
        done = retain(home, at, dry_run=dry_run)
    if form == JSON:
        put_json({"dry_run": dry_run, "counts": done.counts, "acts": done.acts})
        return
    _tell(done.counts, dry_run=dry_run)
    for act in done.acts:
        click.echo(f"Акт: {act}")


def _tell(counts: dict[str, int], *, dry_run: bool) -> None:
    click.echo("Будет уничтожено:" if dry_run else "Уничтожено:")
    for name, words in COUNTED.items():
        if name in counts:
            click.echo(f"  {words}: {counts[name]}")


COMMANDS = (erase, retention)
