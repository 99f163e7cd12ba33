"""Commands about keys: keys show, keys rotate."""

from __future__ import annotations

import click

from flows.cli.edge import installation, now
from flows.cli.progress import progress
from flows.cli.russian import Command, Group, Option

SOURCES = {"file": "файл", "environment": "переменная окружения", "command": "команда"}


@click.group(cls=Group)
def keys() -> None:
    """Ключи: чем зашифрованы полученные книги и личные сведения."""


@keys.command("show", cls=Command)
def show() -> None:
    """Показать номера ключей, откуда взят главный и сколько ими зашифровано; сами ключи не показываются."""
    from warehouse.keys import key_id
    from warehouse.rotation import sealed_under

    with installation() as home:
        source, ring = home.settings.key, home.ring
        click.echo(f"Главный ключ: {', '.join(ring.masters)}; {SOURCES[source.kind]}, {source.setting}")
        click.echo(f"Ключ токенов: {key_id(ring.tokens)}")
        for name, (files, rows) in sealed_under(home).items():
            mark = " (действующий)" if name == ring.storage.current else ""
            click.echo(f"Ключ хранения {name}{mark}: полученных файлов {files}, листов с личными сведениями {rows}")
        if ring.changing:
            click.echo("Смена ключей не закончена: выполните nastavnik keys rotate.")


@keys.command("rotate", cls=Command)
@click.option("--tokens", cls=Option, is_flag=True, help="Сменить и ключ токенов: всё пересчитывается заново.")
def rotate(tokens: bool) -> None:
    """Сменить ключ хранения и главный ключ; прерванную смену — закончить.

    Главный ключ в файле заменяется сам. Взятый из переменной или от команды меняется, если новый дан через
    NASTAVNIK_NEW_KEY или NASTAVNIK_NEW_KEY_COMMAND; иначе остаётся прежним.
    """
    from warehouse.home import opened
    from warehouse.rotation import rotate as change
    from warehouse.settings import read_settings

    with (
        opened(read_settings(), now(), write=True, changing_keys=True) as home,
        progress("Полученные файлы") as advance,
    ):
        done = change(home, tokens=tokens, on_progress=advance)
        home.audit("keys rotate", done.ring.storage.current, tokens=int(done.retokened))
    if done.finished_earlier:
        click.echo("Закончена смена, прерванная раньше.")
        if tokens and not done.retokened:
            click.echo("Ключ токенов она не меняла: чтобы сменить его, повторите команду.")
    click.echo(f"Главный ключ: {done.ring.masters[-1]}. Ключ хранения: {done.ring.storage.current}.")
    if done.retokened:
        click.echo("Токены сделаны заново; показатели выпусков прежние.")
    if done.to_set is not None:
        click.echo(f"Теперь замените ключ там, откуда его берёт {done.to_set.setting}: прежний больше не подходит.")
    click.echo("Сохраните новую копию ключа и keyring.json отдельно от копии данных.")


COMMANDS = (keys,)
