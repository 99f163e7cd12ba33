"""Commands about the program's own versions: upgrade."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from flows.cli.frame.answers import JSON, form_option, put_json
from flows.cli.frame.edge import now, settings
from flows.cli.frame.progress import progress
from flows.cli.frame.russian import Command, Option

if TYPE_CHECKING:
    from warehouse.ingestion.rebuild import RebuildSummary
    from warehouse.schema.upgrade import Plan


@click.command(cls=Command)
@click.option("--to", "number", cls=Option, metavar="НОМЕР", help="До какой схемы; по умолчанию до новейшей.")
@click.option("--down", cls=Option, is_flag=True, help="Разрешить путь назад: для возврата к прежней версии программы.")
@click.option("--dry-run", cls=Option, is_flag=True, help="Только показать путь; ничего не менять.")
@form_option(JSON)
def upgrade(number: str | None, down: bool, dry_run: bool, form: str) -> None:
    """Обновить данные после смены версии программы: журнал, ведомость, личные сведения.

    Остальное пересоздаётся из полученных файлов. Перед обновлением сделайте копию: nastavnik backup. Прерванное
    обновление продолжает повторная команда.
    """
    from warehouse.installation.settings import Misconfigured
    from warehouse.schema.upgrade import plan
    from warehouse.schema.upgrade import upgrade as bring
    from warehouse.schema.version import HEAD

    own, target = settings(), number or HEAD
    planned, summary = plan(own, target), None
    if form != JSON:
        _tell_plan(planned)
    if planned.down and not down:
        raise Misconfigured("Это путь назад: сделайте копию (nastavnik backup) и добавьте --down.")
    if not dry_run and not planned.nothing:
        with progress("Пересоздание") as advance:
            summary = bring(own, now(), target, advance)
    if form == JSON:
        way = [{"number": step.number, "title": step.title, "down": step.down} for step in planned.way]
        put_json({"number": planned.number, "target": target, "way": way, "dry_run": dry_run, "rebuilt": summary})
    elif not planned.nothing:
        _tell_done(target, summary, dry_run=dry_run, server=not own.embedded)


def _tell_plan(planned: Plan) -> None:
    click.echo(f"Схема данных: {planned.number or 'без номера'}, нужна {planned.target}.")
    for step in planned.way:
        click.echo(f"  {'назад от' if step.down else 'до'} {step.number}: {step.title}")
    if planned.nothing:
        click.echo("Обновлять нечего.")


def _tell_done(target: str, summary: RebuildSummary | None, *, dry_run: bool, server: bool) -> None:
    if dry_run:
        click.echo("Затем всё остальное пересоздаётся. Ничего не изменено.")
        return
    if summary is None:
        click.echo(f"Схема {target}. Теперь установите прежнюю версию программы и выполните в ней nastavnik upgrade.")
        return
    click.echo(f"Обновлено; пересоздано сдач {summary.deliveries}, выпусков {summary.releases}.")
    if server:
        click.echo("Если заведены роли, выдайте им права на новые таблицы: nastavnik roles apply.")


COMMANDS = (upgrade,)
