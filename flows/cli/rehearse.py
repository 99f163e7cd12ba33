"""The command that tries changed rules on everything received."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.cli.edge import installation, now
from flows.cli.progress import progress
from flows.cli.russian import Command, ExistingFile, Misused, OneOf, Option

if TYPE_CHECKING:
    from expectations.rules.ruleset import Ruleset
    from warehouse.rehearse import Rehearsal


@click.command(cls=Command)
@click.option(
    "--set",
    "settings",
    cls=Option,
    multiple=True,
    metavar="ИМЯ=ЗНАЧЕНИЕ",
    help="Предел правила (participation-drop.percent=30) или строгость (consent-missing=error); можно повторять.",
)
@click.option("--rules", "file", cls=Option, type=ExistingFile(), help="То же из файла TOML: строки ИМЯ = ЗНАЧЕНИЕ.")
@click.option("--format", "form", cls=Option, type=OneOf(["table", "json"]), default="table", help="Вид ответа.")
def rehearse(settings: tuple[str, ...], file: Path | None, form: str) -> None:
    """Примерить другие правила ко всему, что было прислано; ничего не меняется.

    Показывает, какие сдачи получили бы другой вердикт, каких замечаний стало бы больше или меньше и какие доли
    изменились бы.
    """
    from warehouse.rehearse import rehearse as tried

    rules = _rules(settings, file)
    with installation(now(), write=True) as home, progress("Примерка правил") as advance:
        found = tried(home, rules, advance)
    if form == "json":
        click.echo(json.dumps(asdict(found), ensure_ascii=False, default=str, indent=1))
    else:
        _show(found)


def _rules(settings: tuple[str, ...], file: Path | None) -> Ruleset:
    from expectations.rules.ruleset import BadRule, changed

    pairs = [*_of_file(file), *(tuple(one.partition("=")[::2]) for one in settings)]
    if not pairs:
        raise Misused("Укажите, что изменить: --set ИМЯ=ЗНАЧЕНИЕ или --rules ФАЙЛ.")
    try:
        return changed((name.strip(), value.strip()) for name, value in pairs)
    except BadRule as wrong:
        raise Misused(str(wrong)) from None


def _of_file(file: Path | None) -> list[tuple[str, str]]:
    """Return the settings of a TOML file, `"a.b" = 1` as well as `[a]` and `b = 1`."""
    import tomllib

    if file is None:
        return []
    try:
        told = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise Misused(f"{file}: это не файл TOML.") from None
    flat: list[tuple[str, str]] = []
    for name, value in told.items():
        nested = value.items() if isinstance(value, dict) else [(None, value)]
        flat += [(name if limit is None else f"{name}.{limit}", str(one)) for limit, one in nested]
    return flat


def _show(found: Rehearsal) -> None:
    from expectations.rules import RULES
    from flows.cli.tables import console, table
    from flows.cli.words import VERDICT_COUNTS
    from warehouse.release.wording import day, percent

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
        moved = [
            (day(one.as_of), one.scope_code, percent(one.before, 2), percent(one.after, 2)) for one in found.figures
        ]
        title = "Доля обучающихся, вовлечённых в наставничество, %"
        out.print(table(title, ("Дата", "Охват", "Сейчас", "Стало бы"), moved, right=(2, 3)))
    if not (found.turned or found.findings or found.figures):
        out.print("Ни вердикты, ни замечания, ни показатели не изменились бы.")
    elif not found.figures:
        out.print("Доли вовлечённых не изменились бы.")


COMMANDS = (rehearse,)
