"""Commands about backups: backup, restore."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from flows.cli.frame.answers import JSON, form_option, put_json
from flows.cli.frame.edge import DONE, FAILED, REJECTED, Failed, local, now, settings
from flows.cli.frame.kinds import ExistingFolder, Moment, NewFolder, WholeNumber
from flows.cli.frame.progress import progress
from flows.cli.frame.russian import Command, Option

if TYPE_CHECKING:
    from warehouse.copies.backup import Made


class Until(click.ParamType):
    """A number of the journal, or a moment."""

    name = "НОМЕР|ВРЕМЯ"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | datetime:
        text = str(value)
        if text.isascii() and text.isdigit():
            return int(text)
        moment: datetime = Moment(end_of_day=True).convert(value, param, ctx)
        return moment


@click.command(cls=Command)
@click.option("-o", "--output", cls=Option, type=NewFolder(), help="Папка копий; по умолчанию из NASTAVNIK_BACKUP.")
@click.option(
    "--keep-days",
    cls=Option,
    type=WholeNumber(most=36500),
    help="Убрать копии старше стольких дней; последняя остаётся.",
)
@click.option(
    "--verify", "proved", cls=Option, type=ExistingFolder(), help="Ничего не копировать: проверить папку копий."
)
@form_option(JSON)
def backup(output: Path | None, keep_days: int | None, proved: Path | None, form: str) -> int:
    """Сделать резервную копию; приём при этом может идти.

    В папку копий дописывается только новое. Копируется то, чего заново не сделать: полученные книги, журнал, связка
    ключей, выпуски, протоколы, акты, журнал аудита. Личное в ней только зашифрованное, главного ключа в ней нет:
    храните его отдельно.
    """
    from warehouse.copies.backup import backup as make
    from warehouse.installation.settings import Misconfigured
    from warehouse.watch.runs import watched

    if proved is not None:
        return _verify(proved, form)
    own, started = settings(), time.monotonic()
    folder = output or own.backup
    if folder is None:
        raise Misconfigured("Укажите папку копий: -o ПАПКА или NASTAVNIK_BACKUP.")
    with watched("backup", own), progress("Копирование") as advance:
        made = _told(lambda: make(own, folder, now(), keep_days, advance))
    if form == JSON:
        put_json(_entry(made))
        return REJECTED if made.lost else DONE
    megabytes, seconds = made.new_bytes / 1e6, time.monotonic() - started
    click.echo(
        f"Копия {made.snapshot.name}: файлов {len(made.snapshot.files)}, нового {megabytes:.1f} МБ, {seconds:.1f} с."
    )
    if made.pruned:
        click.echo(f"Убрано старых копий: {len(made.pruned)}.")
    for sha256 in made.lost[:3]:
        click.echo(f"Полученного файла {sha256} на месте нет: верните его из прежней копии.", err=True)
    if made.lost:
        click.echo(f"Всего потеряно полученных файлов: {len(made.lost)}.", err=True)
    return REJECTED if made.lost else DONE


def _entry(made: Made) -> dict:
    files = len(made.snapshot.files)
    told = {"snapshot": made.snapshot.name, "files": files, "new_bytes": made.new_bytes}
    return told | {"pruned": made.pruned, "lost": made.lost}


def _verify(folder: Path, form: str) -> int:
    from warehouse.copies.folder import CopiesFolder
    from warehouse.copies.verifying import verify_copies

    copies = CopiesFolder(folder)
    with progress("Проверка") as advance:
        wrong = verify_copies(copies, advance)
    if form == JSON:
        put_json({"whole": not wrong, "snapshots": copies.names(), "wrong": wrong})
        return FAILED if wrong else DONE
    for line in wrong:
        click.echo(line, err=True)
    for name in copies.names():
        click.echo(name)
    click.echo("Копии не целы." if wrong else f"Копии целы: {len(copies.names())}.")
    return FAILED if wrong else DONE


@click.command(cls=Command)
@click.argument("folder", type=ExistingFolder(), metavar="ПАПКА")
@click.option("--snapshot", "name", cls=Option, metavar="КОПИЯ", help="Какую из копий; по умолчанию последнюю.")
@click.option("--until", cls=Option, type=Until(), help="Каким всё было на запись журнала или на время.")
@form_option(JSON)
def restore(folder: Path, name: str | None, until: int | datetime | None, form: str) -> int:
    """Восстановить из папки копий в пустую NASTAVNIK_HOME (и в пустую базу, если она на сервере).

    Сначала копия проверяется целиком. Нужен главный ключ, который действовал, когда она делалась. Выпуски
    возвращаются байт в байт; хранилище и озеро пересчитываются. Уничтоженное с --until не возвращается. Прерванное
    восстановление продолжает та же команда.
    """
    from warehouse.copies.folder import CopiesFolder
    from warehouse.copies.restore import restore as bring_back

    own, started = settings(), time.monotonic()
    moment = local(until, own) if isinstance(until, datetime) else until
    with progress("Восстановление") as advance:
        done = _told(lambda: bring_back(own, CopiesFolder(folder), now(), name, moment, advance))
    if form == JSON:
        told = {"snapshot": done.snapshot.name, "rebuilt": done.rebuilt, "differing": done.differing}
        put_json(told | {"other_settings": done.other_settings})
        return REJECTED if done.differing else DONE
    counts, seconds = done.rebuilt, time.monotonic() - started
    click.echo(f"Восстановлено из {done.snapshot.name} за {seconds:.1f} с.")
    click.echo(f"Пересоздано: сдач {counts.deliveries}, выпусков {counts.releases}.")
    for setting, value in done.other_settings.items():
        click.echo(f"Когда делалась копия, было {setting}={value}.", err=True)
    for release in done.differing:
        click.echo(f"Выпуск {release} эта версия программы считает иначе; его папка возвращена, как была.", err=True)
    return REJECTED if done.differing else DONE


def _told(act: Any) -> Any:
    """Tell the operator what is wrong with a backup."""
    from warehouse.copies.folder import CopyDamaged

    try:
        return act()
    except CopyDamaged as damage:
        raise Failed(str(damage)) from None


COMMANDS = (backup, restore)
