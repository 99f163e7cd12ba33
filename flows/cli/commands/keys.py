"""Commands about keys: keys show, keys rotate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from flows.cli.frame.answers import JSON, form_option, put_json
from flows.cli.frame.edge import installation, now, settings
from flows.cli.frame.progress import progress
from flows.cli.frame.russian import Command, Group, Option

if TYPE_CHECKING:
    from warehouse.access.keyring import Keyring
    from warehouse.installation.settings import KeySource

SOURCES = {"file": "файл", "environment": "переменная окружения", "command": "команда"}


@click.group(cls=Group)
def keys() -> None:
    """Ключи: чем зашифрованы полученные книги и личные сведения."""


@keys.command("show", cls=Command)
@form_option(JSON)
def show(form: str) -> None:
    """Показать номера ключей, откуда взят главный и сколько ими зашифровано; сами ключи не показываются."""
    from warehouse.access.keys import key_id
    from warehouse.access.rotation import sealed_under

    with installation() as home, progress("Подсчёт зашифрованного"):
        source, ring, sealed = home.settings.key, home.ring, sealed_under(home)
    if form == JSON:
        put_json(_entries(source, ring, sealed))
    else:
        click.echo(f"Главный ключ: {', '.join(ring.masters)}; {SOURCES[source.kind]}, {source.setting}")
        click.echo(f"Ключ токенов: {key_id(ring.tokens)}")
        for name, (files, rows) in sealed.items():
            mark = " (действующий)" if name == ring.storage.current else ""
            click.echo(f"Ключ хранения {name}{mark}: полученных файлов {files}, листов с личными сведениями {rows}")
        if ring.changing:
            click.echo("Смена ключей не закончена: выполните nastavnik keys rotate.")


def _entries(source: KeySource, ring: Keyring, sealed: dict[str, tuple[int, int]]) -> dict:
    from warehouse.access.keys import key_id

    return {
        "master": {"ids": ring.masters, "source": source.kind, "setting": source.setting},
        "tokens": key_id(ring.tokens),
        "storage": [
            {"id": name, "current": name == ring.storage.current, "files": files, "sheets": sheets}
            for name, (files, sheets) in sealed.items()
        ],
        "changing": bool(ring.changing),
    }


@keys.command("rotate", cls=Command)
@click.option("--tokens", cls=Option, is_flag=True, help="Сменить и ключ токенов: всё пересчитывается заново.")
def rotate(tokens: bool) -> None:
    """Сменить ключ хранения и главный ключ; прерванную смену — закончить.

    Главный ключ в файле заменяется сам. Взятый из переменной или от команды меняется, если новый дан через
    NASTAVNIK_NEW_KEY или NASTAVNIK_NEW_KEY_COMMAND; иначе остаётся прежним.
    """
    from warehouse.access.rotation import rotate as change
    from warehouse.installation.home import opened

    with (
        opened(settings(), now(), write=True, changing_keys=True) as home,
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
