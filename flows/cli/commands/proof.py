"""Commands about proof: verify, sign."""

from __future__ import annotations

import os
from pathlib import Path

import click

from flows.cli.frame.answers import JSON, form_option, put_json
from flows.cli.frame.edge import DONE, FAILED, Failed, now, settings
from flows.cli.frame.kinds import ExistingFile, ExistingFolder, NewFile
from flows.cli.frame.progress import progress
from flows.cli.frame.russian import Command, Option

PASSPHRASE = "NASTAVNIK_SIGN_PASSPHRASE"


@click.command(cls=Command)
@click.argument("folder", type=ExistingFolder(), metavar="ПАПКА")
@click.option("--require-signature", cls=Option, is_flag=True, help="Без подписи выпуск не доказан.")
@click.option("--key", cls=Option, type=ExistingFile(), help="Открытый ключ, которым выпуск должен быть подписан.")
@form_option(JSON)
def verify(folder: Path, require_signature: bool, key: Path | None, form: str) -> int:
    """Доказать выпуск по одной его папке: хеши, согласие файлов, пересчёт всех показателей, подписи. Сеть не нужна."""
    from warehouse.proof.signing import check_signatures
    from warehouse.release.package import verify as disagreements

    signatures: list = []
    with progress("Пересчёт показателей"):
        wrong = disagreements(folder)
    if not wrong:
        signatures, wrong = check_signatures(folder, required=require_signature, key_file=key)
    if form == JSON:
        put_json({"folder": folder, "proved": not wrong, "wrong": wrong, "signatures": signatures})
        return FAILED if wrong else DONE
    for line in wrong:
        click.echo(line, err=True)
    for one in signatures:
        click.echo(f"Подписано: {one.role}, {one.signed_at}, отпечаток ключа {one.fingerprint}")
    click.echo("Выпуск не доказан." if wrong else _proved(folder))
    return FAILED if wrong else DONE


def _proved(folder: Path) -> str:
    from warehouse.disclosure.verification import is_public

    if is_public(folder):
        return "Открытый пакет цел, его файлы согласны; пересчитать показатели можно только по самому выпуску."
    return "Выпуск доказан: файлы целы, согласны, показатели пересчитаны."


@click.command(cls=Command)
@click.argument("folder", type=ExistingFolder(), metavar="[ПАПКА]", required=False)
@click.option("--key", cls=Option, type=ExistingFile(), help="Файл закрытого ключа Ed25519 (PEM).")
@click.option("--role", cls=Option, metavar="РОЛЬ", help="В каком качестве подписано, например «начальник отдела».")
@click.option(
    "--new-key", cls=Option, type=NewFile(), help="Создать пару ключей: закрытый здесь, открытый рядом, .pub."
)
def sign(folder: Path | None, key: Path | None, role: str | None, new_key: Path | None) -> None:
    """Подписать выпуск: роль, время и подпись описи ложатся в его файл signature.json.

    Парольная фраза закрытого ключа берётся из NASTAVNIK_SIGN_PASSPHRASE.
    """
    from warehouse.access.audit import record
    from warehouse.installation.settings import Misconfigured
    from warehouse.proof import signing
    from warehouse.proof.manifest import read_manifest

    own = settings()
    passphrase = os.environ.get(PASSPHRASE) or None
    if new_key is not None:
        public, fingerprint = signing.new_key(new_key, passphrase)
        click.echo(f"Закрытый ключ: {new_key}\nОткрытый ключ: {public}\nОтпечаток: {fingerprint}")
        return
    if folder is None or key is None or role is None:
        raise Misconfigured("Нужны папка выпуска, --key и --role; или --new-key.")
    from warehouse.release.package import verify as disagreements

    with progress("Пересчёт показателей"):
        wrong = disagreements(folder)
    if wrong:
        raise Failed("\n".join([*wrong, "Выпуск не доказан и потому не подписан."]))
    one = signing.sign(folder, key, role, now(), passphrase)
    if own.home.is_dir():  # who signs may have no installation
        record(own, "sign", str(manifest["release"]) if (manifest := read_manifest(folder)[0]) else "")
    click.echo(f"Подписано: {one.role}, {one.signed_at}, отпечаток ключа {one.fingerprint}")


COMMANDS = (verify, sign)
