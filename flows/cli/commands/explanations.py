"""Commands about explained warnings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from flows.cli.frame.answers import JSON, form_option, moment, put_json
from flows.cli.frame.deciding import decided_by
from flows.cli.frame.edge import installation, now
from flows.cli.frame.kinds import WholeNumber
from flows.cli.frame.russian import Command, Group, Option

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from warehouse.review.explained import Entry


@click.command("explain-warning", cls=Command)
@click.argument("delivery", metavar="СДАЧА")
@click.argument("finding", metavar="ЗАМЕЧАНИЕ")
@click.option("--text", cls=Option, metavar="СЛОВА", required=True, help="Пояснение; хранится зашифрованным.")
@decided_by
def explain_warning(delivery: str, finding: str, text: str, by: str) -> None:
    """Пояснить предупреждение: в следующих сдачах оно показано пояснённым, пока не изменятся значения или правило.

    ЗАМЕЧАНИЕ — номер из протокола (3), несколько номеров (3,5-7) или код правила: все его предупреждения в этой
    сдаче. Номера показывает и findings --delivery СДАЧА.
    """
    from warehouse.review.explaining import explain

    at = now()
    with installation(at, write=True) as home:
        entry, count = explain(home, delivery, finding, text, at, by)
        home.audit("explain-warning", delivery, findings=count)
    click.echo(f"Пояснено предупреждений: {count} (пояснение № {entry.seq}).")


@click.group(cls=Group)
def explanations() -> None:
    """Пояснения к предупреждениям: какие действуют."""


@explanations.command("list", cls=Command)
@click.option("--texts", cls=Option, is_flag=True, help="Показать и слова: в них могут быть личные сведения.")
@form_option(JSON)
def list_explanations(texts: bool, form: str) -> None:
    """Показать действующие пояснения."""
    from flows.cli.telling.persons_tables import show_explanations
    from warehouse.installation.settings import Misconfigured
    from warehouse.review.explained import listed
    from warehouse.storage.vault import may_read

    with installation() as home, home.reading() as connection:
        if texts and not may_read(home.vault):
            raise Misconfigured("Слова пояснений не показаны: этой учётной записи личные сведения закрыты.")
        found = list(listed(connection))
        words = {one.explained.seq: home.notes.read(one.explained.note) or "" for one in found} if texts else {}
        if texts:
            home.audit("explanations", count=len(found))
    zone = home.settings.timezone
    if form == JSON:
        put_json([_entry(one, words, zone) for one in found])
    else:
        show_explanations(found, words, zone)


def _entry(one: Entry, words: dict[int, str], zone: ZoneInfo) -> dict:
    said = one.explained
    told = {"number": said.seq, "known_at": moment(said.known_at, zone), "decided_by": said.decided_by}
    about = {"delivery": one.delivery, "rules": one.rules, "findings": one.findings}
    return told | about | ({"text": words[said.seq]} if words else {})


@explanations.command("undo", cls=Command)
@click.argument("number", type=WholeNumber(), metavar="НОМЕР")
@decided_by
def undo(number: int, by: str) -> None:
    """Отменить пояснение по его номеру: предупреждение снова ждёт ответа."""
    from warehouse.review.explaining import unexplain

    at = now()
    with installation(at, write=True) as home, home.writing() as connection:
        unexplain(connection, number, at, by)
    home.audit("explanations undo", str(number))
    click.echo(f"Пояснение № {number} отменено.")


COMMANDS = (explain_warning, explanations)
