"""Commands of letters: post, mail-password."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from flows.cli.frame.answers import JSON, form_option, put_json
from flows.cli.frame.edge import Failed, installation, now, settings
from flows.cli.frame.progress import progress
from flows.cli.frame.russian import Argument, Command, Option

if TYPE_CHECKING:
    from warehouse.mail.letters import Letter


@click.command(cls=Command)
@click.option("--dry-run", cls=Option, is_flag=True, help="Только показать, какие письма пора отправить.")
@form_option(JSON)
def post(dry_run: bool, form: str) -> None:
    """Разослать письма: что стало с файлами, напоминания вокруг срока, управлению — список не сдавших.

    Каждое письмо — один раз. Без почтового сервера (NASTAVNIK_SMTP_URL) напоминания остаются файлами в папках
    организаций, рядом с протоколами. По расписанию то же делает nastavnik up.
    """
    from flows.artifacts import letter_rows
    from flows.cli.frame.screen import console, table
    from warehouse.mail.notices import due_notices, run_notices
    from warehouse.mail.posting import unsaid
    from warehouse.mail.reminders import due_reminders, run_reminders
    from warehouse.mail.server import MailFailed, server_of
    from warehouse.watch.runs import watched

    own, at = settings(), now()
    if dry_run:
        server_of(own)
        with progress("Подготовка писем"):
            letters = unsaid(own, [*due_notices(own, at), *due_reminders(own, at)])
        if form == JSON:
            put_json([_entry(one) for one in letters])
            return
        rows = [_shown(one) for one in letters]
        console().print(table("Пора отправить", ("Кому", "Тема", "Адрес"), rows) if rows else "Писать некому.")
        return
    try:
        with progress("Отправка писем"):
            with watched("notices", own):
                posted = run_notices(own, at)
            with watched("reminders", own):
                posted += run_reminders(own, at)
    except MailFailed as error:
        raise Failed(str(error)) from None
    if form == JSON:
        put_json(posted)
        return
    for row in letter_rows(posted):
        click.echo(f"{str(row['письма']).capitalize()}: {row['число']}.")


def _entry(letter: Letter) -> dict:
    to = letter.key.institution or None  # none: the department
    return {"kind": letter.key.kind, "institution": to, "subject": letter.subject, "address": bool(letter.addresses)}


def _shown(letter: Letter) -> tuple[str, str, str]:
    return letter.key.institution or "управление", letter.subject, "известен" if letter.addresses else "нет"


@click.command("mail-password", cls=Command)
@click.argument("institution", cls=Argument, metavar="КОД")
@click.option("--new", cls=Option, is_flag=True, help="Сменить пароль: отправленное раньше открывается прежним.")
def mail_password(institution: str, new: bool) -> None:
    """Показать пароль, которым организация открывает присланную по почте книгу с пометками.

    Отправку таких книг включает настройка NASTAVNIK_MAIL_MARKED. Пароль сообщите лично или по телефону, не по почте.
    """
    from warehouse.mail.passwords import password_of, replace_password

    with installation() as home:
        if new:
            replace_password(home, institution)
        password = password_of(home, institution)
        home.audit("mail password", institution, new=int(new))
    click.echo(password)


COMMANDS = (post, mail_password)
