"""Commands of the clerk: who is one person, and which delivery is withdrawn."""

from __future__ import annotations

from pathlib import Path

import click

from flows.cli.frame.answers import JSON, TABLE, form_option, put_json
from flows.cli.frame.deciding import decided_by
from flows.cli.frame.edge import DONE, REJECTED, installation, now
from flows.cli.frame.kinds import ExistingFile, NewFile, OneOf, RowOf, WholeNumber
from flows.cli.frame.progress import progress
from flows.cli.frame.russian import Command, Group, Option

_GROUND = click.option(
    "--ground", cls=Option, type=OneOf(["documents", "institution", "other"]), default="documents",
    help="На чём основано: documents — сверено по документам, institution — подтвердила организация, other — иное.",
)  # fmt: skip


@click.group(cls=Group)
def persons() -> None:
    """Решения о людях: одна запись или разные."""


def _decide(kind: str, left: tuple[str, int], right: tuple[str, int], by: str, ground: str) -> None:
    from warehouse.journal.decisions import Place, decide

    at = now()
    with installation(at, write=True) as home, home.writing() as connection:
        entry = decide(connection, kind, Place(*left), Place(*right), at, by, ground)
    home.audit(f"persons {kind}", str(entry.seq))
    click.echo(f"Записано решение № {entry.seq}.")


@persons.command("same", cls=Command)
@click.argument("left", type=RowOf(), metavar="СДАЧА:СТРОКА")
@click.argument("right", type=RowOf(), metavar="СДАЧА:СТРОКА")
@decided_by
@_GROUND
def same(left: tuple[str, int], right: tuple[str, int], by: str, ground: str) -> None:
    """Решить, что две строки листа «Участники» — об одном человеке."""
    _decide("same", left, right, by, ground)


@persons.command("different", cls=Command)
@click.argument("left", type=RowOf(), metavar="СДАЧА:СТРОКА")
@click.argument("right", type=RowOf(), metavar="СДАЧА:СТРОКА")
@decided_by
@_GROUND
def different(left: tuple[str, int], right: tuple[str, int], by: str, ground: str) -> None:
    """Решить, что две строки листа «Участники» — о разных людях.

    Если СНИЛС у них один, отдельным человеком становится вторая запись.
    """
    _decide("different", left, right, by, ground)


@persons.command("undo", cls=Command)
@click.argument("number", type=WholeNumber(), metavar="НОМЕР")
@decided_by
def undo(number: int, by: str) -> None:
    """Отменить решение по его номеру."""
    from warehouse.journal.decisions import undo as undo_decision

    at = now()
    with installation(at, write=True) as home, home.writing() as connection:
        entry = undo_decision(connection, number, at, by)
    home.audit("persons undo", str(number))
    click.echo(f"Решение № {number} отменено (запись № {entry.seq}).")


@persons.command("queue", cls=Command)
@click.option(
    "-o", "--output", cls=Option, type=NewFile(), help="Куда записать книгу для ответов: в ней личные сведения."
)
@form_option(JSON)
def queue(output: Path | None, form: str) -> None:
    """Показать, какие записи проверить человеку; с -o — книга, в которой обе записи рядом."""
    from warehouse.indicators.knowledge import Knowledge
    from warehouse.journal.journal import known_by
    from warehouse.persons.doubt import doubts
    from warehouse.persons.queue import as_table, open_queue
    from warehouse.persons.sheet import places_of, records, write_queue

    with installation() as home, home.reading() as connection, progress("Подбор пар"):
        seq = known_by(connection, None)
        home.audit("persons queue", str(seq), written=int(output is not None))
        found = open_queue(connection, home.vault, known := Knowledge.at(seq))
        pairs = as_table(found)
        if output is not None:
            places = {place for pair in places_of(pairs) for place in pair}
            write_queue(output, pairs, records(connection, home.vault, seq, places))
        doubtful = doubts(connection, known, found) if output is None and form == TABLE else []
    if form == JSON:
        put_json(pairs.to_pylist())
    elif output is None:
        from flows.cli.telling.persons_tables import show_queue

        show_queue(pairs, doubtful)
    else:
        click.echo(f"Пар записей: {pairs.num_rows}. В книге личные сведения: {output}")


@persons.command("decide", cls=Command)
@click.argument("file", type=ExistingFile(), metavar="ФАЙЛ")
@decided_by
@_GROUND
@form_option(JSON)
def decide(file: Path, by: str, ground: str, form: str) -> int:
    """Записать ответы из книги, которую сделала persons queue -o.

    «Не знаю» и пустые ответы не записываются. Повторный запуск того же файла ничего не меняет. Код завершения 1 —
    часть ответов отклонена, остальные записаны.
    """
    from warehouse.persons.answers import decide_all
    from warehouse.persons.sheet import read_answers

    at = now()
    answers = read_answers(file)
    with installation(at, write=True) as home, home.writing() as connection:
        done = decide_all(connection, answers, at, by, ground)
    if done.recorded:
        home.audit("persons decide", recorded=done.recorded, repeated=done.repeated, refused=len(done.refused))
    if form == JSON:
        refused = [{"line": line, "why": why} for line, why in done.refused]
        put_json({"recorded": done.recorded, "repeated": done.repeated, "refused": refused})
        return REJECTED if done.refused else DONE
    for line, why in done.refused:
        click.echo(f"Строка {line}: {why}", err=True)
    click.echo(f"Записано решений: {done.recorded}; уже действовали: {done.repeated}; отклонено: {len(done.refused)}.")
    return REJECTED if done.refused else DONE


@persons.command("list", cls=Command)
@form_option(JSON)
def list_decisions(form: str) -> None:
    """Показать действующие решения."""
    from flows.cli.telling.persons_tables import decision_entry, show_decisions
    from warehouse.journal.decisions import decisions_in_effect

    with installation() as home, home.reading() as connection:
        made, zone = decisions_in_effect(connection), home.settings.timezone
    if form == JSON:
        put_json([decision_entry(one, zone) for one in made])
    else:
        show_decisions(made, zone)


@click.command(cls=Command)
@click.argument("delivery", metavar="СДАЧА")
def withdraw(delivery: str) -> None:
    """Отозвать принятую сдачу: снова действует та, что была до неё."""
    from warehouse.journal.decisions import withdraw as withdraw_delivery

    at = now()
    with installation(at, write=True) as home, home.writing() as connection:
        withdraw_delivery(connection, delivery, at)
    home.audit("withdraw", delivery)
    click.echo(f"Сдача {delivery} отозвана.")


people = Group("people", commands=persons.commands, help=persons.help, hidden=True)  # the same under another name
COMMANDS = (persons, people, withdraw)
