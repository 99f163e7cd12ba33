"""Commands about origin: explain, trace."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import click

from flows.cli.frame.answers import CSV, JSON, TABLE, form_option, put
from flows.cli.frame.edge import installation, local
from flows.cli.frame.kinds import Day, Moment, WholeNumber
from flows.cli.frame.progress import progress
from flows.cli.frame.russian import Command, Option

SCOPE_TYPES = ("institution", "kind", "municipality", "region", "country")


class Scope(click.ParamType):
    """A scope: its type, a colon, its code."""

    name = "ОХВАТ:КОД"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        if isinstance(value, tuple):
            return value
        kind, colon, code = str(value).partition(":")
        if colon and code and kind in SCOPE_TYPES:
            return kind, code
        raise click.BadParameter(
            f"ожидается охват ({', '.join(SCOPE_TYPES)}) и его код, например institution:NSH-S007.", ctx, param
        )


_FORMAT = form_option(CSV, JSON)


@click.command(cls=Command)
@click.option("--indicator", cls=Option, required=True, metavar="ПОКАЗАТЕЛЬ", help="Код показателя.")
@click.option(
    "--scope",
    cls=Option,
    type=Scope(),
    required=True,
    help="По какому охвату: institution:NSH-S007, kind:NSH/ОУ, municipality:NSH, region:61, country:RU.",
)
@click.option("--as-of", cls=Option, type=Day(), required=True, help="Отчётная дата.")
@click.option(
    "--known-at",
    cls=Option,
    type=Moment(end_of_day=True),
    help="По сведениям на это время; день берётся целиком. По умолчанию — сейчас.",
)
@click.option("--release", cls=Option, metavar="ВЫПУСК", help="Каким показатель был в этом выпуске.")
@click.option("--definition", cls=Option, metavar="ВЕРСИЯ", help="Версия показателей; без неё — действующая на дату.")
@_FORMAT
def explain(
    indicator: str,
    scope: tuple[str, str],
    as_of: date,
    known_at: datetime | None,
    release: str | None,
    definition: str | None,
    form: str,
) -> None:
    """Объяснить показатель: определение, числа, сдачи и строки, из которых они сложились."""
    from warehouse.installation.settings import Misconfigured
    from warehouse.lineage.doubtful import doubt_of
    from warehouse.lineage.explained import explain as explain_figure
    from warehouse.lineage.vintage import vintage

    if known_at is not None and release is not None:
        raise Misconfigured("Укажите что-нибудь одно: --known-at или --release.")
    with installation() as home, home.reading() as connection, progress("Разбор показателя"):
        at = vintage(connection, local(known_at, home.settings), release)
        explained = explain_figure(connection, indicator, scope, as_of, at, definition)
        zone = home.settings.timezone
        doubtful = doubt_of(home, connection, indicator, scope, as_of, at) if form == TABLE else None
    if form == TABLE:
        from flows.cli.telling.lineage_tables import show_explanation

        show_explanation(explained, zone, doubtful)
    else:
        from warehouse.lineage.listing import explanation_csv, explanation_json

        put(explanation_csv(explained) if form == CSV else explanation_json(explained) + "\n")


@click.command(cls=Command)
@click.argument("delivery", metavar="СДАЧА")
@click.argument("sheet", metavar="ЛИСТ")
@click.argument("row", type=WholeNumber(), metavar="СТРОКА")
@_FORMAT
def trace(delivery: str, sheet: str, row: int, form: str) -> None:
    """Проследить строку сдачи: что с ней стало и каких показателей она коснулась, в каждом выпуске и сейчас."""
    from warehouse.lineage.traced import trace as trace_row

    with installation() as home, home.reading() as connection, progress("Поиск строки в показателях"):
        traced = trace_row(connection, delivery, sheet, row)
        zone = home.settings.timezone
    if form == TABLE:
        from flows.cli.telling.lineage_tables import show_trace

        show_trace(traced, zone)
    else:
        from warehouse.lineage.listing import trace_csv, trace_json

        put(trace_csv(traced) if form == CSV else trace_json(traced) + "\n")


COMMANDS = (explain, trace)
