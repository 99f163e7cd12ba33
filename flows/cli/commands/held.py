"""The command that confirms a held delivery."""

from __future__ import annotations

import click

from flows.cli.frame.answers import JSON, form_option, put_json
from flows.cli.frame.deciding import decided_by
from flows.cli.frame.edge import installation, now
from flows.cli.frame.russian import Command, Option


@click.command(cls=Command)
@click.argument("delivery", metavar="СДАЧА")
@click.option("--reason", cls=Option, metavar="СЛОВА", help="Почему это верно; хранится зашифрованным.")
@decided_by
@form_option(JSON)
def confirm(delivery: str, reason: str | None, by: str, form: str) -> None:
    """Подтвердить удержанную сдачу: с этого времени действует она.

    Удерживают сдачу, в которой вовлечённых обучающихся стало намного меньше (NASTAVNIK_HOLD_DROP); какие сдачи ждут,
    показывает status.
    """
    from flows.cli.telling.words import confirmed_words
    from warehouse.receipts import write_pending_receipts
    from warehouse.review.held import held_of
    from warehouse.review.holding import confirm_held

    at = now()
    with installation(at, write=True) as home:
        confirm_held(home, delivery, at, by, reason)
        with home.reading() as connection:
            told = held_of(connection, [delivery])[delivery]
        home.audit("confirm", delivery)
        if home.settings.embedded:  # elsewhere the service account, which writes receipts, does so at the next intake
            write_pending_receipts(home)
    if form == JSON:
        about = {"delivery": delivery, "institution": told.institution_code, "as_of": told.as_of}
        put_json(about | {"before": told.drop.before, "after": told.drop.after})
    else:
        click.echo(confirmed_words(told))


COMMANDS = (confirm,)
