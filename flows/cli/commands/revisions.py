"""The command about revisions: why figures changed between two releases or moments."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from flows.cli.frame.answers import CSV, JSON, TABLE, form_option, put_figures
from flows.cli.frame.edge import installation, local
from flows.cli.frame.kinds import Moment
from flows.cli.frame.progress import progress
from flows.cli.frame.russian import Command, Option

if TYPE_CHECKING:
    import pyarrow as pa
    import sqlalchemy as sa

    from warehouse.installation.settings import Settings
    from warehouse.revisions.states import State

RELEASE = re.compile(r"\d{4}-\d\d-\d\d-\d+")
NOW = "now"


class Known(click.ParamType):
    """The number of a release, a time, or `now`."""

    name = "ВЫПУСК|ВРЕМЯ"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str | datetime:
        if isinstance(value, datetime) or value == NOW or RELEASE.fullmatch(value):
            return value
        return Moment(end_of_day=True).convert(value, param, ctx)


@click.command(cls=Command)
@click.option("--from", "before", cls=Option, type=Known(), required=True, help="От чего: выпуск или время.")
@click.option("--to", "after", cls=Option, type=Known(), default=NOW, help="До чего: выпуск, время или now — сейчас.")
@click.option("--from-definition", cls=Option, metavar="ВЕРСИЯ", help="Версия показателей для --from.")
@click.option("--to-definition", cls=Option, metavar="ВЕРСИЯ", help="Версия показателей для --to.")
@click.option("--institutions", cls=Option, is_flag=True, help="Разложить изменения по организациям.")
@form_option(CSV, JSON)
def revisions(
    before: str | datetime, after: str | datetime, from_definition: str | None, to_definition: str | None,
    institutions: bool, form: str,
) -> None:  # fmt: skip
    """Объяснить изменения показателей: части числителя и знаменателя по причинам."""
    from warehouse.revisions.institutions import INSTITUTION_PARTS, by_institution
    from warehouse.revisions.parts import parts_of, way_between
    from warehouse.revisions.states import under

    with installation() as home, home.reading() as connection, progress("Разбор изменений"):
        first = under(_state(connection, home.settings, before), from_definition)
        last = under(_state(connection, home.settings, after), to_definition)
        way = way_between(connection, first, last)
        if institutions:
            found = by_institution(connection, way) if way else INSTITUTION_PARTS.empty_table()
        else:
            found = parts_of(way, first.name, last.name) if way else _nothing()
    _show(found, form)


def _state(connection: sa.Connection, settings: Settings, asked: str | datetime) -> State:
    from warehouse.revisions.states import moment_state, release_state

    if isinstance(asked, datetime):
        return moment_state(connection, local(asked, settings))
    return moment_state(connection, None) if asked == NOW else release_state(connection, asked)


def _nothing() -> pa.Table:
    from warehouse.release.contents import REVISIONS

    return REVISIONS.empty_table()


def _show(found: pa.Table, form: str) -> None:
    if form == TABLE:
        _show_table(found)
    else:
        put_figures(found, form)


def _show_table(found: pa.Table) -> None:
    """Show the reported indicator above institutions; the rest is for csv and json."""
    from flows.cli.frame.screen import console, table
    from warehouse.release.contents import REPORTED_KPI
    from warehouse.release.wording import SCOPES
    from warehouse.revisions.causes import CAUSES

    order, levels, split = list(CAUSES).index, list(SCOPES).index, "institution_code" in found.column_names
    shown = [
        row for row in found.to_pylist() if row["indicator"] == REPORTED_KPI and row["scope_type"] != "institution"
    ]
    key = ("scope_code", *(["institution_code"] if split else []))
    shown.sort(
        key=lambda row: (row["as_of"], levels(row["scope_type"]), *(row[name] for name in key), order(row["cause"]))
    )
    if not found.num_rows:
        console().print("Ни один показатель не изменился.")
        return
    heads = ("Дата", "Охват", *(["Организация"] if split else ["Было", "Стало"]), "Причина", "Числитель", "Знаменатель")
    numbers = (4, 5) if split else (2, 3, 5, 6)
    title = "Доля обучающихся, вовлечённых в наставничество: что изменилось и почему"
    console().print(table(title, heads, [_cells(row, split=split) for row in shown], right=numbers))
    console().print(f"Всего частей: {found.num_rows}. Все показатели и организации: --format csv")


def _cells(row: dict[str, Any], *, split: bool) -> tuple[str, ...]:
    from warehouse.release.wording import day, percent, signed
    from warehouse.revisions.causes import CAUSES

    between = (
        (row["institution_code"] or "не делится",)
        if split
        else (percent(row["value_before"], 2), percent(row["value_after"], 2))
    )
    changes = (signed(row["numerator_change"]), signed(row["denominator_change"]))
    return (day(row["as_of"]), row["scope_code"], *between, CAUSES[row["cause"]], *changes)


COMMANDS = (revisions,)
