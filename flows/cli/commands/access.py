"""Commands about who may see what, and who did what: roles, analysis, audit."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from flows.cli.frame.answers import CSV, JSON, TABLE, form_option, put, put_json
from flows.cli.frame.edge import DONE, FAILED, installation, local, settings
from flows.cli.frame.kinds import ExistingFolder, Moment, NewFile
from flows.cli.frame.progress import progress
from flows.cli.frame.russian import Command, Group, Option


@click.group(cls=Group)
def roles() -> None:
    """Роли PostgreSQL: кому что видно и что дозволено."""


@roles.command("apply", cls=Command)
@click.option("--dry-run", cls=Option, is_flag=True, help="Только напечатать SQL; ничего не менять.")
@form_option(JSON)
def apply(dry_run: bool, form: str) -> None:
    """Создать роли и выдать права; всё прочее закрыть. Повторный запуск ничего не меняет.

    Нужна учётная запись владельца базы с правом CREATEROLE. Люди входят под своими именами, а роль им выдаётся:
    GRANT nastavnik_analyst TO имя.
    """
    from warehouse.access.roles import ROLES, apply, require_server, statements

    require_server(settings().embedded)
    if dry_run:
        with installation() as home, home.reading() as connection:
            asked = list(statements(connection))
        if form == JSON:
            put_json({"roles": ROLES, "statements": asked})
        else:
            click.echo("\n".join(["BEGIN;", *(f"{one};" for one in asked), "COMMIT;"]))
        return
    with installation(write=True) as home:
        with home.writing() as connection:
            made = apply(connection)
        home.audit("roles apply", "", statements=made)
    if form == JSON:
        put_json({"roles": ROLES, "applied": made})
    else:
        click.echo(f"Права выданы ролям: {', '.join(ROLES)}.")


@click.command(cls=Command)
@click.option("-o", "--output", cls=Option, type=NewFile(), help="Куда записать; по умолчанию в папку analysis.")
def analysis(output: Path | None) -> None:
    """Сделать файл для аналитиков: база DuckDB без личных сведений; последняя строка ответа — её путь.

    Вместо токенов людей в ней псевдонимы одного этого файла. Если с прошлого раза ничего не стало известно,
    файл остаётся прежним.
    """
    from warehouse.desk.analysis import make_analysis

    with installation() as home, progress("Запись файла для аналитиков"):
        made = make_analysis(home, output)
    click.echo(f"{'Записано' if made.fresh else 'Нового нет'}: известно по запись журнала № {made.seq}.")
    click.echo(made.path)


@click.group(cls=Group)
def audit() -> None:
    """Журнал аудита: кто, когда и что делал."""


@audit.command("verify", cls=Command)
@click.argument("folders", type=ExistingFolder(), nargs=-1, metavar="[ВЫПУСК…]")
@form_option(JSON)
def verify(folders: tuple[Path, ...], form: str) -> int:
    """Доказать, что журнал никто не правил: каждая строка на месте и сцеплена с прежней.

    Конец журнала сверяется с выпусками: каждый помнит, какой строкой он записан. Папки выпусков, переданных
    наружу, можно назвать отдельно. Код завершения 3 — журнал правили; называется первая неверная строка.
    """
    from warehouse.access.audit import anchored, verify_audit

    own = settings()
    releases = [*anchored(own), *folders]
    with progress("Проверка журнала"):
        lines, wrong = verify_audit(own, releases)
    if form == JSON:
        put_json({"whole": not wrong, "lines": lines, "releases": len(releases), "wrong": wrong})
        return FAILED if wrong else DONE
    for one in wrong:
        click.echo(one, err=True)
    click.echo("Журнал не доказан." if wrong else f"Журнал цел: строк {lines}, сверено с выпусками: {len(releases)}.")
    return FAILED if wrong else DONE


@audit.command("list", cls=Command)
@click.option("--since", cls=Option, type=Moment(), help="С какого времени; по умолчанию всё.")
@form_option(CSV, JSON)
def list_lines(since: datetime | None, form: str) -> None:
    """Показать журнал аудита."""
    from flows.cli.telling.audit_tables import audit_csv, show_audit
    from warehouse.access.audit import read_lines

    own = settings()
    lines = read_lines(own, local(since, own))
    if form == TABLE:
        show_audit(lines, own.timezone)
    elif form == CSV:
        put(audit_csv(lines))
    else:
        put_json(lines)


COMMANDS = (roles, analysis, audit)
