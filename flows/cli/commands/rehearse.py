"""The command that tries changed rules on everything received."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.cli.commands.rules import figures_table, rules_of, rules_options
from flows.cli.frame.answers import JSON, form_option, put_json
from flows.cli.frame.edge import installation, now
from flows.cli.frame.progress import progress
from flows.cli.frame.russian import Command, Misused

if TYPE_CHECKING:
    from warehouse.preview.rehearse import Rehearsal


@click.command(cls=Command)
@rules_options
@form_option(JSON)
def rehearse(changes: tuple[str, ...], file: Path | None, form: str) -> None:
    """Примерить другие правила ко всему, что было прислано; ничего не меняется.

    Показывает, какие сдачи получили бы другой вердикт, каких замечаний стало бы больше или меньше и какие доли
    изменились бы.
    """
    from warehouse.preview.rehearse import rehearse as tried

    rules = rules_of(changes, file)
    if rules is None:
        raise Misused("Укажите, что изменить: --set ИМЯ=ЗНАЧЕНИЕ или --rules ФАЙЛ.")
    with installation(now(), write=True) as home, progress("Примерка правил") as advance:
        found = tried(home, rules, advance)
    if form == JSON:
        put_json(found)
    else:
        _show(found)


def _show(found: Rehearsal) -> None:
    from expectations.rules import RULES
    from flows.cli.frame.screen import console, table
    from flows.cli.telling.words import VERDICT_COUNTS
    from warehouse.release.wording import day

    out = console()
    out.print(f"Примерено сдач: {found.deliveries}. Ничего не изменено.")
    if found.turned:
        rows = [
            (one.institution_code, day(one.as_of) if one.as_of else "—", one.delivery,
             VERDICT_COUNTS[one.before], VERDICT_COUNTS[one.after])
            for one in found.turned
        ]  # fmt: skip
        out.print(table("Другой вердикт", ("Организация", "Дата", "Сдача", "Сейчас", "Стало бы"), rows))
    if found.findings:
        counted = [(RULES[rule].title, rule, str(old), str(new)) for rule, (old, new) in found.findings.items()]
        out.print(table("Замечания", ("Что не так", "Правило", "Сейчас", "Стало бы"), counted, right=(2, 3)))
    if found.figures:
        out.print(figures_table(found.figures))
    if not (found.turned or found.findings or found.figures):
        out.print("Ни вердикты, ни замечания, ни показатели не изменились бы.")
    elif not found.figures:
        out.print("Доли вовлечённых не изменились бы.")


COMMANDS = (rehearse,)
