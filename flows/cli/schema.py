"""Commands about the program's own versions: upgrade."""

from __future__ import annotations

import click

from flows.cli.edge import now, settings
from flows.cli.progress import progress
from flows.cli.russian import Command, Option


@click.command(cls=Command)
@click.option("--to", "number", cls=Option, metavar="НОМЕР", help="До какой схемы; по умолчанию до новейшей.")
@click.option("--down", cls=Option, is_flag=True, help="Разрешить путь назад: для возврата к прежней версии программы.")
@click.option("--dry-run", cls=Option, is_flag=True, help="Только показать путь; ничего не менять.")
def upgrade(number: str | None, down: bool, dry_run: bool) -> None:
    """Обновить данные после смены версии программы: журнал, ведомость, личные сведения.

    Остальное пересоздаётся из полученных файлов. Перед обновлением сделайте копию: nastavnik backup. Прерванное
    обновление продолжает повторная команда.
    """
    from warehouse.installation.settings import Misconfigured
    from warehouse.schema.upgrade import plan
    from warehouse.schema.upgrade import upgrade as bring
    from warehouse.schema.version import HEAD

    own, target = settings(), number or HEAD
    planned = plan(own, target)
    click.echo(f"Схема данных: {planned.number or 'без номера'}, нужна {target}.")
    for step in planned.way:
        click.echo(f"  {'назад от' if step.down else 'до'} {step.number}: {step.title}")
    if planned.nothing:
        click.echo("Обновлять нечего.")
        return
    if planned.down and not down:
        raise Misconfigured("Это путь назад: сделайте копию (nastavnik backup) и добавьте --down.")
    if dry_run:
        click.echo("Затем всё остальное пересоздаётся. Ничего не изменено.")
        return
    with progress("Пересоздание") as advance:
        summary = bring(own, now(), target, advance)
    if summary is None:
        click.echo(f"Схема {target}. Теперь установите прежнюю версию программы и выполните в ней nastavnik upgrade.")
        return
    click.echo(f"Обновлено; пересоздано сдач {summary.deliveries}, выпусков {summary.releases}.")
    if not own.embedded:
        click.echo("Если заведены роли, выдайте им права на новые таблицы: nastavnik roles apply.")


COMMANDS = (upgrade,)
