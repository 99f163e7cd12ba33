"""Commands of the clerk: who is one person, and which delivery is withdrawn."""

from __future__ import annotations

import getpass

import click

from flows.cli.edge import installation, now
from flows.cli.russian import Command, Group, OneOf, Option, RowOf, WholeNumber

_BY = click.option("--by", cls=Option, metavar="КТО", help="Кто решил; по умолчанию имя учётной записи.")
_GROUND = click.option(
    "--ground", cls=Option, type=OneOf(["documents", "institution", "other"]), default="documents",
    help="На чём основано: documents — сверено по документам, institution — подтвердила организация, other — иное.",
)  # fmt: skip


@click.group(cls=Group)
def persons() -> None:
    """Решения о людях: одна запись или разные."""


def _decide(kind: str, left: tuple[str, int], right: tuple[str, int], by: str | None, ground: str) -> None:
    from warehouse.decisions import Place, decide

    at = now()
    with installation(at, write=True) as home, home.writing() as connection:
        entry = decide(connection, kind, Place(*left), Place(*right), at, by or getpass.getuser(), ground)
    click.echo(f"Записано решение № {entry.seq}.")


@persons.command("same", cls=Command)
@click.argument("left", type=RowOf(), metavar="СДАЧА:СТРОКА")
@click.argument("right", type=RowOf(), metavar="СДАЧА:СТРОКА")
@_BY
@_GROUND
def same(left: tuple[str, int], right: tuple[str, int], by: str | None, ground: str) -> None:
    """Решить, что две строки листа «Участники» — об одном человеке."""
    _decide("same", left, right, by, ground)


@persons.command("different", cls=Command)
@click.argument("left", type=RowOf(), metavar="СДАЧА:СТРОКА")
@click.argument("right", type=RowOf(), metavar="СДАЧА:СТРОКА")
@_BY
@_GROUND
def different(left: tuple[str, int], right: tuple[str, int], by: str | None, ground: str) -> None:
    """Решить, что две строки листа «Участники» — о разных людях.

    Если СНИЛС у них один, отдельным человеком становится вторая запись.
    """
    _decide("different", left, right, by, ground)


@persons.command("undo", cls=Command)
@click.argument("number", type=WholeNumber(), metavar="НОМЕР")
@_BY
def undo(number: int, by: str | None) -> None:
    """Отменить решение по его номеру."""
    from warehouse.decisions import undo as undo_decision

    at = now()
    with installation(at, write=True) as home, home.writing() as connection:
        entry = undo_decision(connection, number, at, by or getpass.getuser())
    click.echo(f"Решение № {number} отменено (запись № {entry.seq}).")


@click.command(cls=Command)
@click.argument("delivery", metavar="СДАЧА")
def withdraw(delivery: str) -> None:
    """Отозвать принятую сдачу: снова действует та, что была до неё."""
    from warehouse.decisions import withdraw as withdraw_delivery

    at = now()
    with installation(at, write=True) as home, home.writing() as connection:
        withdraw_delivery(connection, delivery, at)
    click.echo(f"Сдача {delivery} отозвана.")


COMMANDS = (persons, withdraw)
