"""Commands about the packed lake: made for another engine, and counted on it."""

from __future__ import annotations

from pathlib import Path

import click

from flows.cli.edge import installation
from flows.cli.russian import Command, ExistingFolder, Group, NewPath, Option


@click.group(cls=Group)
def lake() -> None:
    """Озеро в немногих файлах Parquet: те же показатели считает и другая машина, и Spark."""


@lake.command("pack", cls=Command)
@click.option("-o", "--output", cls=Option, type=NewPath(), required=True, help="Новая папка.")
def pack(output: Path) -> None:
    """Записать всё, из чего считаются показатели, в файлы Parquet без личных сведений.

    Вместо токенов людей в них псевдонимы одного этого озера.
    """
    from warehouse.packing import pack as pack_all

    with installation() as home, home.reading() as connection:
        home.audit("lake pack")
        files = pack_all(connection, output.absolute())
    click.echo(f"Записано файлов: {files}.")
    click.echo(output)


@lake.command("kpi", cls=Command)
@click.argument("folder", type=ExistingFolder(), metavar="ОЗЕРО")
@click.option("--spark", cls=Option, metavar="АДРЕС", help="Считать на Spark, пробно: local или spark://машина:7077.")
def kpi(folder: Path, spark: str | None) -> None:
    """Посчитать ряд показателей по озеру: CSV, дата за датой.

    Без --spark считает DuckDB, в памяти до 2 ГБ. На Spark — те же запросы, но пробно: по нему не выпускают.
    """
    from warehouse.indicators.large import everything, series_of
    from warehouse.packed import packed
    from warehouse.release.extract import render_csv

    heading = True
    with packed(folder.absolute()) as opened:
        if spark is None:
            dated = series_of(opened, everything(opened))
        else:
            from warehouse.indicators.on_spark import series_on_spark, session

            with session(spark) as running:
                dated = iter(list(series_on_spark(running, opened, everything(opened))))
        for _, figures in dated:
            text = render_csv(figures).decode()
            click.echo(text if heading else text.split("\n", 1)[1], nl=False)
            heading = False


COMMANDS = (lake,)
