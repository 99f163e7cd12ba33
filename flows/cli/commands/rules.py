"""Rules as commands take them, and what others would do as commands show it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.cli.frame.kinds import ExistingFile
from flows.cli.frame.russian import Misused, Option

if TYPE_CHECKING:
    from expectations.rules.ruleset import Ruleset
    from flows.cli.frame.layout import Grid
    from warehouse.preview.rehearse import MovedShare


def rules_options(command: Callable) -> Callable:
    """Add the options that set rules: `changes` and `file`, for `rules_of`."""
    in_file = click.option(
        "--rules", "file", cls=Option, type=ExistingFile(), help="То же из файла TOML: строки ИМЯ = ЗНАЧЕНИЕ."
    )
    by_one = click.option(
        "--set",
        "changes",
        cls=Option,
        multiple=True,
        metavar="ИМЯ=ЗНАЧЕНИЕ",
        help="Предел правила (participation-drop.percent=30) или строгость (consent-missing=error); можно повторять.",
    )
    return by_one(in_file(command))


def rules_of(changes: Iterable[str], file: Path | None) -> Ruleset | None:
    """Return the shipped rules with what is set; None where nothing is."""
    from expectations.rules.ruleset import BadRule, changed

    pairs = [*_of_file(file), *(tuple(one.partition("=")[::2]) for one in changes)]
    if not pairs:
        return None
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


def figures_table(figures: Iterable[MovedShare]) -> Grid:
    """Show shares of the reported indicator before and after."""
    from flows.cli.frame.screen import table
    from warehouse.release.wording import day, percent

    moved = [(day(one.as_of), one.scope_code, percent(one.before, 2), percent(one.after, 2)) for one in figures]
    title = "Доля обучающихся, вовлечённых в наставничество, %"
    return table(title, ("Дата", "Охват", "Сейчас", "Стало бы"), moved, right=(2, 3))
